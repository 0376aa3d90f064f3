//! No secret in what skep logs, answers or keeps, whatever happens: a whole issue, and things that go wrong on the way, with every
//! secret of the configuration a text that is found again, at the highest level of the log for all crates.

use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;
use skep_simulator::fault::{Fault, FaultRule};
use skep_simulator::ids::token_text;
use skep_simulator::world::ReviewDraft;
use sqlx::{AssertSqlSafe, Row};

use super::running::{Served, skep};
use super::setup::{Setup, ask, signed};
use crate::store::TestDatabase;

const WEBHOOK: &str = "c4n4ry+of/the?webhook=0123456789abcdef";
const PREVIOUS: &str = "c4n4ry+of/the?former=0123456789abcdef";
const ADMIN: &str = "c4n4ry-of-the-admin-token-0123456789abcdef";
const MODEL: &str = "sk-ant-c4n4ry-of-the-model-0123456789abcdef";
const PROXY: &str = "c4n4ryOfTheProxy0123456789abcdef";
const DATABASE: &str = "c4n4ryOfTheDatabase0123456789abcdef";
/// What somebody tried as an admin token: it may be theirs for something else.
const TRIED: &str = "c4n4ry-somebody-tried-0123456789abcdef";

/// All that must be nowhere, by name.
fn canaries() -> Vec<(String, Vec<u8>)> {
    let texts = [
        ("webhook secret", WEBHOOK),
        ("former webhook secret", PREVIOUS),
        ("admin token", ADMIN),
        ("model key", MODEL),
        ("proxy password", PROXY),
        ("database password", DATABASE),
        ("a wrong admin token", TRIED),
        // The head of every token that the App signs for itself.
        (
            "the App's own token",
            "eyJ0eXAiOiJKV1QiLCJhbGciOiJSUzI1NiJ9.",
        ),
    ];
    let mut all: Vec<(String, Vec<u8>)> = texts
        .into_iter()
        .map(|(name, text)| (name.to_owned(), text.as_bytes().to_vec()))
        .collect();
    let pem = crate::test_app::key("test-only-app.pkcs1.pem");
    let lines: Vec<&str> = pem.lines().filter(|line| !line.starts_with('-')).collect();
    all.push((
        "a line of the App's key".into(),
        lines[5].as_bytes().to_vec(),
    ));
    let key = STANDARD.decode(lines.concat()).expect("a key");
    all.push(("the App's key".into(), key[200..232].to_vec()));
    for number in 0..60 {
        for long in [false, true] {
            let token = token_text(4_242, number, long);
            all.push((format!("token {number}"), token.as_bytes()[..36].to_vec()));
        }
    }
    all
}

/// Ways to write it down: as it is, base64 wherever it begins, percent codes where they are needed and everywhere.
fn written(secret: &[u8]) -> Vec<Vec<u8>> {
    let mut ways = vec![secret.to_vec()];
    for before in 0..3 {
        let shifted = [&b"xx"[..before], secret].concat();
        let text = STANDARD.encode(&shifted);
        // Without what its neighbours have a part in.
        ways.push(text.as_bytes()[4..text.len() - 4].to_vec());
    }
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"-._~".contains(byte);
    let percent = |needed: bool| -> Vec<u8> {
        let one = |byte: &u8| match needed && plain(byte) {
            true => (*byte as char).to_string(),
            false => format!("%{byte:02X}"),
        };
        secret.iter().map(one).collect::<String>().into_bytes()
    };
    ways.extend([percent(true), percent(false)]);
    ways
}

/// All the ways of all the canaries, looked for in one go.
struct Search {
    names: Vec<String>,
    any: regex::bytes::RegexSet,
}

impl Search {
    fn new() -> Self {
        let (mut names, mut patterns) = (vec![], vec![]);
        for (name, secret) in canaries() {
            for way in written(&secret) {
                let pattern: String = way.iter().map(|byte| format!("\\x{byte:02x}")).collect();
                patterns.push(format!("(?-u){pattern}"));
                names.push(name.clone());
            }
        }
        let any = regex::bytes::RegexSetBuilder::new(&patterns);
        let mut any = any;
        let any = any.size_limit(1 << 30).build().expect("patterns");
        Self { names, any }
    }

