//! What the admin address needs from the rest of skep: somebody who looks things up and takes orders.
//!
//! Shapes of questions and answers only; nothing here knows where the facts are kept or who acts on an order.

use std::future::Future;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::outcome_types::OutcomesAnswer;
use super::plan_types::PlanOrder;
use super::queue_types::GraphFormat;
use crate::core::ids::{IssueNumber, RepositoryName, SessionId};
use crate::core::text::requests;

/// A question's answer: JSON as the caller sees it, or what was wrong.
pub type Answer = Result<Value, ApiError>;

/// The part of skep behind the admin address. Every method has 60 seconds.
pub trait AdminService: Send + Sync + 'static {
    /// Counts, queue, what is active.
    fn status(&self) -> impl Future<Output = Answer> + Send;

    /// Sessions, newest first.
    fn sessions(&self, filter: SessionFilter) -> impl Future<Output = Answer> + Send;

    /// One session with its timeline.
    fn session(&self, id: SessionId) -> impl Future<Output = Answer> + Send;

    /// A part of a session's log, oldest first.
    fn log(&self, id: SessionId, page: LogPage) -> impl Future<Output = Answer> + Send;

    /// The task of an issue, with its timeline.
    fn task(
        &self,
        repository: RepositoryName,
        issue: IssueNumber,
    ) -> impl Future<Output = Answer> + Send;

    /// Domain events after a point, oldest first, each with its own position; waits for one if there is none yet, for at
    /// most [`EventPage::wait`].
    fn events(&self, page: EventPage) -> impl Future<Output = Result<Vec<Value>, ApiError>> + Send;

    /// Takes issues in as if they had been labeled. An issue that cannot be taken fails alone; an error means none was.
    fn dispatch(
        &self,
        targets: Vec<Target>,
    ) -> impl Future<Output = Result<Batch, ApiError>> + Send;

    /// What a session left that is kept here alone, as a patch.
    fn patch(&self, id: SessionId) -> impl Future<Output = Result<Vec<u8>, ApiError>> + Send;

    /// Stops a session.
    fn stop(&self, id: SessionId) -> impl Future<Output = Answer> + Send;

    /// What waits, in order, at most `limit`.
    fn queue(&self, limit: u32) -> impl Future<Output = Answer> + Send;

    /// A drawing of which issue of a repository waits for which.
    fn graph(
        &self,
        repository: RepositoryName,
        format: GraphFormat,
    ) -> impl Future<Output = Answer> + Send;

    /// Rows of the audit, oldest first.
    fn audit(&self, page: LogPage) -> impl Future<Output = Result<Vec<Value>, ApiError>> + Send;

    /// What became of the pull requests that were opened since, epoch milliseconds.
    fn outcomes(&self, since: i64)
    -> impl Future<Output = Result<OutcomesAnswer, ApiError>> + Send;

    /// What waits in a repository, in waves that do not meet.
    fn waves(&self, question: WavesQuestion) -> impl Future<Output = Answer> + Send;

    /// What becomes of a repository's task list, and issues made of it.
    fn plan(&self, order: PlanOrder) -> impl Future<Output = Answer> + Send;

    /// Lets nothing start in a repository, or anywhere.
    fn pause(&self, repository: Option<RepositoryName>) -> impl Future<Output = Answer> + Send;

    /// Lets it start again.
    fn resume(&self, repository: Option<RepositoryName>) -> impl Future<Output = Answer> + Send;

    /// Gives an order for one issue, in the words of a command: `priority high`.
    fn order(
        &self,
        repository: RepositoryName,
        issue: IssueNumber,
        order: String,
    ) -> impl Future<Output = Answer> + Send;
}

/// Which sessions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionFilter {
    /// Only in this state (`running`, `completed`, …).
    pub state: Option<String>,
    /// Only live ones (true) or only ended ones (false).
    pub live: Option<bool>,
    /// At most so many: 1 to 500, 50 if not said.
    pub limit: u32,
}

/// Which log lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogPage {
    /// Only those after this position; 0 is the beginning.
    pub after: i64,
    /// At most so many: 1 to 1,000, 200 if not said.
    pub limit: u32,
}

