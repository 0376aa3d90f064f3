//! Looking without touching: what the command line, the API and the pages show. It reads through the readers' pool and
//! never blocks the writer.

use std::collections::BTreeMap;

use sqlx::{AnyConnection, AssertSqlSafe, Row};

use super::Store;
use super::effect_result::EffectResult;
use super::error::StoreError;
use super::outbox::{self, EffectLook, effect_look};
use super::sprint;
use super::task::{self, SessionRow, TaskRow, session_row};
use crate::core::ids::{RepositoryId, SessionId, TaskKey};

/// Which sessions; an absent field does not restrict.
#[derive(Debug, Clone, Default)]
pub struct SessionFilter {
    /// In this state.
    pub state: Option<String>,
    /// Live or not.
    pub live: Option<bool>,
    /// Of this task.
    pub task: Option<TaskKey>,
}

/// Which effects; an absent field does not restrict.
#[derive(Debug, Clone, Default)]
pub struct EffectFilter {
    /// Not closed, or closed.
    pub open: Option<bool>,
    /// Closed with this result.
    pub result: Option<EffectResult>,
    /// Of this task.
    pub task: Option<TaskKey>,
}

/// How many there are of everything.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counts {
    /// Tasks by state.
    pub tasks: BTreeMap<String, i64>,
    /// Sessions by state.
    pub sessions: BTreeMap<String, i64>,
    /// Sessions that are live.
    pub live_sessions: i64,
    /// Inbox rows nobody has handled.
    pub inbox_unhandled: i64,
    /// Effects that are not closed.
    pub effects_open: i64,
    /// Effects given up.
    pub effects_failed: i64,
}

const SESSION: &str = "SELECT id, task, number, state, live, role, agent, stop, branch, pull, created_at, started_at, \
    ended_at, person, body FROM session";
/// A difference of two numbers that their indexes know alone.
pub(super) const EFFECTS_OPEN: &str = "SELECT (SELECT COUNT(*) FROM effect WHERE closed_at IS NULL) - \
    (SELECT COUNT(*) FROM effect WHERE closed_at IS NULL AND lane = 'clock')";
pub(super) const TASK_KEYS: &str = "SELECT key FROM task WHERE state = $1 AND past = 1 ORDER BY updated_at DESC, key DESC LIMIT $2";

pub(super) async fn find_session(
    connection: &mut AnyConnection,
    id: &SessionId,
) -> Result<Option<SessionRow>, sqlx::Error> {
    let sql = AssertSqlSafe(format!("{SESSION} WHERE id = $1"));
    let row = sqlx::query(sql)
        .bind(id.as_str())
        .fetch_optional(connection)
        .await?;
    row.as_ref().map(session_row).transpose()
}

async fn by_state(
    connection: &mut AnyConnection,
    sql: &'static str,
) -> Result<BTreeMap<String, i64>, sqlx::Error> {
    let rows = sqlx::query(sql).fetch_all(connection).await?;
    rows.iter()
        .map(|row| Ok((row.try_get(0)?, row.try_get(1)?)))
        .collect()
}

async fn count(connection: &mut AnyConnection) -> Result<Counts, sqlx::Error> {
    let one = async |connection: &mut AnyConnection, sql: &'static str| {
        sqlx::query(sql)
            .fetch_one(connection)
            .await?
            .try_get::<i64, _>(0)
    };
    let counts = Counts {
        tasks: by_state(
            &mut *connection,
            "SELECT state, COUNT(*) FROM task GROUP BY state",
        )
        .await?,
        sessions: by_state(
            &mut *connection,
            "SELECT state, COUNT(*) FROM session GROUP BY state",
        )
        .await?,
        live_sessions: task::count_live(&mut *connection).await?,
        inbox_unhandled: one(
            &mut *connection,
            "SELECT COUNT(*) FROM inbox WHERE handled_at IS NULL",
        )
        .await?,
        // What only waits for a moment is no work.
        effects_open: one(&mut *connection, EFFECTS_OPEN).await?,
        effects_failed: one(
            &mut *connection,
            "SELECT COUNT(*) FROM effect WHERE result = 'failed'",
        )
        .await?,
    };
    Ok(counts)
}

/// `WHERE` for the conditions that are there, with `$1 …` in their order.
fn conditions(parts: &[(&str, bool)]) -> String {
    let mut sql = String::new();
    let there = parts.iter().filter(|(_, there)| *there);
    for (number, (column, _)) in there.enumerate() {
        let word = if number == 0 { "WHERE" } else { "AND" };
        sql.push_str(&format!(" {word} {column} = ${}", number + 1));
    }
    sql
}

impl SessionFilter {
    /// Whether it is live stands in the words, not in a value: there is an index of those that are, and of no others.
    pub(super) fn sql(&self, limit: i64) -> String {
        let live = match self.live {
            Some(true) => "1",
            _ => "0",
        };
        let mut parts = Vec::new();
        let mut values = 0;
        let mut value = |column: &str| {
            values += 1;
            format!("{column} = ${values}")
        };
        parts.extend(self.state.as_ref().map(|_| value("state")));
        parts.extend(self.task.map(|_| value("task")));
        parts.extend(self.live.map(|_| format!("live = {live}")));
        let restricted = match parts.is_empty() {
            true => String::new(),
            false => format!(" WHERE {}", parts.join(" AND ")),
        };
        format!("{SESSION}{restricted} ORDER BY created_at DESC, id DESC LIMIT {limit}")
    }
}

