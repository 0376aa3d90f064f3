//! What is read of the issues below a sprint's. Facts only: what may start follows from them elsewhere.

use serde::{Deserialize, Serialize};

use crate::dependency::{Named, Standing};
use crate::event::TriggerFacts;

/// What was read for a sprint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SprintFacts {
    /// What was read of whoever put the label there, when that was asked for.
    pub trigger: Option<Box<TriggerFacts>>,
    /// The labels of the issue as they are now.
    pub labels: Vec<String>,
    /// Whether the issue is open now.
    pub open: bool,
    /// What its title and text come to; empty: not known.
    #[serde(default)]
    pub words: String,
    /// What is below it.
    pub tree: TreeFacts,
}

/// The issues below another one.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TreeFacts {
    /// Each behind its parent.
    pub members: Vec<MemberFacts>,
    /// How many more there are, as far as GitHub counts them, that were left out because there are too many.
    pub cut: u32,
    /// How many are in repositories that nobody here reaches, and are not among the members.
    pub hidden: u32,
    /// GitHub has no sub-issues here.
    #[serde(default)]
    pub missing: bool,
}

/// One issue below a sprint's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemberFacts {
    /// Which.
    pub issue: Named,
    /// Its title, cut; empty where readers of the sprint's issue may not know it.
    pub title: String,
    /// How it stands.
    pub standing: Standing,
    /// The place of its parent among the members; `None` right below the sprint's issue.
    pub parent: Option<usize>,
    /// Whether it has the label `checkpoint`.
    #[serde(default)]
    pub checkpoint: bool,
    /// What its title and text come to, where it has sub-issues itself; empty: not known.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub words: String,
    /// Whether its repository is out of reach: nothing can start there.
    #[serde(default)]
    pub out_of_reach: bool,
    /// What it waits for, where it has sub-issues itself.
    #[serde(default)]
    pub blockers: Vec<Awaited>,
    /// How much more it says it waits for, of which nothing is known.
    #[serde(default)]
    pub unknown: u32,
}

/// An issue that a phase waits for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Awaited {
    /// Which.
    pub issue: Named,
    /// How it stands.
    pub standing: Standing,
}
