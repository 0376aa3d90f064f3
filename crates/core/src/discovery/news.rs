//! What is told of issues that are to be made. Each is a fact that may come twice.

use serde::{Deserialize, Serialize};

use super::issue::NewIssue;
use crate::actor::Actor;
use crate::dependency::Named;
use crate::ids::{IssueNumber, SessionId};

/// What is told of issues that are to be made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "about")]
pub enum DiscoveryNews {
    /// A session found work beside its task; the whole batch was judged and is right.
    Found {
        /// Which session.
        session: SessionId,
        /// What it found.
        issues: Vec<NewIssue>,
    },
    /// To the repository itself: the operator wants the issues of a task list; they were judged and are right.
    Listed {
        /// Which.
        issues: Vec<NewIssue>,
    },
    /// One of them is there.
    Made {
        /// Which of the task's.
        key: String,
        /// Its number.
        number: IssueNumber,
    },
    /// To an issue that was made: it starts by itself.
    Start {
        /// The issue whose session found it.
        of: Named,
        /// Who asked for that session, by whose right it starts.
        by: Actor,
        /// How many issues before it were found one by the other.
        generation: u32,
    },
}
