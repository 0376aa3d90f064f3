//! From what git found to the pull request: what may not be published is said, what may is pushed, and a pull request is opened
//! or has its revision. No result is taken from an agent's words.

use serde_json::json;

use super::evidence::{self, Made};
use super::state::{Advance, Fired, because};
use super::{
    ending, order, outage, overlap, paths, pull, revised, size, slot, stack, turn, turn_over,
};
use crate::agent::TurnEnd;
use crate::decide::messages;
use crate::effect::{self, Start};
use crate::event::{BroughtUp, PublishFacts, PullStanding, Work};
use crate::event_name::DomainEvent;
use crate::gated_pulls::GatedPulls;
use crate::ids::Sha;
use crate::label;
use crate::message::MessageKind;
use crate::policy::{AllowProtected, GO_LABEL};
use crate::question;
use crate::task::{End, FailureClass, Job, Order, Pushed, Stage, Step};
use crate::text;
use crate::text::failure::BranchMoved;

/// Git said what was made.
pub(super) fn found(on: &mut Advance<'_>) -> Option<Fired> {
    let Stage::Working {
        job,
        step: Step::Collecting { end, found },
        ..
    } = &mut on.task.stage
    else {
        return None;
    };
    let work = found.take()?;
    let (job, end) = (job.as_ref().clone(), end.clone());
    let work = evidence::with_old_conflicts(&on.task, &job, &work);
    let seen = work.without_the_diff();
    // A revision that adds nothing leaves the evidence of the first work as it is.
    let evidence = !work.is_empty() || (job.round == 0 && !job.moved);
    if let Some(progress) = on.task.stage.progress_mut().filter(|_| evidence) {
        progress.work = Some(Box::new(seen.clone()));
    }
    if work.is_empty() || !job.role.writes {
        return nothing_changed(on, &job, end);
    }
    overlap::look(on);
    evidence::alarm(on, &work);
    if let Some(say) = text::failure::objections(&work, &AllowProtected::Everything) {
        return on.fail(FailureClass::NotPublishable, say);
    }
    if let Some(held) = paths::ask(on, &job, &work, &end) {
        return Some(held);
    }
    // Half-done work opens a draft that says so.
    if end.error.or(end.unfinished()).is_none()
        && let Some(asks) = size::offer(on, &job, &work)
    {
        return Some(asks);
    }
    let behind = job.round == 0 && on.task.pull.is_none() && !on.task.overlaps.landed.is_empty();
    // What was approved is published as it is.
    let behind = behind && !paths::are_approved(&on.task);
    on.plan(effect::CheckPublish {
        actor: job.actor.clone(),
        base: job.named_base(),
        bring_up: behind.then(|| work.head.clone()),
    });
    on.set_step(Step::Asking {
        end,
        work: seen.into(),
        may: None,
    });
    because("there is work to publish")
}

/// Nothing was changed: the words are the result, unless they are an error's, or ask something.
fn nothing_changed(on: &mut Advance<'_>, job: &Job, end: TurnEnd) -> Option<Fired> {
    let silent = end.message.trim().is_empty();
    let unfinished = end.unfinished().filter(|_| job.role.writes || silent);
    if let Some(class) = end.error.or(unfinished) {
        if let Some(waits) = outage::wait(on, class, &end.message) {
            return Some(waits);
        }
        let say = outage::tried(on, &text::failure::agent_error(class, &end.message));
        return on.fail(FailureClass::Agent(class), say);
    }
    if !on.task.conversation.messages.is_empty() {
        return turn::begin(on, false, "people said more while it finished");
    }
    let asked = question::in_message(&end.message, true);
    let asks = job.role.writes && !asked.is_empty();
    // What somebody pushed meanwhile may be all there was to do: their commit is in the pull request already.
    let revision = job.round > 0 || (job.moved && on.task.pull.is_some());
    if asks && (job.round > 0 || !revision) && turn_over::put(on, &asked) {
        return turn_over::wait(on);
    }
    if revision {
        return revised::done(on, job, &end, None);
    }
    if silent {
        return on.fail(FailureClass::NoResult, text::failure::NOTHING);
    }
    if asks {
        return turn_over::unasked(on);
    }
    if job.only_asked {
        // Whoever asked has the answer already.
        return ending::complete(on, End::Answered);
    }
    let body = text::agent_answer::render(job, &end);
    on.plan(effect::PostAnswer { body });
    on.set_step(Step::Answering { posted: false });
    because("nothing was changed; the answer goes to the issue")
}

