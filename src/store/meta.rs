//! A few remembered words: one value per key, outside every table's business.

use sqlx::{AnyConnection, Row};

use super::Store;
use super::error::StoreError;

pub(super) async fn get(
    connection: &mut AnyConnection,
    key: &str,
) -> Result<Option<String>, sqlx::Error> {
    let row = sqlx::query("SELECT value FROM meta WHERE key = $1")
        .bind(key)
        .fetch_optional(connection)
        .await?;
    row.map(|row| row.try_get(0)).transpose()
}

pub(super) async fn put(
    connection: &mut AnyConnection,
    key: &str,
    value: &str,
) -> Result<(), sqlx::Error> {
    let sql = "INSERT INTO meta (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value";
    sqlx::query(sql)
        .bind(key)
        .bind(value)
        .execute(connection)
        .await?;
    Ok(())
}

impl Store {
    /// The value of `key`.
    pub async fn meta(&self, key: &str) -> Result<Option<String>, StoreError> {
        self.pools()
            .within(async { get(&mut *self.reader().acquire().await?, key).await })
            .await
    }

    /// Sets the value of `key`.
    pub async fn put_meta(&self, key: &str, value: &str) -> Result<(), StoreError> {
        self.pools()
            .within(async { put(&mut *self.writer().acquire().await?, key, value).await })
            .await
    }

    /// The value of `key`, which is `value` if it had none: of several at once, all get the same.
    pub async fn get_or_init_meta(&self, key: &str, value: &str) -> Result<String, StoreError> {
        let sql = "INSERT INTO meta (key, value) VALUES ($1, $2) ON CONFLICT (key) DO NOTHING";
        self.pools()
            .within(
                sqlx::query(sql)
                    .bind(key)
                    .bind(value)
                    .execute(self.writer()),
            )
            .await?;
        self.meta(key)
            .await?
            .ok_or_else(|| StoreError::Corrupt(format!("the value of {key} went away")))
    }
}
