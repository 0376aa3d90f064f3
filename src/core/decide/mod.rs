//! The one place where skep makes up its mind: `decide(task, event, policy, now) -> Decision`.
//!
//! Total: every stage answers every event, if only with the reason why nothing happens. It returns no `Result`, and it
//! never asks: all it may depend on is in its four arguments. One file per family of events; `fixtures/decide.md` is the
//! golden table of stage × event.

mod end;
mod queue;
mod trigger;
mod work;

#[cfg(test)]
mod tests;

use serde_json::{Value, json};

use super::effect::{Effect, EffectKind, Reaction};
use super::event::Event;
use super::ids::SessionId;
use super::policy::{GO_LABEL, Policy};
use super::story::Happening;
use super::task::{Stage, Task};
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
    pub happening: Happening,
    /// In which session, if in one.
    pub session: Option<SessionId>,
    /// Details, an object.
    pub details: Value,
}

/// Everything that is not the task itself.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// The operator's wishes.
    pub policy: &'a Policy,
    /// Epoch milliseconds.
    pub now: i64,
}

/// Decides what an event means for a task.
pub fn decide(task: &Task, event: &Event, policy: &Policy, now: i64) -> Decision {
    let cx = Context { policy, now };
    let draft = Draft::new(task.clone(), cx);
    match event {
        Event::Labeled { label, sender, snapshot } if label == GO_LABEL => trigger::asked(draft, sender, snapshot),
        Event::Labeled { label, .. } => draft.because(format!("the label {label:?} means nothing here")),
        Event::Unlabeled { label, sender, at } if label == GO_LABEL => {
            end::switched_off(draft, &format!("@{} removed the label `{GO_LABEL}`", sender.login), *at)
        }
        Event::Unlabeled { label, .. } => draft.because(format!("the label {label:?} means nothing here")),
        Event::Gone { how, sender, at } => end::issue_gone(draft, *how, sender, *at),
        Event::PullClosed { number, merged } => end::pull_closed(draft, *number, *merged),
        Event::Dispatched { facts } => trigger::dispatched(draft, facts),
        Event::StopAsked { why } => end::switched_off(draft, why, i64::MAX),
        Event::TriggerChecked { facts } => trigger::checked(draft, facts),
        Event::SlotGranted => queue::granted(draft),
        Event::Waiting { position, total } => queue::waiting(draft, *position, *total),
        Event::StatusPosted { comment } => {
            let mut draft = draft;
            draft.task.shown.comment = Some(*comment);
            draft.because("the status comment is known")
        }
        Event::EffectFailed { effect, session, say, exhausted } => {
            let (effect, session, exhausted) = (*effect, session.as_ref(), *exhausted);
            end::effect_failed(draft, &end::FailedEffect { effect, session, say, exhausted })
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
        | Event::Answered { session } => work::outcome(draft, session, event),
    }
}

/// A decision in the making.
pub(super) struct Draft<'a> {
    pub(super) task: Task,
    pub(super) cx: Context<'a>,
    effects: Vec<Planned>,
    withdraw: Vec<EffectKind>,
    events: Vec<Noted>,
}

impl<'a> Draft<'a> {
    fn new(task: Task, cx: Context<'a>) -> Self {
        Self { task, cx, effects: Vec::new(), withdraw: Vec::new(), events: Vec::new() }
    }

    /// Ends the decision with its reason, changing nothing more.
    pub(super) fn because(self, reason: impl Into<String>) -> Decision {
        Decision {
            task: self.task,
            effects: self.effects,
            withdraw: self.withdraw,
            events: self.events,
            reason: reason.into(),
        }
    }

    /// Plans an effect for now.
    pub(super) fn plan(&mut self, effect: Effect) {
        self.effects.push(Planned { effect, not_before: self.cx.now });
    }

    /// Plans a reaction on the issue.
    pub(super) fn react(&mut self, reaction: Reaction) {
        let place = self.task.place.clone();
        self.plan(Effect::React { place, reaction });
    }

    /// Lets the world know.
    pub(super) fn note(&mut self, happening: Happening, details: Value) {
        let session = self.task.job().map(|job| job.session.clone());
        self.events.push(Noted { happening, session, details });
    }

    /// Lets the world know, without details.
    pub(super) fn note_bare(&mut self, happening: Happening) {
        self.note(happening, json!({}));
    }

    /// Gives up everything that is planned or running for the session, but for the look at what it made.
    pub(super) fn give_up(&mut self) {
        self.withdraw = vec![
            EffectKind::CheckTrigger,
            EffectKind::PrepareWorkspace,
            EffectKind::RunTurn,
            EffectKind::CheckPublish,
            EffectKind::Publish,
            EffectKind::OpenPull,
            EffectKind::PostAnswer,
        ];
    }

    /// Shows a change of state on the issue, at once.
    pub(super) fn show(&mut self) {
        self.show_at(self.cx.now);
        let label = self.task.label();
        if label != self.task.shown.label {
            self.task.shown.label = label;
            let place = self.task.place.clone();
            self.plan(Effect::ShowLabel { place, label });
        }
    }

    /// Shows mere progress, at most once in the configured interval.
    pub(super) fn show_progress(&mut self) {
        let (now, planned) = (self.cx.now, self.task.shown.status_at);
        let interval = self.cx.policy.limits.status_interval_ms;
        // An edit that is still to come shows this as well: were it put off each time, a busy agent would never be seen.
        self.show_at(if planned > now { planned } else { now.max(planned.saturating_add(interval)) });
    }

    fn show_at(&mut self, at: i64) {
        if matches!(self.task.stage, Stage::Idle | Stage::Checking { .. }) {
            return;
        }
        self.task.shown.status_at = at;
        let effect = Effect::ShowStatus {
            place: self.task.place.clone(),
            comment: self.task.shown.comment,
            body: text::status::render(&self.task, self.cx),
        };
        self.effects.push(Planned { effect, not_before: at });
    }
}
