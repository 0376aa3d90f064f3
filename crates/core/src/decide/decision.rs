//! What `decide` answers.

use serde_json::Value;

use super::agent_news::{AgentNews, Took};
use super::tell::Tell;
use crate::effect::{Effect, EffectKind};
use crate::event_name::DomainEvent;
use crate::ids::SessionId;
use crate::task::Task;

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
    /// What that says of its agent as a whole.
    pub agent: Option<AgentNews>,
    /// What a turn of it took of the memory.
    pub took: Option<Took>,
    /// What the world may know.
    pub events: Vec<Noted>,
    /// What other tasks are told.
    pub tells: Vec<Tell>,
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
