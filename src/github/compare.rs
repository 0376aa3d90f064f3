//! What came to a branch since a commit, and whether that commit is part of it at all.

use serde::Deserialize;

use super::at::At;
use super::client::GitHub;
use super::error::GitHubError;
use super::page::Pages;
use super::purpose::Purpose;
use super::request::ApiRequest;
use crate::core::ids::Sha;
use crate::core::outcome::Commit;

/// The most pages read of what came since, of a hundred commits each; later commits are not seen.
const PAGES: usize = 10;

/// What lies between a commit and the head of a branch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Since {
    /// Whether the commit can be reached from the head.
    pub reachable: bool,
    /// The commits that came after it, oldest first: the first thousand.
    pub commits: Vec<Commit>,
}

#[derive(Deserialize)]
struct ComparisonShape {
    status: String,
    commits: Vec<CommitShape>,
}

#[derive(Deserialize)]
struct CommitShape {
    sha: Sha,
    commit: MessageShape,
}

#[derive(Deserialize)]
struct MessageShape {
    message: String,
}

impl GitHub {
    /// How `head` stands to `commit`; `None` if GitHub knows either of them not.
    /// <https://docs.github.com/rest/commits/commits#compare-two-commits>
    pub async fn since(
        &self,
        at: &At,
        commit: &Sha,
        head: &Sha,
    ) -> Result<Option<Since>, GitHubError> {
        let path = at.path(&format!("/compare/{commit}...{head}?per_page=100"));
        let mut ask = ApiRequest::get("compare two commits", path);
        let (scope, name) = (at.scope(Purpose::Read), at.name.to_string());
        let mut pages = Pages::of(&self.0.api);
        let mut since: Option<Since> = None;
        for _ in 0..PAGES {
            let answer = match self.fetch(scope, &name, &ask).await {
                Err(GitHubError::NotFound { .. }) if since.is_none() => return Ok(None),
                other => other?,
            };
            let shape: ComparisonShape = answer.json(&ask)?;
            let since = since.get_or_insert_with(|| Since {
                // `ahead`, `identical`, `behind` or `diverged`: of the head, seen from the commit.
                reachable: matches!(shape.status.as_str(), "ahead" | "identical"),
                commits: Vec::new(),
            });
            since
                .commits
                .extend(shape.commits.into_iter().map(commit_of));
            match pages.after(&ask, &answer) {
                Some(next) if since.reachable => ask = next,
                _ => break,
            }
        }
        Ok(since)
    }
}

fn commit_of(shape: CommitShape) -> Commit {
    Commit {
        sha: shape.sha,
        message: shape.commit.message,
    }
}
