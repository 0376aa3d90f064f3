//! From an empty folder to the first draft pull request, with the set-up in a real Chromium: which clicks it takes, and that nothing is
//! typed there.
//!
//! How long that takes is measured by `benches/first_pull.rs`; nothing here depends on it.

use std::path::Path;
use std::process::Command;

use serde::Deserialize;
use serde_json::json;
use skep::core::text::registration::{BUTTON, COMPLETE, COMPLETE_PAGE};

use super::registration::stage;
use super::running::{Served, Told};
use super::setup::Setup;
use crate::browser;

const SCRIPT: &str = "write A.md: a\nsay Done.";
/// What GitHub's page for installing an App offers.
const INSTALL: &str = "Install on octo";

/// What the pages saw of a person.
#[derive(Debug, Deserialize)]
struct Seen {
    clicks: Vec<String>,
    typed: Vec<String>,
    fields: Vec<String>,
    wrong: Vec<String>,
}

/// An address that nobody has.
fn free() -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.local_addr().expect("an address").to_string()
}

/// A command in the empty folder, which is told nothing but where this machine's GitHub is and which ports are free on it.
fn skep(setup: &Setup, folder: &Path, listen: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_skep"));
    command
        .env_clear()
        .env("PATH", std::env::var_os("PATH").expect("a path"))
        .env("SKEP_DATA_DIR", folder)
        .env("SKEP_GITHUB_URL", setup.github.git_url())
        .env("SKEP_GITHUB_API_URL", setup.github.api_url())
        .env("SKEP_LISTEN", listen)
        .env("SKEP_ADMIN_LISTEN", "127.0.0.1:0")
        .env("SKEP_OLD_GIT", "allow")
        .env("SKEP_LOG_FORMAT", "json")
        .current_dir(folder);
    command
}

#[tokio::test(flavor = "multi_thread")]
async fn two_clicks_lead_from_an_empty_folder_to_the_first_pull_request() {
    let Some(tools) = browser::tools("the set-up in a browser") else {
        return;
    };
    let setup = stage().await;
    let folder = setup.data();
    std::fs::create_dir(&folder).expect("a new folder");
    let listen = free();
    let mut command = skep(&setup, &folder, &listen);
    let agent = format!("{} demo-agent", env!("CARGO_BIN_EXE_skep"));
    command.args([
        "setup",
        "--url",
        &format!("http://{listen}"),
        "--agent",
        &agent,
    ]);
    let (mut run, address) = tokio::task::block_in_place(|| {
        let mut run = Told::start(command);
        let address = run.until("/setup?key=").trim().to_owned();
        (run, address)
    });
    let order = json!({
        "address": address,
        "register": BUTTON,
        "install": INSTALL,
        "complete": COMPLETE_PAGE,
        "judge": true,
        "pictures": std::env::var("SKEP_TEST_SCREENSHOTS").ok(),
    });
    let seen: Seen = browser::drive(&tools, "first_pull.mjs", &order).await;
    assert!(seen.wrong.is_empty(), "{}", seen.wrong.join("\n"));
    assert_eq!(seen.clicks, [BUTTON, INSTALL], "{seen:?}");
    assert!(
        seen.typed.is_empty() && seen.fields.is_empty(),
        "something is to be typed: {seen:?}"
    );
    let code = tokio::task::block_in_place(|| run.end());
    assert!(
        code == Some(0) && run.said.contains(COMPLETE),
        "{}",
        run.said
    );
    // As before, and nothing more: all it needs was kept. (Sessions start however full the disk of this machine is.)
    let file = folder.join("skep.toml");
    let kept = std::fs::read_to_string(&file).expect("kept");
    std::fs::write(&file, format!("{kept}[limits]\ndisk_reserve = '0B'\n")).expect("written");
    let mut command = skep(&setup, &folder, &listen);
    command.arg("serve");
    let served = Served::start_by(command, "skep is ready");
    let issue = setup.go(SCRIPT);
    served.settled(issue, "in-review").await;
    setup.one_pull_request(issue);
    served.one_completed_session().await;
    served.stop().await;
}
