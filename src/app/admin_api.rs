//! What is behind the admin address: looks things up, and passes the operator's orders on.

use std::sync::{Arc, OnceLock};

use tokio::sync::Mutex;

use super::answer_lines::{
    audit_line, budget_lines, event_line, held_line, log_line, session_line,
};
use super::disk_space::DiskSpace;
use super::fence_line::shown;
use super::health::Health;
use super::live_diffs::LiveDiffs;
use super::lookup::{find_session, read_task, unread};
use super::orders::Orders;
use super::session_work::WorkRange;
use super::tokens::Tokens;
use super::{
    dry_run_lines, event_pages, graph_view, metrics, notifications, outcome_lines, plan_lines,
    queue_lines, result_lines, task_lines, waves_lines,
};
use crate::core::ids::{RepositoryName, SessionId, TaskKey};
use crate::core::text::requests::{self, absent};
use crate::engine::Engine;
use crate::github::GitHub;
use crate::http::types::{
    AuditLine, DryRunAnswer, GraphAnswer, GraphFormat, LogAnswer, NewToken, NotificationsAnswer,
    OrderAnswer, OutcomesAnswer, PlanAnswer, PlanOrder, QueueAnswer, ResultsAnswer, RetriedAnswer,
    RetryOrder, SessionAnswer, SessionLine, SessionsAnswer, StatusAnswer, StopAnswer, TaskAnswer,
    TestedAnswer, TokenLine, TokenMade, WavesAnswer,
};
use crate::http::{
    AdminService, Answer, ApiError, Batch, By, EventPage, Events, IssueAt, LogPage, QueueQuestion,
    SessionFilter, Sight, Span, Target, WavesQuestion,
};
use crate::notify::Notifier;
use crate::runner::Services;
use crate::store::{self, EventRow, SessionRow, Store};

/// Answers the operator.
pub struct AdminApi {
    pub(super) store: Store,
    pub(super) github: GitHub,
    pub(super) health: Arc<Health>,
    pub(super) disk: DiskSpace,
    /// There as soon as GitHub has said who we are.
    services: OnceLock<Arc<Services>>,
    /// The same.
    engine: OnceLock<Engine>,
    /// The same.
    notifier: OnceLock<Notifier>,
    /// Held while issues are made of a task list.
    planning: Mutex<()>,
    /// What sessions at work have changed so far.
    pub(super) live_diffs: LiveDiffs,
    tokens: Tokens,
}

/// Where only one repository's sessions are asked for, they are looked for among so many.
const LOOKED_THROUGH: i64 = 10_000;

/// The largest patch that is given out.
const PATCH: usize = 64 << 20;

impl AdminApi {
    pub(super) fn new(
        tokens: Tokens,
        github: GitHub,
        health: Arc<Health>,
        disk: DiskSpace,
    ) -> Self {
        Self {
            store: tokens.store.clone(),
            tokens,
            github,
            health,
            disk,
            services: OnceLock::new(),
            engine: OnceLock::new(),
            notifier: OnceLock::new(),
            planning: Mutex::default(),
            live_diffs: LiveDiffs::default(),
        }
    }

    /// From here on orders are taken; only the first call counts.
    pub(super) fn open(&self, services: Arc<Services>, engine: Engine, notifier: Notifier) {
        let _open_already = (
            self.notifier.set(notifier),
            self.engine.set(engine),
            self.services.set(services),
        );
    }

    pub(super) fn services(&self) -> Result<&Arc<Services>, ApiError> {
        self.services.get().ok_or_else(|| {
            let why = self
                .health
                .trouble()
                .unwrap_or_else(|| requests::STARTING.to_owned());
            ApiError::busy(why).next(requests::STARTING_NEXT)
        })
    }

    pub(super) fn engine(&self) -> Result<&Engine, ApiError> {
        self.services()?;
        self.engine.get().ok_or_else(ApiError::internal)
    }

