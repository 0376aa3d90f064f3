//! A pull request as somebody sees it who has no App: with a token of their own, or with none.
//!
//! It only reads, keeps no pace and retries nothing: it is for a command that a person typed.

use secrecy::SecretString;
use serde::Deserialize;
use url::Url;

use super::error::GitHubError;
use super::request::ApiRequest;
use super::wire::{Timeouts, Wire};
use crate::core::ids::{IssueNumber, RepositoryId, RepositoryName, Sha};
use crate::core::network::Network;

/// Who looks.
pub struct Visitor {
    wire: Wire,
    /// Empty where there is none.
    token: SecretString,
}

/// What is seen of a pull request. <https://docs.github.com/rest/pulls/pulls#get-a-pull-request>
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenPull {
    /// The repository it goes to, by what stays.
    pub repository: RepositoryId,
    /// That repository's present name.
    pub name: RepositoryName,
    /// The text.
    pub body: String,
    /// Its branch.
    pub branch: String,
    /// The tip of its branch.
    pub head: Sha,
    /// The branch it goes to.
    pub base_branch: String,
    /// The page people open.
    pub page: String,
}

#[derive(Deserialize)]
struct PullShape {
    body: Option<String>,
    head: HeadShape,
    base: BaseShape,
    html_url: String,
}

#[derive(Deserialize)]
struct HeadShape {
    #[serde(rename = "ref")]
    name: String,
    sha: Sha,
}

#[derive(Deserialize)]
struct BaseShape {
    #[serde(rename = "ref")]
    name: String,
    repo: RepositoryShape,
}

#[derive(Deserialize)]
struct RepositoryShape {
    id: RepositoryId,
    full_name: RepositoryName,
}

impl Visitor {
    /// One with that token, or with none. Must be called inside a tokio runtime.
    ///
    /// # Errors
    /// [`GitHubError::Unbuildable`].
    pub fn new(
        api: &Url,
        token: Option<SecretString>,
        network: &Network,
    ) -> Result<Self, GitHubError> {
        let name = concat!("skep/", env!("CARGO_PKG_VERSION"));
        Ok(Self {
            wire: Wire::new(api, name, Timeouts::default(), network)?,
            token: token.unwrap_or_else(|| SecretString::from("")),
        })
    }

    /// Looks at a pull request.
    ///
    /// # Errors
    /// [`GitHubError::NotFound`] also where the token may not see it; whatever else a read can end with.
    pub async fn pull(
        &self,
        name: &RepositoryName,
        number: IssueNumber,
    ) -> Result<SeenPull, GitHubError> {
        let path = format!("/repos/{name}/pulls/{number}");
        let pull: PullShape = self.read("read the pull request", path).await?;
        Ok(SeenPull {
            repository: pull.base.repo.id,
            name: pull.base.repo.full_name,
            body: pull.body.unwrap_or_default(),
            branch: pull.head.name,
            head: pull.head.sha,
            base_branch: pull.base.name,
            page: pull.html_url,
        })
    }

    async fn read<T: serde::de::DeserializeOwned>(
        &self,
        verb: &'static str,
        path: String,
    ) -> Result<T, GitHubError> {
        let ask = ApiRequest::get(verb, path);
        let answer = self.wire.send(&ask, &self.token, None).await?;
        answer.judge(&ask)?.json(&ask)
    }
}
