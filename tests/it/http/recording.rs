//! A service behind the admin address that writes down what it was asked, and answers in the right shapes.

use std::sync::Mutex;

use serde_json::json;
use skep::core::ids::{RepositoryName, SessionId};
use skep::http::types::{
    AuditLine, DryRunAnswer, EventLine, GraphAnswer, GraphFormat, LogAnswer, NewToken,
    NotificationsAnswer, OrderAnswer, OutcomeLine, OutcomesAnswer, OverviewAnswer, PlanAnswer,
    PlanOrder, QueueAnswer, ResultLine, ResultsAnswer, RetriedAnswer, RetryOrder, SessionAnswer,
    SessionsAnswer, StatusAnswer, StopAnswer, TaskAnswer, TestedAnswer, TokenLine, TokenMade,
    WavesAnswer,
};
use skep::http::{
    AdminService, Answer, ApiError, Batch, By, EventPage, Events, IssueAt, LogPage, NotStarted,
    OverviewService, QueueQuestion, SessionFilter, Span, Started, Target, WavesQuestion,
};

pub(super) const TOKEN: &str = "admin-0123456789abcdef";

/// Writes down what it was asked.
#[derive(Default)]
pub(super) struct RecordingService {
    pub(super) asked: Mutex<Vec<String>>,
}

impl RecordingService {
    pub(super) fn heard(&self) -> Vec<String> {
        self.asked.lock().expect("no panic inside").clone()
    }

    fn note(&self, question: String) {
        self.asked.lock().expect("no panic inside").push(question);
    }

    /// An order, and on whose word it came.
    fn ordered(&self, question: String, by: &By) {
        match by.token_name() {
            Some(name) => self.note(format!("{question} by {name}")),
            None => self.note(question),
        }
    }

    fn order_of(&self, question: String, by: &By) -> Answer<OrderAnswer> {
        self.ordered(question, by);
        Ok(OrderAnswer::default())
    }
}

fn place(repository: Option<&RepositoryName>) -> String {
    repository.map_or_else(|| "everywhere".to_owned(), ToString::to_string)
}

fn token_line(name: &str) -> TokenLine {
    TokenLine {
        name: name.to_owned(),
        scope: skep::http::Scope::Read,
        repository: None,
        created_at: 0,
        expires_at: None,
    }
}

impl OverviewService for RecordingService {
    async fn overview(&self, repository: Option<RepositoryName>) -> Answer<OverviewAnswer> {
        self.note(format!("overview {}", place(repository.as_ref())));
        Ok(OverviewAnswer::default())
    }
}

impl AdminService for RecordingService {
    async fn status(&self) -> Answer<StatusAnswer> {
        self.note("status".to_owned());
        Ok(StatusAnswer::default())
    }

    async fn sessions(&self, filter: SessionFilter) -> Answer<SessionsAnswer> {
        self.note(format!("{filter:?}"));
        Ok(SessionsAnswer::default())
    }

    async fn session(&self, id: SessionId) -> Answer<SessionAnswer> {
        if id.to_string() == "7-12-2" {
            let mut session = SessionAnswer::default();
            session.line.repository = Some("o/r".to_owned());
            return Ok(session);
        }
        Err(ApiError::not_found(format!("there is no session {id}")).next("skep sessions"))
    }

    async fn audit(&self, page: LogPage) -> Answer<Vec<AuditLine>> {
        self.note(format!("audit {page:?}"));
        Ok(vec![AuditLine::default()])
    }

    async fn log(&self, id: SessionId, page: LogPage) -> Answer<LogAnswer> {
        self.note(format!("{id} {page:?}"));
        Ok(LogAnswer {
            lines: vec![],
            next: 0,
        })
    }

    async fn log_end(&self, id: SessionId, page: LogPage) -> Answer<LogAnswer> {
        self.note(format!("the end of {id} {page:?}"));
        Ok(LogAnswer {
            lines: vec![],
            next: 0,
        })
    }

    async fn task(&self, at: IssueAt) -> Answer<TaskAnswer> {
        self.note(format!("{}#{}", at.repository, at.issue));
        Ok(TaskAnswer {
            task: "7#12".to_owned(),
            repository: at.repository.to_string(),
            issue: at.issue.0,
            state: "queued".to_owned(),
            ..TaskAnswer::default()
        })
    }

    async fn graph(&self, repository: RepositoryName, format: GraphFormat) -> Answer<GraphAnswer> {
        self.note(format!("graph {repository} {format:?}"));
        Ok(GraphAnswer::default())
    }

    async fn outcomes(&self, span: Span) -> Answer<OutcomesAnswer> {
        self.note(format!("outcomes {}", span.since));
        Ok(OutcomesAnswer {
            since: span.since,
            pulls: vec![OutcomeLine::default()],
            ..OutcomesAnswer::default()
        })
    }

