//! Reactions: the receipt on an issue or on a comment.
//!
//! They are a set: reacting twice leaves one reaction, removing what is not there is fine.

use serde::Deserialize;
use serde_json::json;

use super::at::At;
use super::client::GitHub;
use super::error::GitHubError;
use super::issue::Account;
use super::purpose::Purpose;
use super::rate_gate::Priority;
use super::request::{ApiRequest, Effect};
use super::values::millis;
use crate::core::effect::Reaction;
use crate::core::ids::{CommentId, IssueNumber};

/// GitHub's word for a reaction. <https://docs.github.com/rest/reactions/reactions#about-reactions>
fn content(reaction: Reaction) -> &'static str {
    match reaction {
        Reaction::Eyes => "eyes",
        Reaction::Rocket => "rocket",
        Reaction::Hooray => "hooray",
        Reaction::Confused => "confused",
        Reaction::ThumbsUp => "+1",
    }
}

#[derive(Deserialize)]
struct ReactionShape {
    id: i64,
    user: Option<Account>,
}

/// Somebody's reaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reacted {
    /// Whose.
    pub by: Account,
    /// Epoch milliseconds.
    pub at: i64,
}

#[derive(Deserialize)]
struct ReactedShape {
    user: Option<Account>,
    #[serde(deserialize_with = "millis")]
    created_at: i64,
}

impl GitHub {
    /// Who reacted to a comment with a thumbs up, the oldest first; deleted accounts are left out.
    /// <https://docs.github.com/rest/reactions/reactions#list-reactions-for-an-issue-comment>
    pub async fn thumbs_up(
        &self,
        at: &At,
        comment: CommentId,
    ) -> Result<Vec<Reacted>, GitHubError> {
        self.thumbs_up_on(at, &format!("/issues/comments/{comment}"))
            .await
    }

    /// The same of a comment on a line of a pull request.
    /// <https://docs.github.com/rest/reactions/reactions#list-reactions-for-a-pull-request-review-comment>
    pub async fn thumbs_up_in_thread(
        &self,
        at: &At,
        comment: i64,
    ) -> Result<Vec<Reacted>, GitHubError> {
        self.thumbs_up_on(at, &format!("/pulls/comments/{comment}"))
            .await
    }

    async fn thumbs_up_on(&self, at: &At, comment: &str) -> Result<Vec<Reacted>, GitHubError> {
        let word = super::request::escape(content(Reaction::ThumbsUp));
        let path = format!("{comment}/reactions?content={word}&per_page=100");
        let found: Vec<ReactedShape> = self
            .read_all(at, &ApiRequest::get("list the reactions", at.path(&path)))
            .await?;
        let reacted = |shape: ReactedShape| {
            let at = shape.created_at;
            shape.user.map(|by| Reacted { by, at })
        };
        Ok(found.into_iter().filter_map(reacted).collect())
    }

    /// Reacts to an issue, ahead of everything that waits.
    /// <https://docs.github.com/rest/reactions/reactions#create-reaction-for-an-issue>
    pub async fn react_to_issue(
        &self,
        at: &At,
        issue: IssueNumber,
        reaction: Reaction,
    ) -> Result<(), GitHubError> {
        self.react(
            at,
            &at.path(&format!("/issues/{issue}/reactions")),
            reaction,
        )
        .await
    }

    /// Reacts to a comment, ahead of everything that waits.
    /// <https://docs.github.com/rest/reactions/reactions#create-reaction-for-an-issue-comment>
    pub async fn react_to_comment(
        &self,
        at: &At,
        comment: CommentId,
        reaction: Reaction,
    ) -> Result<(), GitHubError> {
        self.react(
            at,
            &at.path(&format!("/issues/comments/{comment}/reactions")),
            reaction,
        )
        .await
    }

    /// Takes our reaction to an issue back.
    /// <https://docs.github.com/rest/reactions/reactions#delete-an-issue-reaction>
    pub async fn unreact_from_issue(
        &self,
        at: &At,
        issue: IssueNumber,
        reaction: Reaction,
    ) -> Result<(), GitHubError> {
        self.unreact(
            at,
            &at.path(&format!("/issues/{issue}/reactions")),
            reaction,
        )
        .await
    }

    /// Takes our reaction to a comment back.
    /// <https://docs.github.com/rest/reactions/reactions#delete-an-issue-comment-reaction>
    pub async fn unreact_from_comment(
        &self,
        at: &At,
        comment: CommentId,
        reaction: Reaction,
    ) -> Result<(), GitHubError> {
        self.unreact(
            at,
            &at.path(&format!("/issues/comments/{comment}/reactions")),
            reaction,
        )
        .await
    }

    async fn react(&self, at: &At, path: &str, reaction: Reaction) -> Result<(), GitHubError> {
        // A mark, no content: it must come through when the limits of content are used up.
        let ask = ApiRequest::post("react", path, &json!({"content": content(reaction)}))
            .with_effect(Effect::Change);
        self.change(at, Purpose::Comment, Priority::Receipt, &ask)
            .await
            .map(drop)
    }

    async fn unreact(&self, at: &At, path: &str, reaction: Reaction) -> Result<(), GitHubError> {
        let us = self.bot(at).await?;
        let query = format!(
            "{path}?content={}&per_page=100",
            super::request::escape(content(reaction))
        );
        let found: Vec<ReactionShape> = self
            .read_all(at, &ApiRequest::get("list the reactions", query))
            .await?;
        for ours in found
            .iter()
            .filter(|found| found.user.as_ref().is_some_and(|user| user.id == us))
        {
            let ask = ApiRequest::delete("take a reaction back", format!("{path}/{}", ours.id));
            self.remove(at, Purpose::Comment, &ask).await?;
        }
        Ok(())
    }
}
