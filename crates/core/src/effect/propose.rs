//! What is proposed to a repository that is no agent's work.

use serde::{Deserialize, Serialize};

/// Propose hosts for the repository's own policy, by a pull request to its default branch. An open one of the same issue is added to;
/// what the policy names already is not proposed again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProposePolicy {
    /// Each as `host:port`.
    pub hosts: Vec<String>,
    /// Whose wish it is: the title of the pull request and of its commit.
    pub title: String,
    /// The pull request's text.
    pub body: String,
}

/// Propose the file with which a repository says how agents work there, and make the labels that start work. Found by its branch
/// first, whatever became of it; what the repository has is left alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProposeOnboarding {
    /// The label that starts work, as it is called there.
    pub go: String,
    /// The label that asks for a plan first, as it is called there.
    pub plan: String,
}
