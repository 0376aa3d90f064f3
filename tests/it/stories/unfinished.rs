//! Turns that did not finish: an agent that stops at a limit, refuses, or ends its turn with its model's error. What git has
//! is shown as what it is; what was not done is said.

use skep::core::ids::IssueNumber;

use super::agents::{failed, impatient, readable};
use crate::agents::manners;
use crate::house::House;

/// A house with the rude agent; none where there is no Python.
async fn rude(mode: &str) -> Option<House> {
    if !crate::required::installed(&["python3"], "agents written for the tests") {
        return None;
    }
    let house = House::with(|plan| {
        impatient(plan);
        plan.limits.silence_ms = 30_000;
        plan.agent = Some(manners::agent(mode));
    });
    Some(house.await)
}

/// What people see first in the pull request: the mark of our part is a comment.
pub fn top(house: &House) -> String {
    let body = house.the_pull().issue.body;
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
        let Some(mut house) = rude(mode).await else {
            return;
        };
        let issue = house.go("Do five steps", "say never");
        house.settle_all().await;
        assert_eq!(
            house.state(issue).await,
            "in-review",
            "{mode}: {}",
            house.thread(issue)
        );
        assert_eq!(
            house.labels(issue),
            ["agent:go", "agent:needs-you"],
            "{mode}"
        );
        assert_eq!(
            house.reactions(issue),
            ["eyes"],
            "{mode}: nothing to celebrate"
        );
        let body = top(&house);
        assert!(
            body.starts_with("> [!WARNING]\n> This work is not finished: ") && body.contains(why),
            "{mode}: {body}"
        );
        assert!(house.the_pull().draft, "{mode}");
        let status = house.status(issue);
        assert!(
            status.starts_with("**In review** · not finished, needs `@ana`")
                && status.contains(why),
            "{mode}: {status}"
        );
        house.done().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_models_error_is_no_answer() {
    for (mode, class) in [("full", "context_full"), ("empty", "empty_answer")] {
        let Some(mut house) = rude(mode).await else {
            return;
        };
        let issue = house.go("Read it all", "say never");
        house.settle_all().await;
        failed(&house, issue, class).await;
        house.done().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_agent_prints_before_it_goes_is_on_the_issue() {
    let Some(mut house) = rude("gone").await else {
        return;
    };
    let issue = house.go("Start", "say never");
    house.settle_all().await;
    let thread = failed(&house, issue, "crash").await;
    assert!(
        thread.contains("this tool is no longer maintained, use another"),
        "{thread}"
    );
    house.done().await;
}

/// The agent answers the load of a session it has lost with success, and then refuses without a word.
#[tokio::test(flavor = "multi_thread")]
async fn a_request_is_not_swallowed_by_an_agent_that_lost_its_session() {
    let Some(mut house) = rude("forgets").await else {
        return;
    };
    let issue = house.go("Add a note", "say never");
    house.settle_all().await;
    let pull = IssueNumber(house.the_pull().issue.number);
    house.say("ana", pull, "/agent please also add a second file");
    house.settle_all().await;
    let branch = house.the_pull().head;
    let second = house
        .simulator
        .file(house.repository, &branch, "second.txt")
        .await
        .expect("git");
    assert_eq!(second.as_deref(), Some("2\n"), "{}", house.thread(issue));
    let status = house.status(issue);
    assert!(
        status.contains(
            "The agent's earlier session could not be loaded; a new one was told what was said"
        ),
        "{status}"
    );
    house.done().await;
}

async fn unchanged() -> (House, IssueNumber) {
    let mut house = House::with(impatient).await;
    let issue = house.go("Fix it", "say I have fixed the bug, all tests pass.");
    house.settle_all().await;
    (house, issue)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_that_writes_and_changed_nothing_needs_a_person() {
    let (house, issue) = unchanged().await;
    assert_eq!(house.state(issue).await, "needs-you");
    assert_eq!(house.labels(issue), ["agent:go", "agent:needs-you"]);
    assert_eq!(house.reactions(issue), ["eyes"], "nothing to celebrate");
    insta::assert_snapshot!(readable(&house.thread(issue)));
    house.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_closes_the_issue_takes_the_words_for_an_answer() {
    let (mut house, issue) = unchanged().await;
    house.advance(std::time::Duration::from_secs(60));
    house
        .simulator
        .close_issue(house.repository, issue, "ana")
        .expect("closed");
    house.settle_all().await;
    assert_eq!(
        (house.state(issue).await.as_str(), house.labels(issue)),
        ("done", vec!["agent:done".to_owned(), "agent:go".to_owned()])
    );
    house.done().await;
}
