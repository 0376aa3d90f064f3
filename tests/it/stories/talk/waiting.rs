//! While people think: the slot is held for minutes, then nothing is held, and nobody waits for ever.

use std::time::Duration;

use skep::core::effect::EffectKind;

use super::{COLOUR, asked};
use crate::house::House;

const RECALL: &str = "ask Which colour? | red | blue\nrecall\nwrite GREETING.md: {answer}";
const HOUR: Duration = Duration::from_secs(3_600);

async fn parked(script: &str) -> (House, skep::core::ids::IssueNumber) {
    let (mut house, issue) = asked(script).await;
    house.advance(Duration::from_secs(301));
    house.settle().await;
    (house, issue)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_slot_is_held_for_five_minutes_and_then_given_away() {
    let mut house = House::with(|plan| plan.limits.sessions = 1).await;
    let first = house.go("Choose a colour", RECALL);
    house.settle().await;
    let second = house.go("Something else", "write OTHER.md: other\nsay Done.");
    house.settle().await;
    assert_eq!(
        (
            house.state(first).await.as_str(),
            house.state(second).await.as_str()
        ),
        ("needs-you", "queued")
    );
    house.advance(Duration::from_secs(280));
    house.settle().await;
    assert_eq!(house.state(second).await, "queued", "not yet five minutes");
    assert_eq!(
        house.planned(first, EffectKind::EndAgent).await.len(),
        0,
        "its process lives"
    );
    house.advance(Duration::from_secs(30));
    house.settle().await;
    assert_eq!(
        house.state(second).await,
        "in-review",
        "{}",
        house.thread(second)
    );
    assert_eq!(house.planned(first, EffectKind::EndAgent).await.len(), 1);
    assert_eq!(
        house.app().runner.services().agents.live().len(),
        0,
        "no process waits"
    );
    assert!(
        house.session_dir(first, 1).exists(),
        "the working copy is kept"
    );
    insta::assert_snapshot!(house.talk(first));
    house.reply(first, "2").await;
    house.settle_all().await;
    resumed_once(&house, first).await;
    house.done().await;
}

/// The same agent session went on, told the answer once.
async fn resumed_once(house: &House, issue: skep::core::ids::IssueNumber) {
    assert_eq!(
        house.made(issue, "GREETING.md").await.as_deref(),
        Some("blue\n"),
        "{}",
        house.thread(issue)
    );
    let pull = house.pull_for(issue).issue.body;
    assert!(pull.contains("This is turn 2 of my session"), "{pull}");
    assert_eq!(
        house.prompts(issue).await.len(),
        2,
        "one question, one answer, two turns"
    );
    assert_eq!(house.ours_with(issue, "Which colour?").len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_while_the_process_lives_is_the_next_prompt_of_the_same_process() {
    let (mut house, issue) = asked(RECALL).await;
    assert_eq!(house.app().runner.services().agents.live().len(), 1);
    house.reply(issue, "2").await;
    house.settle_all().await;
    resumed_once(&house, issue).await;
    house.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kill_between_question_and_answer_loses_neither() {
    for park in [false, true] {
        let (mut house, issue) = if park {
            parked(RECALL).await
        } else {
            asked(RECALL).await
        };
        house.crash_and_open().await;
        house.settle().await;
        house.reply(issue, "2").await;
        house.settle_all().await;
        resumed_once(&house, issue).await;
        house.done().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_while_skep_is_down_is_heard_when_github_delivers_it() {
    let (mut house, issue) = parked(RECALL).await;
    house.say("ana", issue, "2");
    // Stored, and not yet handled.
    house.simulator.quiet().await;
    house.crash_and_open().await;
    house.settle_all().await;
    resumed_once(&house, issue).await;
    house.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reminder_comes_after_a_day_and_only_once() {
    let (mut house, issue) = asked(COLOUR).await;
    house.advance(23 * HOUR);
    house.settle().await;
    assert_eq!(house.ours_with(issue, "still waits").len(), 0);
    house.advance(2 * HOUR);
    house.settle().await;
    house.advance(48 * HOUR);
    house.settle().await;
    assert_eq!(
        house.ours_with(issue, "still waits").len(),
        1,
        "{}",
        house.thread(issue)
    );
    insta::assert_snapshot!(house.talk(issue));
    house.reply(issue, "2").await;
    house.settle_all().await;
    assert_eq!(
        house.made(issue, "GREETING.md").await.as_deref(),
        Some("blue\n"),
        "{}",
        house.thread(issue)
    );
    house.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_default_applies_at_the_deadline() {
    let (mut house, issue) =
        asked("ask Which colour? | red | blue | default=blue | deadline=4h\nrecall\nwrite GREETING.md: {answer}").await;
    house.advance(3 * HOUR);
    house.settle().await;
    assert_eq!(house.state(issue).await, "needs-you");
    house.advance(2 * HOUR);
    house.settle_all().await;
    resumed_once(&house, issue).await;
    insta::assert_snapshot!(house.talk(issue));
    house.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_answer_and_default_it_stops_after_a_week_with_the_work_kept() {
    let (mut house, issue) =
        asked("write DRAFT.md: begun\nask Which colour? | red | blue\nwrite GREETING.md: {answer}")
            .await;
    house.advance(6 * 24 * HOUR);
    house.settle().await;
    assert_eq!(house.state(issue).await, "needs-you");
    house.advance(25 * HOUR);
    house.settle_all().await;
    assert_eq!(
        (house.state(issue).await.as_str(), house.live().await),
        ("failed", 0)
    );
    assert_eq!(
        house.kept(issue, 1, "DRAFT.md").as_deref(),
        Some("begun\n"),
        "{}",
        house.thread(issue)
    );
    assert!(house.pulls().is_empty());
    assert_eq!(house.assignees(issue), Vec::<String>::new());
    insta::assert_snapshot!(house.talk(issue));
    // An answer after the end is told so.
    house.reply(issue, "/agent answer 2").await;
    assert_eq!(
        house
            .ours_with(issue, "the session that asked is over")
            .len(),
        1,
        "{}",
        house.thread(issue)
    );
    house.settle_all().await;
    house.done().await;
}
