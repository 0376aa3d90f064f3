//! The threads of a pull request's reviews, which only GraphQL knows.
//!
//! GraphQL names bots without `[bot]` and numbers comments twice (the older number is too small); here both are as in REST.
//! <https://docs.github.com/graphql/reference/objects#pullrequestreviewthread>

use serde::de::{Error, IgnoredAny};
use serde::{Deserialize, Deserializer};
use serde_json::{Value, json};

use super::at::At;
use super::client::GitHub;
use super::error::GitHubError;
use super::issue::Account;
use super::purpose::Purpose;
use super::values::millis;
use crate::core::ids::{IssueNumber, UserId};

/// The most pages of threads read.
const PAGES: usize = 10;

const THREADS: &str = "query($owner: String!, $name: String!, $number: Int!, $after: String) {
  repository(owner: $owner, name: $name) { pullRequest(number: $number) {
    reviewThreads(first: 100, after: $after) { pageInfo { hasNextPage endCursor } nodes {
      id isResolved isOutdated path line originalLine
      comments(first: 100) { nodes {
        fullDatabaseId body diffHunk url updatedAt
        author { __typename login ... on User { databaseId } ... on Bot { databaseId } }
        pullRequestReview { fullDatabaseId }
      } }
    } }
  } }
}";

const RESOLVE: &str =
    "mutation($id: ID!) { resolveReviewThread(input: {threadId: $id}) { thread { isResolved } } }";

/// A thread: a comment on a line and the answers to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReviewThread {
    /// What GraphQL knows it by; what [`GitHub::resolve_thread`] takes.
    pub id: String,
    /// Whether somebody marked it as done.
    pub resolved: bool,
    /// Whether the lines changed since.
    pub outdated: bool,
    /// The file.
    pub path: String,
    /// The line now, or when it was written if that line is gone; none for a whole file.
    pub line: Option<i64>,
    /// The part of the diff it is on.
    pub hunk: String,
    /// The comment answers go to.
    pub first_comment: i64,
    /// The login of who began it.
    pub started_by: String,
    /// What was said, in order; the first hundred.
    pub comments: Vec<ThreadComment>,
}

/// What somebody said in a thread.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ThreadComment {
    /// The identity, as in REST.
    pub id: i64,
    /// Who wrote it.
    pub author: Account,
    /// The text.
    pub body: String,
    /// The review it came with.
    pub review: Option<i64>,
    /// The page people open.
    pub url: String,
    /// GitHub's time of its last change, epoch milliseconds.
    pub changed_at: i64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ThreadShape {
    id: String,
    is_resolved: bool,
    #[serde(default)]
    is_outdated: bool,
    path: String,
    line: Option<i64>,
    original_line: Option<i64>,
    comments: Nodes<CommentShape>,
}

#[derive(Deserialize)]
struct Nodes<T> {
    nodes: Vec<T>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CommentShape {
    #[serde(deserialize_with = "big")]
    full_database_id: i64,
    body: String,
    diff_hunk: String,
    url: String,
    #[serde(deserialize_with = "millis")]
    updated_at: i64,
    author: Option<ActorShape>,
    pull_request_review: Option<ReviewShape>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ReviewShape {
    #[serde(deserialize_with = "big")]
    full_database_id: i64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ActorShape {
    #[serde(rename = "__typename", default)]
    kind: String,
    login: String,
    database_id: Option<i64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PageShape {
    page_info: PageInfo,
    nodes: Vec<ThreadShape>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PageInfo {
    has_next_page: bool,
    end_cursor: Option<String>,
}

impl From<ActorShape> for Account {
    fn from(shape: ActorShape) -> Self {
        let bot = shape.kind == "Bot" && !shape.login.ends_with("[bot]");
        let login = if bot {
            format!("{}[bot]", shape.login)
        } else {
            shape.login
        };
        Self {
            login,
            id: UserId(shape.database_id.unwrap_or_default()),
            kind: shape.kind,
        }
    }
}

impl From<CommentShape> for ThreadComment {
    fn from(shape: CommentShape) -> Self {
        Self {
            id: shape.full_database_id,
            author: shape.author.map_or_else(Account::ghost, Account::from),
            body: shape.body,
            review: shape
                .pull_request_review
                .map(|review| review.full_database_id),
            url: shape.url,
            changed_at: shape.updated_at,
        }
    }
}

/// A thread whose comments are all gone is none.
fn thread(shape: ThreadShape) -> Option<ReviewThread> {
    let hunk = shape.comments.nodes.first()?.diff_hunk.clone();
    let comments: Vec<ThreadComment> = shape
        .comments
        .nodes
        .into_iter()
        .map(ThreadComment::from)
        .collect();
    let first = comments.first()?;
    Some(ReviewThread {
        id: shape.id,
        resolved: shape.is_resolved,
        outdated: shape.is_outdated,
        path: shape.path,
        line: shape.line.or(shape.original_line),
        hunk,
        first_comment: first.id,
        started_by: first.author.login.clone(),
        comments,
    })
}

/// GraphQL's `BigInt` is a string of digits.
fn big<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i64, D::Error> {
    match Value::deserialize(deserializer)? {
        Value::String(digits) => digits.parse().map_err(D::Error::custom),
        other => other
            .as_i64()
            .ok_or_else(|| D::Error::custom("an id is not a number")),
    }
}

impl GitHub {
    /// The threads of a pull request, oldest first, at most a thousand.
    pub async fn review_threads(
        &self,
        at: &At,
        pull: IssueNumber,
    ) -> Result<Vec<ReviewThread>, GitHubError> {
        let (mut threads, mut after) = (Vec::new(), None);
        for _ in 0..PAGES {
            let page = self.thread_page(at, pull, after.as_deref()).await?;
            threads.extend(page.nodes.into_iter().filter_map(thread));
            match page
                .page_info
                .end_cursor
                .filter(|_| page.page_info.has_next_page)
            {
                Some(cursor) => after = Some(cursor),
                None => break,
            }
        }
        Ok(threads)
    }

    async fn thread_page(
        &self,
        at: &At,
        pull: IssueNumber,
        after: Option<&str>,
    ) -> Result<PageShape, GitHubError> {
        let (owner, name) = (at.name.owner(), at.name.name());
        let variables = json!({"owner": owner, "name": name, "number": pull, "after": after});
        let mut data: Value = self.graphql(at, Purpose::Read, THREADS, variables).await?;
        let threads = data["repository"]["pullRequest"]["reviewThreads"].take();
        let call = "list the review threads".to_owned();
        if threads.is_null() {
            return Err(GitHubError::NotFound { call });
        }
        serde_json::from_value(threads).map_err(|error| GitHubError::Unreadable {
            call,
            why: error.to_string(),
        })
    }

    /// Marks a thread as resolved; one that is already is fine.
    /// <https://docs.github.com/graphql/reference/mutations#resolvereviewthread>
    pub async fn resolve_thread(&self, at: &At, thread: &str) -> Result<(), GitHubError> {
        self.graphql::<IgnoredAny>(at, Purpose::Review, RESOLVE, json!({"id": thread}))
            .await
            .map(drop)
    }
}
