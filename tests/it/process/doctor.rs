//! `skep doctor`: each part ok or with what to do, what it mends, and a report without secrets.

use std::os::unix::fs::PermissionsExt;

use serde_json::Value;
use skep_simulator::SimulatorConfig;

use super::running::{Ended, Served, skep};
use super::setup::Setup;
use crate::test_app::SECRET;

async fn doctor(setup: &Setup, more: &[(&str, &str)], flags: &str) -> Ended {
    let mut variables = setup.environment();
    let key = setup.folder.path().join("closed.pem");
    std::fs::write(&key, crate::test_app::key("test-only-app.pkcs1.pem")).expect("written");
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o600)).expect("a mode");
    variables.push((
        "SKEP_PRIVATE_KEY_FILE".to_owned(),
        key.display().to_string(),
    ));
    let own = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    variables.extend(more.iter().map(own));
    skep(&format!("doctor{flags}"), &variables).await
}

fn line<'a>(out: &'a str, start: &str) -> &'a str {
    out.lines()
        .find(|line| line.starts_with(start))
        .unwrap_or_else(|| panic!("no {start}: {out}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn what_works_is_said_part_by_part() {
    let setup = Setup::new().await;
    let served = Served::start(&setup);
    setup.github.ping();
    setup.github.quiet().await;
    let public = format!("http://{}", served.listen);
    let (code, out, err) = doctor(&setup, &[("SKEP_PUBLIC_URL", &public)], "").await;
    assert_eq!((code, err.as_str()), (Some(0), ""), "{out}");
    for part in [
        "files",
        "git",
        "database",
        "clock",
        "webhook",
        "deliveries",
        "rate limit",
        "sandbox",
    ] {
        line(&out, &format!("✓ {part}"));
    }
    assert!(
        line(&out, "✓ deliveries").contains("last taken: ping at "),
        "{out}"
    );
    assert!(
        out.contains("a command in it could write its working copy"),
        "{out}"
    );
    assert!(
        line(&out, "✓ rate limit").contains("requests are left on octo"),
        "{out}"
    );
    assert!(out.ends_with("Everything works.\n"), "{out}");
    let (code, out, _) = doctor(&setup, &[], " --json").await;
    let all: Value = serde_json::from_str(&out).expect("JSON");
    let has = |part: &str| {
        let findings = all["findings"].as_array().expect("a list");
        findings
            .iter()
            .any(|one| one["part"] == part && one["verdict"] == "ok")
    };
    assert!(
        code == Some(0) && all["ok"] == true && has("clock") && has("sandbox"),
        "{out}"
    );
    served.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_webhook_that_does_not_arrive_is_named_and_its_address_mended() {
    let setup = Setup::new().await;
    setup.github.set_webhook_url("http://127.0.0.1:9/webhook");
    setup.github.ping();
    setup.github.quiet().await;
    let public = [("SKEP_PUBLIC_URL", "http://127.0.0.1:8")];
    let (code, out, _) = doctor(&setup, &public, "").await;
    assert_eq!(code, Some(1), "{out}");
    assert!(
        line(&out, "✗ webhook").contains("--fix changes it"),
        "{out}"
    );
    assert!(
        line(&out, "✗ deliveries").contains("failed to connect"),
        "{out}"
    );
    let (code, _, err) = doctor(&setup, &public, " --fix").await;
    assert!(code == Some(2) && err.contains("add --yes"), "{err}");
    assert_eq!(
        setup.github.app().webhook_url.as_deref(),
        Some("http://127.0.0.1:9/webhook")
    );
    let (_, out, err) = doctor(&setup, &public, " --fix --yes").await;
    assert!(
        err.contains("Let GitHub send the App's webhooks to http://127.0.0.1:8/webhook? done"),
        "{out}{err}"
    );
    assert_eq!(
        setup.github.app().webhook_url.as_deref(),
        Some("http://127.0.0.1:8/webhook")
    );
    let (_, out, _) = doctor(&setup, &public, "").await;
    line(&out, "✓ webhook      http://127.0.0.1:8/webhook");
}

#[tokio::test(flavor = "multi_thread")]
async fn files_that_others_can_read_are_closed_on_request() {
    let setup = Setup::new().await;
    let key = setup.folder.path().join("key.pem");
    std::fs::write(&key, crate::test_app::key("test-only-app.pkcs1.pem")).expect("written");
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o644)).expect("a mode");
    let path = key.display().to_string();
    let more = [("SKEP_PRIVATE_KEY_FILE", path.as_str())];
    let (code, out, _) = doctor(&setup, &more, " --offline").await;
    assert!(
        code == Some(1) && line(&out, "✗ files").contains(&format!("chmod 600 {path}")),
        "{out}"
    );
    let (_, out, err) = doctor(&setup, &more, " --offline --fix --yes").await;
    assert!(err.contains("Let only its owner read"), "{out}{err}");
    let mode = std::fs::metadata(&key).expect("there").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let folder = std::fs::metadata(setup.data())
        .expect("made")
        .permissions()
        .mode();
    assert_eq!(folder & 0o777, 0o700);
    let (code, out, _) = doctor(&setup, &more, " --offline").await;
    assert_eq!(code, Some(0), "{out}");
    line(&out, "✓ files");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_is_off_is_named() {
    let behind = |config: &mut SimulatorConfig| {
        let machine = std::sync::Arc::clone(&config.clock);
        config.clock = std::sync::Arc::new(move || machine() - 360_000);
    };
    let setup = Setup::with(behind).await;
    let (code, out, _) = doctor(&setup, &[], "").await;
    assert!(
        code == Some(1) && line(&out, "✗ clock").contains("6 min ahead of GitHub's"),
        "{out}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn without_an_app_or_an_agent_it_says_what_is_next() {
    let (code, out, err) = skep("doctor", &[]).await;
    assert_eq!(code, Some(2), "{out}{err}");
    assert!(
        line(&out, "✗ App").contains("skep setup") && line(&out, "✗ agent").contains("skep agents"),
        "{out}"
    );
}

/// With a secret in every place that takes one.
#[tokio::test(flavor = "multi_thread")]
async fn the_report_holds_no_secret() {
    let setup = Setup::new().await;
    let model = "sk-ant-c4n4ry-of-the-model-0123456789abcdef";
    let command = format!("{} demo-agent", env!("CARGO_BIN_EXE_skep"));
    let own = format!(
        "agent = 'mine'\n[agents.mine]\ncommand = {:?}\nenvironment = {{ MINE_API_KEY = '{model}' }}\n[limits]\ndisk_reserve = '0B'\n",
        command.split(' ').collect::<Vec<_>>()
    );
    let config = setup.folder.path().join("mine.toml");
    std::fs::write(&config, own).expect("written");
    let config = config.display().to_string();
    let file = setup.folder.path().join("report.json");
    let token = "c4n4ry-of-the-admin-token-0123456789abcdef";
    let more = [
        ("SKEP_CONFIG", config.as_str()),
        ("SKEP_AGENT", "mine"),
        ("SKEP_ADMIN_TOKEN", token),
        ("HTTP_PROXY", "http://me:c4n4ryOfTheProxy0123@127.0.0.1:1"),
        (
            "SKEP_WEBHOOK_SECRET_PREVIOUS",
            "c4n4ry+of/the?former=0123456789abcdef",
        ),
    ];
    let flags = format!(" --bundle {}", file.display());
    let (_, out, err) = doctor(&setup, &more, &flags).await;
    let report = std::fs::read_to_string(&file).unwrap_or_else(|_| panic!("{out}{err}"));
    let mode = std::fs::metadata(&file)
        .expect("there")
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
    let parsed: Value = serde_json::from_str(&report).expect("JSON");
    assert!(
        parsed["findings"]
            .as_array()
            .is_some_and(|all| all.len() > 5),
        "{report}"
    );
    assert!(
        parsed["configuration"]
            .as_array()
            .is_some_and(|all| all.len() > 50),
        "{report}"
    );
    let key = crate::test_app::key("test-only-app.pkcs1.pem");
    let key = key.lines().nth(5).expect("a line");
    for secret in [
        SECRET,
        model,
        token,
        "c4n4ryOfTheProxy",
        "c4n4ry+of",
        key,
        "ghs_",
        "eyJ0eXAi",
    ] {
        for text in [&report, &out, &err] {
            assert!(!text.contains(secret), "{secret}: {text}");
        }
    }
}
