//! Pull requests.
//!
//! One is known by its head branch, so creating it again finds the one that is there; a pull request on our branch that
//! somebody else opened is never taken for ours.

use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::at::At;
use super::client::GitHub;
use super::error::GitHubError;
use super::issue::{Account, LabelShape};
use super::purpose::Purpose;
use super::rate_gate::Priority;
use super::request::{ApiRequest, escape};
use super::values::{TEXT_CHARS, cut, millis};
use crate::core::event::PullStanding;
use crate::core::ids::{IssueNumber, Sha};

/// The longest title GitHub takes.
const TITLE_CHARS: usize = 256;

const READY: &str = "mutation($id: ID!) { markPullRequestReadyForReview(input: {pullRequestId: $id}) \
                     { pullRequest { isDraft } } }";

/// A pull request. <https://docs.github.com/rest/pulls/pulls#get-a-pull-request>
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pull {
    /// The number people see.
    pub number: IssueNumber,
    /// Where it stands.
    pub state: PullStanding,
    /// When it was opened, epoch milliseconds.
    pub created_at: i64,
    /// Whether it is a draft.
    pub draft: bool,
    /// The title.
    pub title: String,
    /// The text.
    pub body: String,
    /// Who opened it.
    pub author: Account,
    /// Its branch.
    pub head_branch: String,
    /// The tip of its branch.
    pub head_sha: Sha,
    /// The branch it goes to.
    pub base_branch: String,
    /// The names of its labels.
    pub labels: Vec<String>,
    /// The page people open.
    pub html_url: String,
    /// The commit that brought it to its base, once it is merged (of a rebase: the last one); `None` where GitHub names none.
    pub merge_commit: Option<Sha>,
    /// What GraphQL knows it by.
    pub node_id: String,
    /// Whether it can be merged as things stand; `None` while GitHub works it out, and in lists.
    pub mergeable: Option<bool>,
    /// `clean`, `dirty` (conflicts), `behind`, `blocked`, `unstable` (a check is red), `draft`, `unknown`, …
    pub mergeable_state: Option<String>,
}

#[derive(Deserialize)]
struct PullShape {
    number: IssueNumber,
    state: String,
    #[serde(deserialize_with = "millis")]
    created_at: i64,
    merged_at: Option<String>,
    merge_commit_sha: Option<Sha>,
    #[serde(default)]
    draft: bool,
    title: String,
    body: Option<String>,
    user: Option<Account>,
    head: EndShape,
    base: EndShape,
    #[serde(default)]
    labels: Vec<LabelShape>,
    html_url: String,
    #[serde(default)]
    node_id: String,
    mergeable: Option<bool>,
    mergeable_state: Option<String>,
}

#[derive(Deserialize)]
struct EndShape {
    #[serde(rename = "ref")]
    name: String,
    sha: Sha,
}

impl From<PullShape> for Pull {
    fn from(shape: PullShape) -> Self {
        let state = match (shape.state.as_str(), &shape.merged_at) {
            (_, Some(_)) => PullStanding::Merged,
            ("open", None) => PullStanding::Open,
            (_, None) => PullStanding::Closed,
        };
        Self {
            number: shape.number,
            state,
            created_at: shape.created_at,
            draft: shape.draft,
            title: shape.title,
            body: shape.body.unwrap_or_default(),
            author: shape.user.unwrap_or_else(Account::ghost),
            head_branch: shape.head.name,
            head_sha: shape.head.sha,
            base_branch: shape.base.name,
            labels: shape.labels.into_iter().map(|label| label.name).collect(),
            html_url: shape.html_url,
            // Before the merge it names a trial that nobody keeps.
            merge_commit: shape
                .merge_commit_sha
                .filter(|_| state == PullStanding::Merged),
            node_id: shape.node_id,
            mergeable: shape.mergeable,
            mergeable_state: shape.mergeable_state,
        }
    }
}

/// What to open. Both branches live in the same repository.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NewPull {
    /// At most 256 characters are sent.
    pub title: String,
    /// Our branch.
    pub head: String,
    /// The branch it goes to.
    pub base: String,
    /// The text.
    pub body: String,
    /// Whether to open it as a draft, where the plan allows it.
    pub draft: bool,
}

/// How a pull request came to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Opening {
    /// As asked.
    AsAsked,
    /// Not as a draft: the repository's plan has none.
    DraftRefused,
    /// It was open already, from an earlier attempt of ours.
    Adopted,
}

/// A pull request that is there now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenedPull {
    /// The pull request.
    pub pull: Pull,
    /// How it came to be.
    pub opening: Opening,
}

/// What to change; `None` stays.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct PullEdit {
    /// A new title.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// A new text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
}

