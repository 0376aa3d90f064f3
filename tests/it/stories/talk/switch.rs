//! The label is a switch: off is a pause with everything kept, on goes on where it was; a stop is a stop.

use std::time::Duration;

use skep::core::effect::EffectKind;
use skep::core::ids::IssueNumber;

use super::{COLOUR, asked};
use crate::house::House;

/// Waits until told to go on, so that it is always interrupted in the middle.
const LONG: &str = "write A.md: a\nwait 20\nwrite GREETING.md: hello\nrecall";

async fn at_work(script: &str) -> (House, IssueNumber) {
    let mut house =
        House::with(|plan| plan.timings.cancel_grace = Duration::from_millis(100)).await;
    let issue = house.go("Add a greeting", script);
    house
        .until("it works", |house| {
            house.session_dir(issue, 1).join("work/A.md").exists()
        })
        .await;
    (house, issue)
}

/// No process is left, and these branches.
fn quiet(house: &House, branches: &[&str]) {
    assert_eq!(house.simulator.branches(house.repository), branches);
    assert!(
        house.app().runner.services().agents.live().is_empty(),
        "no process is left"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn off_pauses_with_the_work_kept_and_on_goes_on_in_the_same_session() {
    let (mut house, issue) = at_work(LONG).await;
    house.unlabel(issue, "agent:go");
    house.settle().await;
    assert_eq!(
        (house.state(issue).await.as_str(), house.live().await),
        ("paused", 0),
        "{}",
        house.thread(issue)
    );
    quiet(&house, &["main"]);
    assert!(
        house.session_dir(issue, 1).join("work/A.md").exists(),
        "the working copy is kept"
    );
    assert_eq!(
        house.kept(issue, 1, "A.md").as_deref(),
        Some("a\n"),
        "and the mirror has what was made"
    );
    assert_eq!(house.labels(issue), ["agent:paused"]);
    insta::assert_snapshot!("paused", house.talk(issue));
    house.label(issue, "agent:go");
    house.settle_all().await;
    assert_eq!(
        house.state(issue).await,
        "in-review",
        "{}",
        house.thread(issue)
    );
    assert_eq!(
        house.made(issue, "GREETING.md").await.as_deref(),
        Some("hello\n")
    );
    assert_eq!(house.made(issue, "A.md").await.as_deref(), Some("a\n"));
    assert!(
        house
            .the_pull()
            .issue
            .body
            .contains("This is turn 2 of my session"),
        "{}",
        house.the_pull().issue.body
    );
    let sessions = house
        .timeline(issue)
        .await
        .iter()
        .filter(|name| *name == "task.queued")
        .count();
    assert_eq!(sessions, 1, "one session all along");
    insta::assert_snapshot!("resumed", house.talk(issue));
    house.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn twice_quickly_is_as_the_last() {
    let (mut house, issue) = at_work(LONG).await;
    for _ in 0..2 {
        house.unlabel(issue, "agent:go");
        house.label(issue, "agent:go");
    }
    house.settle_all().await;
    assert_eq!(
        house.state(issue).await,
        "in-review",
        "{}",
        house.thread(issue)
    );
    assert_eq!(
        house
            .timeline(issue)
            .await
            .iter()
            .filter(|name| *name == "task.queued")
            .count(),
        1
    );
    house.done().await;
    let (mut house, issue) = at_work(LONG).await;
    house.unlabel(issue, "agent:go");
    house.label(issue, "agent:go");
    house.unlabel(issue, "agent:go");
    house.settle_all().await;
    assert_eq!(
        house.state(issue).await,
        "paused",
        "{}",
        house.thread(issue)
    );
    quiet(&house, &["main"]);
    house.done().await;
}

/// Off after any step, and on again: the end is that of a run that was never paused.
#[tokio::test(flavor = "multi_thread")]
async fn off_and_on_after_any_step_ends_in_one_pull_request() {
    let (steps, _) = crate::house::CODE.clean().await;
    crate::required::grid(0..steps, off_and_on_after).await;
}

async fn off_and_on_after(step: usize) {
    let (mut house, issue) = crate::house::CODE.begin().await;
    house.walk(step).await;
    house.unlabel(issue, "agent:go");
    house.walk(usize::MAX).await;
    let state = house.state(issue).await;
    assert!(
        ["idle", "unknown", "paused", "in-review"].contains(&state.as_str()),
        "{state} after {step} steps"
    );
    house.label(issue, "agent:go");
    house.walk(usize::MAX).await;
    assert_eq!(
        house.state(issue).await,
        "in-review",
        "after {step} steps\n{}",
        house.thread(issue)
    );
    assert_eq!(
        (house.pulls().len(), house.live().await),
        (1, 0),
        "after {step} steps"
    );
    house.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_a_close_and_a_delete_end_it_and_a_label_put_back_starts_exactly_one() {
    for how in ["stop", "close", "delete"] {
        let (mut house, issue) = at_work(LONG).await;
        house.until_event(issue, "session.running").await;
        house.advance(Duration::from_secs(1));
        match how {
            "stop" => drop(house.say("ana", issue, "/agent stop")),
            "close" => house
                .simulator
                .close_issue(house.repository, issue, "ana")
                .expect("closed"),
            _ => house
                .simulator
                .delete_issue(house.repository, issue, "ana")
                .expect("deleted"),
        }
        house.settle_all().await;
        assert_eq!(
            (house.state(issue).await.as_str(), house.live().await),
            ("cancelled", 0),
            "{how}"
        );
        // What a person stopped is on its branch; for an issue that is closed or gone nothing is pushed.
        quiet(
            &house,
            if how == "stop" {
                &["agent/1-add-a-greeting", "main"]
            } else {
                &["main"]
            },
        );
        assert_eq!(
            house.kept(issue, 1, "A.md").as_deref(),
            Some("a\n"),
            "{how}: the work is kept"
        );
        assert!(
            !house.session_dir(issue, 1).exists(),
            "{how}: the working copy is gone"
        );
        if how == "delete" {
            house.done().await;
            continue;
        }
        insta::assert_snapshot!(format!("ended_by_{how}"), house.talk(issue));
        if how == "close" {
            house
                .simulator
                .reopen_issue(house.repository, issue, "ana")
                .expect("reopened");
            house.unlabel(issue, "agent:go");
        }
        assert!(
            !house.labels(issue).contains(&"agent:go".to_owned()),
            "{how}: {:?}",
            house.labels(issue)
        );
        let body = "```skep-demo\nwrite GREETING.md: again\n```";
        house
            .simulator
            .edit_body(house.repository, issue, body, "ana")
            .expect("an edit");
        house.label(issue, "agent:go");
        house.settle_all().await;
        assert_eq!(
            house.state(issue).await,
            "in-review",
            "{how}\n{}",
            house.thread(issue)
        );
        assert_eq!(
            house
                .timeline(issue)
                .await
                .iter()
                .filter(|name| *name == "task.queued")
                .count(),
            2,
            "{how}"
        );
        house.done().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pause_while_people_are_asked_waits_for_them_again() {
    let (mut house, issue) = asked(COLOUR).await;
    house.unlabel(issue, "agent:go");
    house.settle().await;
    assert_eq!(
        house.state(issue).await,
        "paused",
        "{}",
        house.thread(issue)
    );
    house.reply(issue, "2").await;
    assert_eq!(
        house.state(issue).await,
        "paused",
        "an answer does not switch it on"
    );
    house.label(issue, "agent:go");
    house.settle_all().await;
    assert_eq!(
        house.made(issue, "GREETING.md").await.as_deref(),
        Some("blue\n"),
        "{}",
        house.thread(issue)
    );
    house.done().await;
    let (mut house, issue) = asked(COLOUR).await;
    house.unlabel(issue, "agent:go");
    house.settle().await;
    house.label(issue, "agent:go");
    house.settle().await;
    assert_eq!(
        house.state(issue).await,
        "needs-you",
        "{}",
        house.thread(issue)
    );
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
async fn a_stop_while_people_are_asked_ends_the_question_too() {
    let (mut house, issue) = asked(COLOUR).await;
    house.reply(issue, "/agent stop").await;
    house.settle_all().await;
    assert_eq!(
        (house.state(issue).await.as_str(), house.live().await),
        ("cancelled", 0)
    );
    assert_eq!(house.assignees(issue), Vec::<String>::new());
    assert_eq!(house.planned(issue, EffectKind::RunTurn).await.len(), 1);
    quiet(&house, &["main"]);
    insta::assert_snapshot!(house.talk(issue));
    house.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_not_start_may_not_switch_on_again() {
    let (mut house, issue) = at_work(LONG).await;
    house.unlabel(issue, "agent:go");
    house.settle().await;
    house.label_by("tina", issue, "agent:go");
    house.settle_all().await;
    assert_eq!(
        house.state(issue).await,
        "paused",
        "{}",
        house.thread(issue)
    );
    assert_eq!(
        house.ours_with(issue, "It stays paused").len(),
        1,
        "{}",
        house.thread(issue)
    );
    house.done().await;
}
