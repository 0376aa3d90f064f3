//! Turns that did not finish: an agent that stops at a limit, refuses, or ends its turn with its model's error. What git has
//! is shown as what it is; what was not done is said.

use skep::core::ids::IssueNumber;

use super::agents::{failed, impatient, readable};
use crate::agents::manners;
use crate::test_app::TestApp;

/// A app with the rude agent; none where there is no Python.
async fn rude(mode: &str) -> Option<TestApp> {
    if !crate::required::installed(&["python3"], "agents written for the tests") {
        return None;
    }
    let app = TestApp::with(|plan| {
        impatient(plan);
        plan.limits.silence_ms = 30_000;
        plan.agent = Some(manners::agent(mode));
    });
    Some(app.await)
}

/// What people see first in the pull request: the mark of our part is a comment.
pub(super) fn top(app: &TestApp) -> String {
    let body = app.the_pull().issue.body;
    let (mark, rest) = body.split_once('\n').expect("a body");
    assert!(mark.starts_with("<!-- skep: "), "{body}");
    rest.to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_turn_that_stopped_half_way_is_no_finished_work() {
    for (mode, why) in [
        (
            "max_turn_requests",
            "the agent reached its limit of requests in one turn before the work was done",
        ),
        (
            "max_tokens",
            "the agent's model reached its limit of tokens before the work was done",
        ),
        ("refusal", "the agent's model refused to go on"),
        ("cancelled", "the agent broke its turn off"),
        ("half-done", "the agent's context is full"),
    ] {
        let Some(mut app) = rude(mode).await else {
            return;
        };
        let issue = app.go("Do five steps", "say never");
        app.settle_all().await;
        assert_eq!(
            app.state(issue).await,
            "in-review",
            "{mode}: {}",
            app.thread(issue)
        );
        assert_eq!(app.labels(issue), ["agent:go", "agent:needs-you"], "{mode}");
        assert_eq!(
            app.reactions(issue),
            ["eyes"],
            "{mode}: nothing to celebrate"
        );
        let body = top(&app);
        assert!(
            body.starts_with("> [!WARNING]\n> This work is not finished: ") && body.contains(why),
            "{mode}: {body}"
        );
        assert!(app.the_pull().draft, "{mode}");
        let status = app.status(issue);
        assert!(
            status.starts_with("**In review** · not finished, needs `@ana`")
                && status.contains(why),
            "{mode}: {status}"
        );
        app.done().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_models_error_is_no_answer() {
    for (mode, class) in [("full", "context_full"), ("empty", "empty_answer")] {
        let Some(mut app) = rude(mode).await else {
            return;
        };
        let issue = app.go("Read it all", "say never");
        app.settle_all().await;
        failed(&app, issue, class).await;
        app.done().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_agent_prints_before_it_goes_is_on_the_issue() {
    let Some(mut app) = rude("gone").await else {
        return;
    };
    let issue = app.go("Start", "say never");
    app.settle_all().await;
    let thread = failed(&app, issue, "crash").await;
    assert!(
        thread.contains("this tool is no longer maintained, use another"),
        "{thread}"
    );
    app.done().await;
}

/// The agent answers the load of a session it has lost with success, and then refuses without a word.
#[tokio::test(flavor = "multi_thread")]
async fn a_request_is_not_swallowed_by_an_agent_that_lost_its_session() {
    goes_on_with_a_new_session("forgets").await;
}

/// The agent dies whenever it is to load its session.
#[tokio::test(flavor = "multi_thread")]
async fn an_agent_that_dies_of_its_session_twice_gets_a_new_one() {
    goes_on_with_a_new_session("dies-at-load").await;
}

async fn goes_on_with_a_new_session(mode: &str) {
    let Some(mut app) = rude(mode).await else {
        return;
    };
    let issue = app.go("Add a note", "say never");
    app.settle_all().await;
    let pull = IssueNumber(app.the_pull().issue.number);
    app.say("ana", pull, "/agent please also add a second file");
    app.settle_all().await;
    let branch = app.the_pull().head;
    let second = app
        .simulator
        .file(app.repository, &branch, "second.txt")
        .await
        .expect("git");
    assert_eq!(second.as_deref(), Some("2\n"), "{}", app.thread(issue));
    let status = app.status(issue);
    assert!(
        status.contains(
            "The agent's earlier session could not be loaded; a new one was told what was said"
        ),
        "{status}"
    );
    app.done().await;
}

async fn unchanged() -> (TestApp, IssueNumber) {
    let mut app = TestApp::with(impatient).await;
    let issue = app.go("Fix it", "say I have fixed the bug, all tests pass.");
    app.settle_all().await;
    (app, issue)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_that_writes_and_changed_nothing_needs_a_person() {
    let (app, issue) = unchanged().await;
    assert_eq!(app.state(issue).await, "needs-you");
    assert_eq!(app.labels(issue), ["agent:go", "agent:needs-you"]);
    assert_eq!(app.reactions(issue), ["eyes"], "nothing to celebrate");
    insta::assert_snapshot!(readable(&app.thread(issue)), @"
    #1 Fix it (open)
    labels: agent:go, agent:needs-you
    reactions: eyes skep[bot]

    ana:
      Please.

      ```skep-demo
      say I have fixed the bug, all tests pass.
      ```

    skep[bot]:
      **Needs `@ana`** · no file was changed

      The agent's words are in a comment of their own. If that is the answer, close the issue; if a change is wanted, say here what is missing and write `/agent retry`.

      <details><summary>Details</summary>

      - Role `swe`: the issue has no `role:*` label, so the default `swe`
      - Agent: `demo` (skep-demo 0.1.0)
      - Session `1296269-1-1`
      - Limits: 1 h 0 m in all, 500 ms without a sign of life
      - Spent: tokens and cost unknown, 1 of 20 sessions, 0 ms of 24 h 0 m at work
      - To see the log, comment `/agent logs`
      - 00:00:01Z Accepted as `swe`.
      - 00:00:01Z Started.
      - 00:00:01Z Ended without a change.

      </details>

      <sub>updated 00:00:01Z</sub>

    skep[bot]:
      @ana no file was changed. The agent says:

      I have fixed the bug, all tests pass.
    ");
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_closes_the_issue_takes_the_words_for_an_answer() {
    let (mut app, issue) = unchanged().await;
    app.advance(std::time::Duration::from_secs(60));
    app.close_issue(issue, "ana");
    app.settle_all().await;
    assert_eq!(
        (app.state(issue).await.as_str(), app.labels(issue)),
        ("done", vec!["agent:done".to_owned(), "agent:go".to_owned()])
    );
    app.done().await;
}
