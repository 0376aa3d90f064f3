//! The label is a switch: off is a pause with everything kept, on goes on where it was; a stop is a stop.

use std::time::Duration;

use skep::core::effect::EffectKind;
use skep::core::ids::IssueNumber;

use super::{COLOUR, asked};
use crate::test_app::TestApp;

/// Waits until told to go on, so that it is always interrupted in the middle.
const LONG: &str = "write A.md: a\nwait 20\nwrite GREETING.md: hello\nrecall";

async fn at_work(script: &str) -> (TestApp, IssueNumber) {
    let mut app =
        TestApp::with(|plan| plan.timings.cancel_grace = Duration::from_millis(100)).await;
    let issue = app.go("Add a greeting", script);
    app.until("it works", |app| {
        app.session_dir(issue, 1).join("work/A.md").exists()
    })
    .await;
    (app, issue)
}

/// No process is left, and these branches.
fn quiet(app: &TestApp, branches: &[&str]) {
    assert_eq!(app.simulator.branches(app.repository), branches);
    assert!(
        app.product().runner.services().agents.live().is_empty(),
        "no process is left"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn off_pauses_with_the_work_kept_and_on_goes_on_in_the_same_session() {
    let (mut app, issue) = at_work(LONG).await;
    app.unlabel(issue, "agent:go");
    app.settle().await;
    assert_eq!(
        (app.state(issue).await.as_str(), app.live().await),
        ("paused", 0),
        "{}",
        app.thread(issue)
    );
    quiet(&app, &["main"]);
    assert!(
        app.session_dir(issue, 1).join("work/A.md").exists(),
        "the working copy is kept"
    );
    assert_eq!(
        app.kept(issue, 1, "A.md").as_deref(),
        Some("a\n"),
        "and the mirror has what was made"
    );
    assert_eq!(app.labels(issue), ["agent:paused"]);
    insta::assert_snapshot!(app.conversation(issue), @"
    #1 Add a greeting (open)
    labels: agent:paused
    reactions: eyes skep[bot]

    ana:
      Please.

      ```skep-demo
      write A.md: a
      wait 20
      write GREETING.md: hello
      recall
      ```

    skep[bot]:
      **Paused**

      Paused because `@ana` removed the label `agent:go`. What it has done so far (1 changed file) is kept. To go on, add the label `agent:go` or write `/agent resume`; to end it, write `/agent stop`.

      <details><summary>Details</summary>

      - Role `swe`: the issue has no `role:*` label, so the default `swe`
      - Agent: `demo` (skep-demo 0.1.0)
      - Session `1296269-1-1`
      - Limits: 1 h 0 m in all, 10 m 0 s without a sign of life
      - Spent: tokens and cost unknown, 1 of 20 sessions, 1 s of 24 h 0 m at work
      - To see the log, comment `/agent logs`
      - TIME Accepted as `swe`.
      - TIME Started.
      - TIME Paused: `@ana` removed the label `agent:go`.

      </details>

      <sub>updated TIME</sub>
    ");
    app.label(issue, "agent:go");
    app.settle_all().await;
    assert_eq!(app.state(issue).await, "in-review", "{}", app.thread(issue));
    assert_eq!(
        app.made(issue, "GREETING.md").await.as_deref(),
        Some("hello\n")
    );
    assert_eq!(app.made(issue, "A.md").await.as_deref(), Some("a\n"));
    assert!(
        app.the_pull()
            .issue
            .body
            .contains("This is turn 2 of my session"),
        "{}",
        app.the_pull().issue.body
    );
    let sessions = app
        .timeline(issue)
        .await
        .iter()
        .filter(|name| *name == "task.queued")
        .count();
    assert_eq!(sessions, 1, "one session all along");
    insta::assert_snapshot!(app.conversation(issue), @"
    #1 Add a greeting (open)
    labels: agent:go, agent:review
    reactions: eyes skep[bot], hooray skep[bot]
    pull requests: #2 Add a greeting (open draft)

    ana:
      Please.

      ```skep-demo
      write A.md: a
      wait 20
      write GREETING.md: hello
      recall
      ```

    skep[bot]:
      **In review** · done in 2 s

      [`agent/1-add-a-greeting`](../tree/agent/1-add-a-greeting) · draft pull request #2

      2 files changed (+2 −0). Review the pull request: a review, or `/agent <what to do>` on it, sends the agent back to work; when you are happy, mark it ready for review, then merge it.

      <details><summary>Details</summary>

      - Role `swe`: the issue has no `role:*` label, so the default `swe`
      - Agent: `demo` (skep-demo 0.1.0)
      - Session `1296269-1-1`
      - Limits: 1 h 0 m in all, 10 m 0 s without a sign of life
      - Spent: tokens and cost unknown, 1 of 20 sessions, 1 s of 24 h 0 m at work, SPAN waiting for people: 0 tokens
      - To see the log, comment `/agent logs`
      - TIME Resumed: `@ana` put the label `agent:go` back.
      - TIME Resumed.
      - TIME Opened the pull request.

      </details>

      <sub>updated TIME</sub>
    ");
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn twice_quickly_is_as_the_last() {
    let (mut app, issue) = at_work(LONG).await;
    for _ in 0..2 {
        app.unlabel(issue, "agent:go");
        app.label(issue, "agent:go");
    }
    app.settle_all().await;
    assert_eq!(app.state(issue).await, "in-review", "{}", app.thread(issue));
    assert_eq!(
        app.timeline(issue)
            .await
            .iter()
            .filter(|name| *name == "task.queued")
            .count(),
        1
    );
    app.done().await;
    let (mut app, issue) = at_work(LONG).await;
    app.unlabel(issue, "agent:go");
    app.label(issue, "agent:go");
    app.unlabel(issue, "agent:go");
    app.settle_all().await;
    assert_eq!(app.state(issue).await, "paused", "{}", app.thread(issue));
    quiet(&app, &["main"]);
    app.done().await;
}

/// Off after any step, and on again: the end is that of a run that was never paused.
#[tokio::test(flavor = "multi_thread")]
async fn off_and_on_after_any_step_ends_in_one_pull_request() {
    let (steps, _) = crate::test_app::CODE.clean().await;
    crate::required::grid(0..steps, off_and_on_after).await;
}

async fn off_and_on_after(step: usize) {
    let (mut app, issue) = crate::test_app::CODE.begin().await;
    app.run_steps(step).await;
    app.unlabel(issue, "agent:go");
    app.run_steps(usize::MAX).await;
    let state = app.state(issue).await;
    assert!(
        ["idle", "unknown", "paused", "in-review"].contains(&state.as_str()),
        "{state} after {step} steps"
    );
    app.label(issue, "agent:go");
    app.run_steps(usize::MAX).await;
    assert_eq!(
        app.state(issue).await,
        "in-review",
        "after {step} steps\n{}",
        app.thread(issue)
    );
    assert_eq!(
        (app.pulls().len(), app.live().await),
        (1, 0),
        "after {step} steps"
    );
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_a_close_and_a_delete_end_it_and_a_label_put_back_starts_exactly_one() {
    for how in ["stop", "close", "delete"] {
        let (mut app, issue) = at_work(LONG).await;
        app.until_event(issue, "session.running").await;
        app.advance(Duration::from_secs(1));
        match how {
            "stop" => drop(app.say("ana", issue, "/agent stop")),
            "close" => app
                .simulator
                .close_issue(app.repository, issue, "ana")
                .expect("closed"),
            _ => app
                .simulator
                .delete_issue(app.repository, issue, "ana")
                .expect("deleted"),
        }
        app.settle_all().await;
        assert_eq!(
            (app.state(issue).await.as_str(), app.live().await),
            ("cancelled", 0),
            "{how}"
        );
        // What a person stopped is on its branch; for an issue that is closed or gone nothing is pushed.
        quiet(
            &app,
            if how == "stop" {
                &["agent/1-add-a-greeting", "main"]
            } else {
                &["main"]
            },
        );
        assert_eq!(
            app.kept(issue, 1, "A.md").as_deref(),
            Some("a\n"),
            "{how}: the work is kept"
        );
        assert!(
            !app.session_dir(issue, 1).exists(),
            "{how}: the working copy is gone"
        );
        if how == "delete" {
            app.done().await;
            continue;
        }
        insta::assert_snapshot!(format!("ended_by_{how}"), app.conversation(issue));
        if how == "close" {
            app.simulator
                .reopen_issue(app.repository, issue, "ana")
                .expect("reopened");
            app.unlabel(issue, "agent:go");
        }
        assert!(
            !app.labels(issue).contains(&"agent:go".to_owned()),
            "{how}: {:?}",
            app.labels(issue)
        );
        let body = "```skep-demo\nwrite GREETING.md: again\n```";
        app.simulator
            .edit_body(app.repository, issue, body, "ana")
            .expect("an edit");
        app.label(issue, "agent:go");
        app.settle_all().await;
        assert_eq!(
            app.state(issue).await,
            "in-review",
            "{how}\n{}",
            app.thread(issue)
        );
        assert_eq!(
            app.timeline(issue)
                .await
                .iter()
                .filter(|name| *name == "task.queued")
                .count(),
            2,
            "{how}"
        );
        app.done().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pause_while_people_are_asked_waits_for_them_again() {
    let (mut app, issue) = asked(COLOUR).await;
    app.unlabel(issue, "agent:go");
    app.settle().await;
    assert_eq!(app.state(issue).await, "paused", "{}", app.thread(issue));
    app.reply(issue, "2").await;
    assert_eq!(
        app.state(issue).await,
        "paused",
        "an answer does not switch it on"
    );
    app.label(issue, "agent:go");
    app.settle_all().await;
    assert_eq!(
        app.made(issue, "GREETING.md").await.as_deref(),
        Some("blue\n"),
        "{}",
        app.thread(issue)
    );
    app.done().await;
    let (mut app, issue) = asked(COLOUR).await;
    app.unlabel(issue, "agent:go");
    app.settle().await;
    app.label(issue, "agent:go");
    app.settle().await;
    assert_eq!(app.state(issue).await, "needs-you", "{}", app.thread(issue));
    app.reply(issue, "2").await;
    app.settle_all().await;
    assert_eq!(
        app.made(issue, "GREETING.md").await.as_deref(),
        Some("blue\n"),
        "{}",
        app.thread(issue)
    );
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_while_people_are_asked_ends_the_question_too() {
    let (mut app, issue) = asked(COLOUR).await;
    app.reply(issue, "/agent stop").await;
    app.settle_all().await;
    assert_eq!(
        (app.state(issue).await.as_str(), app.live().await),
        ("cancelled", 0)
    );
    assert_eq!(app.assignees(issue), Vec::<String>::new());
    assert_eq!(app.planned(issue, EffectKind::RunTurn).await.len(), 1);
    quiet(&app, &["main"]);
    insta::assert_snapshot!(app.conversation(issue), @"
    #1 Choose a colour (open)
    reactions: eyes skep[bot]

    ana:
      Please.

      ```skep-demo
      ask Which colour? | red | blue
      write GREETING.md: {answer}
      say It is {answer}.
      ```

    skep[bot]:
      **Stopped** after 1 s

      Stopped because `@ana` wrote `/agent stop`.

      To start again, comment `/agent retry`; if the issue is closed, reopen it first.

      <details><summary>Details</summary>

      - Role `swe`: the issue has no `role:*` label, so the default `swe`
      - Agent: `demo` (skep-demo 0.1.0)
      - Session `1296269-1-1`
      - Limits: 1 h 0 m in all, 10 m 0 s without a sign of life
      - Spent: tokens and cost unknown, 1 of 20 sessions, 0 ms of 24 h 0 m at work, SPAN waiting for people: 0 tokens
      - To see the log, comment `/agent logs`
      - TIME Started.
      - TIME The agent asks 1 question.
      - TIME Stopped: `@ana` wrote `/agent stop`.

      </details>

      <sub>updated TIME</sub>

    skep[bot] (hidden: outdated):

    ana [+1 skep[bot]]:
      /agent stop
    ");
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_not_start_may_not_switch_on_again() {
    let (mut app, issue) = at_work(LONG).await;
    app.unlabel(issue, "agent:go");
    app.settle().await;
    app.label_by("tina", issue, "agent:go");
    app.settle_all().await;
    assert_eq!(app.state(issue).await, "paused", "{}", app.thread(issue));
    assert_eq!(
        app.ours_with(issue, "It stays paused").len(),
        1,
        "{}",
        app.thread(issue)
    );
    app.done().await;
}
