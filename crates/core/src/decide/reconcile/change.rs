//! What the third pass starts from and comes to.

use std::borrow::Cow;

use crate::decide::decision::Planned;
use crate::effect::{Action, Effect, EffectKind};
use crate::task::{Stage, Task};

/// What follows from a change of the state.
#[derive(Debug, Default)]
pub(in crate::decide) struct Reconciled {
    pub(in crate::decide) effects: Vec<Planned>,
    pub(in crate::decide) withdraw: Vec<EffectKind>,
}

/// What a task comes from.
pub(in crate::decide) struct Change<'a> {
    /// The task before.
    pub(in crate::decide) before: &'a Task,
    /// The kind of effect that was answered, which is no longer under way.
    pub(in crate::decide) answered: Option<EffectKind>,
    /// What was planned since.
    pub(in crate::decide) planned: &'a [Planned],
}

impl Reconciled {
    pub(super) fn plan(&mut self, task: &Task, action: impl Into<Action>, not_before: i64) {
        let effect = Effect {
            place: task.place.clone(),
            session: None,
            action: action.into(),
        };
        self.effects.push(Planned { effect, not_before });
    }
}

/// The task as people see it: while a start is only checked, what was there before the check.
pub(super) fn seen(task: &Task) -> Cow<'_, Task> {
    match &task.stage {
        Stage::Checking {
            before: Some(before),
            ..
        } => Cow::Owned(Task {
            stage: before.as_ref().clone(),
            ..task.clone()
        }),
        Stage::Idle
        | Stage::Checking { before: None, .. }
        | Stage::Queued { .. }
        | Stage::Working { .. }
        | Stage::Blocked { .. }
        | Stage::Ended { .. } => Cow::Borrowed(task),
    }
}
