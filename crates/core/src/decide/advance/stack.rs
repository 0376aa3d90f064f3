//! Work on the branch of another pull request: it begins there, follows it while that one is open, goes where that one goes when
//! it is merged, and waits for people when it is closed.
//!
//! Nothing is moved under a session: what is to be done waits until the work is in review, and a revision until it is done.

use super::revised;
use super::state::{Advance, Fired, because};
use crate::base_branch::BaseSource;
use crate::effect;
use crate::stack::{PullBelow, PullBelowIs, RestackEnd};
use crate::task::{Next, Read, Stage, StandsOn, Step};
use crate::text;

/// A session that is about to begin, while the issue that it waits for is in review, begins on that one's branch.
pub(super) fn begin(on: &mut Advance<'_>) {
    let begins = matches!(
        on.task.stage,
        Stage::Queued {
            next: Next::Begin,
            slot: true,
            ..
        }
    );
    let Some((blocker, pull)) = on.task.may_stand_on().filter(|_| begins) else {
        return;
    };
    let Some(tip) = pull.head.clone() else {
        return;
    };
    let stands = StandsOn {
        issue: blocker.issue.key.issue,
        pull: pull.number,
        branch: pull.branch.clone(),
        tip: tip.clone(),
        moving: false,
    };
    let line = text::stack::begins(&stands);
    if let Some(job) = on.task.job_mut() {
        job.base_branch = stands.branch.to_string();
        job.base_from = Some(BaseSource::Below {
            issue: stands.issue,
            pull: stands.pull,
        });
        job.base = Some(tip);
    }
    on.task.stack.on = Some(stands);
    on.tell(line);
}

/// Its pull request is open: GitHub is asked to show both as one stack.
pub(super) fn join(on: &mut Advance<'_>) {
    let Some((stands, below)) = on.task.pull_below() else {
        return;
    };
    let open = matches!(below.is, PullBelowIs::InReview | PullBelowIs::Revised);
    let below = stands.pull;
    if let Some(pull) = on.task.pull.as_ref().filter(|_| open) {
        let pull = pull.number;
        on.plan(effect::JoinStack { below, pull });
    }
}

/// It follows the pull request that it stands on.
pub(super) fn follow(on: &mut Advance<'_>) -> Option<Fired> {
    let (stands, below) = on.task.pull_below()?;
    let (stands, below) = (stands.clone(), below.clone());
    if stands.moving || on.task.wanted.restacked.is_some() {
        return None;
    }
    let base = on.task.job()?.base_branch.clone();
    let goes_there = base == stands.branch.as_str();
    if !goes_there {
        forget_closed(on, &stands);
    }
    let in_review = on.task.pull_in_review().is_some();
    match &below.is {
        PullBelowIs::Merged { into, .. } if in_review && (goes_there || base == *into) => {
            restack(on, &stands, &below, Some(into.clone()))
        }
        // A person has led it elsewhere, and knows what is to become of it there.
        PullBelowIs::Merged { .. } if in_review => {
            on.task.stack.on = None;
            Some(Fired::Quietly)
        }
        PullBelowIs::Merged { into, from } if goes_there && !on.task.has_open_pull() => {
            let (into, from) = (into.clone(), from.clone());
            go_to(on, &into, from)
        }
        // GitHub may have led it on before it was heard that the one below was merged.
        _ if !goes_there => None,
        PullBelowIs::Merged { .. } => None,
        PullBelowIs::Closed => closed(on, &stands),
        PullBelowIs::InReview | PullBelowIs::Revised => {
            forget_closed(on, &stands);
            let moved = below.head.as_ref() != Some(&stands.tip);
            (moved && in_review).then(|| restack(on, &stands, &below, None))?
        }
    }
}

/// Nobody has to decide any more what becomes of it.
fn forget_closed(on: &mut Advance<'_>, stands: &StandsOn) {
    if on.task.review.needs.as_ref() == Some(&text::stack::closed(stands)) {
        on.task.review.needs = None;
    }
}

