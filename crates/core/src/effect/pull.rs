//! Our pull request: opened, described, labeled, and people asked to look at it.

use serde::{Deserialize, Serialize};

use crate::ids::AgentBranch;
use crate::provenance::Recorded;

/// Open the pull request. Found by its head branch first, open or closed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenPull {
    /// The head branch.
    pub branch: AgentBranch,
    /// The base branch.
    pub base_branch: String,
    /// The title.
    pub title: String,
    /// Markdown.
    pub body: String,
    /// Of what the statement of provenance is made that it carries; `None` in one that was planned before there was such a thing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recorded: Option<Box<Recorded>>,
}

/// Put labels on our pull request. Labels are a set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LabelPull {
    /// Its number.
    pub pull: i64,
    /// Which.
    pub labels: Vec<String>,
}

/// Make our part of our pull request's text say this; what people wrote around it stays.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DescribePull {
    /// Its number.
    pub pull: i64,
    /// Markdown, with the lines that bound our part.
    pub part: String,
    /// Of what the statement of provenance is made that it carries; `None`: it carries none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recorded: Option<Box<Recorded>>,
}

/// Ask people for their review, once more or for the first time. Whoever is asked already stays so; who cannot be asked is left
/// out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestReview {
    /// The pull request.
    pub pull: i64,
    /// Whom.
    pub logins: Vec<String>,
    /// Slugs of teams of the repository's owner.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub teams: Vec<String>,
}