impl Store {
    /// The newest `limit` sessions that fit, newest first.
    pub async fn sessions(
        &self,
        filter: &SessionFilter,
        limit: i64,
    ) -> Result<Vec<SessionRow>, StoreError> {
        let mut query = sqlx::query(AssertSqlSafe(filter.sql(limit)));
        if let Some(state) = &filter.state {
            query = query.bind(state.as_str());
        }
        if let Some(task) = filter.task {
            query = query.bind(task.to_string());
        }
        let rows = self.pools().within(query.fetch_all(self.reader())).await?;
        Ok(rows.iter().map(session_row).collect::<Result<_, _>>()?)
    }

    /// The newest `limit` sessions that were queued from `since` on (epoch milliseconds), newest first.
    pub async fn sessions_since(
        &self,
        since: i64,
        limit: i64,
    ) -> Result<Vec<SessionRow>, StoreError> {
        let sql =
            format!("{SESSION} WHERE created_at >= $1 ORDER BY created_at DESC, id DESC LIMIT $2");
        let query = sqlx::query(AssertSqlSafe(sql)).bind(since).bind(limit);
        let rows = self.pools().within(query.fetch_all(self.reader())).await?;
        Ok(rows.iter().map(session_row).collect::<Result<_, _>>()?)
    }

    /// The session with this id.
    pub async fn session(&self, id: &SessionId) -> Result<Option<SessionRow>, StoreError> {
        self.pools()
            .within(async { find_session(&mut *self.reader().acquire().await?, id).await })
            .await
    }

    /// The task with this key.
    pub async fn task(&self, key: TaskKey) -> Result<Option<TaskRow>, StoreError> {
        self.pools()
            .within(async { task::find_task(&mut *self.reader().acquire().await?, key).await })
            .await
    }

    /// The task whose session made a pull request.
    pub async fn task_of_pull(
        &self,
        repository: RepositoryId,
        pull: i64,
    ) -> Result<Option<TaskKey>, StoreError> {
        let found = async {
            task::find_of_pull(&mut *self.reader().acquire().await?, repository, pull).await
        };
        self.pools().within(found).await
    }

    /// Some tasks, in no order; those that are not there are left out.
    pub async fn tasks(&self, keys: &[TaskKey]) -> Result<Vec<TaskRow>, StoreError> {
        let found = async { task::find_tasks(&mut *self.reader().acquire().await?, keys).await };
        self.pools().within(found).await
    }

    /// The tasks with a sprint that has any issues; at most 1,000.
    pub async fn sprints(&self) -> Result<Vec<TaskKey>, StoreError> {
        let found = async { sprint::sprints(&mut *self.reader().acquire().await?).await };
        self.pools().within(found).await
    }

    /// At most `limit` tasks of a repository that wait for a slot or are at work.
    pub async fn unfinished(
        &self,
        repository: RepositoryId,
        limit: i64,
    ) -> Result<Vec<TaskRow>, StoreError> {
        let found = async {
            task::unfinished(&mut *self.reader().acquire().await?, repository, limit).await
        };
        self.pools().within(found).await
    }

    /// The keys of the `limit` tasks in a state that changed last, newest first; of tasks whose past is forgotten, none.
    pub async fn task_keys(&self, state: &str, limit: i64) -> Result<Vec<TaskKey>, StoreError> {
        let query = sqlx::query(TASK_KEYS).bind(state).bind(limit);
        let rows = self.pools().within(query.fetch_all(self.reader())).await?;
        Ok(rows.iter().map(task::key_of).collect::<Result<_, _>>()?)
    }

    /// The newest `limit` effects that fit, oldest first.
    pub async fn effects(
        &self,
        filter: &EffectFilter,
        limit: i64,
    ) -> Result<Vec<EffectLook>, StoreError> {
        let parts = [
            ("result", filter.result.is_some()),
            ("task", filter.task.is_some()),
        ];
        let mut restricted = conditions(&parts);
        if let Some(open) = filter.open {
            restricted.push_str(if restricted.is_empty() {
                " WHERE"
            } else {
                " AND"
            });
            restricted.push_str(if open {
                " closed_at IS NULL"
            } else {
                " closed_at IS NOT NULL"
            });
        }
        let columns = outbox::COLUMNS;
        let sql = format!(
            "SELECT {columns}, not_before, owner, lease_until, closed_at, result, why FROM effect{restricted} \
             ORDER BY seq DESC LIMIT {limit}"
        );
        let mut query = sqlx::query(AssertSqlSafe(sql));
        if let Some(result) = filter.result {
            query = query.bind(result.name());
        }
        if let Some(task) = filter.task {
            query = query.bind(task.to_string());
        }
        let rows = self.pools().within(query.fetch_all(self.reader())).await?;
        Ok(rows
            .iter()
            .rev()
            .map(effect_look)
            .collect::<Result<_, _>>()?)
    }

    /// How many there are of everything.
    pub async fn counts(&self) -> Result<Counts, StoreError> {
        self.pools()
            .within(async { count(&mut *self.reader().acquire().await?).await })
            .await
    }
}
