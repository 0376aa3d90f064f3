//! What repositories are called, as issues of theirs were told of last. It must never be asked where an order goes: names change hands.

use sqlx::any::AnyRow;
use sqlx::{AnyConnection, AssertSqlSafe, Row};

use super::Store;
use super::error::{StoreError, malformed};
use super::inbox_row::pieces;
use super::outbox::placeholders;
use crate::core::ids::{InstallationId, RepositoryId, RepositoryName};
use crate::core::location::Place;

pub(super) const NAMED: &str =
    "SELECT id, name, installation FROM repository WHERE lowered = $1 ORDER BY at DESC LIMIT 1";

/// A repository that issues were told of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RepositoryRow {
    /// Its identity.
    pub id: RepositoryId,
    /// Its name when an issue of it was told of last.
    pub name: RepositoryName,
    /// The installation that served it then.
    pub installation: InstallationId,
}

fn repository_row(row: &AnyRow) -> Result<RepositoryRow, sqlx::Error> {
    let name: String = row.try_get(1)?;
    Ok(RepositoryRow {
        id: RepositoryId(row.try_get(0)?),
        name: name.parse().map_err(malformed)?,
        installation: InstallationId(row.try_get(2)?),
    })
}

/// Writes what a repository is called now.
pub(super) async fn write_repository(
    connection: &mut AnyConnection,
    place: &Place,
    now: i64,
) -> Result<(), sqlx::Error> {
    let sql = "INSERT INTO repository (id, name, lowered, installation, at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (id) \
        DO UPDATE SET name = excluded.name, lowered = excluded.lowered, installation = excluded.installation, \
        at = excluded.at WHERE repository.name <> excluded.name OR repository.installation <> excluded.installation";
    let name = place.name.to_string();
    sqlx::query(sql)
        .bind(place.repository.0)
        .bind(name.as_str())
        .bind(name.to_ascii_lowercase())
        .bind(place.installation.0)
        .bind(now)
        .execute(connection)
        .await?;
    Ok(())
}

impl Store {
    /// The repository that had this name when an issue of it was told of last; in whatever case it is written.
    pub async fn repository_named(
        &self,
        name: &RepositoryName,
    ) -> Result<Option<RepositoryRow>, StoreError> {
        let query = sqlx::query(NAMED)
            .bind(name.to_string().to_ascii_lowercase())
            .fetch_optional(self.reader());
        let row = self.pools().within(query).await?;
        Ok(row.as_ref().map(repository_row).transpose()?)
    }

    /// What these are called, in no order; of what no issue was told, nothing.
    pub async fn repository_names(
        &self,
        ids: &[RepositoryId],
    ) -> Result<Vec<RepositoryRow>, StoreError> {
        let mut found = Vec::new();
        for some in pieces(ids, 256) {
            let sql = format!(
                "SELECT id, name, installation FROM repository WHERE id IN ({})",
                placeholders(1, some.len())
            );
            let mut query = sqlx::query(AssertSqlSafe(sql));
            for id in some {
                query = query.bind(id.0);
            }
            let rows = self.pools().within(query.fetch_all(self.reader())).await?;
            for row in &rows {
                found.push(repository_row(row)?);
            }
        }
        Ok(found)
    }
}
