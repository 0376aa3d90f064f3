//! Repositories' own policies: the last good state of each, and on which issue a bad one is told of.

use sqlx::Row;

use super::Store;
use super::error::StoreError;
use crate::core::ids::{IssueNumber, RepositoryId};
use crate::core::repository_policy::RepositoryPolicy;

/// A state with mistakes, against what is known of the repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrongPolicy {
    /// The last good state, if there was one.
    pub good: Option<RepositoryPolicy>,
    /// The issue on which the mistakes are told: the first that met this state.
    pub told_on: Option<IssueNumber>,
}

impl Store {
    /// Keeps a good state; what was wrong before is over.
    pub async fn keep_policy(
        &self,
        repository: RepositoryId,
        good: &RepositoryPolicy,
    ) -> Result<(), StoreError> {
        let good =
            serde_json::to_string(good).map_err(|error| StoreError::Corrupt(error.to_string()))?;
        let known = sqlx::query(
            "SELECT good FROM repository_policy WHERE repository = $1 AND wrong IS NULL",
        )
        .bind(repository.0)
        .fetch_optional(self.reader());
        let known = self.pools().within(known).await?;
        let known: Option<String> = known.map(|row| row.try_get(0)).transpose()?;
        if known.as_ref() == Some(&good) {
            return Ok(());
        }
        let sql = "INSERT INTO repository_policy (repository, good) VALUES ($1, $2) ON CONFLICT (repository) \
            DO UPDATE SET good = excluded.good, wrong = NULL, wrong_issue = NULL";
        let query = sqlx::query(sql).bind(repository.0).bind(good);
        self.pools().within(query.execute(self.writer())).await?;
        Ok(())
    }

    /// The last good state, if there was one.
    pub async fn good_policy(
        &self,
        repository: RepositoryId,
    ) -> Result<Option<RepositoryPolicy>, StoreError> {
        let sql = "SELECT good FROM repository_policy WHERE repository = $1";
        let known = sqlx::query(sql)
            .bind(repository.0)
            .fetch_optional(self.reader());
        let known = self.pools().within(known).await?;
        let good: Option<String> = known.map(|row| row.try_get(0)).transpose()?;
        // What was written by another version and cannot be read does not hold.
        Ok(good.and_then(|good| serde_json::from_str(&good).ok()))
    }

    /// The file is gone, and all that is known of it.
    pub async fn drop_policy(&self, repository: RepositoryId) -> Result<(), StoreError> {
        let known = sqlx::query("SELECT 1 FROM repository_policy WHERE repository = $1")
            .bind(repository.0)
            .fetch_optional(self.reader());
        if self.pools().within(known).await?.is_none() {
            return Ok(());
        }
        let query =
            sqlx::query("DELETE FROM repository_policy WHERE repository = $1").bind(repository.0);
        self.pools().within(query.execute(self.writer())).await?;
        Ok(())
    }

    /// Notes that a state has mistakes. The first issue that meets it is the one on which they are told; without one it is left open.
    pub async fn wrong_policy(
        &self,
        repository: RepositoryId,
        state: &str,
        met_on: Option<IssueNumber>,
    ) -> Result<WrongPolicy, StoreError> {
        let sql = "INSERT INTO repository_policy (repository, good, wrong, wrong_issue) VALUES ($1, '', $2, $3) \
            ON CONFLICT (repository) DO UPDATE SET wrong = excluded.wrong, wrong_issue = CASE \
            WHEN repository_policy.wrong = excluded.wrong THEN COALESCE(repository_policy.wrong_issue, excluded.wrong_issue) \
            ELSE excluded.wrong_issue END RETURNING good, wrong_issue";
        let query = sqlx::query(sql)
            .bind(repository.0)
            .bind(state)
            .bind(met_on.map(|issue| issue.0));
        let row = self.pools().within(query.fetch_one(self.writer())).await?;
        let (good, told_on): (String, Option<i64>) = (row.try_get(0)?, row.try_get(1)?);
        // Written by this program, perhaps by an older one: what it cannot read any more does not hold.
        let good = serde_json::from_str(&good).ok();
        Ok(WrongPolicy {
            good,
            told_on: told_on.map(IssueNumber),
        })
    }
}