    fn notifier(&self) -> Result<&Notifier, ApiError> {
        self.services()?;
        self.notifier.get().ok_or_else(ApiError::internal)
    }

    async fn queue_of(&self, engine: &Engine, limit: usize) -> Result<QueueAnswer, ApiError> {
        let now = (self.services()?.clock)();
        queue_lines::queue(engine, &self.store, limit, now).await
    }

    fn session_line(&self, row: &SessionRow) -> SessionLine {
        session_line(row, self.disk.usage.of(&row.id))
    }

    fn orders<'a>(&'a self, by: &'a By) -> Result<Orders<'a>, ApiError> {
        Ok(Orders {
            services: self.services()?,
            by,
        })
    }

    /// Where tokens are looked up.
    pub(super) fn tokens(&self) -> &Tokens {
        &self.tokens
    }
}

impl AdminService for AdminApi {
    async fn status(&self) -> Answer<StatusAnswer> {
        let counts = self.store.counts().await.map_err(|error| unread(&error))?;
        let queue = match self.engine.get() {
            Some(engine) => self.queue_of(engine, 50).await?,
            None => QueueAnswer::default(),
        };
        let down = self
            .store
            .meta(crate::sweep::REPORT)
            .await
            .map_err(|error| unread(&error))?;
        let live = store::SessionFilter {
            live: Some(true),
            ..store::SessionFilter::default()
        };
        let active = self
            .store
            .sessions(&live, 100)
            .await
            .map_err(|error| unread(&error))?;
        let now = self.health.now();
        let waiting = self
            .store
            .waiting_content(now)
            .await
            .map_err(|error| unread(&error))?;
        let services = self.services.get();
        let policy = services.map(|services| &services.policy);
        Ok(StatusAnswer {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            app: policy.map(|policy| policy.me.slug.clone()),
            sandbox: services.map(|services| shown(&services.agents.confinement())),
            slots: policy.map(|policy| policy.limits.sessions.into()),
            live: counts.live_sessions,
            tasks: counts.tasks,
            sessions: counts.sessions,
            inbox_unhandled: counts.inbox_unhandled,
            effects_open: counts.effects_open,
            effects_failed: counts.effects_failed,
            health: self.health.shown(),
            disk: self.disk.answer(),
            memory: queue.memory,
            downtime: down.and_then(|json| serde_json::from_str(&json).ok()),
            held_up: self.github.held_up().iter().map(held_line).collect(),
            budgets: budget_lines(&self.github.budgets(), &waiting),
            active: active.iter().map(|row| self.session_line(row)).collect(),
            queue: queue.queue,
        })
    }

    async fn sessions(&self, filter: SessionFilter) -> Answer<SessionsAnswer> {
        let wanted = store::SessionFilter {
            state: filter.state,
            live: filter.live,
            task: None,
        };
        let only = filter.repository.map(|name| name.to_string());
        let most = match only {
            Some(_) => LOOKED_THROUGH,
            None => i64::from(filter.limit),
        };
        let rows = self.store.sessions(&wanted, most).await;
        let rows = rows.map_err(|error| unread(&error))?;
        let lines = rows.iter().map(|row| self.session_line(row));
        let wanted = lines.filter(|line| result_lines::is_in(line, only.as_deref()));
        let limit = usize::try_from(filter.limit).unwrap_or(usize::MAX);
        Ok(SessionsAnswer {
            sessions: wanted.take(limit).collect(),
        })
    }

    async fn session(&self, id: SessionId) -> Answer<SessionAnswer> {
        let row = find_session(&self.store, &id).await?;
        let events = self
            .store
            .task_events(row.task, 500)
            .await
            .map_err(|error| unread(&error))?;
        let of_it = |event: &&EventRow| event.event.session.as_ref() == Some(&id);
        let log = self
            .store
            .log_tail(&id, 20)
            .await
            .map_err(|error| unread(&error))?;
        Ok(SessionAnswer {
            line: self.session_line(&row),
            timeline: events.iter().filter(of_it).map(event_line).collect(),
            log: log.iter().map(log_line).collect(),
        })
    }

