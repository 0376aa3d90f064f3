//! Whether work may begin on the branch of an issue that it waits for, on which it stands, and what is known of the pull
//! request there. It must never hold a choice of its own: the gate and the rules read it.

use serde::{Deserialize, Serialize};

use crate::ids::{AgentBranch, IssueNumber, Sha, TaskKey};
use crate::stack::PullBelow;

/// So many pull requests of others are remembered.
const KNOWN: usize = 10;

/// What is known of a stack that the task may be part of.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stack {
    /// Its job may begin on the branch of what it waits for.
    #[serde(default)]
    pub may: bool,
    /// Our pull requests for issues that it waits for, as they were last told of.
    #[serde(default)]
    pub known: Vec<(TaskKey, PullBelow)>,
    /// The one that it stands on.
    #[serde(default)]
    pub on: Option<StandsOn>,
}

/// The pull request that work stands on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StandsOn {
    /// Its issue, in the same repository.
    pub issue: IssueNumber,
    /// Its number.
    pub pull: i64,
    /// Its branch.
    pub branch: AgentBranch,
    /// The commit of that branch on which the work was put last.
    pub tip: Sha,
    /// It is being put onto another one; until that is over no revision begins.
    #[serde(default)]
    pub moving: bool,
}

impl Stack {
    /// Nothing is known.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The pull request for an issue.
    pub fn pull_of(&self, issue: TaskKey) -> Option<&PullBelow> {
        let known = self.known.iter().find(|(key, _)| *key == issue);
        known.map(|(_, pull)| pull)
    }

    /// There is news of a pull request. What stands on one hears of no later one of the same issue.
    pub fn learn(&mut self, issue: TaskKey, news: &PullBelow) {
        let stands = self.on.as_ref().filter(|on| on.issue == issue.issue);
        if stands.is_some_and(|on| on.pull != news.number) {
            return;
        }
        let before = self.pull_of(issue).cloned();
        let before = before.filter(|before| before.number == news.number);
        let head = news.head.clone().or(before.and_then(|before| before.head));
        self.known.retain(|(key, _)| *key != issue);
        let surplus = (self.known.len() + 1).saturating_sub(KNOWN);
        self.known.drain(..surplus);
        let pull = PullBelow {
            head,
            ..news.clone()
        };
        self.known.push((issue, pull));
    }
}
