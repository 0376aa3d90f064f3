//! Reviews of a pull request: what was said on which line, answered and resolved.
//!
//! A reply may be posted again only after [`GitHub::find_reply`] did not find its hidden marker; resolving may be repeated
//! freely. <https://docs.github.com/rest/pulls/reviews>, <https://docs.github.com/rest/pulls/comments>

use serde::Deserialize;
use serde_json::json;

use super::at::At;
use super::client::GitHub;
use super::error::GitHubError;
use super::issue::Account;
use super::purpose::Purpose;
use super::rate_gate::Priority;
use super::request::ApiRequest;
use super::values::{TEXT_CHARS, cut, millis};
use crate::core::ids::IssueNumber;
use crate::core::time::{parse_rfc3339, render_rfc3339};

/// What a review says as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ReviewState {
    /// It is good.
    Approved,
    /// It must change.
    ChangesRequested,
    /// Neither; also the review GitHub wraps around a single answer on a line.
    Commented,
    /// Its verdict was taken away.
    Dismissed,
    /// Not submitted yet; nobody else sees it.
    Pending,
}

/// A review. <https://docs.github.com/rest/pulls/reviews#get-a-review-for-a-pull-request>
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Review {
    /// The identity.
    pub id: i64,
    /// Who reviewed.
    pub author: Account,
    /// The verdict.
    pub state: ReviewState,
    /// The text above the lines, empty if there is none.
    pub body: String,
    /// The commit looked at.
    pub commit: Option<String>,
    /// What was said on lines, in order.
    pub comments: Vec<LineComment>,
}

/// A comment on a line. <https://docs.github.com/rest/pulls/comments>
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineComment {
    /// The identity.
    pub id: i64,
    /// The review it came with.
    pub review: Option<i64>,
    /// The first comment of the thread, if it is not this one.
    pub in_reply_to: Option<i64>,
    /// Who wrote it.
    pub author: Account,
    /// The file.
    pub path: String,
    /// The line now, or when it was written if that line is gone; none for a whole file.
    pub line: Option<i64>,
    /// The part of the diff it is on.
    pub hunk: String,
    /// The text.
    pub body: String,
    /// Epoch milliseconds.
    pub created_at: i64,
    /// The page people open.
    pub url: String,
}

/// A review in a list: who said what when, without what was said on lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReviewHead {
    /// The identity.
    pub id: i64,
    /// Who reviewed.
    pub author: Account,
    /// The verdict.
    pub state: ReviewState,
    /// When it was submitted, epoch milliseconds; none while it is pending.
    pub at: Option<i64>,
}

#[derive(Deserialize)]
struct ReviewHeadShape {
    id: i64,
    user: Option<Account>,
    state: ReviewState,
    submitted_at: Option<String>,
}

impl From<ReviewHeadShape> for ReviewHead {
    fn from(shape: ReviewHeadShape) -> Self {
        let at = shape.submitted_at.and_then(|text| parse_rfc3339(&text));
        Self {
            id: shape.id,
            author: shape.user.unwrap_or_else(Account::ghost),
            state: shape.state,
            at,
        }
    }
}

#[derive(Deserialize)]
struct ReviewShape {
    id: i64,
    user: Option<Account>,
    #[serde(default)]
    body: Option<String>,
    state: ReviewState,
    commit_id: Option<String>,
}

#[derive(Deserialize)]
struct LineShape {
    id: i64,
    pull_request_review_id: Option<i64>,
    in_reply_to_id: Option<i64>,
    user: Option<Account>,
    path: String,
    line: Option<i64>,
    original_line: Option<i64>,
    #[serde(default)]
    diff_hunk: String,
    body: Option<String>,
    #[serde(deserialize_with = "millis")]
    created_at: i64,
    #[serde(default)]
    html_url: String,
}

impl From<LineShape> for LineComment {
    fn from(shape: LineShape) -> Self {
        Self {
            id: shape.id,
            review: shape.pull_request_review_id,
            in_reply_to: shape.in_reply_to_id,
            author: shape.user.unwrap_or_else(Account::ghost),
            path: shape.path,
            line: shape.line.or(shape.original_line),
            hunk: shape.diff_hunk,
            body: shape.body.unwrap_or_default(),
            created_at: shape.created_at,
            url: shape.html_url,
        }
    }
}

#[derive(Deserialize)]
struct IdShape {
    id: i64,
}

