//! Notifications outside GitHub by the program itself: over a `kill -9`, and what an operator asks about them.

use std::io::Write;

use serde_json::Value;

use super::running::{Served, skep};
use super::setup::Setup;
use crate::receiver::{Receiver, Reply};

const SECRET: &str = "hunter2-hunter2-hunter2";
const SCRIPT: &str = "write A.md: a\nsay Done.";

async fn setup(receiver: &Receiver) -> Setup {
    let setup = Setup::new().await;
    setup.hurry();
    let toml = setup.folder.path().join("skep.toml");
    let mut toml = std::fs::OpenOptions::new()
        .append(true)
        .open(toml)
        .expect("the file");
    let url = receiver.url("/hook");
    write!(
        toml,
        "\n[notify.team]\nkind = 'webhook'\nurl = '{url}'\nevents = ['session.completed']\n"
    )
    .expect("written");
    setup
}

fn serve(setup: &Setup) -> Served {
    Served::start_with(setup, &[("SKEP_NOTIFY_TEAM_SECRET", SECRET)])
}

async fn ask(setup: &Setup, served: &Served, line: &str) -> (Option<i32>, String, String) {
    skep(
        &format!("{line} --admin http://{}", served.admin),
        &setup.token(),
    )
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_while_it_tells_it_tells_again_under_the_same_id() {
    let receiver = Receiver::open().await;
    receiver.then(Reply::Hangs);
    let setup = setup(&receiver).await;
    let served = serve(&setup);
    let issue = setup.go(SCRIPT);
    let came = receiver.until(1).await;
    assert!(came[0].is_signed(SECRET), "{came:?}");
    served.kill();
    let served = serve(&setup);
    let came = receiver.until(2).await;
    assert_eq!(
        came[0].header("x-skep-delivery"),
        came[1].header("x-skep-delivery")
    );
    assert_eq!(came[0].body, came[1].body);
    served.settled(issue, "in-review").await;
    let began = std::time::Instant::now();
    loop {
        let (code, out, err) = ask(&setup, &served, "notifications --json").await;
        assert_eq!(code, Some(0), "{err}");
        let answer: Value = serde_json::from_str(&out).expect("JSON");
        if answer["targets"][0]["sent"] == 1 {
            assert_eq!(answer["targets"][0]["waiting"], 0, "{answer}");
            break;
        }
        assert!(began.elapsed() < super::setup::PATIENCE, "{answer}");
    }
    assert_eq!(receiver.came().len(), 2, "and once it was taken, no more");
    served.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operator_tries_a_target_and_reads_how_it_is() {
    let receiver = Receiver::open().await;
    let setup = setup(&receiver).await;
    let served = serve(&setup);
    let (code, out, err) = ask(&setup, &served, "notifications test team").await;
    assert_eq!((code, err.as_str()), (Some(0), ""), "{out}");
    assert_eq!(out, "team took the test message: 200 OK ok\n");
    assert!(receiver.came()[0].is_signed(SECRET));
    receiver.says(503);
    let (code, _, err) = ask(&setup, &served, "notifications test team").await;
    assert_eq!(code, Some(1));
    assert!(
        err.contains("team did not take the test message: it answered 503"),
        "{err}"
    );
    let (code, _, err) = ask(&setup, &served, "notifications test nobody").await;
    assert_eq!(code, Some(1));
    assert!(err.contains("there is no target `nobody`"), "{err}");
    let (code, _, err) = ask(&setup, &served, "notifications retry").await;
    assert_eq!(code, Some(2));
    assert!(err.contains("say which"), "{err}");
    let (code, out, _) = ask(&setup, &served, "notifications retry --all").await;
    assert_eq!((code, out.as_str()), (Some(0), "0 are sent again.\n"));
    let (_, out, _) = ask(&setup, &served, "notifications").await;
    assert!(out.starts_with("TARGET") && out.contains("team"), "{out}");
    // The next real one fails, and the doctor names it while skep runs.
    receiver.says(500);
    setup.go(SCRIPT);
    receiver.until(3).await;
    let mut variables = setup.environment();
    variables.push(("SKEP_NOTIFY_TEAM_SECRET".to_owned(), SECRET.to_owned()));
    variables.push((
        "SKEP_CONFIG".to_owned(),
        setup.folder.path().join("skep.toml").display().to_string(),
    ));
    let began = std::time::Instant::now();
    loop {
        let (_, out, err) = skep("doctor --offline", &variables).await;
        let line = out.lines().find(|line| line.contains("notify team"));
        let line = line.unwrap_or_else(|| panic!("{out}{err}"));
        if line.contains("every try has failed since") && line.contains("it answered 500") {
            break;
        }
        assert!(began.elapsed() < super::setup::PATIENCE, "{line}");
    }
    let log = served.stopped().await;
    assert!(!log.contains(SECRET), "{log}");
    assert!(log.contains("a notification was not taken"), "{log}");
}