/// GitHub said whether it may be published.
pub(super) fn may(on: &mut Advance<'_>) -> Option<Fired> {
    let Stage::Working {
        job,
        step: Step::Asking { end, work, may },
        ..
    } = &mut on.task.stage
    else {
        return None;
    };
    let facts = may.take()?;
    if job.round == 0 && !facts.base_gone {
        // A branch that was renamed is the same one.
        job.base_branch.clone_from(&facts.base_branch);
    }
    let (job, end, mut work) = (job.as_ref().clone(), end.clone(), work.clone());
    if let Some((class, say)) = objection(on, &job, &facts) {
        return on.fail(class, say);
    }
    if on.task.shown.labeled && !facts.labeled {
        // GitHub's word of it was lost, or is still on its way.
        on.task.switched(false);
        on.task.wanted.order = Some(Order::Pause {
            why: text::failure::LABEL_GONE.into(),
            archived: false,
        });
        return order::pause(on);
    }
    if let Some(up) = &facts.brought_up {
        brought_up(on, &mut work, up);
    }
    on.plan(effect::Publish {
        branch: job.branch.clone(),
        head: work.head.clone(),
        expected: on.task.branch_head.clone(),
        judged: paths::judged(&on.task, &work),
    });
    on.set_step(Step::Publishing {
        end,
        work,
        base_branch: facts.base_branch,
        pushed: None,
    });
    because("may be published")
}

/// It stands on what landed meanwhile: reviewers see it beside that.
fn brought_up(on: &mut Advance<'_>, work: &mut Work, up: &BroughtUp) {
    work.head.clone_from(&up.head);
    work.put_onto = Some(Box::new(up.onto.clone()));
    if let Some(progress) = on.task.stage.progress_mut() {
        progress.work = Some(Box::new(work.clone()));
    }
    on.tell(text::overlap::brought_up(
        &on.task.overlaps.landed,
        &up.onto,
    ));
}

fn objection(on: &Advance<'_>, job: &Job, facts: &PublishFacts) -> Option<(FailureClass, String)> {
    if facts.archived {
        return Some((FailureClass::Archived, text::refusal::ARCHIVED.into()));
    }
    if facts.base_gone && on.task.pull.is_none() {
        let say = text::base_branch::gone(&facts.base_branch);
        return Some((FailureClass::BaseGone, say));
    }
    if !facts.open {
        let say = text::failure::CLOSED_MEANWHILE.into();
        return Some((FailureClass::IssueClosed, say));
    }
    let off = text::off::refused(&on.task.place.name, job.actor.login(), &on.cx.policy.issues);
    if let Some(say) = off {
        return Some((FailureClass::PermissionLost, say));
    }
    let login = job.actor.login().unwrap_or_default();
    let permission = facts
        .permission
        .filter(|may| !may.may_start() && !on.task.delegated(login))?;
    let say = text::failure::right_lost(login, permission);
    Some((FailureClass::PermissionLost, say))
}

/// What is known when a push is over.
struct Push {
    job: Job,
    end: TurnEnd,
    work: Work,
    base_branch: String,
}

/// The push is over.
pub(super) fn pushed(on: &mut Advance<'_>) -> Option<Fired> {
    let Stage::Working {
        job,
        step:
            Step::Publishing {
                end,
                work,
                base_branch,
                pushed,
            },
        ..
    } = &mut on.task.stage
    else {
        return None;
    };
    let what = pushed.take()?;
    let push = Push {
        job: job.as_ref().clone(),
        end: end.clone(),
        work: work.as_ref().clone(),
        base_branch: base_branch.clone(),
    };
    match *what {
        Pushed::At(head) => at(on, &push, &head),
        Pushed::Moved(theirs) => moved(on, &push, theirs.as_ref()),
        Pushed::Held => paths::held_at_the_push(on, &push.end, &push.work),
    }
}