    fn find(&self, place: &str, bytes: &[u8], into: &mut Vec<String>) {
        let mut found: Vec<&String> = self
            .any
            .matches(bytes)
            .iter()
            .map(|at| &self.names[at])
            .collect();
        found.dedup();
        into.extend(found.into_iter().map(|name| format!("{name} in {place}")));
    }

    fn below(&self, folder: &Path, into: &mut Vec<String>) {
        for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
            let (path, kind) = (entry.path(), entry.file_type().expect("a kind"));
            self.find("a file's name", path.as_os_str().as_encoded_bytes(), into);
            if kind.is_dir() {
                self.below(&path, into);
            } else if kind.is_file() {
                // It is what hands the password to git, and SECURITY.md says so.
                if path.ends_with("askpass/proxy.conf") {
                    continue;
                }
                let bytes = std::fs::read(&path).expect("read");
                self.find(&path.display().to_string(), &bytes, into);
            }
        }
    }
}

#[test]
fn what_is_looked_for_would_be_found() {
    let search = Search::new();
    let key = STANDARD.encode(format!("k={MODEL};"));
    for planted in [
        format!("x{WEBHOOK}x"),
        format!(
            "Authorization: Basic {}",
            STANDARD.encode(format!("x-access-token:{}", token_text(4_242, 3, true)))
        ),
        format!(
            "http://ana:{}@p",
            WEBHOOK
                .replace('+', "%2B")
                .replace('/', "%2F")
                .replace('?', "%3F")
                .replace('=', "%3D")
        ),
        key,
    ] {
        let mut found = vec![];
        search.find("here", planted.as_bytes(), &mut found);
        assert!(!found.is_empty(), "{planted}");
    }
}

/// What the operator has set, every secret among it.
fn configure(setup: &Setup) {
    setup.hurry();
    let file = setup.folder.path().join("skep.toml");
    let text = std::fs::read_to_string(&file).expect("written");
    let (top, tables) = text.split_once("[limits]").expect("limits");
    let program = env!("CARGO_BIN_EXE_skep");
    let text = format!(
        "{top}[limits]{tables}model_attempts = 1\n[agents.demo]\ncommand = [{program:?}, 'demo-agent']\n\
         environment = {{ MODEL_API_KEY = {MODEL:?} }}\n"
    );
    std::fs::write(file, text).expect("written");
    setup.github.set_webhook_secret(WEBHOOK);
}

fn variables<'a>(format: &'a str, proxy: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("SKEP_WEBHOOK_SECRET", WEBHOOK),
        ("SKEP_WEBHOOK_SECRET_PREVIOUS", PREVIOUS),
        ("SKEP_ADMIN_TOKEN", ADMIN),
        ("SKEP_AGENT", "demo"),
        ("SKEP_LOG", "trace"),
        ("SKEP_LOG_FORMAT", format),
        ("HTTPS_PROXY", proxy),
        ("NO_PROXY", "127.0.0.1"),
    ]
}

