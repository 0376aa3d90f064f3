//! Which issue waits for which. Written whole for one issue at a time, with the task that was decided on; read whole at the
//! start.

use sqlx::{AnyConnection, Row};

use crate::core::graph::Standing;
use crate::core::ids::{IssueNumber, RepositoryId, TaskKey};

/// One issue waits for another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DependencyRow {
    /// The one that waits.
    pub task: TaskKey,
    /// The one that it waits for.
    pub blocker: TaskKey,
    /// How that one stands.
    pub standing: Standing,
    /// Whether a person said that it does not count.
    pub waived: bool,
}

/// In one statement so many are written.
const AT_ONCE: usize = 100;

pub(super) const ALL: &str = "SELECT repository, issue, on_repository, on_issue, standing, waived FROM dependency \
    ORDER BY repository, issue, on_repository, on_issue";

pub(super) async fn read(
    connection: &mut AnyConnection,
) -> Result<Vec<DependencyRow>, sqlx::Error> {
    let rows = sqlx::query(ALL).fetch_all(connection).await?;
    let key = |row: &sqlx::any::AnyRow, at: usize| -> Result<TaskKey, sqlx::Error> {
        let repository = RepositoryId(row.try_get(at)?);
        Ok(TaskKey::new(repository, IssueNumber(row.try_get(at + 1)?)))
    };
    let one = |row: &sqlx::any::AnyRow| {
        Ok(DependencyRow {
            task: key(row, 0)?,
            blocker: key(row, 2)?,
            standing: standing(row.try_get(4)?),
            waived: row.try_get::<i64, _>(5)? != 0,
        })
    };
    rows.iter().map(one).collect()
}

/// Replaces what an issue waits for.
pub(super) async fn replace(
    connection: &mut AnyConnection,
    task: TaskKey,
    rows: &[DependencyRow],
) -> Result<(), sqlx::Error> {
    sqlx::query("DELETE FROM dependency WHERE repository = $1 AND issue = $2")
        .bind(task.repository.0)
        .bind(task.issue.0)
        .execute(&mut *connection)
        .await?;
    for some in rows.chunks(AT_ONCE) {
        let values: Vec<String> = (0..some.len()).map(values).collect();
        let sql = format!(
            "INSERT INTO dependency (repository, issue, on_repository, on_issue, standing, waived) VALUES {}",
            values.join(", ")
        );
        let mut query = sqlx::query(sqlx::AssertSqlSafe(sql));
        for row in some {
            query = query
                .bind(task.repository.0)
                .bind(task.issue.0)
                .bind(row.blocker.repository.0)
                .bind(row.blocker.issue.0)
                .bind(number(row.standing))
                .bind(i64::from(row.waived));
        }
        query.execute(&mut *connection).await?;
    }
    Ok(())
}

fn values(at: usize) -> String {
    let first = at * 6;
    let places: Vec<String> = (1..=6).map(|place| format!("${}", first + place)).collect();
    format!("({})", places.join(", "))
}

fn number(standing: Standing) -> i64 {
    match standing {
        Standing::Open => 0,
        Standing::Done => 1,
        Standing::NotPlanned | Standing::Missing | Standing::Unreadable | Standing::IsPull => 2,
        Standing::Failed => 3,
    }
}

fn standing(number: i64) -> Standing {
    match number {
        1 => Standing::Done,
        2 => Standing::NotPlanned,
        3 => Standing::Failed,
        _ => Standing::Open,
    }
}
