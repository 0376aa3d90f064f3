//! The program itself, as an operator uses it: exit codes, messages, and the whole way from `serve` to `dispatch --wait`.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use skep::config::reference;
use skep_simulator::world::content::IssueDraft;
use skep_simulator::{Simulator, SimulatorConfig};
use tempfile::TempDir;

use super::{PKCS1, SECRET, read};

/// The program itself, in an environment of that content.
pub(super) fn skep(line: &str, variables: &[(&str, &str)]) -> (Option<i32>, String, String) {
    let folder = TempDir::new().expect("a folder");
    let mut command = Command::new(env!("CARGO_BIN_EXE_skep"));
    command
        .args(line.split(' '))
        .env_clear()
        .env("HOME", folder.path())
        .current_dir(folder.path());
    let Output {
        status,
        stdout,
        stderr,
    } = command
        .envs(variables.iter().copied())
        .output()
        .expect("it starts");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
    (status.code(), text(stdout), text(stderr))
}

#[test]
fn exit_codes_and_messages() {
    let (code, _, err) = skep("serve", &[("SKEP_APP_ID", "1")]);
    assert_eq!(code, Some(2));
    for part in [
        "SKEP_WEBHOOK_SECRET (or",
        "SKEP_PRIVATE_KEY_FILE (or",
        "SKEP_AGENT (or",
        "  1. `skep setup --url",
    ] {
        assert!(err.contains(part), "{part}: {err}");
    }
    assert!(!err.contains("SKEP_APP_ID (or"), "{err}");
    let (code, _, err) = skep(
        "config check",
        &[("SKEP_LISTEN", "x"), ("SKEP_LOG_FORMAT", "text")],
    );
    assert_eq!(
        (code, err.contains("SKEP_LISTEN: `x` is not an address")),
        (Some(2), true),
        "{err}"
    );
    let (code, out, _) = skep("config show", &[("SKEP_WEBHOOK_SECRET", SECRET)]);
    assert_eq!(
        (
            code,
            out.contains("set (23 characters)"),
            out.contains(SECRET)
        ),
        (Some(0), true, false),
        "{out}"
    );
    let (code, out, _) = skep("config show --reference", &[]);
    assert!(
        code == Some(0)
            && reference()
                .iter()
                .all(|setting| out.contains(setting.meaning)),
        "{out}"
    );
    let right = [
        ("SKEP_APP_ID", "1"),
        ("SKEP_PRIVATE_KEY", PKCS1),
        ("SKEP_WEBHOOK_SECRET", SECRET),
        ("SKEP_AGENT", "goose"),
        ("SKEP_OLD_GIT", "allow"),
        ("SKEP_LISTEN", "127.0.0.1:0"),
        ("SKEP_ADMIN_LISTEN", "127.0.0.1:0"),
        ("SKEP_LOG", "a=b=c"),
        ("SKEP_LOG_FORMAT", "xml"),
    ];
    // One wrong word about the log hides nothing else.
    let (code, _, err) = skep("config check --offline", &right);
    assert!(
        code == Some(2) && err.contains("2 mistakes") && err.contains("SKEP_LOG_FORMAT: must be"),
        "{err}"
    );
    let right = &right[..7];
    // No agent of that name is installed where these tests run: everything else is right.
    let (code, out, err) = skep("config check --offline", right);
    assert_eq!(code, Some(1), "{out}{err}");
    assert!(
        out.contains("✗ agent goose") && out.contains("`goose` is not installed"),
        "{out}"
    );
    assert!(
        out.contains("✓ database     SQLite")
            && out.contains("One problem keeps `skep serve` from working."),
        "{out}"
    );
}

#[test]
fn help_is_there_wherever_it_is_asked_for() {
    let version = format!("skep {}\n", env!("CARGO_PKG_VERSION"));
    assert_eq!(skep("-V", &[]), (Some(0), version.clone(), String::new()));
    assert_eq!(skep("serve -V", &[]), (Some(0), version, String::new()));
    let (code, out, err) = skep("help --help", &[]);
    assert!(
        code == Some(0) && out.contains("Usage: skep help [COMMAND]"),
        "{out}{err}"
    );
    for line in ["help", "help serve", "help config check", "help status"] {
        let asked = line.strip_prefix("help").unwrap_or_default().trim();
        let (code, out, _) = skep(line, &[]);
        let other = skep(format!("{asked} --help").trim(), &[]);
        assert_eq!((code, out.trim()), (other.0, other.1.trim()), "{line}");
        assert!(!out.contains("demo-agent"), "{out}");
    }
    let (code, _, err) = skep("help nothing", &[]);
    assert_eq!(
        (code, err.trim()),
        (
            Some(2),
            "skep: there is no command `nothing`; `skep help` lists them"
        )
    );
}

#[test]
fn nobody_at_the_admin_address_is_said_plainly() {
    let free = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = free.local_addr().expect("an address").to_string();
    drop(free);
    let wanted = format!(
        "skep: No skep is running at http://{address}. Start one with `skep serve`, or name its admin address with --admin.\n"
    );
    let (code, out, err) = skep("status", &[("SKEP_ADMIN_LISTEN", &address)]);
    assert_eq!((code, out, err), (Some(1), String::new(), wanted.clone()));
    let (code, _, err) = skep(&format!("dispatch o/r#1 --admin {address}"), &[]);
    assert_eq!((code, err), (Some(1), wanted));
}

/// A `skep serve` that runs until the test ends.
struct Served {
    process: Child,
    listen: String,
    admin: String,
}

