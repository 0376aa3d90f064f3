//! Which issues a sprint has to hear of, and which a pull request at the gate. Written whole for one sprint at a time, with its task; read whole at the start.

use sqlx::{AnyConnection, Row};

use crate::core::ids::{IssueNumber, RepositoryId, TaskKey};

/// In one statement so many are written.
const AT_ONCE: usize = 100;

const ALL: &str = "SELECT repository, issue, part_repository, part_issue FROM sprint_part \
    ORDER BY repository, issue, part_repository, part_issue";

const SPRINTS: &str =
    "SELECT DISTINCT repository, issue FROM sprint_part ORDER BY repository, issue LIMIT 1000";

/// The sprints that have any issues.
pub(super) async fn sprints(connection: &mut AnyConnection) -> Result<Vec<TaskKey>, sqlx::Error> {
    let rows = sqlx::query(SPRINTS).fetch_all(connection).await?;
    let key = |row: &sqlx::any::AnyRow| {
        let repository = RepositoryId(row.try_get(0)?);
        Ok(TaskKey::new(repository, IssueNumber(row.try_get(1)?)))
    };
    rows.iter().map(key).collect()
}

/// Every sprint with each of its issues.
pub(super) async fn read(
    connection: &mut AnyConnection,
) -> Result<Vec<(TaskKey, TaskKey)>, sqlx::Error> {
    let rows = sqlx::query(ALL).fetch_all(connection).await?;
    let key = |row: &sqlx::any::AnyRow, at: usize| -> Result<TaskKey, sqlx::Error> {
        let repository = RepositoryId(row.try_get(at)?);
        Ok(TaskKey::new(repository, IssueNumber(row.try_get(at + 1)?)))
    };
    rows.iter()
        .map(|row| Ok((key(row, 0)?, key(row, 2)?)))
        .collect()
}

/// Replaces the issues of a sprint.
pub(super) async fn replace(
    connection: &mut AnyConnection,
    sprint: TaskKey,
    parts: &[TaskKey],
) -> Result<(), sqlx::Error> {
    sqlx::query("DELETE FROM sprint_part WHERE repository = $1 AND issue = $2")
        .bind(sprint.repository.0)
        .bind(sprint.issue.0)
        .execute(&mut *connection)
        .await?;
    for some in parts.chunks(AT_ONCE) {
        let values: Vec<String> = (0..some.len()).map(values).collect();
        let sql = format!(
            "INSERT INTO sprint_part (repository, issue, part_repository, part_issue) VALUES {}",
            values.join(", ")
        );
        let mut query = sqlx::query(sqlx::AssertSqlSafe(sql));
        for part in some {
            query = query
                .bind(sprint.repository.0)
                .bind(sprint.issue.0)
                .bind(part.repository.0)
                .bind(part.issue.0);
        }
        query.execute(&mut *connection).await?;
    }
    Ok(())
}

fn values(at: usize) -> String {
    let first = at * 4;
    let places: Vec<String> = (1..=4).map(|place| format!("${}", first + place)).collect();
    format!("({})", places.join(", "))
}