/// Which domain events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventPage {
    /// Only those after this position; 0 is the beginning.
    pub after: i64,
    /// At most so many: 1 to 1,000, 500 if not said.
    pub limit: u32,
    /// How long to wait for the first: at most 30 s, not at all if not said.
    pub wait: Duration,
}

/// Which waves.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WavesQuestion {
    /// Where.
    pub repository: RepositoryName,
    /// The most issues in one wave; as many as there may be sessions, if not said.
    #[serde(default)]
    pub at_once: Option<usize>,
    /// From how much overlap on two issues are kept apart, 0 to 1; as measured best, if not said.
    #[serde(default)]
    pub threshold: Option<f64>,
}

/// A target as it stands in JSON: `{"repository":"o/r","issues":[12]}` or `{"repository":"o/r","label":"agent:go"}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TargetLine {
    /// Where.
    pub repository: RepositoryName,
    /// These issues, …
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issues: Option<Vec<IssueNumber>>,
    /// … or all open ones with this label.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
}

/// A target that says one thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// These issues, at least one.
    Issues {
        /// Where.
        repository: RepositoryName,
        /// Which; all above zero.
        issues: Vec<IssueNumber>,
    },
    /// All open issues with a label.
    Labeled {
        /// Where.
        repository: RepositoryName,
        /// Which label; not empty.
        label: String,
    },
}

impl TryFrom<TargetLine> for Target {
    type Error = ApiError;

    fn try_from(line: TargetLine) -> Result<Self, ApiError> {
        let TargetLine {
            repository,
            issues,
            label,
        } = line;
        match (issues, label) {
            (Some(issues), None)
                if !issues.is_empty() && issues.iter().all(|issue| issue.0 > 0) =>
            {
                Ok(Self::Issues { repository, issues })
            }
            (None, Some(label)) if !label.trim().is_empty() => {
                Ok(Self::Labeled { repository, label })
            }
            _ => Err(
                ApiError::invalid(requests::invalid::target(&repository.to_string()))
                    .next(requests::invalid::TARGET_NEXT),
            ),
        }
    }
}

/// What became of a dispatch.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Batch {
    /// Those that were taken.
    pub successful: Vec<Started>,
    /// Those that were not.
    pub failed: Vec<NotStarted>,
    /// How many there were in all.
    pub total: usize,
    /// How many of a label's issues were passed over, because their pull request is in review.
    #[serde(default)]
    pub in_review: usize,
}

/// An issue that was taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Started {
    /// `owner/name#12`.
    pub issue: String,
    /// Its session, live or queued.
    pub session: SessionId,
    /// Its pull request is open: nothing was begun anew, the session goes on with it.
    #[serde(default)]
    pub goes_on: bool,
}

/// An issue that was not taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotStarted {
    /// `owner/name#12`.
    pub issue: String,
    /// Why, for people.
    pub reason: String,
}

/// Why a question has no answer. Shown to the caller as it is, so it never carries secrets.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ApiError {
    /// The HTTP status, 400 to 599.
    pub status: u16,
    /// For programs; stays the same over releases.
    pub code: &'static str,
    /// For people.
    pub message: String,
    /// What to do about it.
    pub next: Option<String>,
}

impl ApiError {
    /// 400: the request makes no sense.
    pub fn invalid(message: impl Into<String>) -> Self {
        Self::new(400, "invalid", message)
    }

    /// 404: there is no such thing.
    pub fn not_found(message: impl Into<String>) -> Self {
        Self::new(404, "not_found", message)
    }

    /// 409: it is not in a state for that.
    pub fn conflict(message: impl Into<String>) -> Self {
        Self::new(409, "conflict", message)
    }

    /// 500: our own fault; the message is generic, the log says more.
    pub fn internal() -> Self {
        Self::new(500, "internal", requests::INTERNAL)
    }

    /// 503: later, perhaps.
    pub fn busy(message: impl Into<String>) -> Self {
        Self::new(503, "busy", message)
    }

    /// Adds what to do about it.
    #[must_use]
    pub fn next(self, next: impl Into<String>) -> Self {
        Self {
            next: Some(next.into()),
            ..self
        }
    }

    pub(super) fn new(status: u16, code: &'static str, message: impl Into<String>) -> Self {
        Self {
            status,
            code,
            message: message.into(),
            next: None,
        }
    }
}
