//! The one status comment and the one status label, from the receipt to the end and over retries.

use std::time::Duration;

use skep::core::ids::{IssueNumber, TaskKey};
use skep_simulator::call_log::CallRecord;
use skep_simulator::world::content::IssueEdit;

use super::agents::{CANARY, impatient, readable};
use crate::test_app::TestApp;

const WORDS: [&str; 7] = [
    "queued",
    "working",
    "needs-you",
    "paused",
    "review",
    "done",
    "failed",
];

fn status_labels(app: &TestApp, issue: IssueNumber) -> Vec<String> {
    let is_status = |label: &String| {
        label
            .strip_prefix("agent:")
            .is_some_and(|word| WORDS.contains(&word))
    };
    app.labels(issue).into_iter().filter(is_status).collect()
}

/// Edits of comments since a call.
fn edits(app: &TestApp, from: usize) -> Vec<CallRecord> {
    let calls = app.simulator.calls().split_off(from).into_iter();
    calls
        .filter(|call| call.method == "PATCH" && call.path.contains("/issues/comments/"))
        .collect()
}

/// Steps to the end, and tells which status labels were seen; never are there two, or two status comments.
async fn watch(app: &mut TestApp, issue: IssueNumber) -> Vec<String> {
    let mut seen = Vec::new();
    loop {
        while app.step().await {
            app.status(issue);
            let labels = status_labels(app, issue);
            assert!(labels.len() <= 1, "{labels:?}");
            seen.extend(
                labels
                    .into_iter()
                    .filter(|label| seen.last() != Some(label))
                    .collect::<Vec<_>>(),
            );
        }
        let Some(due) = app.store().next_due(app.now()).await.expect("a look") else {
            return seen;
        };
        app.advance(Duration::from_millis((due - app.now()).unsigned_abs()));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_comment_and_one_label_over_the_whole_life_and_retries() {
    let mut app = TestApp::with(impatient).await;
    let issue = app.go("Try", "write a.txt: a\nwait 0.2\ncrash");
    let first = watch(&mut app, issue).await;
    assert_eq!(status_labels(&app, issue), ["agent:failed"]);
    let comment = app
        .simulator
        .comments(app.repository, issue)
        .expect("comments")[0]
        .id;
    let edit = IssueEdit {
        body: Some("```skep-demo\nwrite b.txt: b\nsay Done.\n```".into()),
        ..Default::default()
    };
    app.simulator
        .edit_issue(app.repository, issue, edit, "ana")
        .expect("edited");
    app.unlabel(issue, "agent:go");
    app.label(issue, "agent:go");
    let second = watch(&mut app, issue).await;
    let comments = app
        .simulator
        .comments(app.repository, issue)
        .expect("comments");
    assert_eq!(
        comments[0].id, comment,
        "the same comment tells of the second session"
    );
    assert_eq!(
        comments.len(),
        2,
        "and one told whoever asked that the first had failed"
    );
    assert!(comments[0].body.contains("-2`"), "{}", comments[0].body);
    assert_eq!(app.state(issue).await, "in-review");
    assert_eq!(first, ["agent:working", "agent:failed"]);
    assert_eq!(second, ["agent:failed", "agent:working", "agent:review"]);
    insta::assert_snapshot!(readable(&app.thread(issue)), @"
    #1 Try (open)
    labels: agent:go, agent:review
    reactions: eyes skep[bot], hooray skep[bot]
    pull requests: #2 Try (open draft)

    ana:
      ```skep-demo
      write b.txt: b
      say Done.
      ```

    skep[bot]:
      **In review** · done in 0 ms

      [`agent/1-try`](../tree/agent/1-try) · draft pull request #2

      1 file changed (+1 −0). Review the pull request: a review, or `/agent <what to do>` on it, sends the agent back to work; when you are happy, mark it ready for review, then merge it.

      <details><summary>Details</summary>

      - Role `swe`: the issue has no `role:*` label, so the default `swe`
      - Agent: `demo` (skep-demo 0.1.0)
      - Session `1296269-1-2`
      - Limits: 1 h 0 m in all, 500 ms without a sign of life
      - Spent: tokens and cost unknown, 2 of 20 sessions, 0 ms of 24 h 0 m at work
      - To see the log, comment `/agent logs`
      - 00:00:03Z Accepted as `swe`.
      - 00:00:03Z Started.
      - 00:00:03Z Opened the pull request.

      </details>

      <sub>updated 00:00:03Z</sub>

    skep[bot]:
      @ana it failed because the agent's process ended by itself (the pipe was closed).

      What it had done (1 changed file) is on the branch [`agent/1-try`](../tree/agent/1-try).

      To try again, comment `/agent retry`.
    ");
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_burst_of_ticks_costs_one_edit_an_interval() {
    let mut app = TestApp::new().await;
    let entries: Vec<String> = (1..=30).map(|n| format!("part {n}")).collect();
    let gate = app.data_dir().join("gate");
    let ticks: String = (1..=30).map(|n| format!("tick {n}\nwait 0.12\n")).collect();
    let script = format!(
        "plan {}\n{ticks}run while [ ! -e {} ]; do sleep 0.02; done",
        entries.join(" | "),
        gate.display()
    );
    let issue = app.go("Tick", &script);
    app.until("it runs", |app| app.status(issue).contains("**Working**"))
        .await;
    let from = app.simulator.calls().len();
    // The clock stands: whatever the agent ticks, no further edit is due but the one that is planned.
    let patience = tokio::time::Instant::now() + crate::test_app::PATIENCE;
    while !all_ticked(&app, issue).await {
        assert!(
            tokio::time::Instant::now() < patience,
            "the ticks are never told"
        );
        app.nudge().await;
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let told = app
        .timeline(issue)
        .await
        .iter()
        .filter(|name| *name == "session.progress")
        .count();
    assert!(told > 3, "a burst of {told} facts is none");
    assert_eq!(
        edits(&app, from).len(),
        0,
        "within the interval nothing is edited"
    );
    app.advance(Duration::from_secs(5));
    app.until("the ticks are seen", |app| {
        app.status(issue).contains("- [x] part 15")
    })
    .await;
    // The comment changes a moment before the call is written down.
    app.until("the edit is written down", |app| {
        !edits(app, from).is_empty()
    })
    .await;
    assert_eq!(
        edits(&app, from).len(),
        1,
        "one edit shows all that was ticked meanwhile"
    );
    let last = |app: &TestApp| app.status(issue).contains("- [x] part 30");
    let mut rounds = 0;
    while !last(&app) && rounds < 200 {
        app.advance(Duration::from_millis(100));
        app.nudge().await;
        tokio::time::sleep(Duration::from_millis(20)).await;
        rounds += 1;
    }
    assert!(
        last(&app),
        "news after an edit is shown an interval later: {}",
        app.status(issue)
    );
    std::fs::write(gate, "").expect("a gate");
    app.settle_all().await;
    let spent = (app.now() - crate::test_app::DAWN) / 5_000;
    let count = edits(&app, from).len();
    assert!(
        count as i64 <= spent + 2,
        "{count} edits in {spent} intervals"
    );
    app.done().await;
}

/// Whether the newest fact about the plan says that all of it is done.
async fn all_ticked(app: &TestApp, issue: IssueNumber) -> bool {
    let events = app
        .store()
        .task_events(TaskKey::new(app.repository, issue), 1_000)
        .await
        .expect("events");
    let last = events
        .iter()
        .rev()
        .find(|row| row.event.name == "session.progress");
    last.is_some_and(|row| {
        !row.event.body.contains("pending") && !row.event.body.contains("in_progress")
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn the_checklist_ticks_while_the_agent_works() {
    let mut app = TestApp::new().await;
    let gate = app.data_dir().join("gate");
    let script = format!(
        "plan read the code | write the tests | fix it\ntick 1\nstart 2\nrun while [ ! -e {} ]; do sleep 0.02; done\ntick 2\ntick 3\nwrite a.txt: a",
        gate.display()
    );
    let issue = app.go("Tick", &script);
    app.until("it runs", |app| app.status(issue).contains("**Working**"))
        .await;
    app.advance(Duration::from_secs(5));
    app.until("the second is on", |app| {
        app.status(issue).contains("write the tests ⏳")
    })
    .await;
    let path = gate.display().to_string();
    let status = app
        .status(issue)
        .split("<details>")
        .next()
        .unwrap_or_default()
        .replace(&path, "GATE");
    insta::assert_snapshot!(status
            .lines()
            .filter(|line| !line.starts_with("Now: "))
            .collect::<Vec<_>>()
            .join("\n"), @"
    **Working** as swe

    - [x] read the code
    - [ ] write the tests ⏳
    - [ ] fix it
    ");
    std::fs::write(gate, "").expect("a gate");
    app.settle_all().await;
    assert!(
        app.status(issue).contains("- [x] fix it"),
        "{}",
        app.status(issue)
    );
    app.done().await;
}

/// The changes on GitHub for an issue, in order.
fn changes(app: &TestApp) -> Vec<String> {
    let calls = app
        .simulator
        .calls()
        .into_iter()
        .filter(|call| call.method != "GET" && call.path.contains("/issues"));
    calls
        .map(|call| format!("{} {}", call.method, call.path))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_receipt_comes_first() {
    let mut app = TestApp::new().await;
    let issue = app.go("Hello", "write a.txt: a");
    app.settle_all().await;
    let all = changes(&app);
    assert_eq!(
        all[0],
        format!("POST /repos/octo/hello/issues/{issue}/reactions"),
        "{all:#?}"
    );
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receipt_does_not_wait_for_a_long_lane() {
    let mut app = TestApp::with(|plan| plan.limits.sessions = 1).await;
    let gate = app.data_dir().join("gate");
    app.go(
        "The long one",
        &format!(
            "run while [ ! -e {} ]; do sleep 0.02; done\nsay Done.",
            gate.display()
        ),
    );
    for n in 0..30 {
        app.go(&format!("Issue {n}"), "say Done.");
    }
    // All thirty are accepted, and little of what is to be shown of them has been.
    app.simulator.quiet().await;
    while app.engine().step().await.expect("facts are handled") > 0 {}
    app.until("ten have their receipt", |app| changes(app).len() >= 10)
        .await;
    let late = app.go("The late one", "say Done.");
    let from = changes(&app).len();
    app.until("it is received", |app| !app.reactions(late).is_empty())
        .await;
    let receipt = format!("POST /repos/octo/hello/issues/{late}/reactions");
    let after = changes(&app).split_off(from);
    let (receipts, others): (Vec<_>, Vec<_>) = after
        .iter()
        .take_while(|call| **call != receipt)
        .partition(|call| call.ends_with("/reactions"));
    // It waits for the receipts before it, and they for one change each that is on its way; not for what the others owe.
    assert!(others.len() <= 2 * receipts.len() + 2, "{after:#?}");
    std::fs::write(gate, "").expect("a gate");
    app.settle_all().await;
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn hostile_plans_are_inert_and_bounded() {
    let mut app = TestApp::new().await;
    let mut entries = vec![
        "@ben look".to_owned(),
        "closes #1".into(),
        "fixes octo/hello#1".into(),
        "<img src=x onerror=alert(1)> <details>".into(),
        "<!-- skep:status:1#1 x -->".into(),
        "![pixel](https://evil.example/p.png)".into(),
        "```".into(),
        format!("{CANARY} in /home/ana"),
        "/agent stop".into(),
        "x".repeat(1_000),
    ];
    entries.extend((0..300).map(|n| format!("line {n}")));
    let issue = app.go(
        "Plan",
        &format!(
            "plan {}\nwait 0.2\nsay Done.\nwrite a.txt: a",
            entries.join(" | ")
        ),
    );
    app.settle_all().await;
    let status = app.status(issue);
    assert!(
        !status.contains("@ben look")
            && !status.contains(&CANARY[4..])
            && !status.contains("/home/ana"),
        "{status}"
    );
    assert!(
        !status.contains("<img")
            && status.matches("<!--").count() == 1
            && !status.contains("line 290"),
        "{status}"
    );
    insta::assert_snapshot!(status.split("<details>").next().unwrap_or_default());
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_huge_log_makes_no_huge_comment() {
    let mut app = TestApp::with(impatient).await;
    let chatter = "run seq 1 100000\n".repeat(40);
    let plan = vec!["@ben closes #1 ".repeat(30); 100].join(" | ");
    let issue = app.go("Talk", &format!("plan {plan}\n{chatter}wait 0.3\ncrash"));
    app.settle_all().await;
    let status = app.status(issue);
    assert!(
        status.starts_with("**Failed**") && status.chars().count() <= 60_000,
        "{}",
        status.len()
    );
    assert!(status.contains("To try again"), "{status}");
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_status_comment_is_posted_anew_once() {
    let mut app = TestApp::new().await;
    let gate = app.data_dir().join("gate");
    let script = format!(
        "write a.txt: a\nrun while [ ! -e {} ]; do sleep 0.02; done",
        gate.display()
    );
    let issue = app.go("Hello", &script);
    app.until("it works", |app| app.status(issue).contains("**Working**"))
        .await;
    let comment = app
        .simulator
        .comments(app.repository, issue)
        .expect("comments")[0]
        .id;
    app.simulator
        .delete_comment(app.repository, comment, "ana")
        .expect("deleted");
    std::fs::write(gate, "").expect("a gate");
    app.settle_all().await;
    let comments = app
        .simulator
        .comments(app.repository, issue)
        .expect("comments");
    assert_eq!(comments.len(), 1);
    assert!(
        comments[0].id != comment && comments[0].body.starts_with("**In review**"),
        "{comments:?}"
    );
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn labels_are_made_with_their_colour_and_meaning() {
    let mut app = TestApp::new().await;
    app.go("Hello", "write a.txt: a");
    app.settle_all().await;
    let mut labels = app.simulator.labels(app.repository).expect("labels");
    labels.retain(|label| label.starts_with("agent:") && !label.starts_with("agent:go"));
    insta::assert_debug_snapshot!(labels, @r#"
    [
        "agent:working 1d76db skep: an agent is working",
        "agent:review 0e8a16 skep: a pull request waits for review",
    ]
    "#);
    app.done().await;
}
