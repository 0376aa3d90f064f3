//! The gate for pull requests: whether one belongs to an issue that somebody released to agents, said by a check run.
//!
//! # Where the judgement lives
//!
//! Most pull requests are no task's. But pull requests and issues of a repository share one row of numbers, so the number of a
//! pull request is a task key that no issue can have. The judgement is the task of that number: [`PullGate`] is all that is
//! in it, beside a stage that stays idle, as a sprint is beside the stage of its issue. So it needs no second inbox, no table of
//! its own and no second way out: what happens comes in as [`GateNews`], what is read and what is reported are effects
//! ([`ReadPullGate`](crate::effect::ReadPullGate), [`ReportPullGate`](crate::effect::ReportPullGate)).
//!
//! - **In.** A delivery about a pull request means to its issue's task what it always meant; besides, the engine tells it to the
//!   gate's task as a fact of its own, in the same transaction. It is a hint and never an answer. Which pull requests name an
//!   issue stands in the index by which sprints hear of their issues: when a label that counts is put on an issue, or taken off, they
//!   are told.
//! - **Judged.** Every hint has the pull request and the issues that it names read again; [`judge`] makes of that a [`Verdict`], by
//!   labels alone.
//! - **Out.** When the verdict or the head is another than was reported last, the check run of that head is made or changed. It is known
//!   by its `external_id`, so repetition does no harm. An explicit re-run forgets what was reported.
//! - **Over.** A pull request that is merged or closed is forgotten, and the index with it; opened again, it is judged anew.
//!
//! A check run belongs to a commit: of two pull requests with one head, each has a run of its own, and both show on both.
//! It must never start work, comment, or stop a merge: only the repository's own rules can require the check.

mod judge;
mod news;

use serde::{Deserialize, Serialize};

use super::ids::{Sha, TaskKey};

pub use judge::{Unmet, Verdict, WhyNot, judge};
pub use news::{GateFacts, GateNews, NamedFacts, NamedIs};

/// The name of the check run.
pub const CHECK: &str = "skep / issue";
/// What the `external_id` of a check run begins with; the pull request's number follows.
const EXTERNAL_ID: &str = "skep:pull:";

/// A pull request at the gate.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PullGate {
    /// The issues it names, as it was last read.
    #[serde(default)]
    pub named: Vec<TaskKey>,
    /// How it stands, as far as that was read.
    #[serde(default)]
    pub seen: Option<Seen>,
    /// What its check run says.
    #[serde(default)]
    pub reported: Option<Seen>,
    /// Whether it was given the label of its sprint.
    #[serde(default)]
    pub inherited: bool,
}

/// How a pull request stands at the gate, at one head.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// The head.
    pub head: Sha,
    /// Whether it belongs to an issue.
    pub verdict: Verdict,
}

impl PullGate {
    /// What the check run says is not known any more: it is reported again when it is read again.
    pub fn forget_report(&mut self) {
        (self.seen, self.reported) = (None, None);
    }
}

/// By what the check run of a pull request is known.
pub fn external_id(pull: i64) -> String {
    format!("{EXTERNAL_ID}{pull}")
}

/// The pull request of a check run of ours.
pub fn pull_of(external_id: &str) -> Option<i64> {
    let number = external_id.strip_prefix(EXTERNAL_ID)?.parse().ok();
    number.filter(|number| *number > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_check_run_leads_back_to_its_pull_request() {
        assert_eq!(pull_of(&external_id(13)), Some(13));
        for other in ["", "13", "skep:pull:", "skep:pull:x", "skep:pull:-1"] {
            assert_eq!(pull_of(other), None, "{other}");
        }
    }
}
