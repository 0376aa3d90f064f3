//! The end of a revision: whoever asked for it is answered with what was done and the commit, the reviewers are asked again,
//! and our part of the pull request's text says what is true now.

mod threads;

use serde_json::json;

use super::evidence::{self, Made};
use super::state::{Advance, Fired, because};
use super::{ask_again, ending};
use crate::agent::{ErrorClass, TurnEnd};
use crate::effect;
use crate::event::Work;
use crate::event_name::DomainEvent;
use crate::ids::{IssueNumber, Sha};
use crate::notifications::Notifications;
use crate::task::{End, Heard, Job, Stage};
use crate::text;

/// A revision is done: every thread of its reviews is answered, and the pull request waits for review again.
pub(super) fn done(
    on: &mut Advance<'_>,
    job: &Job,
    end: &TurnEnd,
    made: Option<Made<'_>>,
) -> Option<Fired> {
    threads::answer(on, job, made);
    if let Some(progress) = on.task.stage.progress_mut() {
        progress.replies.clear();
    }
    let heard = std::mem::take(&mut on.task.review.heard);
    let before = std::mem::replace(&mut on.task.review.unfinished, end.unfinished());
    let asks_again = made.is_some() && end.unfinished().is_none();
    let pull = on.task.pull.as_ref();
    if let Some(pull) = pull.filter(|_| is_told(on, &heard, asks_again)) {
        let number = IssueNumber(pull.number);
        let made = made.map(|made| (made.head, made.work));
        let body = text::notice::revised(&heard.everybody(), made, end);
        on.say(
            number,
            format!("revised:{}:{}", job.session, job.round),
            body,
        );
    }
    match made {
        Some(made) => {
            evidence::remember(&mut on.task.review, made.head, &end.message);
            if asks_again {
                ask_again::when_seen(on, heard.reviewers);
            }
            describe(on, job, made.work);
        }
        None => {
            let known = on.task.progress();
            let known = known.and_then(|progress| progress.work.clone());
            if let Some(work) = known.filter(|_| before != end.unfinished()) {
                describe(on, job, &work);
            }
            if heard.conflict {
                return unresolved(on);
            }
        }
    }
    ending::complete(on, End::InReview)
}

/// Whether a comment tells of it. The description does in any case, and whoever is asked for a review again hears of it by that;
/// of what nobody asked for nobody has to hear.
fn is_told(on: &Advance<'_>, heard: &Heard, asks_again: bool) -> bool {
    let all = on.cx.policy.issues.notifications == Notifications::All;
    let asked: &[String] = if asks_again { &heard.reviewers } else { &[] };
    all || heard.everybody().iter().any(|login| !asked.contains(login))
}

/// It was sent for a conflict alone and resolved nothing: that is no round of work, and the next step is a person's.
fn unresolved(on: &mut Advance<'_>) -> Option<Fired> {
    on.task.review.rounds = on.task.review.rounds.saturating_sub(1);
    let fired = ending::complete(on, End::InReview);
    // Where people said more meanwhile, a further round begins instead.
    if !on.task.can_revise() || !on.task.conversation.messages.is_empty() {
        return fired;
    }
    needs_a_person(on, text::conversation::STILL_CONFLICTS)
}

/// Says once that a person has to look.
pub(super) fn needs_a_person(on: &mut Advance<'_>, say: &str) -> Option<Fired> {
    if on.task.review.needs.as_deref() == Some(say) {
        return because("people know that they have to look");
    }
    on.task.review.needs = Some(say.to_owned());
    on.note(DomainEvent::NeedsPerson, json!({ "why": say }));
    because("a person has to look")
}

/// What a session left that is over is on the branch of our open pull request: the description tells of it, and that it is
/// not finished. One that was only paused on its way tells the rest at its end.
pub(super) fn left(on: &mut Advance<'_>, head: &Sha) {
    let job = on.task.job().cloned();
    let progress = on.task.progress();
    let work = progress.and_then(|progress| progress.work.clone());
    let (Some(job), Some(work)) = (job, work) else {
        return;
    };
    match &on.task.stage {
        Stage::Ended { end, .. } if on.task.can_revise() => {
            let class = match end {
                End::Failed { class, .. } => class.agent(),
                End::InReview
                | End::Merged
                | End::PullClosed
                | End::Answered
                | End::Unchanged
                | End::Refused { .. }
                | End::Cancelled { .. } => None,
            };
            on.task.review.unfinished = Some(class.unwrap_or(ErrorClass::Stopped));
            evidence::remember(&mut on.task.review, head, "");
        }
        Stage::Blocked { .. } if on.task.has_open_pull() => {}
        Stage::Idle
        | Stage::Checking { .. }
        | Stage::Queued { .. }
        | Stage::Working { .. }
        | Stage::Blocked { .. }
        | Stage::Ended { .. } => return,
    }
    describe(on, &job, &work);
}

/// Where the pull request goes has changed: the description says so.
pub(super) fn described(on: &mut Advance<'_>) {
    let job = on.task.job().cloned();
    let work = on
        .task
        .progress()
        .and_then(|progress| progress.work.clone());
    if let (Some(job), Some(work)) = (job, work) {
        describe(on, &job, &work);
    }
}

/// What is shown of the pull request is all of the branch, not only what was added last.
fn describe(on: &mut Advance<'_>, job: &Job, work: &Work) {
    let Some(pull) = on.task.pull.as_ref().map(|pull| pull.number) else {
        return;
    };
    let part = text::pull::part(job, &evidence::shown(&on.task, work), on.cx);
    let head = on.task.branch_head.clone();
    let recorded = head.map(|head| Box::new(evidence::recorded(&on.task, job, (work, &head))));
    on.plan(effect::DescribePull {
        pull,
        part,
        recorded,
    });
}
