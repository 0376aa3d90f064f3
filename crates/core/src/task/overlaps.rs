//! What a task knows of others whose work probably changes the same files. A forecast is often wrong: it may delay a start where the
//! operator wants that, and it must never refuse anything.

use serde::{Deserialize, Serialize};

use crate::ids::{IssueNumber, TaskKey};
use crate::overlap::{MEETINGS, Meeting};

/// What is known of others that it meets.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Overlaps {
    /// It does not start before those that were first.
    #[serde(default)]
    pub waits: bool,
    /// It is being looked for them.
    #[serde(default)]
    pub looking: bool,
    /// Those that it meets.
    #[serde(default)]
    pub others: Vec<Meeting>,
    /// Those of them that know of it.
    #[serde(default)]
    pub told: Vec<TaskKey>,
    /// Those that landed since its session began.
    #[serde(default)]
    pub landed: Vec<IssueNumber>,
    /// It was looked for them with the plan that its agent has.
    #[serde(default)]
    pub plan_seen: bool,
    /// They think that it is at work.
    #[serde(default)]
    pub at_work: bool,
}

impl Overlaps {
    /// Nothing is known.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The one that it waits for.
    pub fn ahead(&self) -> Option<&Meeting> {
        self.others.iter().find(|one| self.waits && one.first)
    }

    /// One more that it meets, or one that it meets otherwise.
    pub fn meets(&mut self, with: Meeting) {
        self.forget(with.issue.key);
        if self.others.len() < MEETINGS {
            self.others.push(with);
        }
    }

    /// One that landed while it is at work.
    pub fn lands(&mut self, issue: IssueNumber) {
        if self.landed.len() < MEETINGS && !self.landed.contains(&issue) {
            self.landed.push(issue);
        }
    }

    /// One that it does not meet any more.
    pub fn forget(&mut self, issue: TaskKey) {
        self.others.retain(|one| one.issue.key != issue);
    }
}