    async fn log(&self, id: SessionId, page: LogPage) -> Answer<LogAnswer> {
        find_session(&self.store, &id).await?;
        let rows = self
            .store
            .log(&id, page.after, i64::from(page.limit))
            .await
            .map_err(|error| unread(&error))?;
        let next = rows.last().map_or(page.after, |row| row.seq);
        Ok(LogAnswer {
            lines: rows.iter().map(log_line).collect(),
            next,
        })
    }

    async fn log_end(&self, id: SessionId, page: LogPage) -> Answer<LogAnswer> {
        find_session(&self.store, &id).await?;
        let rows = self.store.log_tail(&id, i64::from(page.limit)).await;
        let mut rows = rows.map_err(|error| unread(&error))?;
        rows.retain(|row| row.seq > page.after);
        Ok(LogAnswer {
            lines: rows.iter().map(log_line).collect(),
            next: rows.last().map_or(page.after, |row| row.seq),
        })
    }

    async fn task(&self, issue: IssueAt) -> Answer<TaskAnswer> {
        let IssueAt { repository, issue } = issue;
        let at = self.where_is(&repository).await?;
        let key = TaskKey::new(at.repository, issue);
        let task = read_task(&self.store, key).await?.ok_or_else(|| {
            ApiError::not_found(absent::task(&repository.to_string(), issue.0))
                .next(absent::TASK_NEXT)
        })?;
        let events = self
            .store
            .task_events(key, 500)
            .await
            .map_err(|error| unread(&error))?;
        Ok(task_lines::answer(key, task, &events))
    }

    async fn events(&self, page: EventPage) -> Answer<Events> {
        event_pages::events(&self.store, page).await
    }

    async fn newest_event(&self) -> Answer<i64> {
        let newest = self.store.newest_event().await;
        newest.map_err(|error| unread(&error))
    }

    async fn audit(&self, page: LogPage) -> Answer<Vec<AuditLine>> {
        let rows = self.store.audit_rows(page.after, i64::from(page.limit));
        let rows = rows.await.map_err(|error| unread(&error))?;
        Ok(rows.into_iter().map(audit_line).collect())
    }

    async fn dispatch(&self, targets: Vec<Target>, by: By) -> Answer<Batch> {
        self.orders(&by)?.dispatch(targets).await
    }

    async fn patch(&self, id: SessionId) -> Answer<Vec<u8>> {
        let git = &self.services()?.git;
        let row = find_session(&self.store, &id).await?;
        let task = read_task(&self.store, row.task)
            .await?
            .ok_or_else(ApiError::internal)?;
        let Some(work) = WorkRange::of(git, &row, &task) else {
            let nothing = ApiError::not_found(absent::patch(&id.to_string()));
            return Err(nothing.next(absent::PATCH_NEXT));
        };
        let patch = git.patch(work.repository, &work.base, &work.head, PATCH);
        let patch = patch.await;
        patch.map_err(|error| ApiError::conflict(absent::patch_failed(&error.to_string())))
    }

    async fn graph(&self, repository: RepositoryName, format: GraphFormat) -> Answer<GraphAnswer> {
        let at = self.where_is(&repository).await?;
        let graph = graph_view::GraphView {
            engine: self.engine()?,
            store: &self.store,
            web: self.github.web_page(),
            sight: &Sight::All,
        };
        graph.of(&at, format).await
    }

    async fn queue(&self, question: QueueQuestion) -> Answer<QueueAnswer> {
        let limit = usize::try_from(question.limit).unwrap_or(usize::MAX);
        let Some(only) = question.repository else {
            return self.queue_of(self.engine()?, limit).await;
        };
        let most = usize::try_from(LOOKED_THROUGH).unwrap_or(usize::MAX);
        let all = self.queue_of(self.engine()?, most).await?;
        let live = SessionFilter {
            state: None,
            live: Some(true),
            repository: Some(only.clone()),
            limit: u32::MAX,
        };
        let live = self.sessions(live).await?;
        Ok(queue_lines::only(all, &only, (live.sessions.len(), limit)))
    }

