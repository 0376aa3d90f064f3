//! What the schedule is made of: which tasks wait, which sessions are at work, who began how many lately.
//!
//! It is read once at the start, by columns alone: a hundred thousand bodies would take their time.

use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row};

use super::error::malformed;
use super::task::{Waits, key_of, waits};
use crate::core::ids::{InstallationId, RepositoryId, TaskKey};

/// A task that waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueuedRow {
    /// Which.
    pub key: TaskKey,
    /// The installation that serves it.
    pub installation: InstallationId,
    /// Greater goes first.
    pub priority: i64,
    /// Since when, epoch milliseconds.
    pub queued_at: i64,
    /// The rest; `None` where it was written by a skep that did not know of it.
    pub waits: Option<Waits>,
}

/// A session at work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiveRow {
    /// The task it works on.
    pub task: TaskKey,
    /// The installation that serves it.
    pub installation: InstallationId,
    /// The role's name.
    pub role: String,
    /// The agent's name.
    pub agent: String,
    /// When it first got its slot, epoch milliseconds.
    pub started_at: Option<i64>,
}

/// All that the schedule is made of.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ScheduleRows {
    /// The tasks that wait.
    pub queued: Vec<QueuedRow>,
    /// The sessions at work.
    pub live: Vec<LiveRow>,
    /// Who began a session, and when (epoch milliseconds), of those that began since a moment.
    pub begun: Vec<(i64, i64)>,
    /// The bodies of the sessions that ended last, the newest first.
    pub over: Vec<String>,
}

pub(super) const QUEUED: &str = "SELECT key, installation, priority, queued_at, role, agents, person, held FROM task \
    WHERE state = 'queued'";
pub(super) const LIVE: &str = "SELECT s.task, t.installation, s.role, s.agent, s.started_at FROM session s \
    JOIN task t ON t.key = s.task WHERE s.live = 1";
pub(super) const BEGUN: &str =
    "SELECT person, started_at FROM session WHERE person IS NOT NULL AND started_at > $1";
pub(super) const OVER: &str = "SELECT body FROM session WHERE ended_at IS NOT NULL AND started_at IS NOT NULL \
    ORDER BY ended_at DESC LIMIT $1";

/// How many sessions that ended say how long one takes.
const REMEMBERED: i64 = 50;

/// Reads it; who began what counts from `since` on, epoch milliseconds.
pub(super) async fn read(
    connection: &mut AnyConnection,
    since: i64,
) -> Result<ScheduleRows, sqlx::Error> {
    let mut rows = ScheduleRows::default();
    for row in &sqlx::query(QUEUED).fetch_all(&mut *connection).await? {
        rows.queued.push(QueuedRow {
            key: key_of(row)?,
            installation: InstallationId(row.try_get("installation")?),
            priority: row.try_get("priority")?,
            queued_at: row
                .try_get::<Option<i64>, _>("queued_at")?
                .unwrap_or_default(),
            waits: waits(row)?,
        });
    }
    for row in &sqlx::query(LIVE).fetch_all(&mut *connection).await? {
        let task: String = row.try_get("task")?;
        rows.live.push(LiveRow {
            task: task.parse().map_err(malformed)?,
            installation: InstallationId(row.try_get("installation")?),
            role: row.try_get("role")?,
            agent: row.try_get("agent")?,
            started_at: row.try_get("started_at")?,
        });
    }
    let begun = sqlx::query(BEGUN).bind(since);
    for row in &begun.fetch_all(&mut *connection).await? {
        rows.begun
            .push((row.try_get("person")?, row.try_get("started_at")?));
    }
    let over = sqlx::query(OVER).bind(REMEMBERED);
    for row in &over.fetch_all(&mut *connection).await? {
        rows.over.push(row.try_get("body")?);
    }
    Ok(rows)
}

/// Starts that the operator paused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PauseRow {
    /// In this repository, as it was called then; `None`: everywhere.
    pub repository: Option<(RepositoryId, String)>,
    /// Since when, epoch milliseconds.
    pub at: i64,
}

/// How "everywhere" is written.
const EVERYWHERE: i64 = 0;

pub(super) async fn pauses(connection: &mut AnyConnection) -> Result<Vec<PauseRow>, sqlx::Error> {
    let rows = sqlx::query("SELECT repository, name, at FROM pause ORDER BY repository");
    let pause = |row: &AnyRow| {
        let name: Option<String> = row.try_get("name")?;
        let id = RepositoryId(row.try_get("repository")?);
        Ok(PauseRow {
            repository: name.map(|name| (id, name)),
            at: row.try_get("at")?,
        })
    };
    rows.fetch_all(connection)
        .await?
        .iter()
        .map(pause)
        .collect()
}

/// Pauses starts since a moment; whether they were not paused already.
pub(super) async fn pause(
    connection: &mut AnyConnection,
    row: &PauseRow,
) -> Result<bool, sqlx::Error> {
    let of = row.repository.as_ref();
    let query = sqlx::query(
        "INSERT INTO pause (repository, name, at) VALUES ($1, $2, $3) ON CONFLICT (repository) DO NOTHING",
    )
    .bind(of.map_or(EVERYWHERE, |(id, _)| id.0))
    .bind(of.map(|(_, name)| name.as_str()))
    .bind(row.at);
    Ok(query.execute(connection).await?.rows_affected() > 0)
}

/// Lets them go on, in a repository (`None`: everywhere); whether they were paused.
pub(super) async fn resume(
    connection: &mut AnyConnection,
    repository: Option<RepositoryId>,
) -> Result<bool, sqlx::Error> {
    let id = repository.map_or(EVERYWHERE, |id| id.0);
    let query = sqlx::query("DELETE FROM pause WHERE repository = $1").bind(id);
    Ok(query.execute(connection).await?.rows_affected() > 0)
}

/// An agent whose provider lets nobody in for a while.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClosedAgentRow {
    /// Its name.
    pub agent: String,
    /// What its provider said, as a word.
    pub class: String,
    /// Until when, epoch milliseconds.
    pub until: i64,
    /// How many times in a row it was refused.
    pub strikes: i64,
}

pub(super) async fn closed_agents(
    connection: &mut AnyConnection,
) -> Result<Vec<ClosedAgentRow>, sqlx::Error> {
    let rows = sqlx::query("SELECT agent, class, until, strikes FROM closed_agent ORDER BY agent");
    let closed = |row: &AnyRow| {
        Ok(ClosedAgentRow {
            agent: row.try_get("agent")?,
            class: row.try_get("class")?,
            until: row.try_get("until")?,
            strikes: row.try_get("strikes")?,
        })
    };
    rows.fetch_all(connection)
        .await?
        .iter()
        .map(closed)
        .collect()
}

pub(super) async fn close_agent(
    connection: &mut AnyConnection,
    row: &ClosedAgentRow,
) -> Result<(), sqlx::Error> {
    let query = sqlx::query(
        "INSERT INTO closed_agent (agent, class, until, strikes) VALUES ($1, $2, $3, $4) ON CONFLICT (agent) \
         DO UPDATE SET class = excluded.class, until = excluded.until, strikes = excluded.strikes",
    );
    let query = query
        .bind(row.agent.as_str())
        .bind(row.class.as_str())
        .bind(row.until)
        .bind(row.strikes);
    query.execute(connection).await.map(drop)
}

pub(super) async fn open_agent(
    connection: &mut AnyConnection,
    agent: &str,
) -> Result<(), sqlx::Error> {
    let query = sqlx::query("DELETE FROM closed_agent WHERE agent = $1").bind(agent);
    query.execute(connection).await.map(drop)
}
