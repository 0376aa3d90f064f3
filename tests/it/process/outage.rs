//! `skep serve` while GitHub is away, and what an operator sees of the public address.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use skep_simulator::fault::{Fault, FaultRule};
use tokio::net::{TcpListener, TcpStream};

use super::running::{Served, skep};
use super::setup::{PATIENCE, Setup, ask, get, signed};
use crate::test_app::SECRET;

/// A `skep serve` on ports of its own choice, which may never be ready.
struct Starting {
    child: std::process::Child,
    log: PathBuf,
    listen: String,
    admin: String,
}

fn free() -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.local_addr().expect("an address").to_string()
}

impl Starting {
    fn new(setup: &Setup, more: &[(&str, &str)]) -> Self {
        let (listen, admin) = (free(), free());
        let mut command = Command::new(env!("CARGO_BIN_EXE_skep"));
        command
            .arg("serve")
            .env_clear()
            .envs(setup.environment())
            .envs(more.iter().copied());
        command
            .env("SKEP_LISTEN", &listen)
            .env("SKEP_ADMIN_LISTEN", &admin)
            .current_dir(setup.folder.path());
        let log = setup.folder.path().join("starting.log");
        let kept = std::fs::File::create(&log).expect("a log");
        let child = command.stderr(kept).spawn().expect("it starts");
        Self {
            child,
            log,
            listen,
            admin,
        }
    }

