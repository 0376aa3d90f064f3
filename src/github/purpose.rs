//! What a token is for, and which one: each purpose has the least permissions that does it.
//! (<https://docs.github.com/rest/authentication/permissions-required-for-github-apps>)

use serde_json::{Value, json};

use crate::core::ids::{InstallationId, RepositoryId};

/// What a token is for; each has the least permissions that does it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// Look: metadata, issues, pull requests and contents, all read.
    Read,
    /// Comments, labels and reactions on issues: `issues:write`.
    Comment,
    /// Fetch with git: `contents:read`.
    Clone,
    /// Push with git: `contents:write`. Each of these is given out once, so that whoever pushed can end it without taking it
    /// from under another push.
    Push,
    /// Pull requests: `pull_requests:write`, `contents:read`.
    PullRequest,
    /// Resolve threads, take the draft mark off: `pull_requests:write` and `contents:write`. GitHub wants the
    /// latter for both, and documents it nowhere: <https://github.com/orgs/community/discussions/44650>. And propose a file.
    Review,
    /// Check runs: `checks:write`.
    Checks,
    /// See what CI said: checks, statuses and Actions, all read. What the installation has not granted is left out.
    Ci,
    /// See who belongs to the organization's teams: `members:read`. Asked for only where the operator names teams.
    Members,
    /// See which repositories an installation covers: `metadata:read` over all of them.
    Survey,
    /// See how the issues stand that others wait for, which may be in any repository of the installation: `issues:read`
    /// over all of them.
    Relations,
    /// See whether anything is new, in every repository of the installation: issues and pull requests, read. One token for all of
    /// them, because GitHub ties what it knows to be unchanged to the token that asked before.
    Poll,
}

impl Purpose {
    pub(super) fn permissions(self) -> Value {
        match self {
            Self::Read => {
                json!({"metadata": "read", "issues": "read", "pull_requests": "read", "contents": "read"})
            }
            Self::Comment => json!({"issues": "write"}),
            Self::Clone => json!({"contents": "read"}),
            Self::Push => json!({"contents": "write"}),
            Self::PullRequest => json!({"pull_requests": "write", "contents": "read"}),
            Self::Review => json!({"pull_requests": "write", "contents": "write"}),
            Self::Checks => json!({"checks": "write"}),
            Self::Ci => json!({"checks": "read", "statuses": "read", "actions": "read"}),
            Self::Members => json!({"members": "read"}),
            Self::Survey => json!({"metadata": "read"}),
            Self::Relations => json!({"metadata": "read", "issues": "read"}),
            Self::Poll => json!({"metadata": "read", "issues": "read", "pull_requests": "read"}),
        }
    }

    /// The permissions as GitHub's headers write them: `issues=write`.
    pub(super) fn wanted(self) -> String {
        let permissions = self.permissions();
        let pairs = permissions.as_object().into_iter().flatten();
        let words: Vec<String> = pairs
            .map(|(name, level)| format!("{name}={}", level.as_str().unwrap_or_default()))
            .collect();
        words.join(", ")
    }

    /// What the token is for, in words for people.
    pub(super) fn describe(self) -> &'static str {
        match self {
            Self::Read => "read issues, pull requests and files",
            Self::Comment => "write on issues",
            Self::Clone => "read files",
            Self::Push => "push",
            Self::PullRequest => "write pull requests",
            Self::Review => "finish reviews",
            Self::Checks => "report checks",
            Self::Ci => "see what CI said",
            Self::Members => "see who belongs to teams",
            Self::Survey => "see the repositories",
            Self::Relations => "read issues",
            Self::Poll => "see what is new",
        }
    }
}

/// Which token: `repository` is `None` only for [`Purpose::Survey`], [`Purpose::Relations`] and [`Purpose::Poll`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Scope {
    pub(super) installation: InstallationId,
    pub(super) repository: Option<RepositoryId>,
    pub(super) purpose: Purpose,
}

impl Scope {
    pub(super) fn survey(installation: InstallationId) -> Self {
        Self {
            installation,
            repository: None,
            purpose: Purpose::Survey,
        }
    }

    pub(super) fn poll(installation: InstallationId) -> Self {
        Self {
            purpose: Purpose::Poll,
            ..Self::survey(installation)
        }
    }
}