    async fn outcomes(&self, span: Span) -> Answer<OutcomesAnswer> {
        outcome_lines::outcomes(&self.store, &span, &Sight::All).await
    }

    async fn results(&self, span: Span) -> Answer<ResultsAnswer> {
        let slots = self.engine.get().map(Engine::slots_in_all);
        result_lines::results(&self.store, span, slots, self.health.now()).await
    }

    async fn waves(&self, question: WavesQuestion) -> Answer<WavesAnswer> {
        let (services, engine) = (self.services()?, self.engine()?);
        let waves = waves_lines::Asked {
            services,
            engine,
            question,
        };
        waves.answer().await
    }

    async fn dry_run(&self, issue: IssueAt) -> Answer<DryRunAnswer> {
        let dry_run = dry_run_lines::DryRun {
            services: self.services()?,
            engine: self.engine()?,
        };
        dry_run.of(&issue).await
    }

    async fn plan(&self, order: PlanOrder, by: By) -> Answer<PlanAnswer> {
        let engine = self.engine()?;
        // Two at a time would each find that nothing is there yet.
        let _only_one = self.planning.lock().await;
        let plan = plan_lines::Plan {
            orders: self.orders(&by)?,
            engine,
            order,
        };
        plan.answer().await
    }

    async fn pause(&self, repository: Option<RepositoryName>, by: By) -> Answer<OrderAnswer> {
        let result = self.orders(&by)?.pause(repository, true).await?;
        Ok(OrderAnswer { result })
    }

    async fn resume(&self, repository: Option<RepositoryName>, by: By) -> Answer<OrderAnswer> {
        let result = self.orders(&by)?.pause(repository, false).await?;
        Ok(OrderAnswer { result })
    }

    async fn order(&self, issue: IssueAt, order: String, by: By) -> Answer<OrderAnswer> {
        let result = self.orders(&by)?.order(&issue, &order).await?;
        Ok(OrderAnswer { result })
    }

    async fn stop(&self, id: SessionId, by: By) -> Answer<StopAnswer> {
        let row = find_session(&self.store, &id).await?;
        let task = read_task(&self.store, row.task)
            .await?
            .ok_or_else(ApiError::internal)?;
        if row.ended_at.is_some() {
            return Err(ApiError::conflict(requests::order::has_ended(
                &id.to_string(),
            )));
        }
        Ok(StopAnswer {
            session: id.to_string(),
            result: self.orders(&by)?.stop(task.place).await?,
        })
    }

    async fn metrics(&self) -> Answer<String> {
        let status = self.status().await?;
        let oldest = self.store.oldest(self.health.now()).await;
        let oldest = oldest.map_err(|error| unread(&error))?;
        let targets = self.store.notify_targets().await;
        let targets = targets.map_err(|error| unread(&error))?;
        let now = self.health.now();
        Ok(metrics::text(&status, (oldest, now), &targets))
    }

    async fn notifications(&self) -> Answer<NotificationsAnswer> {
        notifications::list(&self.store, self.notifier()?).await
    }

    async fn retry_notifications(&self, order: RetryOrder) -> Answer<RetriedAnswer> {
        notifications::retry(self.notifier()?, &order).await
    }

    async fn test_notification(&self, target: String) -> Answer<TestedAnswer> {
        notifications::test(self.notifier()?, &target).await
    }

    async fn tokens(&self) -> Answer<Vec<TokenLine>> {
        self.tokens.list().await
    }

    async fn add_token(&self, token: NewToken, by: By) -> Answer<TokenMade> {
        self.tokens.add(token, &by).await
    }

    async fn revoke_token(&self, name: String, by: By) -> Answer<TokenLine> {
        self.tokens.revoke(&name, &by).await
    }
}
