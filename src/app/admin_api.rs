//! What is behind the admin address: looks things up, and passes the operator's orders on.

use std::sync::{Arc, OnceLock};

use serde_json::Value;
use tokio::sync::Mutex;

use super::answer_lines::{
    budget_lines, event_json, event_line, held_line, log_line, session_line,
};
use super::disk_space::DiskSpace;
use super::fence_line::shown;
use super::health::Health;
use super::lookup::{find_session, read_task, unread};
use super::orders::{Orders, refused};
use super::{graph_view, outcome_lines, plan_lines, queue_lines, waves_lines};
use crate::core::ids::{IssueNumber, RepositoryName, SessionId, TaskKey};
use crate::core::text::requests::{self, absent};
use crate::engine::Engine;
use crate::github::GitHub;
use crate::http::api_types::{
    LogAnswer, SessionAnswer, SessionLine, SessionsAnswer, StatusAnswer, StopAnswer, TaskAnswer,
};
use crate::http::outcome_types::OutcomesAnswer;
use crate::http::plan_types::PlanOrder;
use crate::http::queue_types::{GraphFormat, OrderAnswer, QueueAnswer};
use crate::http::{
    AdminService, Answer, ApiError, Batch, EventPage, LogPage, SessionFilter, Target, WavesQuestion,
};
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
    /// Held while issues are made of a task list.
    planning: Mutex<()>,
}

/// The largest patch that is given out.
const PATCH: usize = 64 << 20;

impl AdminApi {
    pub(super) fn new(store: Store, github: GitHub, health: Arc<Health>, disk: DiskSpace) -> Self {
        Self {
            store,
            github,
            health,
            disk,
            services: OnceLock::new(),
            engine: OnceLock::new(),
            planning: Mutex::default(),
        }
    }

    /// From here on orders are taken; only the first call counts.
    pub(super) fn open(&self, services: Arc<Services>, engine: Engine) {
        let _open_already = (self.services.set(services), self.engine.set(engine));
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

    async fn queue_of(&self, engine: &Engine, limit: usize) -> Result<QueueAnswer, ApiError> {
        let now = (self.services()?.clock)();
        queue_lines::queue(engine, &self.store, limit, now).await
    }

    fn session_line(&self, row: &SessionRow) -> SessionLine {
        session_line(row, self.disk.usage.of(&row.id))
    }

    fn orders(&self) -> Result<Orders<'_>, ApiError> {
        Ok(Orders {
            services: self.services()?,
        })
    }
}

