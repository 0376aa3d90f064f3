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

/// Whether somebody was and is assigned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Assignment {
    /// Before the call: then it is not ours to take back.
    pub before: bool,
    /// After the call. `false` after assigning: GitHub did not take this person.
    pub after: bool,
}

impl GitHub {
    /// Assigns one person to an issue.
    /// <https://docs.github.com/rest/issues/assignees#add-assignees-to-an-issue>
    pub async fn assign(
        &self,
        at: &At,
        issue: IssueNumber,
        login: &str,
    ) -> Result<Assignment, GitHubError> {
        let before = assigned(&self.issue(at, issue).await?, login);
        if before {
            return Ok(Assignment {
                before,
                after: true,
            });
        }
        let ask = ApiRequest::post(
            "assign people",
            assignees(at, issue),
            &json!({"assignees": [login]}),
        );
        self.assignment(at, &ask.with_effect(Effect::Change), (login, before))
            .await
    }

    /// Takes one person off an issue.
    /// <https://docs.github.com/rest/issues/assignees#remove-assignees-from-an-issue>
    pub async fn unassign(
        &self,
        at: &At,
        issue: IssueNumber,
        login: &str,
    ) -> Result<Assignment, GitHubError> {
        let before = assigned(&self.issue(at, issue).await?, login);
        if !before {
            return Ok(Assignment {
                before,
                after: false,
            });
        }
        let ask = ApiRequest::delete("take people off", assignees(at, issue))
            .with(&json!({"assignees": [login]}));
        self.assignment(at, &ask, (login, before)).await
    }

    async fn assignment(
        &self,
        at: &At,
        ask: &ApiRequest,
        (login, before): (&str, bool),
    ) -> Result<Assignment, GitHubError> {
        let answer = self
            .change(at, Purpose::Comment, Priority::Normal, ask)
            .await?;
        let issue: Issue = answer.json::<IssueShape>(ask)?.into();
        Ok(Assignment {
            before,
            after: assigned(&issue, login),
        })
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
