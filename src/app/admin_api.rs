//! The part behind the admin address: looks things up and takes the operator's orders.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use futures::StreamExt;
use serde_json::Value;

use super::health::Health;
use super::room::Room;
use crate::core::event::{Event, Fact};
use crate::core::ids::{IssueNumber, RepositoryName, SessionId, TaskKey};
use crate::core::place::{Actor, Place};
use crate::core::task::{Begun, Task};
use crate::github::{At, Brake, GitHub, GitHubError, HeldUp};
use crate::http::api_types::{
    EventLine, HeldLine, LogAnswer, LogLine, QueueLine, SessionAnswer, SessionLine, SessionsAnswer,
    StatusAnswer, StopAnswer, TaskAnswer,
};
use crate::http::{
    AdminService, Answer, ApiError, Batch, EventPage, LogPage, NotStarted, SessionFilter, Started,
    Target,
};
use crate::runner::{Services, read_facts};
use crate::store::{
    self, Accepted, EventRow, InboxKind, NewInbox, SessionRow, Store, StoreError, TaskFilter,
};

/// How long a dispatch waits for the engine to take the fact up.
const TAKEN_UP: Duration = Duration::from_secs(10);

/// Answers the operator.
pub struct AdminApi {
    store: Store,
    github: GitHub,
    health: Arc<Health>,
    room: Room,
    /// There as soon as GitHub has said who we are.
    services: OnceLock<Arc<Services>>,
}

/// The largest patch that is given out.
const PATCH: usize = 64 << 20;
/// Issues that are read at once.
const AT_ONCE: usize = 8;

impl AdminApi {
    pub(super) fn new(store: Store, github: GitHub, health: Arc<Health>, room: Room) -> Self {
        Self {
            store,
            github,
            health,
            room,
            services: OnceLock::new(),
        }
    }

    /// From here on orders are taken; only the first call counts.
    pub(super) fn open(&self, services: Arc<Services>) {
        let _open_already = self.services.set(services);
    }

    fn services(&self) -> Result<&Arc<Services>, ApiError> {
        self.services.get().ok_or_else(|| {
            let why = self
                .health
                .trouble()
                .unwrap_or_else(|| "skep is just starting".to_owned());
            ApiError::busy(why).next("webhooks are stored meanwhile; try again later")
        })
    }

    /// The session that was started, and whether it only goes on with its pull request.
    async fn dispatch_one(
        &self,
        services: &Services,
        at: &At,
        issue: IssueNumber,
    ) -> Result<(SessionId, bool), String> {
        let place = Place {
            installation: at.installation,
            repository: at.repository,
            name: at.name.clone(),
            issue,
        };
        let facts = read_facts(services, &place, &Actor::Operator)
            .await
            .map_err(|error| unread(&place, &error))?;
        let fact = Fact {
            place: place.clone(),
            event: Event::Dispatched {
                facts: Box::new(facts),
            },
        };
        let look = async || {
            self.read_task(place.task())
                .await
                .map_err(|error| error.message)
        };
        let before = look().await?;
        let handled = self.tell(&place, &fact, "dispatch").await?;
        let after = look().await?;
        match after.map(|after| Begun::between(before.as_ref(), &after)) {
            Some(Begun::Session(session)) => Ok((session, false)),
            Some(Begun::Revision(session)) => Ok((session, true)),
            Some(Begun::Nothing) | None => Err(handled),
        }
    }

