//! What is to be read on GitHub, what an earlier session left, and the loss of the repository.

use serde_json::json;

use super::state::{Advance, Fired, because};
use super::{ending, sprint, start};
use crate::effect::{self, CheckTrigger};
use crate::event::Asking;
use crate::event_name::DomainEvent;
use crate::ids::Sha;
use crate::task::{End, Read, Stage};
use crate::text;

/// What is on ends, without a word where none can be said, and everything of the repository is removed.
pub(super) fn lost(on: &mut Advance<'_>) -> Option<Fired> {
    let how = on.task.wanted.lost.take()?;
    let why = text::taken_away(how);
    if matches!(on.task.stage, Stage::Checking { .. }) {
        start::uncheck(&mut on.task);
    }
    if on.task.stage.is_live() {
        ending::finish(
            on,
            End::Cancelled {
                why: why.to_owned(),
            },
        );
        on.note(DomainEvent::SessionCancelled, json!({ "why": why }));
    }
    on.task.review.look_at = None;
    on.task.review.taken_away = true;
    on.task.discovered.give_up(why);
    on.task.recurring.forget();
    on.task.suggested.give_up(why);
    // There is nobody to hear anything, and nothing to do it to.
    on.task.wanted = Default::default();
    on.task.conversation.messages.clear();
    on.effects.clear();
    on.plan(effect::Forget {});
    because(format!("taken away: {why}"))
}

/// The working copy of an earlier session goes, its work stays.
pub(super) fn stray(on: &mut Advance<'_>) -> Option<Fired> {
    let stray = on.task.wanted.stray.take()?;
    let remove = effect::RemoveWorkspace {
        commits: stray.commits,
        keep_home: false,
    };
    on.plan_for(stray.session, remove);
    Some(Fired::Quietly)
}

/// The draft is one no more.
pub(super) fn ready(on: &mut Advance<'_>) -> Option<Fired> {
    if !std::mem::take(&mut on.task.wanted.ready) {
        return None;
    }
    let (pull, head) = (on.task.pull_in_review(), on.task.review.judged.clone());
    let seen = |head: &Sha| on.task.is_verified(head);
    if let Some(pull) = pull.filter(|_| head.as_ref().is_some_and(seen)) {
        on.plan(effect::MarkReady { pull, head });
    }
    Some(Fired::Quietly)
}

/// Whom the role names is asked for a review, once for each pull request.
pub(super) fn reviewers(on: &mut Advance<'_>) -> Option<Fired> {
    on.task.pull_in_review()?;
    let people = &on.task.job()?.role.people;
    let owner = on.task.place.name.owner();
    let (logins, teams) = people.to_ask(owner, &on.cx.policy.me.login);
    let pull = on.task.pull.as_mut()?;
    if pull.draft || pull.shown_to_reviewers || (logins.is_empty() && teams.is_empty()) {
        return None;
    }
    pull.shown_to_reviewers = true;
    let pull = pull.number;
    on.plan(effect::RequestReview {
        pull,
        logins,
        teams,
    });
    Some(Fired::Quietly)
}

/// What people told us of is a hint: what is read counts.
pub(super) fn read(on: &mut Advance<'_>) -> Option<Fired> {
    let reads = std::mem::take(&mut on.task.wanted.reads);
    if reads.is_empty() {
        return None;
    }
    for read in reads {
        one(on, read);
    }
    Some(Fired::Quietly)
}

fn one(on: &mut Advance<'_>, read: Read) {
    match read {
        Read::Comment {
            comment,
            on: number,
            actor,
            of_ours,
        } => on.plan(effect::AuthorizeComment {
            comment,
            on: number,
            actor,
            of_ours,
        }),
        Read::Review { pull, review } => on.plan(effect::ReadReview { pull, review }),
        Read::Pull { at } => {
            if let Some(pull) = on.task.pull_in_review() {
                on.plan_at(effect::RefreshPullRequest { pull }, at);
            }
        }
        Read::Edit { actor, snapshot } => on.plan(CheckTrigger {
            actor,
            asking: Asking::Edit,
            snapshot: Some(snapshot),
            role: None,
            base: None,
        }),
        Read::Role { actor, role } => on.plan(CheckTrigger {
            actor,
            asking: Asking::Role,
            snapshot: None,
            role: Some(role),
            base: None,
        }),
        Read::Access => on.plan(effect::CheckAccess {}),
        Read::Overlaps => on.plan(effect::ReadOverlaps {}),
        Read::Dependencies => on.plan(effect::ReadDependencies {}),
        Read::Sprint => sprint::read(on),
        Read::PullGate => {
            let pull = on.task.place.issue.0;
            on.plan(effect::ReadPullGate { pull });
        }
    }
}
