//! What a turn is asked for with: the prompt, how its agent is started, and the limits of working on it.

use std::sync::Arc;
use std::time::Duration;

use crate::core::budget::TurnBudget;

use super::launch::Launch;
use super::opening::McpServer;
use super::permission::PermissionPolicy;
use super::picture::Picture;
use super::tools::ToolHandler;

/// One prompt for an agent, and the limits of working on it.
#[derive(Debug, Clone)]
pub struct TurnRequest {
    /// How to start the agent if none runs for the session.
    pub launch: Launch,
    /// An earlier session to go on with, and what is said then.
    pub resume: Option<Resume>,
    /// The model to ask the agent for, by its own id or name; none leaves the choice to it.
    pub model: Option<String>,
    /// What its role tells it: the session's system prompt where the agent takes one, else the beginning of `prompt`. Empty:
    /// nothing.
    pub instructions: String,
    /// What the agent is to do, for a session that starts from nothing: everything else it has to know.
    pub prompt: String,
    /// Pictures that go with `prompt`, for an agent that takes pictures.
    pub pictures: Vec<Picture>,
    /// Servers of tools to offer it, besides the session's own.
    pub mcp: Vec<McpServer>,
    /// Who answers the session's tools in this turn; none in the turn that opens the session offers none.
    pub handler: Option<Arc<dyn ToolHandler>>,
    /// What it may do without a human.
    pub permissions: PermissionPolicy,
    /// What it may use before a gateway to its model lets no more through.
    pub budget: TurnBudget,
    /// How long the turn may last.
    pub wall: Duration,
    /// How long it may stay silent.
    pub silence: Duration,
    /// How long it may take to answer the handshake and to open a session, each.
    pub initialize: Duration,
    /// How long it may take to confirm a cancel.
    pub cancel_grace: Duration,
}

/// How to go on with an earlier session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resume {
    /// The agent's id of it.
    pub session: String,
    /// What is said instead of [`TurnRequest::prompt`] when the session was loaded, or when the agent of the last turn is
    /// still alive: only what it does not know yet.
    pub prompt: String,
}
