//! What the admin address needs from the rest of skep: somebody who looks things up and takes orders.
//!
//! Questions and answers only; nothing here knows where the facts are kept or who acts on an order. What a caller may not see is taken
//! out of a question before it comes here.

use std::future::Future;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::types::{
    AuditLine, DryRunAnswer, EventLine, GraphAnswer, GraphFormat, LogAnswer, NewToken,
    NotificationsAnswer, OrderAnswer, OutcomesAnswer, PlanAnswer, PlanOrder, QueueAnswer,
    ResultsAnswer, RetriedAnswer, RetryOrder, SessionAnswer, SessionsAnswer, StatusAnswer,
    StopAnswer, TaskAnswer, TestedAnswer, TokenLine, TokenMade, WavesAnswer,
};
use crate::core::event_name::DomainEvent;
use crate::core::ids::{IssueNumber, RepositoryName, SessionId};
use crate::core::text::requests;
use crate::http::api_error::ApiError;
use crate::http::caller::By;

/// A question's answer, or what was wrong.
pub type Answer<T> = Result<T, ApiError>;

/// The part of skep behind the admin address. Every method has 60 seconds.
pub trait AdminService: Send + Sync + 'static {
    /// Counts, queue, what is active.
    fn status(&self) -> impl Future<Output = Answer<StatusAnswer>> + Send;

    /// Sessions, newest first.
    fn sessions(
        &self,
        filter: SessionFilter,
    ) -> impl Future<Output = Answer<SessionsAnswer>> + Send;

    /// One session with its timeline.
    fn session(&self, id: SessionId) -> impl Future<Output = Answer<SessionAnswer>> + Send;

    /// A part of a session's log, oldest first.
    fn log(&self, id: SessionId, page: LogPage) -> impl Future<Output = Answer<LogAnswer>> + Send;

    /// The end of a session's log, oldest first; nothing of it that is not after the page's position.
    fn log_end(
        &self,
        id: SessionId,
        page: LogPage,
    ) -> impl Future<Output = Answer<LogAnswer>> + Send;

    /// The task of an issue, with its timeline.
    fn task(&self, issue: IssueAt) -> impl Future<Output = Answer<TaskAnswer>> + Send;

    /// Domain events after a point, oldest first, each with its own position; waits for one if there is none yet, for at
    /// most [`EventPage::wait`].
    fn events(&self, page: EventPage) -> impl Future<Output = Answer<Events>> + Send;

    /// The position of the newest event.
    fn newest_event(&self) -> impl Future<Output = Answer<i64>> + Send;

    /// Takes issues in as if they had been labeled. An issue that cannot be taken fails alone; an error means none was.
    fn dispatch(&self, targets: Vec<Target>, by: By) -> impl Future<Output = Answer<Batch>> + Send;

    /// What a session left that is kept here alone, as a patch.
    fn patch(&self, id: SessionId) -> impl Future<Output = Answer<Vec<u8>>> + Send;

    /// Stops a session.
    fn stop(&self, id: SessionId, by: By) -> impl Future<Output = Answer<StopAnswer>> + Send;

    /// What waits, in order.
    fn queue(&self, question: QueueQuestion) -> impl Future<Output = Answer<QueueAnswer>> + Send;

    /// A drawing of which issue of a repository waits for which.
    fn graph(
        &self,
        repository: RepositoryName,
        format: GraphFormat,
    ) -> impl Future<Output = Answer<GraphAnswer>> + Send;

    /// Rows of the audit, oldest first.
    fn audit(&self, page: LogPage) -> impl Future<Output = Answer<Vec<AuditLine>>> + Send;

    /// What became of the pull requests that were opened since.
    fn outcomes(&self, span: Span) -> impl Future<Output = Answer<OutcomesAnswer>> + Send;

    /// How the sessions went that were queued since.
    fn results(&self, span: Span) -> impl Future<Output = Answer<ResultsAnswer>> + Send;

    /// What waits in a repository, in waves that do not meet.
    fn waves(&self, question: WavesQuestion) -> impl Future<Output = Answer<WavesAnswer>> + Send;

    /// What would come of an issue if the operator had it started now; nothing is done.
    fn dry_run(&self, issue: IssueAt) -> impl Future<Output = Answer<DryRunAnswer>> + Send;

    /// What becomes of a repository's task list, and issues made of it.
    fn plan(&self, order: PlanOrder, by: By) -> impl Future<Output = Answer<PlanAnswer>> + Send;

    /// Lets nothing start in a repository, or anywhere.
    fn pause(
        &self,
        repository: Option<RepositoryName>,
        by: By,
    ) -> impl Future<Output = Answer<OrderAnswer>> + Send;

    /// Lets it start again.
    fn resume(
        &self,
        repository: Option<RepositoryName>,
        by: By,
    ) -> impl Future<Output = Answer<OrderAnswer>> + Send;

    /// Gives an order for one issue, in the words of a command: `priority high`.
    fn order(
        &self,
        issue: IssueAt,
        order: String,
        by: By,
    ) -> impl Future<Output = Answer<OrderAnswer>> + Send;

    /// Everything that can be counted, as Prometheus reads it.
    fn metrics(&self) -> impl Future<Output = Answer<String>> + Send;

    /// Those who are told outside GitHub, and what was given up.
    fn notifications(&self) -> impl Future<Output = Answer<NotificationsAnswer>> + Send;

    /// Has what was given up sent after all.
    fn retry_notifications(
        &self,
        order: RetryOrder,
    ) -> impl Future<Output = Answer<RetriedAnswer>> + Send;

    /// Sends one harmless message to a target.
    fn test_notification(
        &self,
        target: String,
    ) -> impl Future<Output = Answer<TestedAnswer>> + Send;

    /// The tokens there are, by name.
    fn tokens(&self) -> impl Future<Output = Answer<Vec<TokenLine>>> + Send;

    /// Makes a token; its word is in the answer and nowhere else.
    fn add_token(&self, token: NewToken, by: By) -> impl Future<Output = Answer<TokenMade>> + Send;

    /// Lets a token open nothing from now on.
    fn revoke_token(&self, name: String, by: By) -> impl Future<Output = Answer<TokenLine>> + Send;
}

