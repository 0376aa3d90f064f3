//! A turn of an agent in full, and what a working copy begins and ends with. It must never carry a choice for its performer.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::attachment::Media;
use crate::budget::TurnBudget;
use crate::evidence_file::Taken;
use crate::ids::AgentBranch;
use crate::repository_policy::Service;
use crate::role::Tools;

/// A prompt turn in full.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Turn {
    /// The operator's name of the agent.
    pub agent: String,
    /// The role's wish for a model, in the agent's own words.
    pub model: Option<String>,
    /// What the role tells it. Empty in rows of before this stood apart: there it is the beginning of `prompt`.
    #[serde(default)]
    pub instructions: String,
    /// What the agent is told besides.
    pub prompt: String,
    /// What it is told instead when its session is there, alive or loaded again.
    pub resumed: String,
    /// The agent's own session to load, if one is known.
    pub resume: Option<String>,
    /// Whether the working copy may be written.
    pub writes: bool,
    /// Whether it may propose changes of the issue.
    #[serde(default)]
    pub suggests: bool,
    /// What was handed in as evidence before it.
    #[serde(default)]
    pub evidence: Taken,
    /// The tools the role has.
    pub tools: Tools,
    /// Wall clock, milliseconds.
    pub wall_ms: i64,
    /// Silence, milliseconds.
    pub silence_ms: i64,
    /// The branch in the working copy.
    pub branch: AgentBranch,
    /// Pictures that it is shown with `prompt`, if it takes pictures: where they lie, and what they are.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pictures: Vec<(String, Media)>,
    /// What its issue may still use up.
    #[serde(default)]
    pub budget: TurnBudget,
    /// What the repository opens and sets for it.
    #[serde(default, skip_serializing_if = "Grants::is_empty")]
    pub grants: Grants,
}

/// What a session gets besides what the operator gives to its agent: from the repository's own policy, and from people who were asked.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grants {
    /// What it may reach: public hosts and addresses, and names of presets.
    #[serde(default)]
    pub egress: Vec<String>,
    /// Its variables; those of the operator are never replaced by them.
    #[serde(default)]
    pub environment: BTreeMap<String, String>,
    /// Throw-away services beside it, by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub services: BTreeMap<String, Service>,
}

impl Grants {
    /// There are none.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// What a working copy begins with.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Start {
    /// The base.
    #[default]
    Base,
    /// The head of our branch on GitHub, where there is one; else the base.
    Branch,
    /// What the last session of the task left in the mirror, where there is something; else the base.
    Kept,
}

/// What becomes of the commits of a session whose working copy is removed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UnpushedCommits {
    /// They are published, or there are none: they go as well.
    #[default]
    #[serde(rename = "go")]
    Discard,
    /// They are nowhere else: the mirror keeps them under `refs/skep/sessions/<id>`.
    #[serde(rename = "stay")]
    Keep,
}
