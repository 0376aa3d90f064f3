//! A real Chromium, driven by playwright-core and judged by axe-core: what the tests drive it with, and the dashboard in it.
//!
//! `SKEP_TEST_BROWSER` names the folder they are installed in (`.ci/browser FOLDER`). Where `SKEP_TEST_SCREENSHOTS` names one as well,
//! each page's pictures are left there for people to look at.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::dashboard::site::{HOSTILE, Site};
use crate::required;

const DASHBOARD: &str = "the dashboard in a browser";

/// The folder with the tools; says what is skipped where there is none.
pub(crate) fn tools(what: &str) -> Option<PathBuf> {
    if !required::installed(&["node", "chromium"], what) {
        return None;
    }
    let folder = std::env::var_os("SKEP_TEST_BROWSER").map(PathBuf::from);
    let there = |folder: &PathBuf| folder.join("node_modules/axe-core").is_dir();
    let folder = folder.filter(there);
    if folder.is_none() {
        required::skip(&format!(
            "{what} (SKEP_TEST_BROWSER names no folder with its tools)"
        ));
    }
    folder
}

/// Lets the browser do it; answers what it printed last.
pub(crate) async fn drive<T: DeserializeOwned>(tools: &Path, driver: &str, order: &Value) -> T {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/browser");
    let output = tokio::process::Command::new("node")
        .arg(Path::new(folder).join(driver))
        .arg(order.to_string())
        .env("SKEP_TEST_BROWSER", tools)
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output()
        .await
        .expect("node runs");
    let said = String::from_utf8_lossy(&output.stdout);
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}\n{complaint}");
    let last = said.lines().last().unwrap_or_default();
    serde_json::from_str(last).unwrap_or_else(|error| panic!("{error}: {said}\n{complaint}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_is_in_order_in_both_themes_and_an_answer_given_there_arrives_live() {
    let Some(tools) = tools(DASHBOARD) else {
        return;
    };
    let site = Site::open().await;
    let asks = site.asking("Choose a database for the sessions").await;
    let review = site.in_review().await;
    let hostile = site.asking(HOSTILE).await;
    let waits = site.waiting_for(asks).await;
    let works = site.at_work().await;
    let pages = json!([
        ["overview", "/"],
        ["queue", "/queue"],
        ["repositories", "/repositories"],
        ["agents", "/agents"],
        ["deliveries", "/deliveries"],
        ["outcomes", "/outcomes"],
        ["graph", "/graph/octo/hello"],
        ["task-asks", format!("/tasks/octo/hello/{asks}")],
        ["task-waits", format!("/tasks/octo/hello/{waits}")],
        ["task-hostile", format!("/tasks/octo/hello/{hostile}")],
        ["session-asks", format!("/sessions/{}", site.session(asks))],
        [
            "session-done",
            format!("/sessions/{}", site.session(review))
        ],
        [
            "session-works",
            format!("/sessions/{}", site.session(works))
        ],
        ["sign-in", "/sign-in"],
        ["not-found", "/sessions/77-1-1"],
    ]);
    let order = json!({
        "base": format!("http://{}", site.running.admin),
        "token": site.token(),
        "pages": pages,
        "asks": format!("/sessions/{}", site.session(asks)),
        "pictures": std::env::var("SKEP_TEST_SCREENSHOTS").ok(),
    });
    let wrong: Vec<String> = drive(&tools, "drive.mjs", &order).await;
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    site.until(asks, "in-review").await;
    site.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_signs_in_with_github_and_answers_in_their_own_name() {
    let Some(tools) = tools(DASHBOARD) else {
        return;
    };
    let site = Site::open().await;
    let asks = site.asking("Choose a database").await;
    // Another site than the simulator's, as GitHub is: a browser tells them apart by the name.
    let base = format!("http://localhost:{}", site.running.admin.port());
    let github = &site.app.simulator;
    github.set_callback_urls(&[format!("{base}/sign-in/callback")]);
    let order = json!({
        "base": base,
        "github": format!("{}/octo/hello/issues/{asks}", github.git_url()),
        "asks": format!("/sessions/{}", site.session(asks)),
        "pictures": std::env::var("SKEP_TEST_SCREENSHOTS").ok(),
    });
    let wrong: Vec<String> = drive(&tools, "sign_in.mjs", &order).await;
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    site.until(asks, "in-review").await;
    let thread = site.app.thread(asks);
    assert!(
        thread.contains("Answered by `@ana`: 2. Postgres"),
        "{thread}"
    );
    site.close().await;
}