impl Served {
    /// Starts it in `folder` and waits until it says that it is ready.
    fn start(folder: &Path, variables: &[(&str, &str)]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_skep"));
        command.args([
            "serve",
            "--listen",
            "127.0.0.1:0",
            "--admin-listen",
            "127.0.0.1:0",
            "--log-format",
            "json",
        ]);
        command
            .env_clear()
            .env("PATH", std::env::var("PATH").unwrap_or_default())
            .current_dir(folder);
        let mut process = command
            .envs(variables.iter().copied())
            .stderr(Stdio::piped())
            .spawn()
            .expect("it starts");
        let mut log = BufReader::new(process.stderr.take().expect("piped"));
        let (mut line, mut said) = (String::new(), String::new());
        let ready = loop {
            line.clear();
            assert!(
                log.read_line(&mut line).expect("text") > 0,
                "it ended: {said}"
            );
            said.push_str(&line);
            let entry: serde_json::Value = serde_json::from_str(&line).expect("a log line of JSON");
            if entry["fields"]["message"] == "skep is ready" {
                break entry;
            }
        };
        // The pipe is emptied until it closes, so that logging never blocks.
        std::thread::spawn(move || std::io::copy(&mut log, &mut std::io::sink()));
        let text = |name: &str| {
            ready["fields"][name]
                .as_str()
                .expect("an address")
                .to_owned()
        };
        Self {
            process,
            listen: text("listen"),
            admin: text("admin"),
        }
    }

    fn stop(mut self) -> Option<i32> {
        let pid = rustix::process::Pid::from_child(&self.process);
        rustix::process::kill_process(pid, rustix::process::Signal::TERM).expect("it runs");
        self.process.wait().expect("it ends").code()
    }
}

/// The whole way of the operator: a configuration file, `serve`, `dispatch --wait`, and every command that looks.
#[tokio::test(flavor = "multi_thread")]
async fn the_operator_dispatches_waits_and_looks() {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder");
    let public = read("fixtures/keys/test-only-app.public.pem");
    let mut github = SimulatorConfig::new(folder.path().join("github"), public);
    github.webhook_secret = SECRET.into();
    let app_id = github.app_id.to_string();
    let github = Simulator::start(github)
        .await
        .expect("the simulator starts");
    github.create_user("ana");
    let repository = github
        .create_repository("octo", "hello", &[("README.md", "hello\n")])
        .await
        .expect("a repository");
    let script = "```skep-demo\nwrite A.md: a\nsay Done.\n```".to_owned();
    let draft = IssueDraft {
        title: "Write A".into(),
        body: Some(script),
        ..IssueDraft::default()
    };
    let issue = github
        .open_issue(repository, "ana", draft)
        .expect("an issue");
    let (url, program) = (github.api_url(), env!("CARGO_BIN_EXE_skep"));
    let text = format!(
        "app_id = {app_id}\nprivate_key = \"\"\"\n{PKCS1}\"\"\"\nwebhook_secret = '{SECRET}'\ngithub_url = '{url}'\n\
         github_api_url = '{url}'\ndata_dir = 'data'\nold_git = 'allow'\nlook_again = '10ms'\n\
         [agents.script]\ncommand = ['{program}', 'demo-agent']\n"
    );
    std::fs::write(folder.path().join("skep.toml"), text).expect("written");
    let served = Served::start(folder.path(), &[]);
    let (admin, data) = (
        served.admin.clone(),
        folder.path().join("data").display().to_string(),
    );
    let looked = tokio::task::spawn_blocking(move || {
        let ask = |line: &str| {
            skep(
                &format!("{line} --admin {admin}"),
                &[("SKEP_DATA_DIR", &data)],
            )
        };
        let waited = ask(&format!("dispatch octo/hello#{issue} --wait"));
        let unknown = ask("dispatch octo/hello#99");
        let sessions = ask("sessions --json");
        let id = serde_json::from_str::<serde_json::Value>(&sessions.1).expect("JSON")["sessions"]
            [0]["id"]
            .clone();
        let session = ask(&format!("session {} --log", id.as_str().expect("an id")));
        [
            waited,
            unknown,
            ask("sessions"),
            session,
            ask("status"),
            ask("session 1-1-1"),
        ]
    });
    let [waited, unknown, sessions, session, status, nobody] = looked.await.expect("asked");
    assert_eq!(
        (
            waited.0,
            waited.1.contains("1 of 1 started"),
            waited.2.as_str()
        ),
        (Some(0), true, ""),
        "{waited:?}"
    );
    assert!(
        waited
            .1
            .lines()
            .last()
            .is_some_and(|line| line.contains("  completed  ")),
        "{}",
        waited.1
    );
    assert_eq!(
        (unknown.0, unknown.1.contains("0 of 1 started")),
        (Some(1), true),
        "{unknown:?}"
    );
    assert!(
        sessions.1.starts_with("SESSION") && sessions.1.contains("octo/hello#1"),
        "{}",
        sessions.1
    );
    for part in ["state:", "completed", "pull_request.opened", "Log", "Done."] {
        assert!(session.1.contains(part), "{part}: {}", session.1);
    }
    assert!(
        status.0 == Some(0) && status.1.contains("0 of 10 in use"),
        "{status:?}"
    );
    assert_eq!(
        (nobody.0, nobody.2.contains("there is no session 1-1-1")),
        (Some(1), true),
        "{nobody:?}"
    );
    assert!(!served.listen.is_empty());
    assert_eq!(served.stop(), Some(0), "a graceful stop");
    github.stop().await;
}
