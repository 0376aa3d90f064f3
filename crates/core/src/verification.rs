//! What the server itself saw of a pull request's work: the repository's own commands, run on exactly one commit, in a clean checkout,
//! in the sandbox, without keys.
//!
//! # How it goes
//!
//! - **When.** While a pull request is in review and its work is finished, the head of its branch is verified: each head once, and once
//!   more when somebody asks. A result of another head counts for nothing ([`Verification::passed`] is asked with the head).
//! - **What it is for.** skep makes no draft ready, asks nobody for a review and cheers over no end before the head has passed.
//! - **What follows.** The agent is sent back with what the server saw, at most [`SENT_BACK`] times in a row; after that a person has to look, and
//!   the draft stays one.
//! - **Where it is said.** A check run on the commit (known by its `external_id`), the pull request's text beside what the agent claimed, and
//!   the status comment.
//!
//! It must never take an agent's word for a result, and a repository without such commands is as it was before there was this.

mod news;
mod run;

use serde::{Deserialize, Serialize};

use super::ids::{IssueNumber, Sha};

pub use news::VerifyNews;
pub use run::{Run, RunEnd};

/// The name of the check run.
pub const CHECK: &str = "skep/verify";
/// So often in a row the agent is sent back for it.
pub const SENT_BACK: u32 = 2;
/// What the `external_id` of a check run begins with; the number of the task's issue follows.
const EXTERNAL_ID: &str = "skep:verify:";

/// The head of a pull request as the server verifies it, or has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verification {
    /// The commit.
    pub head: Sha,
    /// Since when, epoch milliseconds.
    pub since: i64,
    /// What came of it; `None` while it is under way.
    #[serde(default)]
    pub result: Option<Verdict>,
    /// The rules have taken the result up.
    #[serde(default)]
    pub judged: bool,
    /// Somebody wants it once more.
    #[serde(default)]
    pub again: bool,
    /// How often in a row the agent was sent back for it.
    #[serde(default)]
    pub sent_back: u32,
    /// The agent was sent back for this very head.
    #[serde(default)]
    pub waits_for_agent: bool,
    /// What the check run of this head says.
    #[serde(default)]
    pub reported: Option<Standing>,
    /// The App may report no checks here.
    #[serde(default)]
    pub unreported: bool,
    /// What people were told to look at for it.
    #[serde(default)]
    pub needs: Option<String>,
}

/// What came of a verification.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "verdict")]
pub enum Verdict {
    /// The commands were run.
    Ran {
        /// Each, in the policy's order.
        runs: Vec<Run>,
    },
    /// They could not be run.
    Broken {
        /// Why, for people.
        say: String,
    },
}

/// How a verification stands, for its check run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// Under way.
    Running,
    /// Every command ended with 0.
    Passed,
    /// One did not.
    Failed,
    /// The commands could not be run.
    Broken,
    /// Nobody wants to know any more.
    Dropped,
}

impl Verdict {
    /// How it stands then. No command at all has proved nothing.
    pub fn standing(&self) -> Standing {
        match self {
            Self::Broken { .. } => Standing::Broken,
            Self::Ran { runs } if !runs.is_empty() && runs.iter().all(Run::passed) => {
                Standing::Passed
            }
            Self::Ran { .. } => Standing::Failed,
        }
    }
}

impl Verification {
    /// One that begins.
    pub fn begun(head: Sha, since: i64) -> Self {
        Self {
            head,
            since,
            result: None,
            judged: false,
            again: false,
            sent_back: 0,
            waits_for_agent: false,
            reported: None,
            unreported: false,
            needs: None,
        }
    }

    /// How it stands.
    pub fn standing(&self) -> Standing {
        self.result
            .as_ref()
            .map_or(Standing::Running, Verdict::standing)
    }

    /// Whether exactly this commit has passed.
    pub fn passed(&self, head: &Sha) -> bool {
        self.head == *head && self.standing() == Standing::Passed
    }

    /// Whether this commit is being verified, or was; not where it is wanted once more.
    pub fn is_of(&self, head: &Sha) -> bool {
        self.head == *head && !self.again
    }

    /// A person's word counts anew how often the agent may be sent back; what did not pass may be seen otherwise now.
    pub fn a_person_spoke(&mut self) {
        self.sent_back = 0;
        self.again |= matches!(self.standing(), Standing::Failed | Standing::Broken);
        self.waits_for_agent = false;
    }
}

/// By what the check run of a task's pull request is known.
pub fn external_id(issue: IssueNumber) -> String {
    format!("{EXTERNAL_ID}{issue}")
}

/// The issue of a check run of ours.
pub fn issue_of(external_id: &str) -> Option<IssueNumber> {
    let number = external_id.strip_prefix(EXTERNAL_ID)?.parse().ok();
    number.filter(|number| *number > 0).map(IssueNumber)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(end: RunEnd) -> Run {
        Run {
            command: "sh check.sh".into(),
            end,
            ms: 5,
            tail: String::new(),
        }
    }

    fn sha(digit: char) -> Sha {
        digit.to_string().repeat(40).parse().expect("forty digits")
    }

    #[test]
    fn only_zero_everywhere_is_a_pass_and_only_of_that_commit() {
        let ended = |ends: &[RunEnd]| Verdict::Ran {
            runs: ends.iter().cloned().map(run).collect(),
        };
        let zero = RunEnd::Exit { code: 0 };
        let (one, late) = (RunEnd::Exit { code: 1 }, RunEnd::TimedOut);
        let killed = RunEnd::Killed { why: "x".into() };
        assert_eq!(
            ended(std::slice::from_ref(&zero)).standing(),
            Standing::Passed
        );
        for bad in [one, late, killed, RunEnd::NotRun] {
            assert_eq!(ended(&[zero.clone(), bad]).standing(), Standing::Failed);
        }
        assert_eq!(ended(&[]).standing(), Standing::Failed);
        let mut verification = Verification::begun(sha('a'), 1);
        assert!(!verification.passed(&sha('a')), "it is under way");
        verification.result = Some(ended(&[zero]));
        assert!(verification.passed(&sha('a')) && !verification.passed(&sha('b')));
    }

    #[test]
    fn a_check_run_leads_back_to_its_issue() {
        assert_eq!(
            issue_of(&external_id(IssueNumber(12))),
            Some(IssueNumber(12))
        );
        for other in [
            "",
            "12",
            "skep:pull:12",
            "skep:verify:",
            "skep:verify:x",
            "skep:verify:-1",
        ] {
            assert_eq!(issue_of(other), None, "{other}");
        }
    }
}
