//! The one place where skep makes up its mind: `decide(task, event, policy, now) -> Decision`.
//!
//! Total: every stage answers every event, if only with the reason why nothing happens. It returns no `Result`, and it
//! never asks: all it may depend on is in its four arguments. One file per family of events; `fixtures/decide.md` is the
//! golden table of stage × event.

mod access;
mod again;
mod answer;
mod ask;
mod closed;
mod command;
mod comments;
mod draft;
mod edit;
mod end;
mod held;
mod kept;
mod late;
mod notice;
mod outage;
mod overdue;
mod pause;
mod pull;
mod queue;
mod rest;
mod review;
mod revised;
mod role;
mod trigger;
mod turn;
mod work;

#[cfg(test)]
mod tests;

use draft::Draft;
use serde_json::Value;

use super::effect::{Effect, EffectKind};
use super::event::Event;
use super::event_name::DomainEvent;
use super::ids::SessionId;
use super::label;
pub use super::policy::Context;
use super::policy::{GO_LABEL, Policy};
use super::task::Task;
use super::text;

/// What was decided: the task as it is now, what is to be done outside, what is no longer to be done, what the world may
/// know, and why.
#[derive(Debug, Clone, PartialEq)]
pub struct Decision {
    /// The task as it is now.
    pub task: Task,
    /// What is to be done outside, in order.
    pub effects: Vec<Planned>,
    /// Kinds of effects of this task that are no longer wanted: waiting ones are withdrawn, running ones cancelled.
    pub withdraw: Vec<EffectKind>,
    /// What the world may know.
    pub events: Vec<Noted>,
    /// Why, for the inbox row; never empty.
    pub reason: String,
}

/// An effect and the earliest time for it.
#[derive(Debug, Clone, PartialEq)]
pub struct Planned {
    /// What.
    pub effect: Effect,
    /// Epoch milliseconds.
    pub not_before: i64,
}

/// Something the world may know.
#[derive(Debug, Clone, PartialEq)]
pub struct Noted {
    /// What happened.
    pub happening: DomainEvent,
    /// In which session, if in one.
    pub session: Option<SessionId>,
    /// Details, an object.
    pub details: Value,
}

/// Decides what an event means for a task.
pub fn decide(task: &Task, event: &Event, policy: &Policy, now: i64) -> Decision {
    let cx = Context { policy, now };
    overdue::told((task, event), choose(task, event, cx), cx)
}

fn choose(task: &Task, event: &Event, cx: Context<'_>) -> Decision {
    let policy = cx.policy;
    let draft = access::given_back(held::passed(Draft::new(task.clone(), cx), event), event);
    match event {
        Event::Labeled {
            label,
            sender,
            snapshot,
        } if label::same(label, GO_LABEL) => trigger::asked(draft, sender, snapshot),
        Event::Labeled { label, .. } => trigger::labeled_otherwise(draft, label),
        Event::Unlabeled { sender, .. } if sender.login == policy.me.login => {
            draft.because("we took the label away ourselves")
        }
        Event::Unlabeled { label, sender, at } if label::same(label, GO_LABEL) => {
            pause::label_removed(draft, &sender.login, *at)
        }
        Event::Unlabeled { label, .. } => trigger::unlabeled_otherwise(draft, label),
        Event::IssueEdited { sender, .. } if sender.login == policy.me.login => {
            draft.because("we changed it ourselves")
        }
        Event::IssueEdited { .. } => edit::made(draft, event),
        Event::Commented { .. } => comments::commented(draft, event),
        Event::CommentDeleted { comment, sender } => {
            comments::comment_deleted(draft, *comment, sender)
        }
        Event::RightLost { login } => {
            end::stop(draft, &text::conversation::right_lost(login), i64::MAX)
        }
        Event::CommentAuthorized { found } => comments::weighed(draft, found),
        Event::Reviewed {
            pull,
            review,
            sender,
            ..
        } => review::reviewed(draft, *pull, *review, sender),
        Event::ReviewRead { review } => review::read(draft, review),
        Event::PullRequestChanged { hint, sender } => pull::stirred(draft, hint, sender),
        Event::PullRequestRefreshed { facts } => pull::looked(draft, facts),
        Event::TimerFired { alarm } => ask::rang(draft, alarm),
        Event::Posted { key, comment } => comments::posted(draft, key, *comment),
        Event::Assigned { login, added } => ask::assigned(draft, login, *added),
        Event::MadeReady { number } => pull::made_ready(draft, *number),
        Event::IssueRemoved { how, sender, at } => end::issue_gone(draft, *how, sender, *at),
        Event::PullReopened { number, sender } => closed::reopened(draft, *number, sender),
        Event::TakenAway { how } => access::taken_away(draft, *how),
        Event::AccessRead { installation } => access::read(draft, *installation),
        Event::Archived { on } => access::archived(draft, *on),
        Event::PullClosed { number, merged } => pull::closed(draft, *number, *merged),
        Event::Dispatched { facts } => trigger::dispatched(draft, facts),
        Event::StopAsked { why } => end::stop_by_operator(draft, why),
        Event::TriggerChecked { facts } => trigger::checked(draft, facts),
        Event::SlotGranted => queue::granted(draft),
        Event::Waiting {
            position,
            total,
            short,
        } => queue::waiting(draft, (*position, *total), *short),
        Event::StatusPosted { comment } => {
            let mut draft = draft;
            draft.task.shown.comment = Some(*comment);
            draft.because("the status comment is known")
        }
        Event::HeldUp { effect, until } => held::up(draft, *effect, *until),
        Event::EffectFailed {
            effect,
            session,
            say,
            exhausted,
        } => {
            let (effect, session, exhausted) = (*effect, session.as_ref(), *exhausted);
            end::effect_failed(
                draft,
                &end::FailedEffect {
                    effect,
                    session,
                    say,
                    exhausted,
                },
            )
        }
        Event::WorkspaceReady { session, .. }
        | Event::AgentStarted { session, .. }
        | Event::Progressed { session, .. }
        | Event::TurnEnded { session, .. }
        | Event::TurnFailed { session, .. }
        | Event::Collected { session, .. }
        | Event::PublishChecked { session, .. }
        | Event::Published { session, .. }
        | Event::BranchMoved { session, .. }
        | Event::PullOpened { session, .. }
        | Event::Asked { session, .. }
        | Event::Reported { session, .. }
        | Event::Finished { session, .. }
        | Event::Unfitting { session, .. }
        | Event::Steered { session, .. }
        | Event::Answered { session } => work::outcome(draft, session, event),
    }
}
