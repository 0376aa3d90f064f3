//! The one way in: every fact, as a row that is durable before anybody is told so.
//!
//! Ids are unique for ever (a delivery's GUID, an effect's outcome), which is what makes a repetition harmless.
//! This file never decides what a row means.

use sqlx::AssertSqlSafe;

use super::error::StoreError;
use super::inbox_row::{
    Accepted, IgnoredDelivery, InboxRow, NewInbox, Ready, WITH_BODY, WITHOUT_BODY, inbox_row,
    unhandled_sql,
};
use super::{Store, group_commit};
use crate::core::ids::TaskKey;

impl Store {
    /// Makes `fact` durable (with everything else that waits, in one commit) and says whether it was new.
    ///
    /// [`StoreError::Busy`]: it was not durable in time; it may or may not be stored, so the sender must send it again.
    pub async fn accept(&self, fact: NewInbox) -> Result<Accepted, StoreError> {
        group_commit::accept(&self.inner.accept, self.inner.accept_limit, Ready::of(fact)).await
    }

    /// Makes it durable, like [`Store::accept`], that a delivery came and concerns nobody: one row, which nobody has to handle,
    /// without a body.
    pub async fn accept_ignored(&self, delivery: IgnoredDelivery) -> Result<Accepted, StoreError> {
        let ready = Ready::ignored(delivery);
        group_commit::accept(&self.inner.accept, self.inner.accept_limit, ready).await
    }

    /// The oldest rows nobody has handled, oldest first.
    pub async fn unhandled(&self, limit: i64) -> Result<Vec<InboxRow>, StoreError> {
        let rows = self
            .pools()
            .within(
                sqlx::query(AssertSqlSafe(unhandled_sql()))
                    .bind(limit)
                    .fetch_all(self.reader()),
            )
            .await?;
        Ok(rows.iter().map(inbox_row).collect::<Result<_, _>>()?)
    }

    /// The row with this id.
    pub async fn inbox(&self, id: &str) -> Result<Option<InboxRow>, StoreError> {
        let sql = AssertSqlSafe(format!("{WITH_BODY} WHERE i.id = $1"));
        let row = self
            .pools()
            .within(sqlx::query(sql).bind(id).fetch_optional(self.reader()))
            .await?;
        Ok(row.as_ref().map(inbox_row).transpose()?)
    }

    /// The newest `limit` rows of a task, oldest first, without bodies.
    pub async fn inbox_of_task(
        &self,
        task: TaskKey,
        limit: i64,
    ) -> Result<Vec<InboxRow>, StoreError> {
        let sql = AssertSqlSafe(format!(
            "{WITHOUT_BODY} WHERE task = $1 ORDER BY seq DESC LIMIT $2"
        ));
        let query = sqlx::query(sql)
            .bind(task.to_string())
            .bind(limit)
            .fetch_all(self.reader());
        let rows = self.pools().within(query).await?;
        Ok(rows.iter().rev().map(inbox_row).collect::<Result<_, _>>()?)
    }

    /// The newest `limit` webhook deliveries (kinds `webhook` and `malformed`), newest first, without bodies.
    pub async fn deliveries(&self, limit: i64) -> Result<Vec<InboxRow>, StoreError> {
        let sql = AssertSqlSafe(format!(
            "{WITHOUT_BODY} WHERE kind IN ('webhook', 'malformed') ORDER BY seq DESC LIMIT $1"
        ));
        let rows = self
            .pools()
            .within(sqlx::query(sql).bind(limit).fetch_all(self.reader()))
            .await?;
        Ok(rows.iter().map(inbox_row).collect::<Result<_, _>>()?)
    }
}
