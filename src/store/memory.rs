//! What sessions of an agent were seen to need of the memory in a repository. It decides nothing: what of an older figure still
//! counts, `core::schedule` says.

use sqlx::{AnyConnection, Row};

use crate::core::ids::RepositoryId;

/// What the next session is expected to need.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemoryNeedRow {
    /// The agent's name.
    pub agent: String,
    /// Where.
    pub repository: RepositoryId,
    /// Bytes.
    pub bytes: u64,
}

pub(super) async fn needs(
    connection: &mut AnyConnection,
) -> Result<Vec<MemoryNeedRow>, sqlx::Error> {
    let rows =
        sqlx::query("SELECT agent, repository, bytes FROM memory_need ORDER BY agent, repository");
    let rows = rows.fetch_all(connection).await?;
    let need = |row: &sqlx::any::AnyRow| {
        let bytes: i64 = row.try_get("bytes")?;
        Ok(MemoryNeedRow {
            agent: row.try_get("agent")?,
            repository: RepositoryId(row.try_get("repository")?),
            bytes: u64::try_from(bytes).unwrap_or_default(),
        })
    };
    rows.iter().map(need).collect()
}

pub(super) async fn put_need(
    connection: &mut AnyConnection,
    row: &MemoryNeedRow,
) -> Result<(), sqlx::Error> {
    let query = sqlx::query(
        "INSERT INTO memory_need (agent, repository, bytes) VALUES ($1, $2, $3) ON CONFLICT (agent, repository) \
         DO UPDATE SET bytes = excluded.bytes",
    );
    let bytes = i64::try_from(row.bytes).unwrap_or(i64::MAX);
    let query = query
        .bind(row.agent.as_str())
        .bind(row.repository.0)
        .bind(bytes);
    query.execute(connection).await.map(drop)
}
