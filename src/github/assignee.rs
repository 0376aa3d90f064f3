//! Assignees: who is asked to act. A set, so that every call may be repeated.
//!
//! GitHub leaves out those who cannot be assigned without saying so; here it is said.

use serde_json::json;

use super::at::At;
use super::client::GitHub;
use super::error::GitHubError;
use super::issue::{Issue, IssueShape};
use super::purpose::Purpose;
use super::rate_gate::Priority;
use super::request::{ApiRequest, Effect};
use crate::core::ids::IssueNumber;

/// What stands after somebody was to be assigned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Assignment {
    /// We assigned them: it is ours to take back.
    Ours,
    /// Somebody else had assigned them before.
    Theirs,
    /// GitHub did not take this person.
    Refused,
}

impl GitHub {
    /// Assigns one person to an issue. `again`: it may have been done before, and its answer was lost; then the issue's events
    /// say whose it is.
    /// <https://docs.github.com/rest/issues/assignees#add-assignees-to-an-issue>
    pub async fn assign(
        &self,
        at: &At,
        issue: IssueNumber,
        (login, again): (&str, bool),
    ) -> Result<Assignment, GitHubError> {
        if assigned(&self.issue(at, issue).await?, login) {
            return Ok(
                match again && self.assigned_by_us(at, issue, login).await? {
                    true => Assignment::Ours,
                    false => Assignment::Theirs,
                },
            );
        }
        let ask = ApiRequest::post(
            "assign people",
            assignees(at, issue),
            &json!({"assignees": [login]}),
        );
        let ask = ask.with_effect(Effect::Change);
        let answer = self
            .change(at, Purpose::Comment, Priority::Normal, &ask)
            .await?;
        let issue: Issue = answer.json::<IssueShape>(&ask)?.into();
        Ok(match assigned(&issue, login) {
            true => Assignment::Ours,
            false => Assignment::Refused,
        })
    }

    /// Takes one person off an issue.
    /// <https://docs.github.com/rest/issues/assignees#remove-assignees-from-an-issue>
    pub async fn unassign(
        &self,
        at: &At,
        issue: IssueNumber,
        login: &str,
    ) -> Result<(), GitHubError> {
        if !assigned(&self.issue(at, issue).await?, login) {
            return Ok(());
        }
        let ask = ApiRequest::delete("take people off", assignees(at, issue))
            .with(&json!({"assignees": [login]}));
        self.change(at, Purpose::Comment, Priority::Normal, &ask)
            .await
            .map(drop)
    }

    /// Whether we were the last to assign this person.
    async fn assigned_by_us(
        &self,
        at: &At,
        issue: IssueNumber,
        login: &str,
    ) -> Result<bool, GitHubError> {
        let (us, events) = (self.bot(at).await?, self.issue_events(at, issue).await?);
        let mut latest = events
            .into_iter()
            .rev()
            .filter(|event| event.event == "assigned")
            .filter_map(|event| event.assignment);
        let ours = latest.find(|(who, _)| who.login.eq_ignore_ascii_case(login));
        Ok(ours.is_some_and(|(_, by)| by.id == us))
    }
}

fn assignees(at: &At, issue: IssueNumber) -> String {
    at.path(&format!("/issues/{issue}/assignees"))
}

/// Logins are compared without case, as GitHub does.
fn assigned(issue: &Issue, login: &str) -> bool {
    issue
        .assignees
        .iter()
        .any(|other| other.eq_ignore_ascii_case(login))
}
