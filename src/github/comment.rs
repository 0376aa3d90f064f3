//! Comments on issues and in the conversation of pull requests.
//!
//! A comment may be posted again only after [`GitHub::find_comment`] did not find its hidden marker; editing and deleting
//! may be repeated freely, and so may folding away.

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::json;

use super::answer::Answer;
use super::at::At;
use super::client::GitHub;
use super::error::GitHubError;
use super::issue::Account;
use super::purpose::{Purpose, Scope};
use super::rate_gate::Priority;
use super::request::{ApiRequest, Effect};
use super::values::{TEXT_CHARS, cut, millis};
use crate::core::effect::Worth;
use crate::core::ids::{CommentId, IssueNumber};
use crate::core::time::render_rfc3339;

/// A comment. <https://docs.github.com/rest/issues/comments#get-an-issue-comment>
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comment {
    /// The identity.
    pub id: CommentId,
    /// Who wrote it.
    pub author: Account,
    /// The text.
    pub body: String,
    /// Epoch milliseconds.
    pub created_at: i64,
    /// Epoch milliseconds.
    pub updated_at: i64,
    /// What GraphQL knows it by.
    pub node_id: String,
    /// Whether it is in the conversation of a pull request.
    pub on_pull: bool,
    /// How many gave it a thumbs up.
    pub thumbs_up: u64,
}

/// How many reacted to something. <https://docs.github.com/rest/reactions/reactions#about-reactions>
#[derive(Default, Deserialize)]
struct RollupShape {
    #[serde(rename = "+1", default)]
    thumbs_up: u64,
}

#[derive(Deserialize)]
struct CommentShape {
    id: CommentId,
    user: Option<Account>,
    body: Option<String>,
    #[serde(deserialize_with = "millis")]
    created_at: i64,
    #[serde(deserialize_with = "millis")]
    updated_at: i64,
    #[serde(default)]
    node_id: String,
    #[serde(default)]
    html_url: String,
    #[serde(default)]
    issue_url: String,
    #[serde(default)]
    reactions: RollupShape,
}

impl From<CommentShape> for Comment {
    fn from(shape: CommentShape) -> Self {
        Self {
            id: shape.id,
            author: shape.user.unwrap_or_else(Account::ghost),
            body: shape.body.unwrap_or_default(),
            created_at: shape.created_at,
            updated_at: shape.updated_at,
            node_id: shape.node_id,
            on_pull: shape.html_url.contains("/pull/"),
            thumbs_up: shape.reactions.thumbs_up,
        }
    }
}

#[derive(Deserialize)]
struct IdShape {
    id: CommentId,
}

const MINIMIZE: &str = "mutation($id: ID!) { minimizeComment(input: {subjectId: $id, classifier: OUTDATED}) \
                        { minimizedComment { isMinimized } } }";

