//! What has happened in a turn since it was planned: what another try of it must know that its effect did not when it was
//! written. The engine keeps it beside the effect, so that whoever performs it never reads the task.

use serde::{Deserialize, Serialize};

use super::{Stage, Step, Task};
use crate::message::{AgentMessage, MessageKind};
use crate::question::Question;

/// A running turn, as far as it has come.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct TurnSoFar {
    /// The agent's own session, once it has said which.
    pub agent_session: Option<String>,
    /// Whether a question of this turn waits for its answer, or for its answer to be heard.
    pub asked: bool,
    /// What the agent was told in the middle of the turn, besides its prompt.
    pub heard: Vec<AgentMessage>,
    /// The word of the envelopes that people's text comes in.
    pub nonce: Option<String>,
    /// What people opened for its issue.
    pub hosts: Vec<String>,
    /// The last lines that were seen of it.
    pub tail: Vec<String>,
}

impl TurnSoFar {
    /// How far the running turn of a task is; `None` where none runs.
    pub fn of(task: &Task) -> Option<Self> {
        let Stage::Working {
            job,
            step: Step::Running { turn },
            ..
        } = &task.stage
        else {
            return None;
        };
        let waits = |question: &Question| {
            let unheard = |message: &AgentMessage| matches!(message.kind, MessageKind::Answer { question: id } if id == question.id);
            question.answer.is_none() || task.conversation.messages.iter().any(unheard)
        };
        let asked = task
            .conversation
            .questions
            .iter()
            .any(|question| question.asked_at >= turn.began && waits(question));
        let tail = task.progress().map(|progress| progress.tail.clone());
        Some(Self {
            agent_session: job.agent_session.clone(),
            asked,
            heard: turn.heard.clone(),
            nonce: job.workspace.as_ref().map(|base| base.nonce.clone()),
            hosts: task.blocked.allowed().map(str::to_owned).collect(),
            tail: tail.unwrap_or_default(),
        })
    }

    /// Whether another try of the turn would go another way than one that knows `earlier`.
    pub fn differs(&self, earlier: Option<&Self>) -> bool {
        // The last lines change all the time, and are only for people.
        earlier.is_none_or(|earlier| {
            let known = |so_far: &Self| Self {
                tail: vec![],
                ..so_far.clone()
            };
            known(self) != known(earlier)
        })
    }
}
