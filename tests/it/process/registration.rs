//! `skep setup`, and a `skep serve` without an App: the whole way by HTTP against the simulator, and everything that can go wrong on it.

use std::io::{BufRead, BufReader, Read};
use std::os::unix::fs::PermissionsExt;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Instant;

use serde_json::Value;
use skep_simulator::fault::{Fault, FaultRule};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::running::{Served, skep};
use super::setup::{PATIENCE, Setup, ask, get, signed};

const SCRIPT: &str = "write A.md: a\nsay Done.";
/// Where nobody listens.
const NOWHERE: &str = "http://127.0.0.1:9";

pub(super) async fn stage() -> Setup {
    Setup::with(|config| {
        config.app_private_key_pem = Some(crate::test_app::key("test-only-app.pkcs1.pem"));
    })
    .await
}

/// What a set-up is started with: no App, no agent but by name.
fn variables(setup: &Setup) -> Vec<(String, String)> {
    let of_app = [
        "SKEP_APP_ID",
        "SKEP_PRIVATE_KEY_FILE",
        "SKEP_WEBHOOK_SECRET",
    ];
    let mut all = setup.environment();
    all.retain(|(name, _)| !of_app.contains(&name.as_str()));
    all
}

/// An answer with what a browser needs of its head.
#[derive(Debug)]
struct Answer {
    status: u16,
    head: String,
    body: String,
}

impl Answer {
    fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (found, value) = line.split_once(':')?;
            found.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }
}

/// One request, as a browser sends it.
async fn request(address: &str, line: &str, cookie: &str, form: &str) -> Answer {
    let mut stream = TcpStream::connect(address).await.expect("somebody listens");
    let request = format!(
        "{line} HTTP/1.1\r\nHost: {address}\r\nUser-Agent: a-browser\r\nConnection: close\r\nCookie: {cookie}\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{form}",
        form.len()
    );
    stream.write_all(request.as_bytes()).await.expect("sent");
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).await.expect("an answer");
    let text = String::from_utf8(bytes).expect("UTF-8");
    let (head, body) = text.split_once("\r\n\r\n").expect("a head");
    Answer {
        status: head
            .split(' ')
            .nth(1)
            .and_then(|code| code.parse().ok())
            .expect("a status"),
        head: head.to_owned(),
        body: body.to_owned(),
    }
}

/// An address in its parts: `127.0.0.1:3001`, `/setup?x`.
fn parts(url: &str) -> (String, String) {
    let rest = url.strip_prefix("http://").expect("plain http");
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    (host.to_owned(), format!("/{path}"))
}

fn unescaped(text: &str) -> String {
    text.replace("&quot;", "\"")
        .replace("&#39;", "'")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&amp;", "&")
}

fn between(text: &str, from: &str, to: &str) -> String {
    let (_, rest) = text
        .split_once(from)
        .unwrap_or_else(|| panic!("no {from}: {text}"));
    unescaped(rest.split_once(to).expect("an end").0)
}

/// A browser at the set-up's page.
struct Browser {
    admin: String,
    cookie: String,
}

impl Browser {
    /// Opens the address that was printed.
    async fn open(address: &str) -> Self {
        let (admin, path) = parts(address);
        let entered = request(&admin, &format!("GET {path}"), "", "").await;
        assert_eq!(entered.status, 303, "{entered:?}");
        let cookie = entered.header("set-cookie").expect("a cookie");
        assert!(
            cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"),
            "{cookie}"
        );
        let cookie = cookie.split(';').next().expect("a pair").to_owned();
        Self { admin, cookie }
    }

    async fn page(&self) -> Answer {
        request(&self.admin, "GET /setup", &self.cookie, "").await
    }

    /// Presses the button; gives the address that GitHub leads back to.
    async fn press(&self, setup: &Setup) -> String {
        let page = self.page().await;
        assert_eq!(page.status, 200, "{page:?}");
        let action = between(&page.body, "action=\"", "\"");
        let manifest = between(&page.body, "name=\"manifest\" value=\"", "\"");
        assert!(action.starts_with(&setup.github.git_url()), "{action}");
        let (host, path) = parts(&action);
        let encoded: String = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("manifest", &manifest)
            .finish();
        let answer = request(&host, &format!("POST {path}"), "", &encoded).await;
        assert_eq!(answer.status, 302, "{answer:?}");
        answer.header("location").expect("a way back").to_owned()
    }