    /// Waits until the readiness probe answers so; its reasons.
    async fn ready(&self, wanted: u16) -> Value {
        let began = Instant::now();
        loop {
            if let Some((status, body)) = ask(&self.listen, "GET /readyz", &[], "")
                .await
                .filter(|(s, _)| *s == wanted)
            {
                assert_eq!(status, wanted);
                return serde_json::from_str(&body).expect("JSON");
            }
            assert!(began.elapsed() < PATIENCE, "never {wanted}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Waits until the start is over: a start without its database ends with it.
    async fn at_work(&self) {
        let began = Instant::now();
        let said = || std::fs::read_to_string(&self.log).expect("its log");
        while !said().contains("skep is ready") {
            assert!(began.elapsed() < PATIENCE, "never at work: {}", said());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    async fn ends(&mut self) -> Option<i32> {
        let began = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().expect("a child") {
                return status.code();
            }
            assert!(began.elapsed() < PATIENCE, "it does not end");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}

impl Drop for Starting {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// A way to the database that can be cut.
struct Way {
    address: SocketAddr,
    open: Arc<AtomicBool>,
}

impl Way {
    async fn to(server: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await;
        let listener = listener.expect("a port");
        let address = listener.local_addr().expect("an address");
        let open = Arc::new(AtomicBool::new(true));
        let kept = Arc::clone(&open);
        let is_open = move || kept.load(Ordering::Acquire);
        tokio::spawn(async move {
            while let Ok((mut near, _)) = listener.accept().await {
                let (server, is_open) = (server.clone(), is_open.clone());
                tokio::spawn(async move {
                    let Ok(mut far) = TcpStream::connect(&server).await else {
                        return;
                    };
                    let cut = async {
                        while is_open() {
                            tokio::time::sleep(Duration::from_millis(5)).await;
                        }
                    };
                    tokio::select! {
                        _ = tokio::io::copy_bidirectional(&mut near, &mut far) => {}
                        () = cut => {}
                    }
                });
            }
        });
        Self { address, open }
    }

    fn set(&self, open: bool) {
        self.open.store(open, Ordering::Release);
    }
}

/// Without its database skep lives, takes no webhooks, and is itself again when it is back.
#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_is_gone_makes_it_unready_and_nothing_else() {
    crate::store::on_postgres(|database| async move {
        let url = url::Url::parse(&database.url).expect("an address");
        let host = url.host_str().expect("a host");
        let way = Way::to(format!("{host}:{}", url.port().unwrap_or(5432))).await;
        let mut through = url.clone();
        through.set_port(Some(way.address.port())).expect("a port");
        through.set_host(Some("127.0.0.1")).expect("a host");
        let setup = Setup::new().await;
        let run = Starting::new(&setup, &[("SKEP_DATABASE_URL", through.as_str())]);
        let reasons = run.ready(200).await;
        assert_eq!(reasons["reasons"]["database"], "writes", "{reasons}");
        run.at_work().await;
        way.set(false);
        let reasons = run.ready(503).await;
        assert_ne!(reasons["reasons"]["database"], "writes", "{reasons}");
        assert_eq!(reasons["reasons"]["github"], "knows us", "{reasons}");
        for address in [&run.listen, &run.admin] {
            let (status, _) = ask(address, "GET /healthz", &[], "")
                .await
                .expect("it lives");
            assert_eq!(status, 200);
        }
        way.set(true);
        let reasons = run.ready(200).await;
        assert_eq!(reasons["reasons"]["database"], "writes", "{reasons}");
    })
    .await;
}

/// What GitHub may answer during an outage.
#[tokio::test(flavor = "multi_thread")]
async fn webhooks_are_stored_while_github_does_not_say_who_we_are() {
    let setup = Setup::new().await;
    setup.hurry();
    let away = Fault::Status {
        status: 503,
        message: "try later".into(),
    };
    setup.github.add_fault(FaultRule::next(
        "GET",
        "/app",
        Fault::SecondaryLimit {
            retry_after: Some(1),
        },
    ));
    setup
        .github
        .add_fault(FaultRule::next("GET", "/app", away).times(1_000));
    let mut starting = Starting::new(&setup, &[]);
    let reasons = starting.ready(503).await["reasons"].clone();
    assert!(
        reasons["github"]
            .as_str()
            .is_some_and(|why| why.starts_with("GitHub has not said who we are")),
        "{reasons}"
    );
    let held = reasons["limits"].as_str().unwrap_or_default();
    assert!(
        held.starts_with("control groups: ") || held.starts_with("watchers: "),
        "{reasons}"
    );
    setup
        .github
        .set_webhook_url(&format!("http://{}/webhook", starting.listen));
    let issue = setup.go("write A.md: a\nsay Done.");
    let status = get(&starting.admin, "/api/v1/status").await;
    assert_eq!(status["health"]["github"]["known"], false, "{status}");
    let (code, out, _) = skep(&format!("status --admin {}", starting.admin), &[]).await;
    assert!(code == Some(0) && out.contains("github:"), "{out}");
    setup.github.clear_faults();
    let ready = starting.ready(200).await;
    assert_eq!(ready["reasons"]["github"], "knows us", "{ready}");
    let began = Instant::now();
    loop {
        let path = format!("GET /api/v1/tasks/octo/hello/{issue}");
        let answer = ask(&starting.admin, &path, &[], "")
            .await
            .filter(|(status, _)| *status == 200);
        let task: Value = answer.map_or(Value::Null, |(_, body)| {
            serde_json::from_str(&body).expect("JSON")
        });
        if task["state"] == "in-review" {
            break;
        }
        assert!(
            began.elapsed() < PATIENCE,
            "the stored webhook leads nowhere: {task}"
        );
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    kill_process(Pid::from_child(&starting.child), Signal::TERM).expect("it runs");
    assert_eq!(starting.ends().await, Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_at_githubs_address_is_waited_for_and_a_signal_ends_the_waiting() {
    let setup = Setup::new().await;
    let nowhere = format!("http://{}", free());
    let mut starting = Starting::new(&setup, &[("SKEP_GITHUB_API_URL", &nowhere)]);
    starting.ready(503).await;
    kill_process(Pid::from_child(&starting.child), Signal::TERM).expect("it runs");
    assert_eq!(starting.ends().await, Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_definite_no_ends_the_start() {
    let setup = Setup::new().await;
    for status in [401, 404] {
        let trouble = Fault::Status {
            status,
            message: "no".into(),
        };
        setup
            .github
            .add_fault(FaultRule::next("GET", "/app", trouble).times(2));
        let (code, _, err) = skep("serve", &setup.environment()).await;
        assert_eq!(code, Some(1), "{status}: {err}");
        assert!(
            err.lines()
                .last()
                .is_some_and(|line| line.contains("SKEP_APP_ID") || line.contains("signature")),
            "{err}"
        );
        setup.github.clear_faults();
    }
}

/// The commonest mistakes of a new installation.
#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_secret_and_a_ping_are_seen() {
    let setup = Setup::new().await;
    let served = Served::start(&setup);
    let post = async |guid: &str, secret: &str| {
        ask(
            &served.listen,
            "POST /webhook",
            &signed("ping", guid, "{\"zen\":\"x\"}", secret),
            "{\"zen\":\"x\"}",
        )
        .await
    };
    for guid in ["1", "2", "3"] {
        assert_eq!(
            post(guid, "not the secret").await.map(|(status, _)| status),
            Some(401)
        );
    }
    assert_eq!(post("4", SECRET).await.map(|(status, _)| status), Some(202));
    let began = Instant::now();
    while !served.log().contains("GitHub's ping arrived") {
        assert!(began.elapsed() < PATIENCE, "{}", served.log());
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let log = served.log();
    assert!(
        log.contains("deliveries were refused") && log.contains("SKEP_WEBHOOK_SECRET"),
        "{log}"
    );
    assert_eq!(log.matches("deliveries were refused").count(), 1, "{log}");
    let (_, out, _) = skep(&format!("status --admin {}", served.admin), &[]).await;
    assert!(
        out.contains("3 webhooks, the last ") && out.contains("(ping)"),
        "{out}"
    );
    served.stop().await;
}

/// Roles, limits and rules count at once; what needs what was not built at the start changes nothing.
#[tokio::test(flavor = "multi_thread")]
async fn a_hang_up_takes_up_the_rules_for_issues() {
    let setup = Setup::new().await;
    setup.hurry();
    let file = setup.folder.path().join("skep.toml");
    let served = Served::start(&setup);
    let read = async |text: &str, says: &str| {
        let before = served.log().matches(says).count();
        std::fs::write(&file, text).expect("written");
        served.signal(Signal::HUP);
        let began = Instant::now();
        while served.log().matches(says).count() == before {
            assert!(began.elapsed() < PATIENCE, "{}", served.log());
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    read("off = ['octo/*']\n", "were read again").await;
    let refused = setup.go("write A.md: a\nsay Done.");
    let began = Instant::now();
    let thread = || {
        setup
            .github
            .thread(setup.repository, refused)
            .expect("an issue")
    };
    while !thread().contains("skep is switched off for this repository") {
        assert!(began.elapsed() < PATIENCE, "{}", thread());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    read(
        "[agents.other]\ncommand = 'other'\n[roles.swe]\nagent = 'other'\n",
        "restart it",
    )
    .await;
    let again = setup.go("write B.md: b\nsay Done.");
    let thread = || {
        setup
            .github
            .thread(setup.repository, again)
            .expect("an issue")
    };
    while !thread().contains("skep is switched off for this repository") {
        assert!(began.elapsed() < PATIENCE, "{}", thread());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    read("ready = 'never'\n", "were read again").await;
    let taken = setup.go("write C.md: c\nsay Done.");
    served.settled(taken, "in-review").await;
    served.stop().await;
}

/// Closing the terminal, or `systemctl reload`.
#[tokio::test(flavor = "multi_thread")]
async fn a_hang_up_reads_the_webhook_secret_again_and_kills_nobody() {
    let setup = Setup::new().await;
    let file = setup.folder.path().join("skep.toml");
    let write = |secret: &str| {
        std::fs::write(&file, format!("webhook_secret = '{secret}'\n")).expect("written")
    };
    write(SECRET);
    let served = Served::start_with(&setup, &[("SKEP_WEBHOOK_SECRET", "")]);
    let ping = async |guid: &str, secret: &str| {
        let answer = ask(
            &served.listen,
            "POST /webhook",
            &signed("ping", guid, "{}", secret),
            "{}",
        )
        .await;
        answer.expect("an answer").0
    };
    assert_eq!(ping("1", SECRET).await, 202);
    write("another secret of twenty letters");
    served.signal(Signal::HUP);
    let began = Instant::now();
    while !served.log().contains("read again") {
        assert!(began.elapsed() < PATIENCE, "{}", served.log());
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert_eq!(
        (
            ping("2", SECRET).await,
            ping("3", "another secret of twenty letters").await
        ),
        (401, 202)
    );
    std::fs::write(&file, "webhook_secret = ").expect("written");
    served.signal(Signal::HUP);
    while !served.log().contains("what was read at the start stays") {
        assert!(began.elapsed() < PATIENCE, "{}", served.log());
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert_eq!(ping("4", "another secret of twenty letters").await, 202);
    served.stop().await;
}