    /// Puts a fact into the inbox and waits until it was handled; answers the reason.
    async fn tell(&self, place: &Place, fact: &Fact, name: &str) -> Result<String, String> {
        let now = (self.services().map_err(|error| error.message)?.clock)();
        let mut wake = self.store.event_wake();
        let id = format!("operator:{name}:{}:{now}", place.task());
        let new = NewInbox {
            id: id.clone(),
            kind: InboxKind::Operator,
            name: name.into(),
            task: Some(place.task()),
            body: fact.to_json(),
            received_at: now,
        };
        match self
            .store
            .accept(new)
            .await
            .map_err(|error| error.to_string())?
        {
            Accepted::New { .. } => {}
            Accepted::Duplicate => {
                return Err("it was asked for in this very moment already".into());
            }
        }
        let handled = async {
            loop {
                let row = self
                    .store
                    .inbox(&id)
                    .await
                    .map_err(|error| error.to_string())?;
                if let Some(result) = row.and_then(|row| row.result) {
                    return Ok(result);
                }
                tokio::select! {
                    _ = wake.changed() => {}
                    () = tokio::time::sleep(Duration::from_millis(20)) => {}
                }
            }
        };
        tokio::time::timeout(TAKEN_UP, handled)
            .await
            .unwrap_or_else(|_| {
                Err("it is stored and not yet taken up; look again with `skep status`".into())
            })
    }

    async fn read_task(&self, key: TaskKey) -> Result<Option<Task>, ApiError> {
        let row = self
            .store
            .task(key)
            .await
            .map_err(|error| trouble(&error))?;
        Ok(row.and_then(|row| serde_json::from_str(&row.body).ok()))
    }

    /// Nobody means a pull request in review who asks for all issues with a label: those are left alone, and counted.
    async fn without_those_in_review(
        &self,
        at: &At,
        issues: impl Iterator<Item = IssueNumber>,
    ) -> Result<(Vec<IssueNumber>, usize), ApiError> {
        let (mut wanted, mut in_review) = (Vec::new(), 0);
        for issue in issues {
            match self.read_task(TaskKey::new(at.repository, issue)).await? {
                Some(task) if task.can_revise() => in_review += 1,
                _ => wanted.push(issue),
            }
        }
        Ok((wanted, in_review))
    }

    async fn find_session(&self, id: &SessionId) -> Result<SessionRow, ApiError> {
        let found = self
            .store
            .session(id)
            .await
            .map_err(|error| trouble(&error))?;
        found.ok_or_else(|| {
            ApiError::not_found(format!("there is no session {id}"))
                .next("list them with `skep sessions`")
        })
    }
}

