//! The provenance of a pull request: what skep recorded of how its work came to be, as a statement that is signed and that anybody who
//! has the public half of the installation's key can check.
//!
//! # The shape
//!
//! - A statement of [in-toto](https://github.com/in-toto/attestation/blob/main/spec/v1/statement.md), version 1, about a commit, its
//!   tree and what it changes. Its predicate is skep's own ([`PREDICATE`]): SLSA's describes a build, has no place for what somebody
//!   merely claims, and whoever checks builds would take an agent's session for one.
//! - In an envelope of [DSSE](https://github.com/secure-systems-lab/dsse/blob/master/envelope.md), signed with Ed25519.
//! - In our part of the pull request's text, in a fold. Everybody who sees the pull request can read it there, it needs no permission
//!   besides those the App has (a check run would), and nobody is notified of it. That everybody who may write can also change it does
//!   no harm: what was changed is found out, and a statement is of one commit alone.
//!
//! What skep saw and what the agent claimed never stand in the same list. It must never hold a secret: what goes in was redacted, and
//! whoever signs looks once more.

mod envelope;
mod judge;
mod logged;
mod statement;

use serde::{Deserialize, Serialize};

use super::ids::{AgentBranch, SessionId, Sha};
use super::usage::Exactness;
use super::verification::{Run, RunEnd};

pub use envelope::{Envelope, PAYLOAD_TYPE, signed_bytes};
pub use judge::{Asked, Departure, Replayed, held_against, replayed};
pub use logged::{Claim, Logged, Refusal};
pub use statement::{Footing, Known, Maker, PREDICATE, Predicate, STATEMENT, Statement, statement};

/// So many commands of a kind stand in a statement.
const MOST: usize = 200;

/// What skep recorded of the work on a branch, as its task knows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recorded {
    /// The commit that skep pushed.
    pub head: Sha,
    /// The head of the base branch when the work began, or onto which skep put it.
    pub base: Sha,
    /// The branch that it is for.
    pub base_branch: String,
    /// Our branch.
    pub branch: AgentBranch,
    /// The last session that worked on it.
    pub session: SessionId,
    /// Its role.
    pub role: String,
    /// The operator's name of its agent.
    pub agent: String,
    /// Name and version that the agent gave.
    #[serde(default)]
    pub says: Option<String>,
    /// Whose request it is.
    pub asked_by: String,
    /// Who approved what on the way.
    #[serde(default)]
    pub approvals: Vec<Approval>,
    /// The repository's own commands as the server ran them on exactly this commit; `None` where it has not, or has none.
    #[serde(default)]
    pub ran: Option<Vec<Ran>>,
    /// What the repository's policy and people opened to it besides, as hosts.
    #[serde(default)]
    pub opened: Vec<String>,
    /// What all sessions of the issue have cost.
    pub cost: Cost,
}

/// Something that a person approved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approval {
    /// What.
    pub what: String,
    /// Whose word.
    pub by: String,
}

/// A command that the server ran.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ran {
    /// The command.
    pub command: String,
    /// How it ended.
    pub end: RunEnd,
    /// How long it took, milliseconds.
    pub ms: i64,
}

impl From<&Run> for Ran {
    fn from(run: &Run) -> Self {
        Self {
            command: run.command.clone(),
            end: run.end.clone(),
            ms: run.ms,
        }
    }
}

/// Tokens and money.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cost {
    /// Tokens of all kinds.
    pub tokens: u64,
    /// How sure that is.
    pub tokens_are: Exactness,
    /// Money, in millionths of a dollar.
    pub microdollars: u64,
    /// How sure that is.
    pub microdollars_are: Exactness,
    /// How long agents worked, milliseconds.
    pub worked_ms: i64,
}
