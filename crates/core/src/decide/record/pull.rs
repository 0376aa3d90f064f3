//! Our pull request after it is open: its checks, its base, people's pushes, ready or draft, merged, closed, opened again. What
//! a webhook says is a hint; what was read counts. What the agent shall do about it becomes a message to the agent.

mod checks;

use serde_json::json;

use super::recording::Recording;
use crate::actor::Account;
use crate::base_branch::BaseSource;
use crate::event::{PullFacts, PullStanding};
use crate::event_name::DomainEvent;
use crate::ids::IssueNumber;
use crate::task::{End, Pull, PullOver, Read, ReviewState, Stage, Task, Wanted};
use crate::text;

/// How long after a hint the checks are looked at: several hints come at once.
const SETTLE_MS: i64 = 3_000;

/// Something about our branch may have changed.
pub(super) fn changed(on: &Recording<'_>, wanted: &mut Wanted, hint: &str) -> String {
    if on.known.pull_in_review().is_none() {
        return "no pull request of ours waits for review".into();
    }
    let at = on.cx.now + SETTLE_MS;
    wanted.reads.push(Read::Pull { at });
    format!("{hint}: the pull request is looked at")
}

/// The pull request was looked at.
pub(super) fn refreshed(on: &mut Recording<'_>, task: &mut Task, facts: &PullFacts) -> String {
    if on.known.pull_in_review() != Some(facts.number) {
        return "it does not wait for review any more".into();
    }
    match facts.standing {
        PullStanding::Open => {}
        PullStanding::Merged => return closed(&mut task.wanted, facts.number, true),
        PullStanding::Closed => return closed(&mut task.wanted, facts.number, false),
    }
    if let Some(pull) = &mut task.pull {
        pull.draft = facts.draft;
    }
    goes_to(task, facts);
    let ours = on.known.branch_head.as_ref() == Some(&facts.head);
    if ours {
        task.review.theirs = None;
    }
    if !ours && task.review.theirs.as_ref() != Some(&facts.head) {
        task.review.theirs = Some(facts.head.clone());
        on.notes
            .tell(text::conversation::pushed_in_review(&facts.head));
    }
    task.review.checks = Some(facts.checks.state);
    if let Some(conflicts) = facts.conflicts {
        task.review.conflicts = conflicts;
    }
    issue_is(on, &mut task.review, facts.issue_open);
    if task.review.issue_closed {
        return "its issue is closed, and nobody works for a closed issue".into();
    }
    checks::judged(on, task, facts)
}

/// A person may have changed where it goes; then that is its base from now on.
fn goes_to(task: &mut Task, facts: &PullFacts) {
    let (Some(job), Some(branch)) = (task.stage.job_mut(), &facts.base_branch) else {
        return;
    };
    if job.base_branch != *branch {
        job.base_branch.clone_from(branch);
        job.base_from = Some(BaseSource::Pull);
    }
}

/// Whether the issue is open, from whatever was read; people are told on the pull request when it is closed.
pub(super) fn issue_is(on: &mut Recording<'_>, review: &mut ReviewState, open: bool) {
    let Some(pull) = on.known.pull_in_review() else {
        return;
    };
    if review.issue_closed != open {
        return;
    }
    review.issue_closed = !open;
    if !open {
        let say = text::notice::issue_closed(on.known.place.issue);
        let key = format!("issue-closed:{}", on.cx.now);
        on.notes.say_anyway(IssueNumber(pull), key, say);
    }
}

/// Our pull request is no draft any more.
pub(super) fn made_ready(on: &mut Recording<'_>, ours: &mut Option<Pull>, number: i64) -> String {
    match ours {
        Some(pull) if pull.number == number => pull.draft = false,
        _ => return "not our pull request".into(),
    }
    on.notes
        .note(DomainEvent::PullRequestReady, json!({ "number": number }));
    "it is ready for review".into()
}

/// A pull request was merged or closed by a person.
pub(super) fn closed(wanted: &mut Wanted, number: i64, merged: bool) -> String {
    wanted.pull_over = Some(PullOver { number, merged });
    "a pull request is over".into()
}

/// A pull request of ours was opened again.
pub(super) fn reopened(
    on: &mut Recording<'_>,
    task: &mut Task,
    number: i64,
    sender: &Account,
) -> String {
    let current = on.known.is_our_pull(IssueNumber(number));
    let closed = matches!(
        on.known.stage,
        Stage::Ended {
            end: End::PullClosed,
            job: Some(_),
            ..
        }
    );
    if current && closed {
        return taken_up(on, task, number, sender);
    }
    if current {
        return changed(on, &mut task.wanted, "pull_request.reopened");
    }
    if !on.known.pulls_left.contains(&number) {
        return "not a pull request of ours".into();
    }
    let now = on.known.pull.as_ref().map(|pull| pull.number);
    let say = text::notice::left_behind(&sender.login, on.known.place.issue, now);
    let key = format!("left:{number}");
    on.notes.say_anyway(IssueNumber(number), key, say);
    "an earlier pull request was opened again; people are told which one is worked on".into()
}

/// It was closed and rested; now it is in review again, on the branch as it is by now.
fn taken_up(on: &mut Recording<'_>, task: &mut Task, number: i64, sender: &Account) -> String {
    task.branch = on.known.job().map(|job| job.branch.clone());
    task.branch_head = None;
    task.branch_shared = true;
    task.pulls_left.retain(|left| *left != number);
    task.review = ReviewState::default();
    if let Stage::Ended { end, .. } = &mut task.stage {
        *end = End::InReview;
    }
    on.notes.tell(text::notice::REOPENED);
    on.notes.note(
        DomainEvent::PullRequestReopened,
        json!({ "number": number, "by": sender.login }),
    );
    task.wanted.reads.push(Read::Pull { at: on.cx.now });
    "the pull request is in review again".into()
}
