//! A task on its way from rule to rule: what a rule may do to it.

use serde_json::Value;

use crate::decide::decision::{Noted, Planned};
use crate::decide::notes::Notes;
use crate::decide::tell::Tell;
use crate::effect::{Action, Effect};
use crate::event_name::DomainEvent;
use crate::ids::{IssueNumber, SessionId};
use crate::policy::Context;
use crate::task::{Failed, FailureClass, Stage, Step, Task};

/// A rule applied.
pub(super) enum Fired {
    /// The reason so far still says it.
    Quietly,
    /// This is why things stand as they do now.
    Because(String),
}

/// A task on its way from rule to rule.
pub(in crate::decide) struct Advance<'a> {
    pub(in crate::decide) task: Task,
    pub(in crate::decide) cx: Context<'a>,
    pub(in crate::decide) effects: Vec<Planned>,
    pub(in crate::decide) events: Vec<Noted>,
    pub(in crate::decide) tells: Vec<Tell>,
    /// Why things stand as they do.
    pub(in crate::decide) reason: String,
    /// The session just ended well; what people said meanwhile is taken up.
    pub(super) finished: bool,
}

impl Advance<'_> {
    /// Plans an action for now.
    pub(super) fn plan(&mut self, action: impl Into<Action>) {
        self.plan_at(action, self.cx.now);
    }

    /// Plans an action for later.
    pub(super) fn plan_at(&mut self, action: impl Into<Action>, not_before: i64) {
        let action = action.into();
        let of_session = action.kind().is_of_session();
        let session = self.task.job().map(|job| job.session.clone());
        self.push(session.filter(|_| of_session), action, not_before);
    }

    /// Plans an action for a session that is not the task's any more.
    pub(super) fn plan_for(&mut self, session: SessionId, action: impl Into<Action>) {
        self.push(Some(session), action.into(), self.cx.now);
    }

    pub(super) fn push(&mut self, session: Option<SessionId>, action: Action, not_before: i64) {
        let effect = Effect {
            place: self.task.place.clone(),
            session,
            action,
        };
        self.effects.push(Planned { effect, not_before });
    }

    /// Takes in what goes with a change.
    pub(super) fn absorb(&mut self, notes: Notes) {
        let events = notes.put(&mut self.task, self.cx.now);
        self.events.extend(events);
    }

    /// Lets the world know.
    pub(super) fn note(&mut self, happening: DomainEvent, details: Value) {
        let mut notes = Notes::default();
        notes.note(happening, details);
        self.absorb(notes);
    }

    /// A comment of ours, one of the few that a session may write.
    pub(super) fn say(&mut self, on: IssueNumber, key: impl Into<String>, body: impl Into<String>) {
        let mut notes = Notes::default();
        notes.say(on, key, body);
        self.absorb(notes);
    }

    /// A line of the timeline.
    pub(super) fn tell(&mut self, line: impl Into<String>) {
        self.task.tell(self.cx.now, line);
    }

    /// The session failed: the rule for that ends it.
    pub(super) fn fail(&mut self, class: FailureClass, say: impl Into<String>) -> Option<Fired> {
        self.task.wanted.failed = Some(Failed {
            class,
            say: say.into(),
        });
        Some(Fired::Quietly)
    }

    /// Moves the session on.
    pub(super) fn set_step(&mut self, next: Step) {
        if let Stage::Working { step, .. } = &mut self.task.stage {
            *step = next;
        }
    }
}

pub(super) fn because(reason: impl Into<String>) -> Option<Fired> {
    Some(Fired::Because(reason.into()))
}