impl GitHub {
    /// One comment as it is now; `None` once it is deleted.
    /// <https://docs.github.com/rest/issues/comments#get-an-issue-comment>
    pub async fn comment(
        &self,
        at: &At,
        comment: CommentId,
    ) -> Result<Option<Comment>, GitHubError> {
        let ask = ApiRequest::get(
            "read a comment",
            at.path(&format!("/issues/comments/{comment}")),
        );
        match self
            .read_for::<CommentShape>(at, Purpose::Comment, &ask)
            .await
        {
            Ok(shape) => Ok(Some(shape.into())),
            Err(GitHubError::NotFound { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Folds a comment away as outdated; one that is folded already, or gone, is fine.
    /// <https://docs.github.com/graphql/reference/mutations#minimizecomment>
    pub async fn minimize_comment(&self, at: &At, comment: CommentId) -> Result<(), GitHubError> {
        let Some(found) = self.comment(at, comment).await? else {
            return Ok(());
        };
        let purpose = if found.on_pull {
            Purpose::PullRequest
        } else {
            Purpose::Comment
        };
        self.graphql::<IgnoredAny>(at, purpose, MINIMIZE, json!({"id": found.node_id}))
            .await
            .map(drop)
    }

    /// The comments of an issue in order, only those changed at or after `since` (epoch milliseconds) if given.
    /// <https://docs.github.com/rest/issues/comments#list-issue-comments>
    pub async fn comments(
        &self,
        at: &At,
        issue: IssueNumber,
        since: Option<i64>,
    ) -> Result<Vec<Comment>, GitHubError> {
        let since = since
            .map(|since| format!("&since={}", render_rfc3339(since)))
            .unwrap_or_default();
        let path = at.path(&format!("/issues/{issue}/comments?per_page=100{since}"));
        let ask = ApiRequest::get("list the comments", path);
        let found: Vec<CommentShape> = self.read_all_for(at, Purpose::Comment, &ask).await?;
        Ok(found.into_iter().map(Comment::from).collect())
    }

    /// The comments of a whole repository that were written or changed at or after `since` (epoch milliseconds), each with
    /// the number it stands under, oldest change first.
    /// <https://docs.github.com/rest/issues/comments#list-issue-comments-for-a-repository>
    pub async fn repository_comments(
        &self,
        at: &At,
        since: i64,
    ) -> Result<Vec<(IssueNumber, Comment)>, GitHubError> {
        let query = format!(
            "sort=updated&direction=asc&per_page=100&since={}",
            render_rfc3339(since)
        );
        let ask = ApiRequest::get(
            "list the repository's comments",
            at.path(&format!("/issues/comments?{query}")),
        );
        // With the token of all repositories: the sweep asks each of them, and GitHub ties what it knows to be unchanged to the token.
        let (scope, name) = (Scope::poll(at.installation), at.name.to_string());
        let items = |answer: &Answer, ask: &ApiRequest| answer.json(ask);
        let found: Vec<CommentShape> = self.pages(scope, &name, &ask, items).await?;
        let placed = |shape: CommentShape| {
            let number = shape.issue_url.rsplit('/').next()?.parse().ok()?;
            Some((IssueNumber(number), Comment::from(shape)))
        };
        Ok(found.into_iter().filter_map(placed).collect())
    }

    /// Our own comment that holds `marker`, if it is there: the look before posting again. Somebody else's comment with
    /// the same marker does not count.
    pub async fn find_comment(
        &self,
        at: &At,
        issue: IssueNumber,
        since: Option<i64>,
        marker: &str,
    ) -> Result<Option<CommentId>, GitHubError> {
        let us = self.bot(at).await?;
        let comments = self.comments(at, issue, since).await?;
        Ok(comments
            .into_iter()
            .find(|c| c.author.id == us && c.body.contains(marker))
            .map(|c| c.id))
    }

    /// Posts a comment. Not to be repeated without [`GitHub::find_comment`].
    /// <https://docs.github.com/rest/issues/comments#create-an-issue-comment>
    pub async fn create_comment(
        &self,
        at: &At,
        issue: IssueNumber,
        body: &str,
    ) -> Result<CommentId, GitHubError> {
        self.create_comment_of(at, issue, body, Worth::High).await
    }

    /// The same for a comment of that worth: one of low worth has a part of the pace only.
    pub async fn create_comment_of(
        &self,
        at: &At,
        issue: IssueNumber,
        body: &str,
        worth: Worth,
    ) -> Result<CommentId, GitHubError> {
        let path = at.path(&format!("/issues/{issue}/comments"));
        let ask = ApiRequest::post(
            "post a comment",
            path,
            &json!({"body": cut(body, TEXT_CHARS)}),
        )
        .with_effect(Effect::Creation(worth));
        let answer = self
            .change(at, Purpose::Comment, Priority::Normal, &ask)
            .await?;
        answer.json::<IdShape>(&ask).map(|shape| shape.id)
    }

    /// Replaces a comment's text; repeating it ends in the same text.
    /// <https://docs.github.com/rest/issues/comments#update-an-issue-comment>
    pub async fn edit_comment(
        &self,
        at: &At,
        comment: CommentId,
        body: &str,
    ) -> Result<(), GitHubError> {
        let path = at.path(&format!("/issues/comments/{comment}"));
        let ask = ApiRequest::patch(
            "edit a comment",
            path,
            &json!({"body": cut(body, TEXT_CHARS)}),
        );
        self.change(at, Purpose::Comment, Priority::Normal, &ask)
            .await
            .map(drop)
    }

    /// Pins a comment to the top of its issue.
    /// <https://docs.github.com/rest/issues/comments#pin-an-issue-comment>
    ///
    /// # Errors
    /// [`GitHubError::NotFound`] where this GitHub pins no comments.
    pub async fn pin_comment(&self, at: &At, comment: CommentId) -> Result<(), GitHubError> {
        let path = at.path(&format!("/issues/comments/{comment}/pin"));
        let ask = ApiRequest::put("pin a comment", path);
        self.change(at, Purpose::Comment, Priority::Normal, &ask)
            .await
            .map(drop)
    }

    /// A removal for which "not there" is as good as done.
    pub(super) async fn remove(
        &self,
        at: &At,
        purpose: Purpose,
        ask: &ApiRequest,
    ) -> Result<(), GitHubError> {
        match self.change(at, purpose, Priority::Normal, ask).await {
            Ok(_) | Err(GitHubError::NotFound { .. }) => Ok(()),
            Err(error) => Err(error),
        }
    }
}
