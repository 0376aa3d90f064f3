//! The queue in waves: what would touch the same files is seen before it starts, and told with what that is built on.

use serde_json::Value;
use skep::http::{AdminService, WavesQuestion};

use crate::test_app::{TestApp, told};

/// What the admin address says, a line an issue.
async fn waves(app: &TestApp) -> String {
    let question = WavesQuestion {
        repository: "octo/hello".parse().expect("a name"),
        at_once: Some(10),
        threshold: None,
    };
    let answer = told(app.product().admin.waves(question).await);
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let line = |(wave, line): (usize, &Value)| {
        let file = &line["files"][0];
        let at_work = if line["at_work"] == true {
            " at work"
        } else {
            ""
        };
        let (reason, path, why) = (
            text(&line["reason"]),
            text(&file["path"]),
            text(&file["why"]),
        );
        format!(
            "{wave}: #{}{at_work}; {reason}; {path}; {why}",
            line["issue"]
        )
    };
    let waves = answer["waves"].as_array().expect("waves");
    let all = (1..).zip(waves).flat_map(|(wave, members)| {
        let members = members.as_array().into_iter().flatten();
        members.map(move |line| (wave, line))
    });
    let mut lines: Vec<String> = all.map(line).collect();
    lines.push(format!(
        "{} commits, left: {}",
        answer["commits"], answer["left"]
    ));
    lines.join("\n")
}

#[tokio::test(flavor = "multi_thread")]
async fn issues_that_name_the_same_file_are_in_different_waves() {
    let mut app = TestApp::with(|plan| {
        plan.limits.sessions = 1;
        plan.files = ["src/walk.rs", "src/printer.rs"]
            .map(|path| (path.to_owned(), "fn main() {}\n".to_owned()))
            .to_vec();
    })
    .await;
    let gate = app.data_dir().join("gate");
    let script = format!("run while [ ! -e {} ]; do sleep 0.02; done", gate.display());
    let first = app.go("Follow links in `src/walk.rs`", &script);
    app.until("it works", |app| {
        app.status(first).starts_with("**Working**")
    })
    .await;
    for title in [
        "src/walk.rs is slow",
        "Colours in src/printer.rs",
        "Links in `walk.rs` again",
    ] {
        let issue = app.go(title, "say done");
        app.until("it waits", |app| {
            app.status(issue).starts_with("**Queued**")
        })
        .await;
    }
    insta::assert_snapshot!(waves(&app).await, @"
    1: #1 at work; ; src/walk.rs; the issue names it
    1: #3; ; src/printer.rs; the issue names it
    2: #2; may touch the same files as #1: `src/walk.rs`; src/walk.rs; the issue names it
    3: #4; may touch the same files as #2: `src/walk.rs`; src/walk.rs; the issue names it
    1 commits, left: []
    ");
    std::fs::write(gate, "").expect("a gate");
    app.settle_all().await;
    insta::assert_snapshot!(waves(&app).await, @"0 commits, left: []");
    app.done().await;
}