    /// Follows GitHub back.
    async fn return_by(&self, location: &str) -> Answer {
        let (host, path) = parts(location);
        assert_eq!(host, self.admin);
        request(&host, &format!("GET {path}"), "", "").await
    }

    async fn progress(&self) -> Value {
        let answer = request(&self.admin, "GET /setup/progress", &self.cookie, "").await;
        assert_eq!(answer.status, 200, "{answer:?}");
        serde_json::from_str(&answer.body).expect("JSON")
    }

    /// Waits until a part of the checklist is so; gives its text.
    async fn until(&self, part: &str, progress: &str) -> String {
        let began = Instant::now();
        loop {
            let all = self.progress().await;
            let items = all["items"].as_array().expect("a list");
            let found = items
                .iter()
                .find(|item| item["part"] == part && item["progress"] == progress);
            if let Some(item) = found {
                return item["text"].as_str().expect("a text").to_owned();
            }
            assert!(began.elapsed() < PATIENCE, "{part} never {progress}: {all}");
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
    }

    /// Installs the App by GitHub's page, as its link leads there.
    async fn install(&self, setup: &Setup) {
        let app = setup.github.app();
        let (host, _) = parts(&setup.github.git_url());
        let path = format!("/apps/{}/installations/new", app.slug);
        let answer = request(&host, &format!("POST {path}"), "", "account=octo").await;
        assert_eq!(answer.status, 302, "{answer:?}");
        let back = answer.header("location").expect("a way back");
        assert!(
            back.starts_with(&format!("http://{}/setup?installation_id=", self.admin)),
            "{back}"
        );
    }
}

/// A `skep setup` that runs.
struct SetUp {
    child: Child,
    address: String,
    listen: String,
    output: Arc<Mutex<String>>,
    reader: Option<std::thread::JoinHandle<()>>,
}

impl SetUp {
    fn start(setup: &Setup, flags: &str) -> Self {
        tokio::task::block_in_place(|| {
            let mut command = Command::new(env!("CARGO_BIN_EXE_skep"));
            command
                .arg("setup")
                .args(flags.split_whitespace())
                .env_clear()
                .envs(variables(setup))
                .current_dir(setup.folder.path())
                .stdout(Stdio::piped());
            let mut child = command.spawn().expect("it starts");
            let mut lines = BufReader::new(child.stdout.take().expect("piped"));
            let output = Arc::new(Mutex::new(String::new()));
            let (mut listen, mut address) = (String::new(), String::new());
            while address.is_empty() {
                let mut line = String::new();
                let length = lines.read_line(&mut line).expect("text");
                output.lock().expect("no panic").push_str(&line);
                assert!(length > 0, "it ended: {}", output.lock().expect("no panic"));
                if let Some((_, rest)) = line.split_once("taken at http://") {
                    listen = rest.split_once('/').expect("a path").0.to_owned();
                } else if line.trim().starts_with("http://") {
                    line.trim().clone_into(&mut address);
                }
            }
            let kept = Arc::clone(&output);
            let reader = std::thread::spawn(move || {
                let mut rest = String::new();
                let mut line = String::new();
                while lines.read_line(&mut line).is_ok_and(|length| length > 0) {
                    kept.lock()
                        .expect("no panic")
                        .push_str(&std::mem::take(&mut line));
                }
                let _whole = lines.read_to_string(&mut rest);
            });
            Self {
                child,
                address,
                listen,
                output,
                reader: Some(reader),
            }
        })
    }

    /// Leads GitHub's webhooks to where it listens.
    fn lead(&self, setup: &Setup) {
        setup
            .github
            .set_webhook_url(&format!("http://{}/webhook", self.listen));
    }

    async fn ended(mut self) -> (Option<i32>, String) {
        let began = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().expect("a child") {
                let reader = self.reader.take().expect("one reader");
                tokio::task::block_in_place(|| reader.join()).expect("read");
                let output = self.output.lock().expect("no panic").clone();
                return (status.code(), output);
            }
            assert!(
                began.elapsed() < PATIENCE,
                "{}",
                self.output.lock().expect("no panic")
            );
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    }

