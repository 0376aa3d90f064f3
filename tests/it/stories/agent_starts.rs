//! Agents that do not start: what is tried again, and what is said at once.

use std::time::Duration;

use skep::core::agent::AgentSpec;

use super::agents::{CANARY, failed, impatient, shell};
use crate::test_app::TestApp;

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_that_exits_at_its_start_is_tried_three_times() {
    let mut app = shell(&format!(
        "echo x >>\"$HOME/starts\"; echo 'no licence {CANARY} in /home/ana' >&2; exit 9"
    ))
    .await;
    let issue = app.go("Start", "say never");
    app.settle().await;
    assert_eq!(
        (app.state(issue).await.as_str(), app.reactions(issue).len()),
        ("working", 1),
        "not given up yet"
    );
    let starts = app.session_dir(issue, 1).join("home/starts");
    let count = || {
        std::fs::read_to_string(&starts)
            .expect("it was started")
            .lines()
            .count()
    };
    assert_eq!(count(), 1, "the second try waits for its time");
    app.advance(Duration::from_millis(1));
    app.settle().await;
    assert_eq!(count(), 2);
    app.settle_all().await;
    let thread = failed(&app, issue, "crash").await;
    let claims = app.detail(issue, "session.failed").await.expect("an event");
    assert!(
        claims["why"]
            .as_str()
            .is_some_and(|why| why.contains("exit status: 9")),
        "{claims}"
    );
    insta::assert_snapshot!(thread, @"
    #1 Start (open)
    labels: agent:failed, agent:go
    reactions: eyes skep[bot], confused skep[bot]

    ana:
      Please.

      ```skep-demo
      say never
      ```

    skep[bot]:
      **Failed** after 3 ms · `crash`

      It failed because the agent's process ended by itself (exit status: 9); it said: no licence [redacted: GitHub token] in ~. It was tried 3 times.

      To try again, comment `/agent retry`.

      <details><summary>Details</summary>

      - Role `swe`: the issue has no `role:*` label, so the default `swe`
      - Agent: `odd`
      - Session `1296269-1-1`
      - Limits: 1 h 0 m in all, 500 ms without a sign of life
      - Spent: tokens and cost unknown, 1 of 20 sessions, 0 ms of 24 h 0 m at work
      - To see the log, comment `/agent logs`
      - 00:00:01Z Accepted as `swe`.
      - 00:00:01Z Started.
      - 00:00:01Z Failed (`crash`).

      </details>

      <sub>updated 00:00:01Z</sub>

    skep[bot]:
      @ana it failed because the agent's process ended by itself (exit status: 9); it said: no licence [redacted: GitHub token] in ~. It was tried 3 times.

      To try again, comment `/agent retry`.
    ");
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_that_exits_at_once_without_a_word_is_named() {
    let mut app = shell("exit 0").await;
    let issue = app.go("Start", "say never");
    app.settle_all().await;
    insta::assert_snapshot!(failed(&app, issue, "crash").await, @"
    #1 Start (open)
    labels: agent:failed, agent:go
    reactions: eyes skep[bot], confused skep[bot]

    ana:
      Please.

      ```skep-demo
      say never
      ```

    skep[bot]:
      **Failed** after 3 ms · `crash`

      It failed because the agent's process ended by itself (exit status: 0). It was tried 3 times.

      To try again, comment `/agent retry`.

      <details><summary>Details</summary>

      - Role `swe`: the issue has no `role:*` label, so the default `swe`
      - Agent: `odd`
      - Session `1296269-1-1`
      - Limits: 1 h 0 m in all, 500 ms without a sign of life
      - Spent: tokens and cost unknown, 1 of 20 sessions, 0 ms of 24 h 0 m at work
      - To see the log, comment `/agent logs`
      - 00:00:01Z Accepted as `swe`.
      - 00:00:01Z Started.
      - 00:00:01Z Failed (`crash`).

      </details>

      <sub>updated 00:00:01Z</sub>

    skep[bot]:
      @ana it failed because the agent's process ended by itself (exit status: 0). It was tried 3 times.

      To try again, comment `/agent retry`.
    ");
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_command_is_said_at_once() {
    let mut app = TestApp::with(|plan| {
        impatient(plan);
        plan.agent = Some(AgentSpec::new(
            "goose",
            vec!["no-such-goose".into(), "acp".into()],
        ));
    })
    .await;
    let issue = app.go("Start", "say never");
    app.settle().await;
    let thread = failed(&app, issue, "spawn").await;
    assert!(thread.contains("no-such-goose"), "{thread}");
    insta::assert_snapshot!(thread, @r#"
    #1 Start (open)
    labels: agent:failed, agent:go
    reactions: eyes skep[bot], confused skep[bot]

    ana:
      Please.

      ```skep-demo
      say never
      ```

    skep[bot]:
      **Failed** after 0 ms · `spawn`

      It failed because the command "no-such-goose" of the agent "goose" was not found on the path. The operator of this server must see to it that the agent's command is installed and starts, or choose another agent (`SKEP_AGENT`).

      To try again, comment `/agent retry`.

      <details><summary>Details</summary>

      - Role `swe`: the issue has no `role:*` label, so the default `swe`
      - Agent: `goose`
      - Session `1296269-1-1`
      - Limits: 1 h 0 m in all, 500 ms without a sign of life
      - Spent: tokens and cost unknown, 1 of 20 sessions, 0 ms of 24 h 0 m at work
      - To see the log, comment `/agent logs`
      - 00:00:01Z Accepted as `swe`.
      - 00:00:01Z Started.
      - 00:00:01Z Failed (`spawn`).

      </details>

      <sub>updated 00:00:01Z</sub>

    skep[bot]:
      @ana it failed because the command "no-such-goose" of the agent "goose" was not found on the path. The operator of this server must see to it that the agent's command is installed and starts, or choose another agent (`SKEP_AGENT`).

      To try again, comment `/agent retry`.
    "#);
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_that_never_answers_the_handshake_is_ended() {
    let command = ["sleep", "300"].map(str::to_owned).to_vec();
    let mut app = TestApp::with(|plan| {
        impatient(plan);
        plan.timings.initialize = Duration::from_millis(200);
        plan.agent = Some(AgentSpec::new("odd", command));
    })
    .await;
    let issue = app.go("Start", "say never");
    app.settle_all().await;
    insta::assert_snapshot!(failed(&app, issue, "spawn").await, @"
    #1 Start (open)
    labels: agent:failed, agent:go
    reactions: eyes skep[bot], confused skep[bot]

    ana:
      Please.

      ```skep-demo
      say never
      ```

    skep[bot]:
      **Failed** after 3 ms · `spawn`

      It failed because the agent did not answer initialize within 200 ms. It was tried 3 times. The operator of this server must see to it that the agent's command is installed and starts, or choose another agent (`SKEP_AGENT`).

      To try again, comment `/agent retry`.

      <details><summary>Details</summary>

      - Role `swe`: the issue has no `role:*` label, so the default `swe`
      - Agent: `odd`
      - Session `1296269-1-1`
      - Limits: 1 h 0 m in all, 500 ms without a sign of life
      - Spent: tokens and cost unknown, 1 of 20 sessions, 0 ms of 24 h 0 m at work
      - To see the log, comment `/agent logs`
      - 00:00:01Z Accepted as `swe`.
      - 00:00:01Z Started.
      - 00:00:01Z Failed (`spawn`).

      </details>

      <sub>updated 00:00:01Z</sub>

    skep[bot]:
      @ana it failed because the agent did not answer initialize within 200 ms. It was tried 3 times. The operator of this server must see to it that the agent's command is installed and starts, or choose another agent (`SKEP_AGENT`).

      To try again, comment `/agent retry`.
    ");
    app.done().await;
}
