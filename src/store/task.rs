//! Tasks and sessions as rows: the few columns that are asked by, and the rest as the caller's JSON.
//!
//! What is true about several rows at once (one live session per task) is an index here, not code elsewhere.

use sqlx::any::AnyRow;
use sqlx::{AnyConnection, AssertSqlSafe, Row};

use super::error::malformed;
use super::inbox_row::{pieces, task_key};
use super::outbox::placeholders;
use super::packing::storable;
use crate::core::ids::{InstallationId, RepositoryId, SessionId, TaskKey};

/// The work on one issue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskRow {
    /// Repository id and issue number.
    pub key: TaskKey,
    /// Grows by one with every change; 0 before the first.
    pub version: i64,
    /// `queued` is the one word the store itself knows: the queue is made of it.
    pub state: String,
    /// Greater goes first.
    pub priority: i64,
    /// Since when it waits, epoch milliseconds; among equals the longest wait goes first.
    pub queued_at: Option<i64>,
    /// The installation that serves it.
    pub installation: InstallationId,
    /// What the schedule is made of, while it is queued.
    pub waits: Option<Waits>,
    /// Everything else, as JSON.
    pub body: String,
    /// Epoch milliseconds.
    pub updated_at: i64,
}

/// What the schedule is made of, of one task that is queued.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Waits {
    /// The role's name.
    pub role: String,
    /// The names of the agents it may be given to, as a JSON array; the best first.
    pub agents: String,
    /// Who asked, where its start counts as one of theirs.
    pub person: Option<i64>,
    /// It waits for something of its own besides its turn.
    pub held: bool,
}

/// One run of an agent for a task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionRow {
    /// Unique for ever.
    pub id: SessionId,
    /// The task it works on.
    pub task: TaskKey,
    /// Counts from 1 within the task.
    pub number: i64,
    /// The state's word.
    pub state: String,
    /// Whether it counts as the task's one live session.
    pub live: bool,
    /// The role's name.
    pub role: String,
    /// The agent's name.
    pub agent: String,
    /// Why it ended.
    pub stop: Option<String>,
    /// The branch it publishes to.
    pub branch: Option<String>,
    /// The pull request's number.
    pub pull: Option<i64>,
    /// Epoch milliseconds.
    pub created_at: i64,
    /// Epoch milliseconds.
    pub started_at: Option<i64>,
    /// Epoch milliseconds.
    pub ended_at: Option<i64>,
    /// Who began it, where it counts as one of theirs.
    pub person: Option<i64>,
    /// Everything else, as JSON.
    pub body: String,
}

pub(super) fn task_row(row: &AnyRow) -> Result<TaskRow, sqlx::Error> {
    Ok(TaskRow {
        key: key_of(row)?,
        version: row.try_get("version")?,
        state: row.try_get("state")?,
        priority: row.try_get("priority")?,
        queued_at: row.try_get("queued_at")?,
        installation: InstallationId(row.try_get("installation")?),
        waits: waits(row)?,
        body: row.try_get("body")?,
        updated_at: row.try_get("updated_at")?,
    })
}

pub(super) fn waits(row: &AnyRow) -> Result<Option<Waits>, sqlx::Error> {
    let role: Option<String> = row.try_get("role")?;
    let Some(role) = role else { return Ok(None) };
    Ok(Some(Waits {
        role,
        agents: row
            .try_get::<Option<String>, _>("agents")?
            .unwrap_or_default(),
        person: row.try_get("person")?,
        held: row.try_get::<i64, _>("held")? != 0,
    }))
}

/// Reads the column `key`.
pub(super) fn key_of(row: &AnyRow) -> Result<TaskKey, sqlx::Error> {
    let text: String = row.try_get("key")?;
    text.parse().map_err(malformed)
}