/// A whole issue and all that goes wrong; answers with what was answered on the way.
async fn story(setup: &Setup, served: &Served) -> String {
    let github = &setup.github;
    let mut heard = String::new();
    // GitHub fails, git fails, and each is tried again.
    for (method, end) in [
        ("POST", "/repos/*/*/issues/*/comments"),
        ("POST", "/app/installations/*/access_tokens"),
        ("GET", "/repos/*/*/issues/*"),
    ] {
        github.add_fault(FaultRule::next(method, end, Fault::BadGateway));
        github.add_fault(FaultRule::next(method, end, Fault::Unauthorized));
    }
    github.add_fault(FaultRule::next(
        "POST",
        "/octo/hello.git/git-upload-pack",
        Fault::Reset,
    ));
    github.add_fault(FaultRule::next(
        "POST",
        "/octo/hello.git/git-receive-pack",
        Fault::BadGateway,
    ));
    let script = "run printenv MODEL_API_KEY\nrun printenv MODEL_API_KEY | base64 -w0\nask Which colour? | red | blue\n\
                  write B.md: {answer}\nsay My key is in $MODEL_API_KEY.";
    let issue = setup.go(script);
    served.settled(issue, "needs-you").await;
    github
        .comment(setup.repository, issue, "ana", "2")
        .expect("a comment");
    served.settled(issue, "in-review").await;
    let pull = github.pulls(setup.repository).expect("pull requests")[0]
        .issue
        .number;
    let draft = ReviewDraft {
        event: "REQUEST_CHANGES".into(),
        body: "Please add C.md\n\n```skep-demo\nwrite C.md: c\nsay Done.\n```".into(),
        ..ReviewDraft::default()
    };
    github
        .review(setup.repository, pull, "ana", draft)
        .expect("a review");
    served.event("revision.started").await;
    served.settled(issue, "in-review").await;
    github
        .mark_ready(setup.repository, pull, "ana")
        .expect("ready");
    github
        .merge(setup.repository, pull, "ana")
        .await
        .expect("merged");
    served.settled(issue, "done").await;
    let crashed = setup.go("run echo $MODEL_API_KEY >&2\ncrash");
    served.settled(crashed, "failed").await;

    let body = json!({ "action": "labeled" }).to_string();
    let bad = signed(
        "issues",
        "8a9c1d2e-0000-4000-8000-000000000001",
        &body,
        "wrong",
    );
    let (status, said) = ask(&served.listen, "POST /webhook", &bad, &body)
        .await
        .expect("an answer");
    assert_eq!(status, 401);
    heard.push_str(&said);
    let wrong = [
        ("Authorization", format!("Bearer {TRIED}")),
        ("Content-Type", "application/json".into()),
    ];
    let (status, said) = ask(&served.admin, "POST /api/v1/queue/pause", &wrong, "{}")
        .await
        .expect("an answer");
    assert!(matches!(status, 401 | 403), "{status}");
    heard.push_str(&said);
    for (address, path) in [
        (&served.listen, "/readyz"),
        (&served.listen, "/healthz"),
        (&served.listen, "/"),
        (&served.admin, "/api/v1/status"),
        (&served.admin, "/api/v1/sessions"),
        (&served.admin, "/api/v1/sessions?limit=0&x=1"),
        (&served.admin, "/api/v1/events?limit=1000"),
        (&served.admin, "/api/v1/audit?limit=1000"),
        (&served.admin, "/api/v1/queue"),
        (&served.admin, "/api/v1/outcomes"),
        (&served.admin, "/api/v1/tasks/octo/hello/1"),
        (&served.admin, "/api/v1/tasks/octo/hello/3"),
    ] {
        let (_, said) = ask(address, &format!("GET {path}"), &[], "")
            .await
            .expect("an answer");
        heard.push_str(&said);
    }
    for session in served.sessions().await {
        for end in ["", "/log?limit=1000", "/patch"] {
            let path = format!("GET /api/v1/sessions/{session}{end}");
            let (_, said) = ask(&served.admin, &path, &[], "").await.expect("an answer");
            heard.push_str(&said);
        }
    }
    heard
}

/// Plays it with a log of that form, and looks everywhere.
async fn nowhere(format: &str, database: Option<&TestDatabase>) {
    let setup = Setup::new().await;
    configure(&setup);
    let proxy = format!("http://ana:{PROXY}@127.0.0.1:9");
    let mut more = variables(format, &proxy);
    let url = database.map(|database| {
        database
            .url
            .replace("postgres@", &format!("postgres:{DATABASE}@"))
    });
    more.extend(url.as_deref().map(|url| ("SKEP_DATABASE_URL", url)));
    let served = Served::start_with(&setup, &more);
    let heard = story(&setup, &served).await;
    let (search, mut found) = (Search::new(), vec![]);
    // While it runs: what SQLite has not moved from its log yet is looked at as well.
    search.below(&setup.data(), &mut found);
    let log = served.stopped().await;
    assert!(
        log.len() > 100_000 && log.contains("TRACE"),
        "not all is logged"
    );
    search.find("the log", log.as_bytes(), &mut found);
    search.find("an answer", heard.as_bytes(), &mut found);
    search.below(&setup.data(), &mut found);
    if let Some(database) = database {
        search.find("Postgres", &rows(database).await, &mut found);
    }
    let comments = [1, 2, 3].map(|number| {
        setup
            .github
            .thread(setup.repository, number)
            .unwrap_or_default()
            .to_string()
    });
    search.find("GitHub", comments.concat().as_bytes(), &mut found);
    assert!(found.is_empty(), "{found:#?}");
}

