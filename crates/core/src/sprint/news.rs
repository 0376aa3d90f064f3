//! What the tasks of a sprint tell each other. Each is a fact that may come twice.

use serde::{Deserialize, Serialize};

use super::facts::SprintFacts;
use super::member::Work;
use super::terms::Void;
use crate::actor::Account;
use crate::dependency::Named;
use crate::ids::TaskKey;

/// What is told of a sprint: what was read of it, and what its task and those of its issues tell each other.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "about")]
pub enum SprintNews {
    /// To a sprint: what it consists of was read.
    Read {
        /// All of it.
        found: Box<SprintFacts>,
    },
    /// To a sprint: something about one of its issues may have changed.
    Changed {
        /// Which.
        issue: TaskKey,
    },
    /// To a sprint: so far is the work on one of its issues.
    Work {
        /// Which.
        issue: TaskKey,
        /// How far.
        work: Work,
        /// What that issue's task waits for; bounded.
        waits_for: Vec<TaskKey>,
    },
    /// To a sprint: a person agreed to the start of a phase.
    Approved {
        /// Which.
        phase: TaskKey,
        /// Who.
        by: String,
    },
    /// To an issue: it is to start, as if that person had asked.
    Start {
        /// Which sprint it belongs to.
        of: Named,
        /// Who put the label there.
        by: Account,
    },
    /// To an issue: it is not to start any more, if it has not begun.
    Withdraw {
        /// Which sprint it belongs to.
        of: Named,
        /// Why, half a sentence for people.
        why: String,
    },
    /// To a phase: somebody has to agree to its start.
    Agree {
        /// Which sprint it belongs to.
        of: Named,
        /// Who put the label there.
        by: String,
        /// How often what they have to agree to has become another.
        #[serde(default)]
        revision: u32,
        /// The approval that was for another, and does not count any more.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        void: Option<Void>,
    },
    /// To a phase: nobody has to agree any more.
    Settled {
        /// Which sprint it belongs to.
        of: Named,
    },
}