pub(super) fn session_row(row: &AnyRow) -> Result<SessionRow, sqlx::Error> {
    let (id, task): (String, String) = (row.try_get("id")?, row.try_get("task")?);
    Ok(SessionRow {
        id: id.parse().map_err(malformed)?,
        task: task.parse().map_err(malformed)?,
        number: row.try_get("number")?,
        state: row.try_get("state")?,
        live: row.try_get::<i64, _>("live")? != 0,
        role: row.try_get("role")?,
        agent: row.try_get("agent")?,
        stop: row.try_get("stop")?,
        branch: row.try_get("branch")?,
        pull: row.try_get("pull")?,
        created_at: row.try_get("created_at")?,
        started_at: row.try_get("started_at")?,
        ended_at: row.try_get("ended_at")?,
        person: row.try_get("person")?,
        body: row.try_get("body")?,
    })
}

pub(super) async fn find_task(
    connection: &mut AnyConnection,
    key: TaskKey,
) -> Result<Option<TaskRow>, sqlx::Error> {
    let row = sqlx::query(FIND_TASK)
        .bind(key.to_string())
        .fetch_optional(connection)
        .await?;
    row.as_ref().map(task_row).transpose()
}

const COLUMNS: &str = "SELECT key, version, state, priority, queued_at, installation, role, agents, person, held, updated_at, body FROM task";

const FIND_TASK: &str = "SELECT key, version, state, priority, queued_at, installation, role, agents, person, held, updated_at, body FROM task \
    WHERE key = $1";

pub(super) async fn find_tasks(
    connection: &mut AnyConnection,
    keys: &[TaskKey],
) -> Result<Vec<TaskRow>, sqlx::Error> {
    let mut found = Vec::new();
    for some in pieces(keys, 256) {
        let sql = format!("{COLUMNS} WHERE key IN ({})", placeholders(1, some.len()));
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for key in some {
            query = query.bind(key.to_string());
        }
        for row in &query.fetch_all(&mut *connection).await? {
            found.push(task_row(row)?);
        }
    }
    Ok(found)
}

/// A key begins with its repository's number; `length` is that of this beginning, of which each database has its own idea as a
/// parameter.
pub(super) fn unfinished_sql(length: usize) -> String {
    format!(
        "{COLUMNS} WHERE state IN ('queued', 'working', 'needs-you') AND substr(key, 1, {length}) = $1 LIMIT $2"
    )
}

pub(super) async fn unfinished(
    connection: &mut AnyConnection,
    repository: RepositoryId,
    limit: i64,
) -> Result<Vec<TaskRow>, sqlx::Error> {
    let beginning = format!("{repository}#");
    let sql = unfinished_sql(beginning.len());
    let query = sqlx::query(AssertSqlSafe(sql)).bind(beginning).bind(limit);
    let rows = query.fetch_all(connection).await?;
    rows.iter().map(task_row).collect()
}

/// Writes `row` as version `expected + 1`; false when the stored version is another one.
pub(super) async fn write_task(
    connection: &mut AnyConnection,
    row: &TaskRow,
    expected: i64,
) -> Result<bool, sqlx::Error> {
    let sql = if expected == 0 {
        "INSERT INTO task (key, version, state, priority, queued_at, installation, updated_at, body, role, agents, \
         person, held) VALUES ($1, $2 + 1, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT (key) DO NOTHING"
    } else {
        "UPDATE task SET version = $2 + 1, state = $3, priority = $4, queued_at = $5, installation = $6, \
         updated_at = $7, body = $8, role = $9, agents = $10, person = $11, held = $12, past = 1 WHERE key = $1 AND version = $2"
    };
    // The databases disagree about where an unknown time sorts, so a queued task always has one.
    let queued_since = (row.state == "queued").then_some(row.updated_at);
    let waits = row.waits.as_ref();
    let done = sqlx::query(sql)
        .bind(row.key.to_string())
        .bind(expected)
        .bind(row.state.as_str())
        .bind(row.priority)
        .bind(row.queued_at.or(queued_since))
        .bind(row.installation.0)
        .bind(row.updated_at)
        .bind(storable(&row.body).into_owned())
        .bind(waits.map(|waits| waits.role.as_str()))
        .bind(waits.map(|waits| waits.agents.as_str()))
        .bind(waits.and_then(|waits| waits.person))
        .bind(waits.map_or(0, |waits| i64::from(waits.held)))
        .execute(connection)
        .await?;
    Ok(done.rows_affected() == 1)
}

