//! Asking again whether anything is new, at no cost where nothing is: conditional requests of which only the tag is kept, for what is
//! asked of very many repositories would not fit into the cache of bodies.
//!
//! GitHub ties a tag to the token that asked (it says so itself: <https://github.com/eclipse-csi/otterdog/issues/201>), so that
//! everything costs one request more each time the token is a new one, once an hour. It must never decide what is news.
//! <https://docs.github.com/rest/using-the-rest-api/best-practices-for-using-the-rest-api#use-conditional-requests-if-appropriate>

use hyper::StatusCode;
use hyper::header::ETAG;
use serde::Deserialize;

use super::answer::Answer;
use super::at::At;
use super::call::Exchange;
use super::client::GitHub;
use super::error::GitHubError;
use super::issue::{Issue, IssueShape};
use super::page::Pages;
use super::purpose::Scope;
use super::rate_gate::Priority;
use super::request::ApiRequest;
use super::values::optional_millis;
use crate::core::time::render_rfc3339;

/// So many entries a page has.
const PER_PAGE: usize = 100;

/// An issue or a pull request as a list shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The issue, or the pull request seen as one.
    pub issue: Issue,
    /// When it was closed (epoch milliseconds), if it is.
    pub closed_at: Option<i64>,
    /// Whether it is a pull request that was merged.
    pub merged: bool,
}

/// What was changed since some moment, oldest change first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangedPage {
    /// Issues and pull requests.
    pub rows: Vec<Row>,
    /// What to ask with the next time, where this page is all there is.
    pub tag: Option<String>,
    /// The address of the page behind this one.
    pub next: Option<String>,
}

#[derive(Deserialize)]
struct MoreShape {
    #[serde(default, deserialize_with = "optional_millis")]
    closed_at: Option<i64>,
    pull_request: Option<PullPart>,
}

#[derive(Deserialize)]
struct PullPart {
    merged_at: Option<String>,
}

impl GitHub {
    /// Issues and pull requests, open or not, that were changed at or after `since` (epoch milliseconds, by GitHub's clock), oldest
    /// change first; `None` where GitHub says that nothing is otherwise than when it gave out `tag`.
    /// <https://docs.github.com/rest/issues/issues#list-repository-issues>
    pub async fn changed_since(
        &self,
        at: &At,
        since: i64,
        tag: Option<&str>,
    ) -> Result<Option<ChangedPage>, GitHubError> {
        let query = format!(
            "state=all&sort=updated&direction=asc&per_page={PER_PAGE}&since={}",
            render_rfc3339(since)
        );
        let ask = ApiRequest::get("see what is new", at.path(&format!("/issues?{query}")));
        let answer = self.ask_again(at, &ask, tag).await?;
        answer
            .map(|answer| self.changed_page(&ask, &answer))
            .transpose()
    }

    /// A page behind another one, by its address.
    pub async fn changed_after(&self, at: &At, next: &str) -> Result<ChangedPage, GitHubError> {
        let ask = ApiRequest::get("see what is new", next);
        match self.ask_again(at, &ask, None).await? {
            Some(answer) => self.changed_page(&ask, &answer),
            None => Err(GitHubError::Unreadable {
                call: ask.to_string(),
                why: "304 without a condition".to_owned(),
            }),
        }
    }

    fn changed_page(&self, ask: &ApiRequest, answer: &Answer) -> Result<ChangedPage, GitHubError> {
        let found: Vec<serde_json::Value> = answer.json(ask)?;
        let rows = found.into_iter().filter_map(|value| {
            let read = self.row(value);
            // One that cannot be read must not hide the others.
            read.inspect_err(|error| tracing::warn!(%ask, %error, "an issue cannot be read"))
                .ok()
        });
        let next = Pages::of(&self.0.api).after(ask, answer);
        let tag = answer.headers.get(ETAG).and_then(|tag| tag.to_str().ok());
        Ok(ChangedPage {
            rows: rows.collect(),
            tag: tag.filter(|_| next.is_none()).map(str::to_owned),
            next: next.map(|next| next.path),
        })
    }

    fn row(&self, value: serde_json::Value) -> Result<Row, serde_json::Error> {
        let more: MoreShape = serde_json::from_value(value.clone())?;
        let shape: IssueShape = serde_json::from_value(value)?;
        Ok(Row {
            issue: self.issue_of(shape),
            closed_at: more.closed_at,
            merged: more
                .pull_request
                .is_some_and(|pull| pull.merged_at.is_some()),
        })
    }

    /// One read with a condition and without the cache; `None` for 304.
    async fn ask_again(
        &self,
        at: &At,
        ask: &ApiRequest,
        tag: Option<&str>,
    ) -> Result<Option<Answer>, GitHubError> {
        let lane = self.lane(Some(at.installation));
        let _place = lane.read(Priority::Normal).await?;
        let exchange = Exchange {
            scope: Scope::poll(at.installation),
            repository: &at.name.to_string(),
            lane: &lane,
            ask,
            etag: tag,
        };
        let answer = self.exchange(&exchange).await?;
        Ok((answer.status != StatusCode::NOT_MODIFIED).then_some(answer))
    }
}
