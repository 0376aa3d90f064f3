//! One commit, as git has it.

use serde::Deserialize;

use super::at::At;
use super::client::GitHub;
use super::error::GitHubError;
use super::request::ApiRequest;
use crate::core::ids::Sha;

/// What a commit says of itself. <https://docs.github.com/rest/commits/commits#get-a-commit>
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commit {
    /// The address of who made it; whoever pushes chooses it.
    pub committer_email: String,
    /// Its whole message.
    pub message: String,
}

#[derive(Deserialize)]
struct Shape {
    commit: InnerShape,
}

#[derive(Deserialize)]
struct InnerShape {
    committer: Option<PersonShape>,
    message: String,
}

#[derive(Deserialize)]
struct PersonShape {
    email: Option<String>,
}

impl GitHub {
    /// Reads a commit; `None` if GitHub knows it not.
    pub async fn commit(&self, at: &At, sha: &Sha) -> Result<Option<Commit>, GitHubError> {
        let ask = ApiRequest::get("read a commit", at.path(&format!("/commits/{sha}")));
        let found: Option<Shape> = self.read_if_there(at, &ask).await?;
        Ok(found.map(|shape| Commit {
            committer_email: shape
                .commit
                .committer
                .and_then(|person| person.email)
                .unwrap_or_default(),
            message: shape.commit.message,
        }))
    }
}