pub(super) async fn write_session(
    connection: &mut AnyConnection,
    row: &SessionRow,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO session (id, task, number, state, live, role, agent, stop, branch, pull, created_at, started_at, \
         ended_at, body, person) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15) \
         ON CONFLICT (id) DO UPDATE SET state = excluded.state, live = excluded.live, role = excluded.role, \
         agent = excluded.agent, stop = excluded.stop, branch = excluded.branch, pull = excluded.pull, \
         started_at = excluded.started_at, ended_at = excluded.ended_at, body = excluded.body, person = excluded.person",
    )
    .bind(row.id.as_str())
    .bind(row.task.to_string())
    .bind(row.number)
    .bind(row.state.as_str())
    .bind(i64::from(row.live))
    .bind(row.role.as_str())
    .bind(row.agent.as_str())
    .bind(row.stop.as_deref())
    .bind(row.branch.as_deref())
    .bind(row.pull)
    .bind(row.created_at)
    .bind(row.started_at)
    .bind(row.ended_at)
    .bind(storable(&row.body).into_owned())
    .bind(row.person)
    .execute(connection)
    .await?;
    Ok(())
}

/// The start of a repository's task keys; the number after it is the issue's.
fn prefix(repository: RepositoryId) -> String {
    format!("{repository}#")
}

pub(super) const OF_PULL: &str = "SELECT task FROM session WHERE pull = $1 AND substr(task, 1, length($2)) = $2 \
    ORDER BY number DESC LIMIT 1";

pub(super) async fn find_of_pull(
    connection: &mut AnyConnection,
    repository: RepositoryId,
    pull: i64,
) -> Result<Option<TaskKey>, sqlx::Error> {
    let query = sqlx::query(OF_PULL).bind(pull).bind(prefix(repository));
    query
        .fetch_optional(connection)
        .await?
        .map_or(Ok(None), |row| task_key(&row))
}

pub(super) async fn read_in_review(
    connection: &mut AnyConnection,
    repository: RepositoryId,
    limit: i64,
) -> Result<Vec<TaskRow>, sqlx::Error> {
    let sql = format!(
        "{COLUMNS} WHERE state = 'in-review' AND substr(key, 1, length($1)) = $1 ORDER BY key LIMIT $2"
    );
    let query = sqlx::query(AssertSqlSafe(sql))
        .bind(prefix(repository))
        .bind(limit);
    query
        .fetch_all(connection)
        .await?
        .iter()
        .map(task_row)
        .collect()
}

pub(super) async fn read_of_repository(
    connection: &mut AnyConnection,
    repository: RepositoryId,
) -> Result<Vec<TaskRow>, sqlx::Error> {
    let sql =
        format!("{COLUMNS} WHERE substr(key, 1, length($1)) = $1 ORDER BY updated_at DESC, key");
    let query = sqlx::query(AssertSqlSafe(sql)).bind(prefix(repository));
    query
        .fetch_all(connection)
        .await?
        .iter()
        .map(task_row)
        .collect()
}

pub(super) async fn read_of_installation(
    connection: &mut AnyConnection,
    installation: InstallationId,
) -> Result<Vec<TaskRow>, sqlx::Error> {
    let sql = format!("{COLUMNS} WHERE installation = $1 ORDER BY updated_at DESC, key");
    let query = sqlx::query(AssertSqlSafe(sql)).bind(installation.0);
    query
        .fetch_all(connection)
        .await?
        .iter()
        .map(task_row)
        .collect()
}

/// How many sessions are at work.
pub(super) const LIVE_SESSIONS: &str = "SELECT COUNT(*) FROM session WHERE live = 1";

pub(super) async fn count_live(connection: &mut AnyConnection) -> Result<i64, sqlx::Error> {
    sqlx::query(LIVE_SESSIONS)
        .fetch_one(connection)
        .await?
        .try_get(0)
}
