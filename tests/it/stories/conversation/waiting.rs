//! While people think: the slot is held for minutes, then nothing is held, and nobody waits for ever.

use std::time::Duration;

use skep::core::effect::EffectKind;

use super::{COLOUR, asked};
use crate::test_app::TestApp;

const RECALL: &str = "ask Which colour? | red | blue\nrecall\nwrite GREETING.md: {answer}";
const HOUR: Duration = Duration::from_secs(3_600);

async fn parked(script: &str) -> (TestApp, skep::core::ids::IssueNumber) {
    let (mut app, issue) = asked(script).await;
    app.advance(Duration::from_secs(301));
    app.settle().await;
    (app, issue)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_slot_is_held_for_five_minutes_and_then_given_away() {
    let mut app = TestApp::with(|plan| plan.limits.sessions = 1).await;
    let first = app.go("Choose a colour", RECALL);
    app.settle().await;
    let second = app.go("Something else", "write OTHER.md: other\nsay Done.");
    app.settle().await;
    assert_eq!(
        (
            app.state(first).await.as_str(),
            app.state(second).await.as_str()
        ),
        ("needs-you", "queued")
    );
    app.advance(Duration::from_secs(280));
    app.settle().await;
    assert_eq!(app.state(second).await, "queued", "not yet five minutes");
    assert_eq!(
        app.planned(first, EffectKind::EndAgent).await.len(),
        0,
        "its process lives"
    );
    app.advance(Duration::from_secs(30));
    app.settle().await;
    assert_eq!(
        app.state(second).await,
        "in-review",
        "{}",
        app.thread(second)
    );
    assert_eq!(app.planned(first, EffectKind::EndAgent).await.len(), 1);
    assert_eq!(
        app.product().runner.services().agents.live().len(),
        0,
        "no process waits"
    );
    assert!(
        app.session_dir(first, 1).exists(),
        "the working copy is kept"
    );
    insta::assert_snapshot!(app.conversation(first), @"
    #1 Choose a colour (open)
    labels: agent:go, agent:needs-you
    assignees: ana
    reactions: eyes skep[bot]

    ana:
      Please.

      ```skep-demo
      ask Which colour? | red | blue
      recall
      write GREETING.md: {answer}
      ```

    skep[bot]:
      **Needs `@ana`** · 1 open question

      It waits without taking a slot, and goes on with your answer.

      <details><summary>Details</summary>

      - Role `swe`: the issue has no `role:*` label, so the default `swe`
      - Agent: `demo` (skep-demo 0.1.0)
      - Session `1296269-1-1`
      - Limits: 1 h 0 m in all, 10 m 0 s without a sign of life
      - Spent: tokens and cost unknown, 1 of 20 sessions, 0 ms of 24 h 0 m at work, SPAN waiting for people: 0 tokens
      - To see the log, comment `/agent logs`
      - TIME Accepted as `swe`.
      - TIME Started.
      - TIME The agent asks 1 question.

      </details>

      <sub>updated TIME</sub>

    skep[bot]:
      @ana **I need a decision** · without an answer in 7 days I stop

      Which colour?

      - [ ] 1. red
      - [ ] 2. blue

      Tick a box, or reply `1`. In your own words: `/agent answer …`.
    ");
    app.reply(first, "2").await;
    app.settle_all().await;
    resumed_once(&app, first).await;
    app.done().await;
}

/// The same agent session went on, told the answer once.
async fn resumed_once(app: &TestApp, issue: skep::core::ids::IssueNumber) {
    assert_eq!(
        app.made(issue, "GREETING.md").await.as_deref(),
        Some("blue\n"),
        "{}",
        app.thread(issue)
    );
    let pull = app.pull_for(issue).issue.body;
    assert!(pull.contains("This is turn 2 of my session"), "{pull}");
    assert_eq!(
        app.prompts(issue).await.len(),
        2,
        "one question, one answer, two turns"
    );
    assert_eq!(app.ours_with(issue, "Which colour?").len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_while_the_process_lives_is_the_next_prompt_of_the_same_process() {
    let (mut app, issue) = asked(RECALL).await;
    assert_eq!(app.product().runner.services().agents.live().len(), 1);
    app.reply(issue, "2").await;
    app.settle_all().await;
    resumed_once(&app, issue).await;
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kill_between_question_and_answer_loses_neither() {
    for park in [false, true] {
        let (mut app, issue) = if park {
            parked(RECALL).await
        } else {
            asked(RECALL).await
        };
        app.crash_and_open().await;
        app.settle().await;
        app.reply(issue, "2").await;
        app.settle_all().await;
        resumed_once(&app, issue).await;
        app.done().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_while_skep_is_down_is_heard_when_github_delivers_it() {
    let (mut app, issue) = parked(RECALL).await;
    app.say("ana", issue, "2");
    // Stored, and not yet handled.
    app.simulator.quiet().await;
    app.crash_and_open().await;
    app.settle_all().await;
    resumed_once(&app, issue).await;
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reminder_comes_after_a_day_and_only_once() {
    let (mut app, issue) = asked(COLOUR).await;
    app.advance(23 * HOUR);
    app.settle().await;
    assert_eq!(app.ours_with(issue, "still waits").len(), 0);
    app.advance(2 * HOUR);
    app.settle().await;
    app.advance(48 * HOUR);
    app.settle().await;
    assert_eq!(
        app.ours_with(issue, "still waits").len(),
        1,
        "{}",
        app.thread(issue)
    );
    insta::assert_snapshot!(app.conversation(issue));
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
async fn the_default_applies_at_the_deadline() {
    let (mut app, issue) =
        asked("ask Which colour? | red | blue | default=blue | deadline=4h\nrecall\nwrite GREETING.md: {answer}").await;
    app.advance(3 * HOUR);
    app.settle().await;
    assert_eq!(app.state(issue).await, "needs-you");
    app.advance(2 * HOUR);
    app.settle_all().await;
    resumed_once(&app, issue).await;
    insta::assert_snapshot!(app.conversation(issue), @"
    #1 Choose a colour (open)
    labels: agent:go, agent:review
    reactions: eyes skep[bot], hooray skep[bot]
    pull requests: #2 Choose a colour (open draft)

    ana:
      Please.

      ```skep-demo
      ask Which colour? | red | blue | default=blue | deadline=4h
      recall
      write GREETING.md: {answer}
      ```

    skep[bot]:
      **In review** · done in 5 h 0 m

      [`agent/1-choose-a-colour`](../tree/agent/1-choose-a-colour) · draft pull request #2

      1 file changed (+1 −0). Review the pull request: a review, or `/agent <what to do>` on it, sends the agent back to work; when you are happy, mark it ready for review, then merge it.

      <details><summary>Details</summary>

      - Role `swe`: the issue has no `role:*` label, so the default `swe`
      - Agent: `demo` (skep-demo 0.1.0)
      - Session `1296269-1-1`
      - Limits: 1 h 0 m in all, 10 m 0 s without a sign of life
      - Spent: tokens and cost unknown, 1 of 20 sessions, 0 ms of 24 h 0 m at work, SPAN waiting for people: 0 tokens
      - To see the log, comment `/agent logs`
      - TIME Question 1 was answered by skep.
      - TIME Resumed.
      - TIME Opened the pull request.

      </details>

      <sub>updated TIME</sub>

    skep[bot]:
      **Answered**

      Which colour?

      - ☐ 1. red
      - ☑ 2. blue

      No answer came by 2026-01-01 04:00 UTC, so the default applies: 2. blue
    ");
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_answer_and_default_it_stops_after_a_week_with_the_work_kept() {
    let (mut app, issue) =
        asked("write DRAFT.md: begun\nask Which colour? | red | blue\nwrite GREETING.md: {answer}")
            .await;
    app.advance(6 * 24 * HOUR);
    app.settle().await;
    assert_eq!(app.state(issue).await, "needs-you");
    app.advance(25 * HOUR);
    app.settle_all().await;
    assert_eq!(
        (app.state(issue).await.as_str(), app.live().await),
        ("failed", 0)
    );
    assert_eq!(
        app.kept(issue, 1, "DRAFT.md").as_deref(),
        Some("begun\n"),
        "{}",
        app.thread(issue)
    );
    assert!(app.pulls().is_empty());
    assert_eq!(app.assignees(issue), Vec::<String>::new());
    insta::assert_snapshot!(app.conversation(issue));
    // An answer after the end is told so.
    app.reply(issue, "/agent answer 2").await;
    assert_eq!(
        app.ours_with(issue, "the session that asked is over").len(),
        1,
        "{}",
        app.thread(issue)
    );
    app.settle_all().await;
    app.done().await;
}
