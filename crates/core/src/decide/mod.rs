//! The one place where skep makes up its mind: `decide(task, event, policy, now) -> Decision`, in three passes.
//!
//! 1. `record` writes down what the event says, and nothing else.
//! 2. `advance` asks one ordered list of rules what should happen next, given how things stand.
//! 3. `reconcile` derives what merely follows from the state: what people see, timers, withdrawals.
//!
//! Total: every stage answers every event, if only with the reason why nothing happens. It returns no `Result`, and it
//! never asks: all it may depend on is in its four arguments. `fixtures/decide.md` is the golden table of stage × event.

mod advance;
mod agent_news;
mod decision;
mod gates;
mod held;
mod leftover;
mod messages;
mod notes;
mod overdue;
mod questions;
mod reconcile;
mod record;
mod tell;
mod wording;

#[cfg(test)]
mod tests;

use std::collections::VecDeque;

pub use agent_news::{AgentIs, AgentNews, Took};
pub use decision::{Decision, Noted, Planned};
pub use gates::GateAnswer;
use record::Input;
pub use tell::Tell;

use super::event::{Event, TriggerFacts};
use super::policy::{Context, Policy};
use super::task::Task;

/// Why it changes nothing that a label is put on an issue or taken off, whatever the task and its stage; `None` where it may
/// change something. So it can be told before the delivery is stored that nobody has to look at it.
pub fn label_changes_nothing(label: &str) -> Option<String> {
    record::label_changes_nothing(label)
}

/// What every gate says of a start, in the order in which they are asked; the first that stands against it decides.
pub fn gates(task: &Task, facts: &TriggerFacts, policy: &Policy) -> Vec<GateAnswer> {
    gates::each(task, facts, policy)
}

/// Decides what an event means for a task.
pub fn decide(task: &Task, event: &Event, policy: &Policy, now: i64) -> Decision {
    let cx = Context { policy, now };
    let mut decision = follow(task, event, cx);
    decision.task.keep_outcomes(now);
    decision.task.clock_waiting(now);
    overdue::tell(task, event, &mut decision, cx);
    held::note(task, &mut decision);
    let change = reconcile::Change {
        before: task,
        answered: event.answers(),
        planned: &decision.effects,
    };
    let follows = reconcile::reconcile(&change, &mut decision.task, cx);
    decision.effects.extend(follows.effects);
    for planned in &mut decision.effects {
        wording::put(&mut planned.effect.action, &policy.issues.words);
    }
    decision.withdraw = follows.withdraw;
    decision.agent = agent_news::of(task, event, &decision.task);
    decision.took = agent_news::took(task, event);
    decision
}

/// Records the event, and each further thing that it says, and follows each up before the next.
fn follow(task: &Task, event: &Event, cx: Context<'_>) -> Decision {
    let (mut effects, mut events, mut tells) = (Vec::new(), Vec::new(), Vec::new());
    let mut current: Option<Task> = None;
    let mut inputs = VecDeque::from([Input::Event(event)]);
    let mut reasons: Vec<String> = Vec::new();
    while let Some(input) = inputs.pop_front() {
        let (outcome, recorded) = record::record(current.as_ref().unwrap_or(task), &input, cx);
        events.extend(outcome.events);
        inputs.extend(outcome.then);
        let advanced = advance::advance(recorded, outcome.reason, cx);
        current = Some(advanced.task);
        effects.extend(advanced.effects);
        events.extend(advanced.events);
        tells.extend(advanced.tells);
        reasons.extend(Some(advanced.reason).filter(|reason| !reason.is_empty()));
    }
    Decision {
        task: current.unwrap_or_else(|| task.clone()),
        effects,
        withdraw: Vec::new(),
        agent: None,
        took: None,
        events,
        tells,
        reason: reasons.join("; "),
    }
}