impl GitHub {
    /// A pull request as it is now. <https://docs.github.com/rest/pulls/pulls#get-a-pull-request>
    pub async fn pull(&self, at: &At, number: IssueNumber) -> Result<Pull, GitHubError> {
        let ask = ApiRequest::get(
            "read the pull request",
            at.path(&format!("/pulls/{number}")),
        );
        self.read::<PullShape>(at, &ask).await.map(Pull::from)
    }

    /// Takes the draft mark off; one that has none is fine. With `head` only while that is its head; otherwise false comes back.
    /// <https://docs.github.com/graphql/reference/mutations#markpullrequestreadyforreview>
    pub async fn mark_ready(
        &self,
        at: &At,
        number: IssueNumber,
        head: Option<&Sha>,
    ) -> Result<bool, GitHubError> {
        let pull = self.pull(at, number).await?;
        if head.is_some_and(|head| *head != pull.head_sha) {
            return Ok(false);
        }
        if !pull.draft {
            return Ok(true);
        }
        self.graphql::<IgnoredAny>(at, Purpose::Review, READY, json!({"id": pull.node_id}))
            .await
            .map(|_| true)
    }

    /// Our newest pull request from `branch` of this repository, whatever its state.
    /// <https://docs.github.com/rest/pulls/pulls#list-pull-requests>
    pub async fn find_pull(&self, at: &At, branch: &str) -> Result<Option<Pull>, GitHubError> {
        let us = self.bot(at).await?;
        let head = escape(&format!("{}:{branch}", at.name.owner()));
        let query =
            format!("/pulls?head={head}&state=all&sort=created&direction=desc&per_page=100");
        let found: Vec<PullShape> = self
            .read_all(
                at,
                &ApiRequest::get("find the pull request", at.path(&query)),
            )
            .await?;
        // GitHub ignores a `head` it cannot parse and then lists everything, so the branch is compared here too.
        Ok(found
            .into_iter()
            .map(Pull::from)
            .find(|pull| pull.head_branch == branch && pull.author.id == us))
    }

    /// Opens a pull request, or adopts the one of ours that is open already. Look with [`GitHub::find_pull`] first, so
    /// that one a human closed is respected. Where the plan has no drafts, an ordinary one is opened instead.
    /// <https://docs.github.com/rest/pulls/pulls#create-a-pull-request>
    pub async fn create_pull(&self, at: &At, new: &NewPull) -> Result<OpenedPull, GitHubError> {
        match self.open_pull(at, new).await {
            Ok(pull) => Ok(OpenedPull {
                pull,
                opening: Opening::AsAsked,
            }),
            Err(GitHubError::Invalid { message, .. }) if new.draft && refuses_drafts(&message) => {
                let pull = self
                    .open_pull(
                        at,
                        &NewPull {
                            draft: false,
                            ..new.clone()
                        },
                    )
                    .await?;
                Ok(OpenedPull {
                    pull,
                    opening: Opening::DraftRefused,
                })
            }
            Err(GitHubError::Invalid { call, message }) if message.contains("already exists") => {
                match self.find_pull(at, &new.head).await? {
                    Some(pull) => Ok(OpenedPull {
                        pull,
                        opening: Opening::Adopted,
                    }),
                    None => Err(GitHubError::Invalid { call, message }),
                }
            }
            Err(error) => Err(error),
        }
    }

    async fn open_pull(&self, at: &At, new: &NewPull) -> Result<Pull, GitHubError> {
        let body = json!({
            "title": cut(&new.title, TITLE_CHARS),
            "head": new.head,
            "base": new.base,
            "body": cut(&new.body, TEXT_CHARS),
            "draft": new.draft,
        });
        let ask = ApiRequest::post("open a pull request", at.path("/pulls"), &body);
        let answer = self
            .change(at, Purpose::PullRequest, Priority::Normal, &ask)
            .await?;
        answer.json::<PullShape>(&ask).map(Pull::from)
    }

    /// Changes title or text; repeating it ends in the same.
    /// <https://docs.github.com/rest/pulls/pulls#update-a-pull-request>
    pub async fn edit_pull(
        &self,
        at: &At,
        number: IssueNumber,
        edit: &PullEdit,
    ) -> Result<Pull, GitHubError> {
        let part =
            |text: &Option<String>, most| text.as_ref().map(|text| cut(text, most).into_owned());
        let body = PullEdit {
            title: part(&edit.title, TITLE_CHARS),
            body: part(&edit.body, TEXT_CHARS),
        };
        let ask = ApiRequest::patch(
            "edit the pull request",
            at.path(&format!("/pulls/{number}")),
            &body,
        );
        let answer = self
            .change(at, Purpose::PullRequest, Priority::Normal, &ask)
            .await?;
        answer.json::<PullShape>(&ask).map(Pull::from)
    }
}

/// "Draft pull requests are not supported in this repository."
fn refuses_drafts(message: &str) -> bool {
    let message = message.to_ascii_lowercase();
    message.contains("draft") && message.contains("not supported")
}