/// The pull request below was merged before its own was opened: that goes where the other one went. Its branch follows when
/// it is in review.
fn go_to(on: &mut Advance<'_>, into: &str, from: Option<BaseSource>) -> Option<Fired> {
    if let Stage::Working {
        step: Step::Publishing { base_branch, .. },
        ..
    } = &mut on.task.stage
    {
        into.clone_into(base_branch);
    }
    let job = on.task.job_mut()?;
    into.clone_into(&mut job.base_branch);
    job.base_from = from;
    because(format!("what it stands on was merged into {into}"))
}

fn restack(
    on: &mut Advance<'_>,
    stands: &StandsOn,
    below: &PullBelow,
    into: Option<String>,
) -> Option<Fired> {
    let pull = on.task.pull_in_review()?;
    let (branch, head) = (on.task.branch.clone()?, on.task.branch_head.clone()?);
    let mut theirs = vec![stands.tip.clone()];
    theirs.extend(below.head.clone().filter(|head| *head != stands.tip));
    on.plan(effect::Restack {
        pull,
        branch,
        head,
        below: stands.branch.clone(),
        theirs,
        into,
    });
    if let Some(stands) = &mut on.task.stack.on {
        stands.moving = true;
    }
    because(format!("it follows pull request #{}", stands.pull))
}

/// The pull request below is over without a merge: what becomes of this one is for people to say.
fn closed(on: &mut Advance<'_>, stands: &StandsOn) -> Option<Fired> {
    let free = on.task.pull_in_review().is_some() && on.task.review.needs.is_none();
    free.then(|| revised::needs_a_person(on, &text::stack::closed(stands)))?
}

/// It was put onto another commit, or it turned out that it could not be.
pub(super) fn restacked(on: &mut Advance<'_>) -> Option<Fired> {
    let done = on.task.wanted.restacked.take()?;
    let Some((stands, below)) = on.task.pull_below() else {
        return because("it stands on no pull request any more");
    };
    let (stands, below) = (stands.clone(), below.clone());
    if let RestackEnd::Rebased { head } = &done.end {
        on.task.branch_head = on.task.branch.as_ref().map(|_| head.clone());
    }
    let could_not = text::stack::not_moved(&stands, text::stack::OTHERS_PUSHED);
    on.tell(text::stack::restacked(&stands, &done));
    match below.is {
        PullBelowIs::Merged { into, from } => {
            let from = match done.base == into {
                true => from,
                false => Some(BaseSource::Pull),
            };
            settled(on, &stands, (&done.base, from));
            if let Some(head) = below.head {
                on.plan(effect::DeleteBranch {
                    branch: stands.branch,
                    head,
                });
            }
        }
        PullBelowIs::InReview | PullBelowIs::Revised | PullBelowIs::Closed => {
            if let Some(on) = &mut on.task.stack.on {
                (on.moving, on.tip) = (false, below.head.unwrap_or(stands.tip));
            }
            join(on);
        }
    }
    if on.task.pull_in_review().is_some() {
        let at = on.cx.now;
        on.task.wanted.reads.push(Read::Pull { at });
    }
    match done.end {
        RestackEnd::Moved => revised::needs_a_person(on, &could_not),
        RestackEnd::Stand | RestackEnd::Rebased { .. } | RestackEnd::Conflict => {
            because("it follows what it stands on")
        }
    }
}

/// It stands on nothing any more but on where it goes now.
fn settled(on: &mut Advance<'_>, stands: &StandsOn, (base, from): (&str, Option<BaseSource>)) {
    on.task.stack.on = None;
    forget_closed(on, stands);
    if let Some(job) = on.task.job_mut() {
        base.clone_into(&mut job.base_branch);
        job.base_from = from;
    }
    let pull = on.task.pull.as_ref().map(|pull| pull.number);
    if let Some(outcome) = pull.and_then(|pull| on.task.outcome_mut(pull)) {
        base.clone_into(&mut outcome.base);
    }
    revised::described(on);
}
