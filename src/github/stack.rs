//! GitHub's own stacks of pull requests, and where a pull request goes.
//!
//! A server without stacks answers 404, and a repository that may not have them says so: neither is an error, for a pull request
//! that goes to another one's branch is stacked without them as well. <https://docs.github.com/rest/pulls/stacks>

use hyper::Method;
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::json;

use super::at::At;
use super::client::GitHub;
use super::error::GitHubError;
use super::purpose::Purpose;
use super::rate_gate::Priority;
use super::request::{ApiRequest, Effect};
use crate::core::ids::IssueNumber;

/// A stack that is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PullStack {
    /// Its number.
    pub number: i64,
    /// Its pull requests from the bottom to the top.
    pub pulls: Vec<IssueNumber>,
}

/// What came of a wish for a stack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stacking {
    /// Both are in it.
    Done,
    /// GitHub has none here, or does not take these two.
    Declined {
        /// GitHub's words, or what it was.
        why: String,
    },
}

#[derive(Deserialize)]
struct StackShape {
    number: i64,
    #[serde(default = "yes")]
    open: bool,
    pull_requests: Vec<MemberShape>,
}

#[derive(Deserialize)]
struct MemberShape {
    number: IssueNumber,
}

#[derive(Deserialize)]
struct NumberShape {
    number: IssueNumber,
}

fn yes() -> bool {
    true
}

impl GitHub {
    /// Puts a pull request onto another one in a stack: the one that the lower is in, or a new one. One that is in it already
    /// is fine.
    pub async fn stack(
        &self,
        at: &At,
        below: IssueNumber,
        pull: IssueNumber,
    ) -> Result<Stacking, GitHubError> {
        let done = match self.stack_of(at, below).await {
            Ok(Some(stack)) if stack.pulls.contains(&pull) => Ok(()),
            Ok(Some(stack)) => {
                let path = format!("/stacks/{}/add", stack.number);
                self.stack_change(at, &path, &[pull]).await
            }
            Ok(None) => self.stack_change(at, "/stacks", &[below, pull]).await,
            Err(error) => Err(error),
        };
        match done {
            Ok(()) => Ok(Stacking::Done),
            Err(
                error @ (GitHubError::NotFound { .. }
                | GitHubError::NotPermitted { .. }
                | GitHubError::Forbidden { .. }
                | GitHubError::Invalid { .. }),
            ) => Ok(Stacking::Declined {
                why: error.to_string(),
            }),
            Err(error) => Err(error),
        }
    }

    /// The stack that a pull request is in and that is not over.
    /// <https://docs.github.com/rest/pulls/stacks#list-pull-request-stacks>
    pub async fn stack_of(
        &self,
        at: &At,
        pull: IssueNumber,
    ) -> Result<Option<PullStack>, GitHubError> {
        let query = format!("/stacks?pull_request={pull}&per_page=100");
        let ask = ApiRequest::get("find the stack", at.path(&query));
        let found: Vec<StackShape> = self.read_all(at, &ask).await?;
        let found = found.into_iter().map(|stack| {
            let pulls = stack.pull_requests.into_iter().map(|one| one.number);
            let pulls: Vec<IssueNumber> = pulls.collect();
            (stack.number, stack.open, pulls)
        });
        let mut found = found.filter(|(_, open, pulls)| *open && pulls.contains(&pull));
        Ok(found
            .next()
            .map(|(number, _, pulls)| PullStack { number, pulls }))
    }

    /// <https://docs.github.com/rest/pulls/stacks#create-a-pull-request-stack>,
    /// <https://docs.github.com/rest/pulls/stacks#add-pull-requests-to-a-pull-request-stack>
    async fn stack_change(
        &self,
        at: &At,
        path: &str,
        pulls: &[IssueNumber],
    ) -> Result<(), GitHubError> {
        let body = json!({ "pull_requests": pulls });
        // No content is made, and who looks first makes none twice.
        let ask = ApiRequest::post("stack the pull requests", at.path(path), &body)
            .with_effect(Effect::Change);
        self.change(at, Purpose::PullRequest, Priority::Normal, &ask)
            .await
            .map(drop)
    }

    /// Lets a pull request go to another branch; one that goes there already is fine. GitHub does not change where one goes that is
    /// in a stack, so the stack is dissolved for that.
    /// <https://docs.github.com/rest/pulls/pulls#update-a-pull-request>,
    /// <https://docs.github.com/rest/pulls/stacks#remove-pull-requests-from-a-pull-request-stack>
    pub async fn retarget(
        &self,
        at: &At,
        pull: IssueNumber,
        base: &str,
    ) -> Result<(), GitHubError> {
        let invalid = match self.change_base(at, pull, base).await {
            Err(error @ GitHubError::Invalid { .. }) => error,
            other => return other,
        };
        let Ok(Some(stack)) = self.stack_of(at, pull).await else {
            return Err(invalid);
        };
        let path = at.path(&format!("/stacks/{}/unstack", stack.number));
        let ask = ApiRequest::new(Method::POST, "unstack the pull requests", path);
        self.change(at, Purpose::PullRequest, Priority::Normal, &ask)
            .await?;
        self.change_base(at, pull, base).await
    }

    async fn change_base(&self, at: &At, pull: IssueNumber, base: &str) -> Result<(), GitHubError> {
        let ask = ApiRequest::patch(
            "change where the pull request goes",
            at.path(&format!("/pulls/{pull}")),
            &json!({ "base": base }),
        );
        let answer = self
            .change(at, Purpose::PullRequest, Priority::Normal, &ask)
            .await?;
        answer.json::<IgnoredAny>(&ask).map(drop)
    }

    /// The open pull requests that go to a branch.
    /// <https://docs.github.com/rest/pulls/pulls#list-pull-requests>
    pub async fn pulls_to(&self, at: &At, branch: &str) -> Result<Vec<IssueNumber>, GitHubError> {
        let base = super::request::escape(branch);
        let query = format!("/pulls?state=open&base={base}&per_page=100");
        let ask = ApiRequest::get("find what goes to the branch", at.path(&query));
        let found: Vec<NumberShape> = self.read_all(at, &ask).await?;
        Ok(found.into_iter().map(|pull| pull.number).collect())
    }
}