/// The branch is on GitHub: a pull request is opened, or the one that is open has its revision.
fn at(on: &mut Advance<'_>, push: &Push, head: &Sha) -> Option<Fired> {
    let (job, work) = (&push.job, &push.work);
    on.task.wrote_branch(job.branch.clone(), head.clone());
    on.task.review.theirs = None;
    paths::published(on);
    on.note(
        DomainEvent::BranchPushed,
        json!({ "branch": job.branch, "head": head }),
    );
    let risk = evidence::shown(&on.task, work).risk();
    on.note(
        DomainEvent::RiskMarked,
        json!({ "head": head, "risk": risk.level, "reasons": risk.reasons }),
    );
    if job.round > 0 && on.task.pull.is_some() {
        return revised::done(on, job, &push.end, Some(Made { head, work }));
    }
    on.task.review.unfinished = push.end.unfinished();
    evidence::remember(&mut on.task.review, head, &push.end.message);
    let template = job
        .workspace
        .as_ref()
        .and_then(|ground| ground.base.pull_template.as_deref());
    let evidence = evidence::shown(&on.task, work);
    let body = text::pull::body(job, (template, &evidence), on.cx);
    on.plan(effect::OpenPull {
        branch: job.branch.clone(),
        base_branch: push.base_branch.clone(),
        title: text::pull::title(job),
        body,
        recorded: Some(Box::new(evidence::recorded(&on.task, job, (work, head)))),
    });
    on.set_step(Step::Opening {
        work: work.clone(),
        opened: None,
    });
    because("the branch is on GitHub")
}

/// Somebody else wrote to the branch, and their work is respected: the agent goes on on top of it, once. A branch that was
/// deleted is not brought back without a word.
fn moved(on: &mut Advance<'_>, push: &Push, theirs: Option<&Sha>) -> Option<Fired> {
    let (job, work) = (&push.job, &push.work);
    let open = on.task.pull.is_some();
    if theirs.is_none() && !open && on.task.branch_head.take().is_some() {
        // It held no more than what an earlier try left, and nobody reviews it.
        on.plan(effect::Publish {
            branch: job.branch.clone(),
            head: work.head.clone(),
            expected: None,
            judged: paths::judged(&on.task, work),
        });
        return because("the branch of an earlier try was deleted; it is made anew");
    }
    let Some(theirs) = theirs.filter(|_| !job.moved) else {
        let goes_on = open && theirs.is_some();
        let say = text::failure::branch_moved(&BranchMoved {
            branch: job.branch.as_str(),
            theirs: theirs.map(Sha::short),
            ours: work.head.short(),
            goes_on,
        });
        // While its pull request is open, the next revision begins with whatever is on it.
        if !goes_on {
            on.task.leave_branch();
        }
        return on.fail(FailureClass::BranchMoved, say);
    };
    on.tell(text::conversation::pushed(theirs));
    let message = messages::of_skep(
        format!("moved:{theirs}"),
        text::prompt::moved(&work.head),
        MessageKind::Moved {
            ours: work.head.clone(),
        },
        on.cx.now,
    );
    on.task.conversation.messages.push(message);
    if let Some(job) = on.task.job_mut() {
        job.moved = true;
    }
    slot::prepare(on, Start::Branch)
}

/// The pull request is there. A person who merged or closed it before we knew of it has the last word.
pub(super) fn opened(on: &mut Advance<'_>) -> Option<Fired> {
    let Stage::Working {
        job,
        step: Step::Opening { opened, .. },
        ..
    } = &mut on.task.stage
    else {
        return None;
    };
    let standing = opened.take()?;
    let named = job.snapshot.labels.iter();
    let mut labels: Vec<String> = named
        .filter(|name| label::behind(name, "role:").is_some())
        .cloned()
        .collect();
    // What the operator started (`skep dispatch`) is released by that, and no label of its issue says so.
    let gated = on.cx.policy.issues.pull_gate != GatedPulls::Off;
    if gated && on.task.go != Some(true) {
        labels.push(GO_LABEL.to_owned());
    }
    let pull = on.task.pull.as_ref()?.number;
    if !labels.is_empty() && standing == PullStanding::Open {
        on.plan(effect::LabelPull { pull, labels });
    }
    match standing {
        PullStanding::Open => {
            stack::join(on);
            ending::complete(on, End::InReview)
        }
        PullStanding::Merged => pull::over_at_once(on, pull, true),
        PullStanding::Closed => pull::over_at_once(on, pull, false),
    }
}

/// The answer is on the issue.
pub(super) fn answered(on: &mut Advance<'_>) -> Option<Fired> {
    let Stage::Working {
        job,
        step: Step::Answering { posted },
        ..
    } = &mut on.task.stage
    else {
        return None;
    };
    if !std::mem::take(posted) {
        return None;
    }
    let end = match job.role.writes && !job.only_asked {
        true => End::Unchanged,
        false => End::Answered,
    };
    if !on.task.conversation.messages.is_empty() {
        return turn::begin(on, false, "people said more while it answered");
    }
    ending::complete(on, end)
}
