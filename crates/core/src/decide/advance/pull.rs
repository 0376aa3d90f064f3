//! Our pull request is over: merged, or closed by a person. Whatever was tried since, that is the last word on the issue.

use serde_json::json;

use super::ending;
use super::state::{Advance, Fired, because};
use crate::effect::{self, UnpushedCommits};
use crate::event_name::DomainEvent;
use crate::evidence_file::{self, EvidenceFiles};
use crate::outcome::PullEnd;
use crate::task::{End, PullOver, ReturnTo, Stage};
use crate::text;

/// A pull request is over.
pub(super) fn over(on: &mut Advance<'_>) -> Option<Fired> {
    let over = on.task.wanted.pull_over.take()?;
    on.task.pull_is_over(over.number, pull_end(over), on.cx.now);
    let checked = match &mut on.task.stage {
        // What comes back if nothing starts is over as well.
        Stage::Checking {
            actor,
            before: before @ Some(_),
        } => before.take().map(|before| (actor.clone(), before)),
        Stage::Idle
        | Stage::Checking { .. }
        | Stage::Queued { .. }
        | Stage::Working { .. }
        | Stage::Blocked { .. }
        | Stage::Ended { .. } => None,
    };
    let Some((actor, rests)) = checked else {
        return closed(on, over);
    };
    on.task.stage = *rests;
    let fired = closed(on, over);
    let before = std::mem::replace(&mut on.task.stage, Stage::Idle);
    on.task.stage = Stage::Checking {
        actor,
        before: Some(Box::new(before)),
    };
    fired
}

fn closed(on: &mut Advance<'_>, over: PullOver) -> Option<Fired> {
    let pull = on.task.pull.as_ref();
    let ours = pull.is_some_and(|pull| pull.number == over.number);
    let Stage::Ended { end, .. } = &mut on.task.stage else {
        return match ours {
            true => at_work(on, over),
            false => because("not our pull request"),
        };
    };
    if !ours || matches!(end, End::Merged | End::PullClosed) {
        return because("not the pull request that waits for review");
    }
    *end = end_of(over);
    let line = text::ended(end);
    on.tell(line);
    tell(on, over);
    leave_branch(on, over.merged);
    ending::remove_workspace(on, UnpushedCommits::Discard);
    because("the pull request is closed")
}

fn end_of(over: PullOver) -> End {
    match over.merged {
        true => End::Merged,
        false => End::PullClosed,
    }
}

fn pull_end(over: PullOver) -> PullEnd {
    match over.merged {
        true => PullEnd::Merged,
        false => PullEnd::Closed,
    }
}

/// A session works on it: a revision has nothing left to revise.
fn at_work(on: &mut Advance<'_>, over: PullOver) -> Option<Fired> {
    leave_branch(on, over.merged);
    let beside = matches!(on.task.side_question(), Some(ReturnTo::Ended { .. }));
    let revising = beside || on.task.job().is_some_and(|job| job.round > 0);
    if !revising {
        return because("a session is on; its end will tell");
    }
    ending::wind_up(on);
    ending::finish(on, end_of(over));
    tell(on, over);
    because("the pull request is over, and its revision with it")
}

/// A person merged or closed our pull request before its number came to us.
pub(super) fn over_at_once(on: &mut Advance<'_>, number: i64, merged: bool) -> Option<Fired> {
    let over = PullOver { number, merged };
    on.task.pull_is_over(number, pull_end(over), on.cx.now);
    let end = end_of(over);
    let stop = end.stop();
    ending::finish(on, end);
    on.note(
        DomainEvent::SessionCompleted,
        json!({ "stop": stop, "state": on.task.state() }),
    );
    tell(on, over);
    ending::remove_workspace(on, UnpushedCommits::Discard);
    leave_branch(on, merged);
    because("the pull request was over before it was known")
}

/// Says that it is over; after a close people are asked once.
fn tell(on: &mut Advance<'_>, over: PullOver) {
    let PullOver { number, merged } = over;
    let happening = match merged {
        true => DomainEvent::PullRequestMerged,
        false => DomainEvent::PullRequestClosed,
    };
    on.note(happening, json!({ "number": number }));
    if !merged {
        let login = on.task.job().and_then(|job| job.actor.login());
        let say = text::conversation::closed_unmerged(login, number);
        on.say(on.task.place.issue, format!("closed:{number}"), say);
    }
}

/// The branch is others' now; a merged one goes, if nobody wrote to it since.
fn leave_branch(on: &mut Advance<'_>, merged: bool) {
    let (branch, head) = (on.task.branch.clone(), on.task.branch_head.clone());
    if let (true, Some(branch), Some(head)) = (merged, branch, head) {
        on.plan(effect::DeleteBranch { branch, head });
    }
    leave_evidence(on);
    on.task.leave_branch();
    on.task.review = Default::default();
}

/// What was handed in goes with its pull request; what is on its way there goes once it has come.
fn leave_evidence(on: &mut Advance<'_>) {
    let evidence = std::mem::take(&mut on.task.evidence);
    if evidence.pushing {
        on.task.evidence = EvidenceFiles::on_its_way_out();
        return;
    }
    if let Some(shown) = evidence.pushed {
        on.plan(effect::DeleteBranch {
            branch: evidence_file::branch(on.task.place.issue),
            head: shown.commit,
        });
    }
}
