//! One run of an agent for a task: its states, the transitions that are allowed, and the record of it that is kept.

use serde::{Deserialize, Serialize};

use super::ids::{AgentBranch, SessionId};
use super::usage::Spent;

/// The states of a session. `idle` means the turn is over and git decides; `parked` has no process.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SessionState {
    /// Known, waiting for a slot.
    Created,
    /// Has a slot; its working copy is being made.
    Dispatched,
    /// An agent works on a prompt.
    Running,
    /// The agent waits for a person, with its process alive.
    Waiting,
    /// The agent waits for a person, without a process.
    Parked,
    /// The turn is over.
    Idle,
    /// Ended well.
    Completed,
    /// Ended badly.
    Failed,
    /// Ended by a person.
    Cancelled,
}

impl SessionState {
    /// Every state.
    pub const ALL: [Self; 9] = [
        Self::Created,
        Self::Dispatched,
        Self::Running,
        Self::Waiting,
        Self::Parked,
        Self::Idle,
        Self::Completed,
        Self::Failed,
        Self::Cancelled,
    ];

    /// The name on the wire and in tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Dispatched => "dispatched",
            Self::Running => "running",
            Self::Waiting => "waiting",
            Self::Parked => "parked",
            Self::Idle => "idle",
            Self::Completed => "completed",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }

    /// Whether it is over.
    pub fn is_end(self) -> bool {
        matches!(self, Self::Completed | Self::Failed | Self::Cancelled)
    }

    /// Whether it takes one of the slots.
    pub fn holds_slot(self) -> bool {
        matches!(
            self,
            Self::Dispatched | Self::Running | Self::Waiting | Self::Idle
        )
    }

    /// Whether `next` may follow. Every live state may come to a failure or a cancel; a session that is over is taken up again
    /// when people have more to say about its open pull request.
    pub fn may_become(self, next: Self) -> bool {
        if self.is_end() {
            return next == Self::Parked;
        }
        match next {
            Self::Failed | Self::Cancelled | Self::Parked => self != next,
            // Paused before it began, and put back.
            Self::Created => self == Self::Parked,
            // Again from `idle`: on top of what somebody pushed to the branch meanwhile.
            // From `running` when its working copy is gone and is laid out anew.
            Self::Dispatched => matches!(
                self,
                Self::Created | Self::Parked | Self::Idle | Self::Running
            ),
            Self::Running => matches!(
                self,
                Self::Dispatched | Self::Waiting | Self::Parked | Self::Idle
            ),
            Self::Waiting => self == Self::Running,
            Self::Idle => matches!(self, Self::Running | Self::Parked),
            // From `running` after it only answered a person's question; from `parked` when somebody merged or closed its pull
            // request while it waited for people.
            Self::Completed => matches!(self, Self::Idle | Self::Running | Self::Parked),
        }
    }
}

/// What is kept of a session, and shown by `skep session`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionRecord {
    /// Which.
    pub id: SessionId,
    /// The how-manieth of its task, from 1.
    pub number: u32,
    /// Where it stands.
    pub state: SessionState,
    /// The role's name.
    pub role: String,
    /// The operator's name of the agent.
    pub agent: String,
    /// Why it ended, when it has.
    pub stop: Option<String>,
    /// The branch it works for.
    pub branch: AgentBranch,
    /// The pull request it made.
    pub pull: Option<i64>,
    /// When it was queued, epoch milliseconds.
    pub created_at: i64,
    /// When it got its slot.
    pub started_at: Option<i64>,
    /// When it ended.
    pub ended_at: Option<i64>,
    /// What it has cost.
    #[serde(default)]
    pub usage: Spent,
}

#[cfg(test)]
mod tests {
    use super::SessionState;

    #[test]
    fn transitions_as_a_table() {
        let mut table = String::new();
        for from in SessionState::ALL {
            let to: Vec<_> = SessionState::ALL
                .into_iter()
                .filter(|to| from.may_become(*to))
                .map(|s| s.name())
                .collect();
            table.push_str(&format!("{} -> {}\n", from.name(), to.join(" ")));
        }
        insta::assert_snapshot!(table, @r"
        created -> dispatched parked failed cancelled
        dispatched -> running parked failed cancelled
        running -> dispatched waiting parked idle completed failed cancelled
        waiting -> running parked failed cancelled
        parked -> created dispatched running idle completed failed cancelled
        idle -> dispatched running parked completed failed cancelled
        completed -> parked
        failed -> parked
        cancelled -> parked
        ");
    }
}