impl AdminService for AdminApi {
    async fn status(&self) -> Answer {
        let counts = self.store.counts().await.map_err(|error| trouble(&error))?;
        let queued = TaskFilter {
            state: Some("queued".into()),
        };
        let queue = self
            .store
            .tasks(&queued, 50)
            .await
            .map_err(|error| trouble(&error))?;
        let down = self
            .store
            .meta(crate::sweep::REPORT)
            .await
            .map_err(|error| trouble(&error))?;
        let live = store::SessionFilter {
            live: Some(true),
            ..store::SessionFilter::default()
        };
        let active = self
            .store
            .sessions(&live, 100)
            .await
            .map_err(|error| trouble(&error))?;
        let policy = self.services.get().map(|parts| &parts.policy);
        let short = self.room.is_short();
        answer(&StatusAnswer {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            app: policy.map(|policy| policy.me.slug.clone()),
            sandbox: policy.map(|policy| {
                let warning = policy.confinement_warning.as_deref();
                warning.unwrap_or("bubblewrap").to_owned()
            }),
            slots: policy.map(|policy| policy.limits.sessions.into()),
            live: counts.live_sessions,
            tasks: counts.tasks,
            sessions: counts.sessions,
            inbox_unhandled: counts.inbox_unhandled,
            effects_open: counts.effects_open,
            effects_failed: counts.effects_failed,
            health: self.health.shown(),
            disk: self.room.shown(),
            downtime: down.and_then(|json| serde_json::from_str(&json).ok()),
            held_up: self.github.held_up().iter().map(held_line).collect(),
            active: active.iter().map(session_line).collect(),
            queue: queue
                .iter()
                .filter_map(|row| queued_line(row, short))
                .collect(),
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
            .map_err(|error| trouble(&error))?;
        answer(&SessionsAnswer {
            sessions: rows.iter().map(session_line).collect(),
        })
    }

    async fn session(&self, id: SessionId) -> Answer {
        let row = self.find_session(&id).await?;
        let events = self
            .store
            .task_events(row.task, 500)
            .await
            .map_err(|error| trouble(&error))?;
        let of_it = |event: &&EventRow| event.event.session.as_ref() == Some(&id);
        let log = self
            .store
            .log_tail(&id, 20)
            .await
            .map_err(|error| trouble(&error))?;
        answer(&SessionAnswer {
            line: session_line(&row),
            timeline: events.iter().filter(of_it).map(event_line).collect(),
            log: log.iter().map(log_line).collect(),
        })
    }

    async fn log(&self, id: SessionId, page: LogPage) -> Answer {
        self.find_session(&id).await?;
        let rows = self
            .store
            .log(&id, page.after, i64::from(page.limit))
            .await
            .map_err(|error| trouble(&error))?;
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
            .map_err(|error| refused(&error))?;
        let key = TaskKey::new(at.repository, issue);
        let task = self.read_task(key).await?.ok_or_else(|| {
            ApiError::not_found(format!("skep knows nothing of {repository}#{issue}"))
                .next("label the issue `agent:go`, or run `skep dispatch`")
        })?;
        let events = self
            .store
            .task_events(key, 500)
            .await
            .map_err(|error| trouble(&error))?;
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
                .map_err(|error| trouble(&error))?;
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

    async fn dispatch(&self, targets: Vec<Target>) -> Result<Batch, ApiError> {
        let (mut batch, parts) = (Batch::default(), self.services()?);
        for target in targets {
            let (Target::Issues { repository, .. } | Target::Labeled { repository, .. }) = &target;
            let at = &parts
                .github
                .locate(repository)
                .await
                .map_err(|error| refused(&error))?;
            let issues = match &target {
                Target::Issues { issues, .. } => issues.clone(),
                Target::Labeled { label, .. } => {
                    let found = parts.github.open_issues_with_label(at, label).await;
                    let found = found
                        .map_err(|error| refused(&error))?
                        .into_iter()
                        .map(|issue| issue.number);
                    let (wanted, in_review) = self.without_those_in_review(at, found).await?;
                    batch.in_review += in_review;
                    wanted
                }
            };
            // Each is read from GitHub first, which takes its time: some at once, or a long list would outlast the caller.
            let started = futures::stream::iter(issues)
                .map(|issue| async move { (issue, self.dispatch_one(parts, at, issue).await) })
                .buffered(AT_ONCE);
            for (issue, started) in started.collect::<Vec<_>>().await {
                let name = format!("{repository}#{issue}");
                batch.total += 1;
                match started {
                    Ok((session, goes_on)) => batch.successful.push(Started {
                        issue: name,
                        session,
                        goes_on,
                    }),
                    Err(reason) => batch.failed.push(NotStarted {
                        issue: name,
                        reason,
                    }),
                }
            }
        }
        Ok(batch)
    }

    async fn patch(&self, id: SessionId) -> Result<Vec<u8>, ApiError> {
        let git = &self.services()?.git;
        let row = self.find_session(&id).await?;
        let task = self
            .read_task(row.task)
            .await?
            .ok_or_else(ApiError::internal)?;
        let body: Value = serde_json::from_str(&row.body).unwrap_or_default();
        let repository = task.place.repository;
        let base = body["base"].as_str().and_then(|base| base.parse().ok());
        let (Some(head), Some(base)) = (git.kept(repository, &id), base) else {
            let nothing = ApiError::not_found(format!("nothing of session {id} is kept here"));
            return Err(nothing.next("if it was published, it is on its branch on GitHub"));
        };
        let patch = git.patch(repository, &base, &head, PATCH).await;
        patch.map_err(|error| ApiError::conflict(format!("the patch could not be made: {error}")))
    }

    async fn stop(&self, id: SessionId) -> Answer {
        let row = self.find_session(&id).await?;
        let task = self
            .read_task(row.task)
            .await?
            .ok_or_else(ApiError::internal)?;
        if row.ended_at.is_some() {
            return Err(ApiError::conflict(format!(
                "session {id} has ended already"
            )));
        }
        let event = Event::StopAsked {
            why: "the operator of this server stopped it".into(),
        };
        let fact = Fact {
            place: task.place.clone(),
            event,
        };
        let reason = self
            .tell(&task.place, &fact, "stop")
            .await
            .map_err(ApiError::busy)?;
        answer(&StopAnswer {
            session: id.to_string(),
            result: reason,
        })
    }
}

fn trouble(error: &StoreError) -> ApiError {
    tracing::error!(%error, "the admin page could not read the database");
    ApiError::busy("the database did not answer").next("try again; the log says more")
}

/// Several things are read at once, and each of them says that it is not there.
fn unread(place: &Place, error: &GitHubError) -> String {
    match error {
        GitHubError::NotFound { .. } | GitHubError::Gone { .. } => {
            format!(
                "there is no issue #{} in {}, or the App cannot see it",
                place.issue, place.name
            )
        }
        other => other.to_string(),
    }
}

fn refused(error: &GitHubError) -> ApiError {
    ApiError::conflict(error.to_string())
}

fn held_line(held: &HeldUp) -> HeldLine {
    let by = match held.brake {
        Brake::GitHub => "github",
        Brake::Pace => "pace",
    };
    HeldLine {
        installation: held.installation.map(|installation| installation.0),
        until: held.until,
        by: by.to_owned(),
    }
}

fn session_line(row: &SessionRow) -> SessionLine {
    let body: Value = serde_json::from_str(&row.body).unwrap_or_default();
    let text = |value: &Value| value.as_str().map(str::to_owned);
    SessionLine {
        id: row.id.to_string(),
        task: row.task.to_string(),
        repository: text(&body["repository"]),
        issue: body["issue"].as_i64(),
        number: row.number,
        state: row.state.clone(),
        live: row.live,
        role: row.role.clone(),
        agent: row.agent.clone(),
        stop: row.stop.clone(),
        branch: row.branch.clone(),
        pull: row.pull,
        pull_url: text(&body["pull"]["url"]),
        created_at: row.created_at,
        started_at: row.started_at,
        ended_at: row.ended_at,
    }
}

/// What the wait is for is said as the issue says it: without room on the disk a free slot would change nothing.
fn queued_line(row: &store::TaskRow, short: bool) -> Option<QueueLine> {
    let reason = if short {
        "waiting for room on the disk"
    } else {
        "waiting for a free slot"
    };
    let task: Task = serde_json::from_str(&row.body).ok()?;
    let job = task.job()?;
    Some(QueueLine {
        repository: Some(task.place.name.to_string()),
        issue: Some(task.place.issue.0),
        session: Some(job.session.to_string()),
        role: Some(job.role.name.to_string()),
        queued_at: job.queued_at,
        reason: reason.to_owned(),
    })
}

/// An event as it goes over the wire and onto `--json`: flat, with a dotted name.
pub fn event_json(row: &EventRow) -> Value {
    serde_json::to_value(event_line(row)).unwrap_or_default()
}

fn event_line(row: &EventRow) -> EventLine {
    let event = &row.event;
    EventLine {
        seq: row.seq,
        time: event.at,
        event: event.name.clone(),
        repository: event.repository.clone(),
        issue: event.issue,
        session: event.session.as_ref().map(ToString::to_string),
        delivery: event.delivery.clone(),
        details: serde_json::from_str(&event.body).unwrap_or_default(),
    }
}

fn log_line(row: &store::LogRow) -> LogLine {
    let line = &row.line;
    LogLine {
        seq: row.seq,
        time: line.at,
        kind: line.kind.clone(),
        body: serde_json::from_str(&line.body).unwrap_or_else(|_| line.body.clone().into()),
    }
}

fn answer<T: serde::Serialize>(shape: &T) -> Answer {
    serde_json::to_value(shape).map_err(|error| {
        tracing::error!(%error, "an answer could not be written");
        ApiError::internal()
    })
}
