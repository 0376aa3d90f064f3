//! Issues of our own: looked for, and made.
//!
//! One may be made only after [`GitHub::find_issue`] did not find its hidden marker.

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::json;

use super::at::At;
use super::client::GitHub;
use super::error::GitHubError;
use super::issue::Account;
use super::purpose::Purpose;
use super::rate_gate::Priority;
use super::request::{ApiRequest, escape};
use super::values::{TEXT_CHARS, cut};
use crate::core::ids::IssueNumber;
use crate::core::time::render_rfc3339;

/// An issue that is to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IssueToCreate<'a> {
    /// Its title.
    pub title: &'a str,
    /// Its text.
    pub body: &'a str,
    /// Its labels, as they are known inside.
    pub labels: &'a [String],
}

/// Which issues of a repository are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Listed {
    /// The open ones.
    Open,
    /// All.
    All,
}

#[derive(Deserialize)]
struct TitleShape {
    number: IssueNumber,
    title: String,
    body: Option<String>,
    user: Option<Account>,
    pull_request: Option<IgnoredAny>,
}

#[derive(Deserialize)]
struct NumberShape {
    number: IssueNumber,
}

#[derive(Deserialize)]
struct NameShape {
    name: String,
}

impl GitHub {
    /// The titles of a repository's issues, oldest first; pull requests are left out.
    /// <https://docs.github.com/rest/issues/issues#list-repository-issues>
    pub async fn titles(
        &self,
        at: &At,
        listed: Listed,
    ) -> Result<Vec<(IssueNumber, String)>, GitHubError> {
        let state = match listed {
            Listed::Open => "open",
            Listed::All => "all",
        };
        let query = format!("/issues?state={state}&sort=created&direction=asc&per_page=100");
        let found: Vec<TitleShape> = self
            .read_all(at, &ApiRequest::get("list the issues", at.path(&query)))
            .await?;
        let issues = found.into_iter().filter(|one| one.pull_request.is_none());
        Ok(issues.map(|one| (one.number, one.title)).collect())
    }

    /// Our own issue that holds `marker`, open or closed, changed at or after `since` (epoch milliseconds): the look before
    /// making one. Somebody else's issue with the same marker does not count.
    /// <https://docs.github.com/rest/issues/issues#list-repository-issues>
    pub async fn find_issue(
        &self,
        at: &At,
        since: i64,
        marker: &str,
    ) -> Result<Option<IssueNumber>, GitHubError> {
        let us = self.bot(at).await?;
        let query = format!(
            "/issues?state=all&sort=created&direction=desc&per_page=100&since={}",
            render_rfc3339(since)
        );
        let found: Vec<TitleShape> = self
            .read_all(at, &ApiRequest::get("list the issues", at.path(&query)))
            .await?;
        let ours = |one: &TitleShape| {
            let author = one.user.as_ref().map(|user| user.id);
            let marked = one.body.as_ref().is_some_and(|body| body.contains(marker));
            author == Some(us) && marked && one.pull_request.is_none()
        };
        Ok(found.into_iter().find(ours).map(|one| one.number))
    }

    /// Makes an issue; answers its number. Not to be repeated without [`GitHub::find_issue`].
    /// <https://docs.github.com/rest/issues/issues#create-an-issue>
    pub async fn create_issue(
        &self,
        at: &At,
        new: &IssueToCreate<'_>,
    ) -> Result<IssueNumber, GitHubError> {
        let words = &self.0.words;
        let labels: Vec<String> = new.labels.iter().map(|name| words.outward(name)).collect();
        let body = json!({"title": new.title, "body": cut(new.body, TEXT_CHARS), "labels": labels});
        let ask = ApiRequest::post("open an issue", at.path("/issues"), &body);
        let answer = self
            .change(at, Purpose::Comment, Priority::Normal, &ask)
            .await?;
        answer.json::<NumberShape>(&ask).map(|shape| shape.number)
    }

    /// A label of the repository as GitHub writes it; `None` if there is none of that name.
    /// <https://docs.github.com/rest/issues/labels#get-a-label>
    pub async fn label(&self, at: &At, name: &str) -> Result<Option<String>, GitHubError> {
        let path = at.path(&format!("/labels/{}", escape(name)));
        let found: Option<NameShape> = self
            .read_if_there(at, &ApiRequest::get("read a label", path))
            .await?;
        Ok(found.map(|found| found.name))
    }
}