    async fn results(&self, span: Span) -> Answer<ResultsAnswer> {
        self.note(format!("results {span:?}"));
        Ok(ResultsAnswer {
            sessions: vec![ResultLine::default()],
            ..ResultsAnswer::default()
        })
    }

    async fn queue(&self, question: QueueQuestion) -> Answer<QueueAnswer> {
        let at = place(question.repository.as_ref());
        self.note(format!("queue {} {at}", question.limit));
        Ok(QueueAnswer::default())
    }

    async fn waves(&self, question: WavesQuestion) -> Answer<WavesAnswer> {
        self.note(format!("{question:?}"));
        Ok(WavesAnswer::default())
    }

    async fn dry_run(&self, issue: IssueAt) -> Answer<DryRunAnswer> {
        self.note(format!("dry run of {}#{}", issue.repository, issue.issue));
        Ok(DryRunAnswer::default())
    }

    async fn plan(&self, order: PlanOrder, by: By) -> Answer<PlanAnswer> {
        self.ordered(format!("{order:?}"), &by);
        Ok(PlanAnswer::default())
    }

    async fn pause(&self, repository: Option<RepositoryName>, by: By) -> Answer<OrderAnswer> {
        self.order_of(format!("pause {}", place(repository.as_ref())), &by)
    }

    async fn resume(&self, repository: Option<RepositoryName>, by: By) -> Answer<OrderAnswer> {
        self.order_of(format!("resume {}", place(repository.as_ref())), &by)
    }

    async fn order(&self, at: IssueAt, order: String, by: By) -> Answer<OrderAnswer> {
        self.order_of(format!("{}#{}: {order}", at.repository, at.issue), &by)
    }

    async fn events(&self, page: EventPage) -> Answer<Events> {
        self.note(format!(
            "events {} {} {} {:?}",
            page.after,
            page.wait.as_secs(),
            place(page.repository.as_ref()),
            page.kinds
        ));
        // Two a page, up to the sixth: then nothing happens any more.
        let seqs = page.after + 1..=(page.after + 2).min(6);
        let line = |seq: i64| EventLine {
            seq,
            time: 0,
            event: "session.progress".to_owned(),
            repository: None,
            issue: None,
            session: None,
            delivery: None,
            details: json!({ "text": "a\nb" }),
        };
        let lines: Vec<EventLine> = seqs.map(line).collect();
        if lines.is_empty() && page.limit == 200 {
            // A stream waits for what happens next.
            std::future::pending::<()>().await;
        }
        let next = lines.last().map_or(page.after, |line| line.seq);
        Ok(Events { lines, next })
    }

    async fn newest_event(&self) -> Answer<i64> {
        Ok(6)
    }

    async fn dispatch(&self, targets: Vec<Target>, by: By) -> Answer<Batch> {
        self.ordered(format!("{targets:?}"), &by);
        let session = "1296269-12-1".parse().expect("a session id");
        let successful = vec![Started {
            issue: "o/r#12".to_owned(),
            session,
            goes_on: false,
        }];
        let failed = vec![NotStarted {
            issue: "o/r#13".to_owned(),
            reason: "it is closed".to_owned(),
        }];
        Ok(Batch {
            successful,
            failed,
            total: 2,
            in_review: 0,
        })
    }

    async fn patch(&self, id: SessionId) -> Answer<Vec<u8>> {
        self.note(format!("patch {id}"));
        Ok(b"diff --git a/a b/a\n".to_vec())
    }

    async fn stop(&self, id: SessionId, by: By) -> Answer<StopAnswer> {
        self.ordered(format!("stop {id}"), &by);
        Ok(StopAnswer {
            session: id.to_string(),
            result: String::new(),
        })
    }

    async fn metrics(&self) -> Answer<String> {
        self.note("metrics".to_owned());
        Ok("# nothing\n".to_owned())
    }

    async fn notifications(&self) -> Answer<NotificationsAnswer> {
        self.note("notifications".to_owned());
        Ok(NotificationsAnswer::default())
    }

    async fn retry_notifications(&self, order: RetryOrder) -> Answer<RetriedAnswer> {
        self.note(format!("retry {order:?}"));
        Ok(RetriedAnswer::default())
    }

    async fn test_notification(&self, target: String) -> Answer<TestedAnswer> {
        self.note(format!("test {target}"));
        Ok(TestedAnswer {
            target,
            taken: true,
            answer: "200 OK".to_owned(),
        })
    }

    async fn tokens(&self) -> Answer<Vec<TokenLine>> {
        self.note("tokens".to_owned());
        Ok(vec![token_line("ci")])
    }

    async fn add_token(&self, token: NewToken, by: By) -> Answer<TokenMade> {
        self.ordered(format!("add {}", token.name), &by);
        Ok(TokenMade {
            token: "skep_0".to_owned(),
            line: token_line(&token.name),
        })
    }

    async fn revoke_token(&self, name: String, by: By) -> Answer<TokenLine> {
        self.ordered(format!("revoke {name}"), &by);
        Ok(token_line(&name))
    }
}
