//! `skep serve` by environment alone, and every way to look at it.

use std::process::Command;

use serde_json::{Value, json};

use super::running::{Served, Told, skep};
use super::setup::{Setup, ask, get, signed};

const SCRIPT: &str = "plan Look | Write\nstart 1\ntick 1\nwrite A.md: a\ntick 2\nsay Done.";

/// What a command prints, its times as the admin API has them.
async fn json_of(line: &str) -> Value {
    let (code, out, err) = skep(line, &[]).await;
    assert_eq!((code, err.as_str()), (Some(0), ""), "{line}: {out}");
    in_milliseconds(serde_json::from_str(&out).expect("JSON"))
}

fn in_milliseconds(value: Value) -> Value {
    match value {
        Value::String(text) => match chrono::DateTime::parse_from_rfc3339(&text) {
            Ok(at) => at.timestamp_millis().into(),
            Err(_) => text.into(),
        },
        Value::Array(list) => list.into_iter().map(in_milliseconds).collect(),
        Value::Object(fields) => {
            let fields = fields.into_iter();
            fields
                .map(|(name, value)| (name, in_milliseconds(value)))
                .collect()
        }
        other => other,
    }
}

/// Also: the pace of a real GitHub, the key as PKCS#8, and the REST API where GitHub Enterprise Server has it.
#[tokio::test(flavor = "multi_thread")]
async fn a_label_becomes_a_pull_request_by_environment_alone() {
    let setup = Setup::new().await;
    let key = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/fixtures/keys/test-only-app.pkcs8.pem"
    );
    let api = format!("{}/api/v3", setup.github.api_url());
    let served = Served::start_with(
        &setup,
        &[
            ("SKEP_PRIVATE_KEY_FILE", key),
            ("SKEP_GITHUB_API_URL", &api),
        ],
    );
    let issue = setup.go(SCRIPT);
    served.settled(issue, "in-review").await;
    setup.one_pull_request(issue);
    served.one_completed_session().await;
    let calls = setup.github.calls();
    let elsewhere = calls
        .iter()
        .filter(|call| !call.path.contains(".git/") && !call.path.starts_with("/api/v3/"));
    assert_eq!(
        elsewhere.map(|call| call.path.clone()).collect::<Vec<_>>(),
        [""; 0]
    );
    served.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn people_and_scripts_see_the_same() {
    let setup = Setup::new().await;
    setup.hurry();
    let served = Served::start(&setup);
    let issue = setup.go(SCRIPT);
    served.settled(issue, "in-review").await;
    let (admin, at) = (&served.admin, format!("--admin {}", served.admin));
    let all = get(admin, "/api/v1/sessions").await;
    assert_eq!(json_of(&format!("sessions --json {at}")).await, all);
    let id = all["sessions"][0]["id"].as_str().expect("an id").to_owned();
    let session = get(admin, &format!("/api/v1/sessions/{id}")).await;
    assert_eq!(json_of(&format!("session {id} --json {at}")).await, session);
    let (mut told, mut answered) = (
        json_of(&format!("status --json {at}")).await,
        get(admin, "/api/v1/status").await,
    );
    for status in [&mut told, &mut answered] {
        // Others write on this disk, too.
        let free = status["disk"]["free_bytes"].take();
        assert!(
            free.as_u64() > Some(0) && status["disk"]["reserve_bytes"] == 8 << 20,
            "{status}"
        );
    }
    assert_eq!(told, answered);
    let with_log = json_of(&format!("session {id} --log --json {at}")).await;
    let log = with_log["log"].as_array().expect("a list");
    assert!(
        log.iter()
            .any(|line| line["kind"] == "message" && line["body"]["text"] == "Done."),
        "{log:?}"
    );
    let texts = [
        (
            "status".to_owned(),
            vec![
                "slots:",
                "0 of 10 in use",
                "disk:",
                "iB free\n",
                "1 completed",
                "0 open, 0 given up",
            ],
        ),
        (
            "sessions".to_owned(),
            vec![id.as_str(), "octo/hello#1", "completed"],
        ),
        (
            format!("session {id} --log"),
            vec!["state:", "pull_request.opened", "\nLog\n", "Done."],
        ),
    ];
    for (line, parts) in texts {
        let (code, out, _) = skep(&format!("{line} {at}"), &[]).await;
        for part in parts {
            assert!(code == Some(0) && out.contains(part), "{part}: {out}");
        }
    }
    let task = get(admin, "/api/v1/tasks/octo/hello/1").await;
    assert_eq!(
        (&task["state"], &task["session"], &task["pull"]["number"]),
        (&json!("in-review"), &json!(id), &json!(2))
    );
    for path in ["/api/v1/tasks/octo/hello/99", "/api/v1/sessions/1-9-9"] {
        assert_eq!(
            ask(admin, &format!("GET {path}"), &[], "")
                .await
                .map(|(status, _)| status),
            Some(404),
            "{path}"
        );
    }
    served.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dispatch_that_waits_tells_by_its_exit_code() {
    let setup = Setup::new().await;
    setup.hurry();
    let served = Served::start(&setup);
    let (good, bad) = (setup.file(SCRIPT), setup.file("write A.md: a\ncrash"));
    let at = format!("--wait --admin {}", served.admin);
    let (code, out, err) = skep(&format!("dispatch octo/hello#{good} {at}"), &setup.token()).await;
    assert_eq!(
        (code, out.contains("1 of 1 started"), err.as_str()),
        (Some(0), true, ""),
        "{out}"
    );
    let (code, out, _) = skep(&format!("dispatch octo/hello#{bad} {at}"), &setup.token()).await;
    assert_eq!(
        (
            code,
            out.contains("1 of 1 started"),
            out.contains("failed  crash")
        ),
        (Some(1), true, true),
        "{out}"
    );
    let (code, out, _) = skep(
        &format!("dispatch octo/hello#{good} 99 {at}"),
        &setup.token(),
    )
    .await;
    assert_eq!(
        (code, out.contains("1 of 2 started")),
        (Some(1), true),
        "{out}"
    );
    let (code, out, err) = skep(
        &format!("dispatch octo/hello --label typo --admin {}", served.admin),
        &setup.token(),
    )
    .await;
    assert_eq!(
        (code, err.trim()),
        (Some(1), "skep: no open issue has the label `typo`"),
        "{out}"
    );
    let (code, _, err) = skep(
        &format!("dispatch octo/hello#{good} --admin {}", served.admin),
        &[],
    )
    .await;
    assert!(
        code == Some(1) && err.contains("this needs the admin token"),
        "{err}"
    );
    let line = format!(
        "dispatch octo/hello#99 --data-dir {} --admin {}",
        setup.data().display(),
        served.admin
    );
    let (code, out, err) = skep(&line, &[]).await;
    assert!(
        code == Some(1) && out.contains("0 of 1 started"),
        "the folder's token is not shown: {out}{err}"
    );
    let mode = std::os::unix::fs::PermissionsExt::mode(
        &std::fs::metadata(setup.data().join("admin-token"))
            .expect("a token")
            .permissions(),
    );
    assert_eq!(mode & 0o777, 0o600);
    served.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_secret_gets_nowhere() {
    let setup = Setup::new().await;
    setup.hurry();
    let served = Served::start(&setup);
    setup.github.set_webhook_secret("not the secret");
    let issue = setup.go(SCRIPT);
    setup.github.quiet().await;
    let answers: Vec<i64> = setup
        .github
        .deliveries()
        .iter()
        .filter_map(|one| one.outcome.as_ref())
        .map(|o| o.status_code.into())
        .collect();
    assert!(
        !answers.is_empty() && answers.iter().all(|status| *status == 401),
        "{answers:?}"
    );
    let body = "{\"zen\":\"hi\"}";
    for (secret, expected) in [
        ("", 401),
        ("not the secret", 401),
        (crate::test_app::SECRET, 202),
    ] {
        let answer = ask(
            &served.listen,
            "POST /webhook",
            &signed("ping", "by-hand", body, secret),
            body,
        )
        .await;
        assert_eq!(answer.map(|(status, _)| status), Some(expected), "{secret}");
    }
    let status = get(&served.admin, "/api/v1/status").await;
    assert_eq!(status["tasks"], json!({}), "{status}");
    assert_eq!(
        setup
            .github
            .comments(setup.repository, issue)
            .expect("comments"),
        []
    );
    served.stop().await;
}

/// Whoever follows a log hears what comes, and is let go when the session is over.
#[tokio::test(flavor = "multi_thread")]
async fn a_log_is_followed_until_its_session_is_over() {
    let setup = Setup::new().await;
    setup.hurry();
    let served = Served::start(&setup);
    let issue = setup.go("ask Which one? | Alpha | Beta\nsay Taken: {answer}\nwrite A.md: a");
    served.settled(issue, "needs-you").await;
    let ids = served.sessions().await;
    let follow = |more: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_skep"));
        command
            .args(["session", &ids[0], "--log", "--follow"])
            .args(["--admin", &served.admin])
            .args(more.split_whitespace())
            .env_clear()
            .envs(setup.token())
            .current_dir(setup.folder.path());
        Told::start(command)
    };
    let (mut words, mut lines) = (follow(""), follow("--json"));
    tokio::task::block_in_place(|| {
        words.until("ask_human");
        lines.until("ask_human");
    });
    setup
        .github
        .comment(setup.repository, issue, "ana", "Alpha")
        .expect("a comment");
    tokio::task::block_in_place(|| {
        words.until("A.md");
        assert_eq!(words.end(), Some(0), "{}", words.said);
        assert_eq!(lines.end(), Some(0), "{}", lines.said);
    });
    let read = |line: &str| serde_json::from_str::<Value>(line).expect("JSON");
    let all: Vec<Value> = lines.said.lines().map(read).collect();
    assert!(all.iter().all(|line| line["kind"].is_string()), "{all:?}");
    served.stop().await;
}
