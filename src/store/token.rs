//! Tokens for programs, known by the digests of their words. It never sees a word.

use sqlx::Row;
use sqlx::any::AnyRow;

use super::Store;
use super::error::StoreError;

/// A token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenRow {
    /// Unique.
    pub name: String,
    /// SHA-256 of its word, hexadecimal.
    pub digest: String,
    /// The scope's word.
    pub scope: String,
    /// `owner/name`; none: everywhere.
    pub repository: Option<String>,
    /// Epoch milliseconds.
    pub created_at: i64,
    /// From when on it opens nothing, epoch milliseconds.
    pub expires_at: Option<i64>,
}

/// So many tokens there may be.
pub const MOST_TOKENS: i64 = 1_000;

fn token_row(row: &AnyRow) -> Result<TokenRow, sqlx::Error> {
    Ok(TokenRow {
        name: row.try_get("name")?,
        digest: row.try_get("digest")?,
        scope: row.try_get("scope")?,
        repository: row.try_get("repository")?,
        created_at: row.try_get("created_at")?,
        expires_at: row.try_get("expires_at")?,
    })
}

impl Store {
    /// All tokens, by name.
    pub async fn tokens(&self) -> Result<Vec<TokenRow>, StoreError> {
        let sql = "SELECT name, digest, scope, repository, created_at, expires_at FROM token ORDER BY name LIMIT $1";
        let query = sqlx::query(sql).bind(MOST_TOKENS);
        let rows = self.pools().within(query.fetch_all(self.reader())).await?;
        Ok(rows.iter().map(token_row).collect::<Result<_, _>>()?)
    }

    /// The token with this digest.
    pub async fn token_of(&self, digest: &str) -> Result<Option<TokenRow>, StoreError> {
        let sql = "SELECT name, digest, scope, repository, created_at, expires_at FROM token WHERE digest = $1";
        let query = sqlx::query(sql).bind(digest);
        let row = self
            .pools()
            .within(query.fetch_optional(self.reader()))
            .await?;
        Ok(row.as_ref().map(token_row).transpose()?)
    }

    /// Adds a token; false where there is one of its name, or there are [`MOST_TOKENS`].
    pub async fn add_token(&self, token: &TokenRow) -> Result<bool, StoreError> {
        let sql = "INSERT INTO token (name, digest, scope, repository, created_at, expires_at) \
            SELECT CAST($1 AS TEXT), CAST($2 AS TEXT), CAST($3 AS TEXT), CAST($4 AS TEXT), CAST($5 AS BIGINT), CAST($6 AS BIGINT) \
            WHERE (SELECT COUNT(*) FROM token) < $7 ON CONFLICT (name) DO NOTHING";
        let query = sqlx::query(sql)
            .bind(token.name.as_str())
            .bind(token.digest.as_str())
            .bind(token.scope.as_str())
            .bind(token.repository.as_deref())
            .bind(token.created_at)
            .bind(token.expires_at)
            .bind(MOST_TOKENS);
        let done = self.pools().within(query.execute(self.writer())).await?;
        Ok(done.rows_affected() == 1)
    }

    /// Removes a token; what it was, if there was one.
    pub async fn remove_token(&self, name: &str) -> Result<Option<TokenRow>, StoreError> {
        let sql = "DELETE FROM token WHERE name = $1 \
            RETURNING name, digest, scope, repository, created_at, expires_at";
        let query = sqlx::query(sql).bind(name);
        let row = self
            .pools()
            .within(query.fetch_optional(self.writer()))
            .await?;
        Ok(row.as_ref().map(token_row).transpose()?)
    }
}