impl AdminService for AdminApi {
    async fn status(&self) -> Answer {
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
        answer(&StatusAnswer {
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

    async fn sessions(&self, filter: SessionFilter) -> Answer {
        let wanted = store::SessionFilter {
            state: filter.state,
            live: filter.live,
            task: None,
        };
        let rows = self
            .store
            .sessions(&wanted, i64::from(filter.limit))
            .await
            .map_err(|error| unread(&error))?;
        answer(&SessionsAnswer {
            sessions: rows.iter().map(|row| self.session_line(row)).collect(),
        })
    }

    async fn session(&self, id: SessionId) -> Answer {
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
        answer(&SessionAnswer {
            line: self.session_line(&row),
            timeline: events.iter().filter(of_it).map(event_line).collect(),
            log: log.iter().map(log_line).collect(),
        })
    }

    async fn log(&self, id: SessionId, page: LogPage) -> Answer {
        find_session(&self.store, &id).await?;
        let rows = self
            .store
            .log(&id, page.after, i64::from(page.limit))
            .await
            .map_err(|error| unread(&error))?;
        let next = rows.last().map_or(page.after, |row| row.seq);
        answer(&LogAnswer {
            lines: rows.iter().map(log_line).collect(),
            next,
        })
    }

    async fn task(&self, repository: RepositoryName, issue: IssueNumber) -> Answer {
        let at = self
            .services()?
            .github
            .locate(&repository)
            .await
            .map_err(refused)?;
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
        answer(&TaskAnswer {
            task: key.to_string(),
            repository: task.place.name.to_string(),
            issue: issue.0,
            state: task.state().to_owned(),
            session: task.job().map(|job| job.session.to_string()),
            pull: task.pull.clone(),
            timeline: events.iter().map(event_line).collect(),
            story: task.timeline,
        })
    }

    async fn events(&self, page: EventPage) -> Result<Vec<Value>, ApiError> {
        let mut wake = self.store.event_wake();
        let deadline = tokio::time::Instant::now() + page.wait;
        loop {
            let rows = self
                .store
                .events(page.after, i64::from(page.limit))
                .await
                .map_err(|error| unread(&error))?;
            if !rows.is_empty() {
                return Ok(rows.iter().map(event_json).collect());
            }
            if tokio::time::timeout_at(deadline, wake.changed())
                .await
                .is_err()
            {
                return Ok(Vec::new());
            }
        }
    }

    async fn audit(&self, page: LogPage) -> Result<Vec<Value>, ApiError> {
        let rows = self.store.audit_rows(page.after, i64::from(page.limit));
        let rows = rows.await.map_err(|error| unread(&error))?;
        rows.iter().map(answer).collect()
    }

    async fn dispatch(&self, targets: Vec<Target>) -> Result<Batch, ApiError> {
        self.orders()?.dispatch(targets).await
    }

    async fn patch(&self, id: SessionId) -> Result<Vec<u8>, ApiError> {
        let git = &self.services()?.git;
        let row = find_session(&self.store, &id).await?;
        let task = read_task(&self.store, row.task)
            .await?
            .ok_or_else(ApiError::internal)?;
        let body: Value = serde_json::from_str(&row.body).unwrap_or_default();
        let repository = task.place.repository;
        let base = body["base"].as_str().and_then(|base| base.parse().ok());
        let (Some(head), Some(base)) = (git.kept(repository, &id), base) else {
            let nothing = ApiError::not_found(absent::patch(&id.to_string()));
            return Err(nothing.next(absent::PATCH_NEXT));
        };
        let patch = git.patch(repository, &base, &head, PATCH).await;
        patch.map_err(|error| ApiError::conflict(absent::patch_failed(&error.to_string())))
    }

    async fn graph(&self, repository: RepositoryName, format: GraphFormat) -> Answer {
        let at = self.github.locate(&repository).await.map_err(refused)?;
        let graph = graph_view::GraphView {
            engine: self.engine()?,
            store: &self.store,
            web: self.github.web_page(),
        };
        answer(&graph.of(&at, format).await?)
    }

    async fn queue(&self, limit: u32) -> Answer {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        answer(&self.queue_of(self.engine()?, limit).await?)
    }

    async fn outcomes(&self, since: i64) -> Result<OutcomesAnswer, ApiError> {
        outcome_lines::outcomes(&self.store, since).await
    }

    async fn waves(&self, question: WavesQuestion) -> Answer {
        let (services, engine) = (self.services()?, self.engine()?);
        let waves = waves_lines::Asked {
            services,
            engine,
            question,
        };
        answer(&waves.answer().await?)
    }

    async fn plan(&self, order: PlanOrder) -> Answer {
        let (services, engine) = (self.services()?, self.engine()?);
        // Two at a time would each find that nothing is there yet.
        let _only_one = self.planning.lock().await;
        let plan = plan_lines::Plan {
            services,
            engine,
            order,
        };
        answer(&plan.answer().await?)
    }

    async fn pause(&self, repository: Option<RepositoryName>) -> Answer {
        let result = self.orders()?.pause(repository, true).await?;
        answer(&OrderAnswer { result })
    }

    async fn resume(&self, repository: Option<RepositoryName>) -> Answer {
        let result = self.orders()?.pause(repository, false).await?;
        answer(&OrderAnswer { result })
    }

    async fn order(&self, repository: RepositoryName, issue: IssueNumber, order: String) -> Answer {
        let result = self.orders()?.order(&repository, issue, &order).await?;
        answer(&OrderAnswer { result })
    }

    async fn stop(&self, id: SessionId) -> Answer {
        let row = find_session(&self.store, &id).await?;
        let task = read_task(&self.store, row.task)
            .await?
            .ok_or_else(ApiError::internal)?;
        if row.ended_at.is_some() {
            return Err(ApiError::conflict(requests::order::has_ended(
                &id.to_string(),
            )));
        }
        answer(&StopAnswer {
            session: id.to_string(),
            result: self.orders()?.stop(task.place).await?,
        })
    }
}

fn answer<T: serde::Serialize>(shape: &T) -> Answer {
    serde_json::to_value(shape).map_err(|error| {
        tracing::error!(%error, "an answer could not be written");
        ApiError::internal()
    })
}