    fn kill(mut self) {
        self.child.kill().expect("it runs");
        tokio::task::block_in_place(|| self.child.wait()).expect("it is gone");
    }
}

fn conversions(setup: &Setup) -> usize {
    let calls = setup.github.calls();
    calls
        .iter()
        .filter(|call| call.path.contains("/app-manifests/"))
        .count()
}

/// From an empty folder to a pull request: one button, one click to install, no variable of the App's.
#[tokio::test(flavor = "multi_thread")]
async fn a_set_up_ends_in_a_skep_that_works() {
    let setup = stage().await;
    // The simulator's address is no github.com: it may be an Enterprise Server that does not have everything.
    setup
        .github
        .offer_no_events(&["issue_dependencies", "sub_issues"]);
    setup.hurry();
    let run = SetUp::start(&setup, &format!("--url {NOWHERE}"));
    let (admin, _) = parts(&run.address);
    for locked in ["/setup", "/setup?key=setup-0", "/setup/progress"] {
        let answer = request(&admin, &format!("GET {locked}"), "", "").await;
        assert_eq!(answer.status, 403, "{locked}: {answer:?}");
    }
    let browser = Browser::open(&run.address).await;
    let page = browser.page().await;
    let policy = page.header("content-security-policy").expect("a policy");
    assert!(
        policy.contains("default-src 'none'") && policy.contains(&setup.github.git_url()),
        "{policy}"
    );
    let back = browser.press(&setup).await;
    run.lead(&setup);
    let returned = browser.return_by(&back).await;
    // Straight on to where it is installed; once more, to the checklist.
    let slug = setup.github.app().slug;
    let install = format!("{}/apps/{slug}/installations/new", setup.github.git_url());
    assert_eq!(
        (returned.status, returned.header("location")),
        (303, Some(install.as_str())),
        "{returned:?}"
    );
    let again = browser.return_by(&back).await;
    assert_eq!(again.header("location"), Some("/setup"), "{again:?}");
    let file = setup.data().join("app.json");
    let mode = std::fs::metadata(&file).expect("kept").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    assert!(browser.until("webhook", "done").await.contains("ping"));
    assert!(
        browser
            .until("GitHub", "done")
            .await
            .contains("accepts the App's key")
    );
    browser.until("installed", "open").await;
    browser.install(&setup).await;
    browser.until("permissions", "done").await;
    let last = browser.page().await;
    assert!(
        last.body.contains("Everything is set up") && !last.body.contains("<script"),
        "{last:?}"
    );
    let (code, output) = run.ended().await;
    assert_eq!(code, Some(0), "{output}");
    assert!(
        output.contains("✓ installed") && output.contains("Start `skep serve`"),
        "{output}"
    );
    let secret = setup.github.app().webhook_secret;
    assert!(
        !output.contains(&secret) && !output.contains("BEGIN"),
        "{output}"
    );
    let served = Served::start_without_app(&setup, "skep is ready");
    setup
        .github
        .set_webhook_url(&format!("http://{}/webhook", served.listen));
    let issue = setup.go(SCRIPT);
    served.settled(issue, "in-review").await;
    served.one_completed_session().await;
    assert_eq!(conversions(&setup), 1);
    served.stop().await;
}

/// Where news is asked for, the App gets no webhook, and no port is opened for one, neither by the set-up nor by the service after it.
#[tokio::test(flavor = "multi_thread")]
async fn a_set_up_that_polls_makes_an_app_without_a_webhook() {
    let setup = stage().await;
    setup.hurry();
    let run = SetUp::start(&setup, "--poll 5s");
    assert_eq!(run.listen, "", "nothing is to be passed on to here");
    let browser = Browser::open(&run.address).await;
    let back = browser.press(&setup).await;
    let returned = browser.return_by(&back).await;
    assert_eq!(returned.status, 303, "{returned:?}");
    assert_eq!(setup.github.app().webhook_url, None);
    let kept = std::fs::read_to_string(setup.data().join("app.json")).expect("kept");
    assert!(
        !kept.contains("webhook_secret"),
        "a secret would open a port"
    );
    assert!(
        browser
            .until("webhook", "done")
            .await
            .contains("none is needed")
    );
    browser.install(&setup).await;
    browser.until("permissions", "done").await;
    let (code, output) = run.ended().await;
    assert_eq!(code, Some(0), "{output}");
    let no_app = [
        ("SKEP_APP_ID", ""),
        ("SKEP_PRIVATE_KEY_FILE", ""),
        ("SKEP_WEBHOOK_SECRET", ""),
        ("SKEP_POLL", "5s"),
    ];
    let served = Served::start_with(&setup, &no_app);
    assert_eq!(served.listen, "");
    let issue = setup.go(SCRIPT);
    served.settled(issue, "in-review").await;
    served.one_completed_session().await;
    served.stop().await;
}

/// `skep serve` with an agent and no App shows the same page, and works as soon as there is one.
#[tokio::test(flavor = "multi_thread")]
async fn a_service_without_an_app_goes_on_by_itself_once_there_is_one() {
    let setup = stage().await;
    setup.hurry();
    let file = setup.folder.path().join("skep.toml");
    let settings = std::fs::read_to_string(&file).expect("settings");
    std::fs::write(&file, format!("public_url = '{NOWHERE}'\n{settings}")).expect("written");
    let served = Served::start_without_app(&setup, "no GitHub App is configured");
    let (status, body) = ask(&served.listen, "GET /readyz", &[], "")
        .await
        .expect("an answer");
    assert!(
        status == 503 && body.contains("no GitHub App is registered yet"),
        "{body}"
    );
    // As `systemctl reload` does: there is nothing to read again, and it goes on.
    served.signal(rustix::process::Signal::HUP);
    let log = served.log();
    let entry: Value = serde_json::from_str(log.lines().last().expect("a line")).expect("JSON");
    let browser = Browser::open(entry["fields"]["page"].as_str().expect("an address")).await;
    let back = browser.press(&setup).await;
    setup
        .github
        .set_webhook_url(&format!("http://{}/webhook", served.listen));
    assert_eq!(browser.return_by(&back).await.status, 303);
    // The page is there before, while and after the service takes the address over.
    browser.until("webhook", "done").await;
    browser.install(&setup).await;
    browser.until("permissions", "done").await;
    let page = browser.page().await;
    assert!(page.body.contains("skep is at work"), "{page:?}");
    let issue = setup.go(SCRIPT);
    served.settled(issue, "in-review").await;
    served.one_completed_session().await;
    assert!(get(&served.admin, "/api/v1/status").await["health"]["github"]["known"] == true);
    served.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_return_that_is_not_ours_does_nothing() {
    let setup = stage().await;
    let run = SetUp::start(&setup, &format!("--url {NOWHERE}"));
    let browser = Browser::open(&run.address).await;
    let back = browser.press(&setup).await;
    let (_, path) = parts(&back);
    let (before, state) = path.split_once("&state=").expect("a state");
    for forged in [
        format!("{before}&state=state-0123"),
        before.to_owned(),
        format!("/setup/callback?state={state}"),
        "/setup/callback".to_owned(),
        format!("{before}&state={}", "x".repeat(5_000)),
    ] {
        let answer = request(
            &browser.admin,
            &format!("GET {forged}"),
            &browser.cookie,
            "",
        )
        .await;
        assert_eq!(answer.status, 400, "{forged}: {answer:?}");
        assert!(answer.body.contains("Nothing was done"), "{answer:?}");
    }
    assert_eq!(conversions(&setup), 0);
    // A code that GitHub does not know is said to be used up, and so is the state.
    let wrong = format!("/setup/callback?code=nonsense&state={state}");
    let fresh = browser.press(&setup).await;
    let (_, fresh) = parts(&fresh);
    let (_, fresh_state) = fresh.split_once("&state=").expect("a state");
    let answer = request(&browser.admin, &format!("GET {wrong}"), "", "").await;
    assert!(
        answer.status == 400 && answer.body.contains("older than an hour"),
        "{answer:?}"
    );
    let again = request(&browser.admin, &format!("GET {wrong}"), "", "").await;
    assert!(
        again.status == 400 && again.body.contains("used already"),
        "{again:?}"
    );
    assert_eq!(conversions(&setup), 1);
    // The way back with a good state is still open.
    let code = fresh
        .split_once("code=")
        .and_then(|(_, rest)| rest.split_once('&'))
        .expect("a code")
        .0;
    let good = format!("/setup/callback?code={code}&state={fresh_state}");
    let answer = request(&browser.admin, &format!("GET {good}"), "", "").await;
    assert_eq!(answer.status, 303, "{answer:?}");
    // And once more: a reload of that page changes nothing.
    let reload = request(&browser.admin, &format!("GET {good}"), "", "").await;
    assert_eq!((reload.status, conversions(&setup)), (303, 2));
    run.kill();
}

/// The code is used once, whatever becomes of the answer; people are told what to delete.
#[tokio::test(flavor = "multi_thread")]
async fn a_lost_answer_is_not_asked_for_again() {
    let setup = stage().await;
    let run = SetUp::start(&setup, &format!("--url {NOWHERE} --org octo"));
    let browser = Browser::open(&run.address).await;
    setup.github.add_fault(FaultRule::next(
        "POST",
        "/app-manifests/*/conversions",
        Fault::DropAfter,
    ));
    let back = browser.press(&setup).await;
    let answer = browser.return_by(&back).await;
    assert!(
        answer.status == 502 && answer.body.contains("GitHub tells a key once"),
        "{answer:?}"
    );
    assert_eq!(conversions(&setup), 1);
    run.kill();
    // It is still said after a restart, with where to delete it and a new button, which works.
    let run = SetUp::start(&setup, &format!("--url {NOWHERE} --org octo"));
    let browser = Browser::open(&run.address).await;
    let page = browser.page().await;
    assert!(
        page.body.contains("GitHub tells a key once")
            && page.body.contains("/organizations/octo/settings/apps\""),
        "{page:?}"
    );
    let back = browser.press(&setup).await;
    assert_eq!(browser.return_by(&back).await.status, 303);
    let page = browser.page().await;
    assert!(!page.body.contains("tells a key once"), "{page:?}");
    run.kill();
}

/// What GitHub never got can be sent again with the same code.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_never_sent_can_be_tried_again() {
    let setup = stage().await;
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let api = format!("http://{}", taken.local_addr().expect("an address"));
    drop(taken);
    let run = SetUp::start(&setup, &format!("--url {NOWHERE} --github-api-url {api}"));
    let browser = Browser::open(&run.address).await;
    let back = browser.press(&setup).await;
    let answer = browser.return_by(&back).await;
    assert!(
        answer.status == 502 && answer.body.contains("could not be reached"),
        "{answer:?}"
    );
    let again = between(&answer.body, "<a href=\"/setup/callback", "\"");
    let answer = request(
        &browser.admin,
        &format!("GET /setup/callback{again}"),
        "",
        "",
    )
    .await;
    assert!(
        answer.status == 502 && answer.body.contains("could not be reached"),
        "{answer:?}"
    );
    run.kill();
}

/// Killed between the button and the return, and in the midst of the exchange.
#[tokio::test(flavor = "multi_thread")]
async fn a_set_up_goes_on_where_it_was_killed() {
    let setup = stage().await;
    let flags = format!("--url {NOWHERE}");
    let run = SetUp::start(&setup, &flags);
    let (admin, _) = parts(&run.address);
    let first = run.address.clone();
    let browser = Browser::open(&run.address).await;
    setup.github.add_fault(FaultRule::next(
        "POST",
        "/app-manifests/*/conversions",
        Fault::Held,
    ));
    let back = browser.press(&setup).await;
    let state = back.split_once("&state=").expect("a state").1.to_owned();
    let code = back
        .split_once("code=")
        .and_then(|(_, rest)| rest.split_once('&'))
        .expect("a code")
        .0
        .to_owned();
    run.kill();
    let run = SetUp::start(&setup, &format!("{flags} --admin-listen {admin}"));
    assert_eq!(run.address, first, "the same address with the same key");
    let browser = Browser { admin, ..browser };
    let line = format!("GET /setup/callback?code={code}&state={state}");
    let (address, waiting) = (browser.admin.clone(), line.clone());
    let held = tokio::spawn(async move { ask(&address, &waiting, &[], "").await });
    let began = Instant::now();
    while !std::fs::read_to_string(setup.data().join("setup.json"))
        .expect("kept")
        .contains("\"exchanging\": 1")
    {
        assert!(began.elapsed() < PATIENCE, "never exchanged");
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    run.kill();
    assert_eq!(held.await.expect("no panic"), None);
    setup.github.let_go();
    let run = SetUp::start(&setup, &flags);
    let browser = Browser::open(&run.address).await;
    let page = browser.page().await;
    assert!(page.body.contains("GitHub tells a key once"), "{page:?}");
    // The state was spent before the code was sent.
    let answer = request(&browser.admin, &line, "", "").await;
    assert_eq!(answer.status, 400, "{answer:?}");
    run.kill();
}

/// A folder that cannot be written is found out before the code is used.
#[tokio::test(flavor = "multi_thread")]
async fn a_folder_that_cannot_be_written_uses_no_code_up() {
    let setup = stage().await;
    let run = SetUp::start(&setup, &format!("--url {NOWHERE}"));
    let browser = Browser::open(&run.address).await;
    let back = browser.press(&setup).await;
    // Also for root, whom no mode keeps out.
    let in_the_way = setup.data().join(".setup.json.new");
    std::fs::create_dir_all(in_the_way.join("x")).expect("made");
    let answer = browser.return_by(&back).await;
    assert!(
        answer.status == 500 && answer.body.contains("cannot be written"),
        "{answer:?}"
    );
    assert!(
        answer.body.contains("Nothing was asked of GitHub yet"),
        "{answer:?}"
    );
    assert_eq!(conversions(&setup), 0);
    let page = browser.page().await;
    assert!(
        page.status == 500 && !page.body.contains("<button>"),
        "{page:?}"
    );
    std::fs::remove_dir_all(&in_the_way).expect("removed");
    assert_eq!(
        browser.return_by(&back).await.status,
        303,
        "the same return is good again"
    );
    run.kill();
}

/// The secrets came and cannot be kept: they are not lost while skep lives.
#[tokio::test(flavor = "multi_thread")]
async fn secrets_that_cannot_be_kept_are_kept_later() {
    let setup = stage().await;
    let run = SetUp::start(&setup, &format!("--url {NOWHERE}"));
    let browser = Browser::open(&run.address).await;
    let in_the_way = setup.data().join("app.json/x");
    std::fs::create_dir_all(&in_the_way).expect("made");
    let back = browser.press(&setup).await;
    let answer = browser.return_by(&back).await;
    assert!(
        answer.status == 500 && answer.body.contains("leave skep running"),
        "{answer:?}"
    );
    std::fs::remove_dir_all(setup.data().join("app.json")).expect("removed");
    let page = browser.page().await;
    assert!(
        page.status == 200 && page.body.contains("is registered"),
        "{page:?}"
    );
    assert!(setup.data().join("app.json").is_file());
    assert_eq!(conversions(&setup), 1);
    run.kill();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_is_none_is_not_kept() {
    let setup = Setup::with(|config| {
        config.app_private_key_pem = Some(crate::test_app::key("wrong/ec.pem"));
    })
    .await;
    let run = SetUp::start(&setup, &format!("--url {NOWHERE}"));
    let browser = Browser::open(&run.address).await;
    let back = browser.press(&setup).await;
    let answer = browser.return_by(&back).await;
    assert!(
        answer.status == 502 && answer.body.contains("elliptic-curve key"),
        "{answer:?}"
    );
    let key = crate::test_app::key("wrong/ec.pem");
    let key = key.lines().nth(1).expect("a line");
    assert!(!answer.body.contains(key) && !setup.data().join("app.json").exists());
    run.kill();
}

/// GitHub refuses signatures of a clock that is ahead; the checklist says so and nothing vaguer.
#[tokio::test(flavor = "multi_thread")]
async fn a_clock_six_minutes_off_is_named() {
    let setup = Setup::with(|config| {
        config.app_private_key_pem = Some(crate::test_app::key("test-only-app.pkcs1.pem"));
        let machine = Arc::clone(&config.clock);
        config.clock = Arc::new(move || machine() - 360_000);
    })
    .await;
    let run = SetUp::start(&setup, &format!("--url {NOWHERE}"));
    let browser = Browser::open(&run.address).await;
    let back = browser.press(&setup).await;
    assert_eq!(browser.return_by(&back).await.status, 303);
    let said = browser.until("GitHub", "wrong").await;
    assert!(said.contains("6 min ahead of GitHub's"), "{said}");
    run.kill();
}

/// Only a ping is taken while there is nobody to work on the rest, and only with the right signature.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_but_a_ping_is_taken_during_a_set_up() {
    let setup = stage().await;
    let run = SetUp::start(&setup, &format!("--url {NOWHERE}"));
    let browser = Browser::open(&run.address).await;
    let back = browser.press(&setup).await;
    let secret = setup.github.app().webhook_secret;
    let body = "{\"zen\":\"hi\"}";
    let send = async |event: &str, secret: &str| {
        let headers = signed(event, "by-hand", body, secret);
        ask(&run.listen, "POST /webhook", &headers, body)
            .await
            .map(|(status, _)| status)
    };
    assert_eq!(
        send("ping", &secret).await,
        Some(401),
        "nobody knows the secret yet"
    );
    assert_eq!(browser.return_by(&back).await.status, 303);
    assert_eq!(send("ping", "another").await, Some(401));
    assert_eq!(send("ping", &secret).await, Some(202));
    assert_eq!(
        send("issues", &secret).await,
        Some(503),
        "GitHub sends it again"
    );
    run.kill();
}

#[tokio::test(flavor = "multi_thread")]
async fn secrets_can_be_printed_instead_of_kept() {
    let setup = stage().await;
    let run = SetUp::start(&setup, &format!("--url {NOWHERE} --print"));
    let browser = Browser::open(&run.address).await;
    let back = browser.press(&setup).await;
    run.lead(&setup);
    assert_eq!(browser.return_by(&back).await.status, 303);
    browser.install(&setup).await;
    browser.until("permissions", "done").await;
    browser.until("webhook", "done").await;
    let (code, output) = run.ended().await;
    assert_eq!(code, Some(0), "{output}");
    assert!(!setup.data().join("app.json").exists());
    let lines = output
        .lines()
        .filter_map(|line| line.split_once('='))
        .filter(|(name, _)| name.starts_with("SKEP_"));
    let mut printed: Vec<(String, String)> = lines
        .map(|(name, value)| (name.to_owned(), value.trim_matches('"').to_owned()))
        .collect();
    // They are good as they are.
    let known: Vec<String> = printed.iter().map(|(name, _)| name.clone()).collect();
    printed.extend(
        variables(&setup)
            .into_iter()
            .filter(|(name, _)| !known.contains(name)),
    );
    let (code, out, err) = skep("config check", &printed).await;
    assert!(out.contains("knows the App skep-"), "{code:?} {out}{err}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_stands_in_the_way_is_said_plainly() {
    let setup = stage().await;
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = taken.local_addr().expect("an address").to_string();
    let (code, _, err) = skep(
        &format!("setup --url {NOWHERE} --admin-listen {port}"),
        &variables(&setup),
    )
    .await;
    assert!(
        code == Some(1) && err.contains(&format!("listen on {port}")),
        "{err}"
    );
    let (code, _, err) = skep("setup", &variables(&setup)).await;
    assert!(
        code == Some(2) && err.contains("--url https://HOST") && err.contains("--poll"),
        "{err}"
    );
    let (code, out, _) = skep(&format!("setup --url {NOWHERE}"), &setup.environment()).await;
    assert!(
        code == Some(0) && out.contains("configured already"),
        "{out}"
    );
    let mut half = variables(&setup);
    half.push(("SKEP_APP_ID".to_owned(), "4242".to_owned()));
    let (code, _, err) = skep(&format!("setup --url {NOWHERE}"), &half).await;
    assert!(
        code == Some(2) && err.contains("SKEP_WEBHOOK_SECRET"),
        "{err}"
    );
    let run = SetUp::start(&setup, &format!("--url {NOWHERE}"));
    let (code, _, err) = skep(&format!("setup --url {NOWHERE}"), &variables(&setup)).await;
    assert!(code == Some(1) && err.contains("is running on"), "{err}");
    run.kill();
}
