//! What people agree to when they approve a sprint or a phase of one: the words of both issues, and the issues below. An approval
//! that was for other terms does not count. It must never guess: what was not read differs from nothing.

use serde::{Deserialize, Serialize};

use crate::ids::TaskKey;

/// What an approval of one issue is for, as it was read last.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    /// The phase, or the sprint's own issue.
    pub issue: TaskKey,
    /// What its words come to; empty: not known.
    #[serde(default)]
    pub words: String,
    /// The same of the sprint's own issue.
    #[serde(default)]
    pub plan: String,
    /// The issues without sub-issues below it, in order.
    #[serde(default)]
    pub below: Vec<TaskKey>,
    /// How often they have become others.
    #[serde(default)]
    pub revision: u32,
    /// Which revision people were asked to agree to last.
    #[serde(default)]
    pub told: u32,
    /// The approval that does not count any more, while nobody has approved it anew.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub void: Option<Void>,
}

/// An approval that does not count any more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Void {
    /// Whose.
    pub by: String,
    /// What became another.
    pub change: Change,
}

/// What became another since somebody agreed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// The words of the issue itself.
    Words,
    /// The words of the sprint's own issue.
    Plan,
    /// There is an issue below it that was not.
    Parts,
}

impl Terms {
    /// What became another, seen from these; an issue less below it is nothing that anybody has to agree to.
    pub fn change_to(&self, now: &Self) -> Option<Change> {
        if differ(&self.words, &now.words) {
            return Some(Change::Words);
        }
        if differ(&self.plan, &now.plan) {
            return Some(Change::Plan);
        }
        let known = |one: &TaskKey| self.below.binary_search(one).is_ok();
        (!now.below.iter().all(known)).then_some(Change::Parts)
    }

    /// What was read takes the place of what was known.
    pub fn take_in(&mut self, now: Self) {
        if !now.words.is_empty() {
            self.words = now.words;
        }
        if !now.plan.is_empty() {
            self.plan = now.plan;
        }
        self.below = now.below;
    }
}

fn differ(was: &str, is: &str) -> bool {
    !was.is_empty() && !is.is_empty() && was != is
}