impl GitHub {
    /// The reviews of a pull request, oldest first.
    /// <https://docs.github.com/rest/pulls/reviews#list-reviews-for-a-pull-request>
    pub async fn reviews(
        &self,
        at: &At,
        pull: IssueNumber,
    ) -> Result<Vec<ReviewHead>, GitHubError> {
        let ask = ApiRequest::get(
            "list the reviews",
            at.path(&format!("/pulls/{pull}/reviews?per_page=100")),
        );
        let found: Vec<ReviewHeadShape> = self.read_all(at, &ask).await?;
        Ok(found.into_iter().map(ReviewHead::from).collect())
    }

    /// A review with what it says on lines; `None` once it is deleted.
    /// <https://docs.github.com/rest/pulls/reviews#list-comments-for-a-pull-request-review>
    pub async fn review(
        &self,
        at: &At,
        pull: IssueNumber,
        review: i64,
    ) -> Result<Option<Review>, GitHubError> {
        let path = at.path(&format!("/pulls/{pull}/reviews/{review}"));
        let ask = ApiRequest::get("read a review", path.as_str());
        let Some(shape) = self.read_if_there::<ReviewShape>(at, &ask).await? else {
            return Ok(None);
        };
        let ask = ApiRequest::get(
            "list the review's comments",
            format!("{path}/comments?per_page=100"),
        );
        let lines: Vec<LineShape> = self.read_all(at, &ask).await?;
        Ok(Some(Review {
            id: shape.id,
            author: shape.user.unwrap_or_else(Account::ghost),
            state: shape.state,
            body: shape.body.unwrap_or_default(),
            commit: shape.commit_id,
            comments: lines.into_iter().map(LineComment::from).collect(),
        }))
    }

    /// The comments on lines of a pull request in order, only those changed at or after `since` (epoch milliseconds) if
    /// given. <https://docs.github.com/rest/pulls/comments#list-review-comments-on-a-pull-request>
    pub async fn line_comments(
        &self,
        at: &At,
        pull: IssueNumber,
        since: Option<i64>,
    ) -> Result<Vec<LineComment>, GitHubError> {
        let since = since
            .map(|since| format!("&since={}", render_rfc3339(since)))
            .unwrap_or_default();
        let path = at.path(&format!("/pulls/{pull}/comments?per_page=100{since}"));
        let found: Vec<LineShape> = self
            .read_all(at, &ApiRequest::get("list the comments on lines", path))
            .await?;
        Ok(found.into_iter().map(LineComment::from).collect())
    }

    /// Our own answer on a line that holds `marker`, if it is there: the look before answering again.
    pub async fn find_reply(
        &self,
        at: &At,
        pull: IssueNumber,
        since: Option<i64>,
        marker: &str,
    ) -> Result<Option<i64>, GitHubError> {
        let us = self.bot(at).await?;
        let lines = self.line_comments(at, pull, since).await?;
        Ok(lines
            .into_iter()
            .find(|line| line.author.id == us && line.body.contains(marker))
            .map(|line| line.id))
    }

    /// Asks people and teams (by slug) of the repository's owner for their review (again); whoever is asked already stays so.
    /// GitHub refuses all of them when one of them cannot be asked.
    /// <https://docs.github.com/rest/pulls/review-requests#request-reviewers-for-a-pull-request>
    pub async fn request_review(
        &self,
        at: &At,
        pull: IssueNumber,
        (logins, teams): (&[&str], &[&str]),
    ) -> Result<(), GitHubError> {
        let path = at.path(&format!("/pulls/{pull}/requested_reviewers"));
        let body = json!({"reviewers": logins, "team_reviewers": teams});
        let ask = ApiRequest::post("ask for a review", path, &body);
        self.change(at, Purpose::PullRequest, Priority::Normal, &ask)
            .await
            .map(drop)
    }

    /// Answers the first comment of a thread. Not to be repeated without [`GitHub::find_reply`]. GitHub takes no answer to
    /// an answer. <https://docs.github.com/rest/pulls/comments#create-a-reply-for-a-review-comment>
    pub async fn reply(
        &self,
        at: &At,
        pull: IssueNumber,
        first: i64,
        body: &str,
    ) -> Result<i64, GitHubError> {
        let path = at.path(&format!("/pulls/{pull}/comments/{first}/replies"));
        let ask = ApiRequest::post(
            "answer on a line",
            path,
            &json!({"body": cut(body, TEXT_CHARS)}),
        );
        let answer = self
            .change(at, Purpose::PullRequest, Priority::Normal, &ask)
            .await?;
        answer.json::<IdShape>(&ask).map(|shape| shape.id)
    }
}