/// An issue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IssueAt {
    /// Where.
    pub repository: RepositoryName,
    /// Its number, above zero.
    pub issue: IssueNumber,
}

/// Events, and how far was looked for them: those between that fit nothing are passed over.
#[derive(Debug, Clone, Default)]
pub struct Events {
    /// Oldest first.
    pub lines: Vec<EventLine>,
    /// What to ask for next.
    pub next: i64,
}

/// From when on, and where.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Span {
    /// Epoch milliseconds; 0: from the beginning.
    pub since: i64,
    /// Only there.
    pub repository: Option<RepositoryName>,
}

/// Which part of the queue.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct QueueQuestion {
    /// At most so many: 1 to 10,000, 100 if not said.
    pub limit: u32,
    /// Only there.
    pub repository: Option<RepositoryName>,
}

/// Which sessions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionFilter {
    /// Only in this state (`running`, `completed`, …).
    pub state: Option<String>,
    /// Only live ones (true) or only ended ones (false).
    pub live: Option<bool>,
    /// Only there.
    pub repository: Option<RepositoryName>,
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
    /// Only there.
    pub repository: Option<RepositoryName>,
    /// Only these; all, where none is named.
    pub kinds: Vec<DomainEvent>,
}

/// Which waves.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct WavesQuestion {
    /// Where.
    #[param(value_type = String)]
    pub repository: RepositoryName,
    /// The most issues in one wave; as many as there may be sessions, if not said.
    #[serde(default)]
    pub at_once: Option<usize>,
    /// From how much overlap on two issues are kept apart, 0 to 1; as measured best, if not said.
    #[serde(default)]
    pub threshold: Option<f64>,
}

/// A target as it stands in JSON: `{"repository":"o/r","issues":[12]}` or `{"repository":"o/r","label":"agent:go"}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TargetLine {
    /// Where.
    #[schema(value_type = String)]
    pub repository: RepositoryName,
    /// These issues, …
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Vec<i64>>)]
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
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Started {
    /// `owner/name#12`.
    pub issue: String,
    /// Its session, live or queued.
    #[schema(value_type = String)]
    pub session: SessionId,
    /// Its pull request is open: nothing was begun anew, the session goes on with it.
    #[serde(default)]
    pub goes_on: bool,
}

/// An issue that was not taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NotStarted {
    /// `owner/name#12`.
    pub issue: String,
    /// Why, for people.
    pub reason: String,
}
