//! The label is a switch: taken away, the session pauses with all it has, whatever it was about; put back, the same session
//! goes on. Nothing is published meanwhile, nothing is done twice, and no second session begins.

use std::time::Duration;

use skep::core::ids::IssueNumber;
use skep_simulator::fault::{Fault, FaultRule};

use super::agents::readable;
use crate::test_app::TestApp;

const SCRIPT: &str = "write a.txt: a\ncommit A\nsay Done.";

fn sessions(timeline: &[String], name: &str) -> usize {
    timeline.iter().filter(|other| *other == name).count()
}

/// What holds of a paused session for as long as nobody puts the label back.
async fn rests(app: &mut TestApp, issue: IssueNumber) {
    app.settle_all().await;
    assert_eq!(
        (app.state(issue).await.as_str(), app.live().await),
        ("paused", 0),
        "{}",
        app.status(issue)
    );
    assert_eq!(app.labels(issue), ["agent:paused"]);
    assert!(
        app.runner().services().agents.live().is_empty(),
        "the process is gone"
    );
    assert!(app.pulls().is_empty());
    let status = app.status(issue);
    assert!(
        status.starts_with("**Paused**") && status.contains("removed the label `agent:go`"),
        "{status}"
    );
    assert!(
        status.contains("To go on, add the label `agent:go` or write `/agent resume`"),
        "{status}"
    );
    let calls = app.simulator.calls().len();
    app.advance(Duration::from_secs(3_600));
    app.settle_all().await;
    assert_eq!(app.simulator.calls().len(), calls, "it rests");
}

/// The label is put back: the first session, the only one, comes to its one pull request.
async fn goes_on(app: &mut TestApp, issue: IssueNumber) {
    app.label(issue, "agent:go");
    app.settle_all().await;
    assert_eq!(app.state(issue).await, "in-review", "{}", app.status(issue));
    assert_eq!(
        app.the_pull().head,
        app.simulator.branches(app.repository)[0]
    );
    let timeline = app.timeline(issue).await;
    assert_eq!(
        (
            sessions(&timeline, "session.paused"),
            sessions(&timeline, "session.resumed")
        ),
        (1, 1),
        "{timeline:?}"
    );
    assert_eq!(
        sessions(&timeline, "task.queued"),
        1,
        "no second session was accepted: {timeline:?}"
    );
    assert!(
        app.status(issue)
            .contains(&format!("Session `{}`", app.session(issue, 1))),
        "{}",
        app.status(issue)
    );
    assert!(!app.session_dir(issue, 2).exists());
    assert!(
        !app.session_dir(issue, 1).join("work").exists(),
        "the working copy is reaped in the end"
    );
}

/// An issue whose label is taken away while GitHub thinks about a request.
async fn paused_during(fault: FaultRule) -> (TestApp, IssueNumber) {
    let mut app = TestApp::new().await;
    app.simulator.add_fault(fault);
    let issue = app.go("Try", SCRIPT);
    app.until("GitHub has the request", |app| {
        app.simulator.waiting_faults().is_empty()
    })
    .await;
    app.unlabel(issue, "agent:go");
    app.nudge().await;
    app.simulator.let_go();
    rests(&mut app, issue).await;
    (app, issue)
}

fn slow(method: &str, path: &str) -> FaultRule {
    FaultRule::next(method, path, Fault::Held)
}