/// All rows of all tables, as text.
async fn rows(database: &TestDatabase) -> Vec<u8> {
    let mut stranger = database.stranger().await;
    let sql = "SELECT table_name::text FROM information_schema.tables WHERE table_schema = current_schema()";
    let tables = sqlx::query(sql)
        .fetch_all(&mut stranger)
        .await
        .expect("tables");
    assert!(tables.len() > 8, "our tables");
    let mut all = String::new();
    for table in tables {
        let name: String = table.get(0);
        let sql = format!("SELECT t::text FROM {name} t");
        for row in sqlx::query(AssertSqlSafe(sql))
            .fetch_all(&mut stranger)
            .await
            .expect("rows")
        {
            all.push_str(&row.get::<String, _>(0));
        }
    }
    all.into_bytes()
}

#[tokio::test(flavor = "multi_thread")]
async fn no_secret_is_logged_answered_or_kept() {
    nowhere("json", None).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nor_in_a_log_for_people_or_on_postgres() {
    crate::store::on_postgres(|database| async move {
        nowhere("text", Some(&database)).await;
    })
    .await;
}

/// What is wrong with a secret is said without it.
#[tokio::test(flavor = "multi_thread")]
async fn no_secret_is_in_what_is_said_of_a_wrong_configuration() {
    let setup = Setup::new().await;
    configure(&setup);
    let proxy = format!("http://ana:{PROXY}@127.0.0.1:9");
    let database = format!("postgres://ana:{DATABASE}@127.0.0.1:1/none");
    let odd_database = format!("mysql://ana:{DATABASE}@127.0.0.1:1/none");
    let odd_proxy = format!("socks9://ana:{PROXY}@[::1");
    let pem = crate::test_app::key("test-only-app.pkcs1.pem");
    let broken = pem.replace("MII", "");
    let short = &ADMIN[..0];
    let wrong: [(&str, &str); 8] = [
        ("SKEP_DATABASE_URL", &database),
        ("SKEP_DATABASE_URL", &odd_database),
        ("HTTPS_PROXY", &odd_proxy),
        ("SKEP_PRIVATE_KEY", &broken),
        ("SKEP_PRIVATE_KEY_FILE", MODEL),
        ("SKEP_ADMIN_TOKEN", short),
        ("SKEP_WEBHOOK_SECRET", "short"),
        ("SKEP_LISTEN", "nowhere"),
    ];
    let (search, mut found) = (Search::new(), vec![]);
    for (name, value) in wrong {
        let mut all = setup.environment();
        let more = variables("json", &proxy);
        let more = more
            .into_iter()
            .chain([("SKEP_CONFIG", "")])
            .chain([(name, value)]);
        all.extend(more.map(|(name, value)| (name.to_owned(), value.to_owned())));
        let file = setup.folder.path().join("skep.toml").display().to_string();
        for line in ["config check", "config show", "serve", "status"] {
            if line == "serve" && matches!(name, "SKEP_ADMIN_TOKEN" | "SKEP_WEBHOOK_SECRET") {
                continue;
            }
            let line = format!("{line} --config {file}");
            let (code, out, err) = skep(&line, &all).await;
            let place = format!("{line} with {name}, which ended with {code:?}");
            // What was typed as a file's name is said: it was no secret's place.
            let said = format!("{out}{err}").replace(
                MODEL,
                match name {
                    "SKEP_PRIVATE_KEY_FILE" => "",
                    _ => MODEL,
                },
            );
            search.find(&place, said.as_bytes(), &mut found);
        }
    }
    assert!(found.is_empty(), "{found:#?}");
}