#[tokio::test(flavor = "multi_thread")]
async fn while_the_working_copy_is_made() {
    let (mut app, issue) = paused_during(slow("POST", "/octo/hello.git/git-upload-pack")).await;
    assert_eq!(app.simulator.branches(app.repository), ["main"]);
    goes_on(&mut app, issue).await;
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn while_the_right_to_publish_is_asked_for() {
    let (mut app, issue) =
        paused_during(slow("GET", "/repos/*/*/collaborators/*/permission").after(1)).await;
    assert_eq!(app.simulator.branches(app.repository), ["main"]);
    assert!(
        app.session_dir(issue, 1).join("work/a.txt").exists(),
        "the working copy is kept"
    );
    assert_eq!(
        app.kept(issue, 1, "a.txt").as_deref(),
        Some("a\n"),
        "the mirror has the work as well"
    );
    assert!(
        app.status(issue)
            .contains("What it has done so far (1 changed file) is kept."),
        "{}",
        app.status(issue)
    );
    goes_on(&mut app, issue).await;
    assert_eq!(
        app.prompts(issue).await.len(),
        1,
        "the agent was done; only the end was missing"
    );
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn while_the_branch_is_pushed() {
    let (mut app, issue) = paused_during(slow("POST", "/octo/hello.git/git-receive-pack")).await;
    insta::assert_snapshot!(readable(&app.thread(issue)), @"
    #1 Try (open)
    labels: agent:paused
    reactions: eyes skep[bot]

    ana:
      Please.

      ```skep-demo
      write a.txt: a
      commit A
      say Done.
      ```

    skep[bot]:
      **Paused**

      [`agent/1-try`](../tree/agent/1-try)

      Paused because `@ana` removed the label `agent:go`. What it has done so far (1 changed file) is kept. To go on, add the label `agent:go` or write `/agent resume`; to end it, write `/agent stop`.

      <details><summary>Details</summary>

      - Role `swe`: the issue has no `role:*` label, so the default `swe`
      - Agent: `demo` (skep-demo 0.1.0)
      - Session `1296269-1-1`
      - Limits: 1 h 0 m in all, 10 m 0 s without a sign of life
      - Spent: tokens and cost unknown, 1 of 20 sessions, 0 ms of 24 h 0 m at work
      - To see the log, comment `/agent logs`
      - 00:00:01Z Accepted as `swe`.
      - 00:00:01Z Started.
      - 00:00:02Z Paused: `@ana` removed the label `agent:go`.

      </details>

      <sub>updated 00:00:02Z</sub>
    ");
    goes_on(&mut app, issue).await;
    app.done().await;
}

/// While the pull request is opened the work is finishing: nothing is left to pause.
#[tokio::test(flavor = "multi_thread")]
async fn while_the_pull_request_is_opened_nothing_is_left_to_pause() {
    let mut app = TestApp::new().await;
    app.simulator.add_fault(slow("POST", "/repos/*/*/pulls"));
    let issue = app.go("Try", SCRIPT);
    app.until("GitHub has the request", |app| {
        app.simulator.waiting_faults().is_empty()
    })
    .await;
    app.unlabel(issue, "agent:go");
    app.nudge().await;
    app.simulator.let_go();
    app.settle_all().await;
    assert_eq!(
        (app.state(issue).await.as_str(), app.live().await),
        ("in-review", 0)
    );
    assert_eq!(
        (app.labels(issue), app.pulls().len()),
        (vec!["agent:review".to_owned()], 1)
    );
    assert!(
        app.status(issue).contains("draft pull request #2"),
        "{}",
        app.status(issue)
    );
    app.done().await;
}

/// What waits for its next try is withdrawn: no time that passes brings it back before the label does.
#[tokio::test(flavor = "multi_thread")]
async fn while_the_push_waits_for_another_try() {
    let mut app = TestApp::with(|plan| plan.limits.retry_base_ms = 60_000).await;
    app.simulator.add_fault(FaultRule::next(
        "POST",
        "/octo/hello.git/git-receive-pack",
        Fault::BadGateway,
    ));
    let issue = app.go("Try", SCRIPT);
    app.settle().await;
    let waiting = app.waiting().await;
    assert!(
        waiting
            .iter()
            .any(|effect| effect.starts_with("publish x1")),
        "{waiting:?}"
    );
    app.unlabel(issue, "agent:go");
    rests(&mut app, issue).await;
    assert_eq!(app.simulator.branches(app.repository), ["main"]);
    let pushes = |app: &TestApp| {
        app.simulator
            .calls()
            .into_iter()
            .filter(|call| call.path.ends_with("/git-receive-pack"))
            .count()
    };
    assert_eq!(pushes(&app), 1, "pushed while it was paused");
    goes_on(&mut app, issue).await;
    assert_eq!(pushes(&app), 2);
    app.done().await;
}

/// The agent's own session goes on: its second prompt says that it was interrupted, and what was written is still there.
#[tokio::test(flavor = "multi_thread")]
async fn while_the_agent_works_and_again_at_once() {
    for at_once in [false, true] {
        let mut app =
            TestApp::with(|plan| plan.timings.cancel_grace = Duration::from_millis(100)).await;
        let issue = app.go("Try", "write a.txt: a\nwait 20\nrecall");
        app.until("it works", |app| {
            app.session_dir(issue, 1).join("work/a.txt").exists()
        })
        .await;
        app.until_event(issue, "session.running").await;
        app.unlabel(issue, "agent:go");
        if !at_once {
            rests(&mut app, issue).await;
            assert!(
                app.session_dir(issue, 1).join("work/a.txt").exists(),
                "the working copy is kept"
            );
            assert_eq!(
                app.kept(issue, 1, "a.txt").as_deref(),
                Some("a\n"),
                "and looked at"
            );
        }
        goes_on(&mut app, issue).await;
        let prompts = app.prompts(issue).await;
        assert_eq!(prompts.len(), 2, "{prompts:#?}");
        let body = app.the_pull().issue.body;
        assert!(
            body.contains("This is turn 2 of my session"),
            "a new session of the agent: {body}"
        );
        app.done().await;
    }
}

/// GitHub keeps one label whatever the case of its letters, and answers with the case it was first written in.
#[tokio::test(flavor = "multi_thread")]
async fn labels_are_the_same_in_every_case() {
    let mut app = TestApp::new().await;
    // The repository has these already, in its own spelling; they are on another issue.
    let spelled = [
        "AGENT:Working",
        "Agent:Paused",
        "agent:REVIEW",
        "Role:Testing",
        "PRIORITY:High",
    ];
    app.issue("Another", "Not for us.", &spelled);
    let issue = app.issue(
        "Try",
        &format!("```skep-demo\nwait 0.3\n{SCRIPT}\n```"),
        &["role:testing", "priority:high"],
    );
    app.settle_all().await;
    app.label(issue, "Agent:Go");
    let works = |app: &TestApp| {
        app.labels(issue).contains(&"AGENT:Working".to_owned())
            && app.thread(issue).contains("testing")
    };
    app.until("it works", works).await;
    assert!(
        app.status(issue).contains("testing"),
        "{}",
        app.status(issue)
    );
    app.unlabel(issue, "AGENT:GO");
    app.settle_all().await;
    assert_eq!(app.state(issue).await, "paused", "{}", app.status(issue));
    app.reply(issue, "/agent resume").await;
    app.settle_all().await;
    assert_eq!(app.state(issue).await, "in-review", "{}", app.status(issue));
    let mut labels = app.labels(issue);
    labels.sort();
    assert_eq!(
        labels,
        ["Agent:Go", "PRIORITY:High", "Role:Testing", "agent:REVIEW"]
    );
    assert_eq!(app.the_pull().issue.labels, ["Role:Testing"]);
    app.done().await;
}
