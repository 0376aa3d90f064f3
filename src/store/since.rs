//! What came into the inbox since a place in it: for whoever looks at what one fact led to.

use sqlx::{AssertSqlSafe, Row};

use super::Store;
use super::error::StoreError;
use super::inbox_row::{InboxRow, WITHOUT_BODY, inbox_row};

impl Store {
    /// The last place in the inbox; 0 where nothing is in it.
    pub async fn newest_inbox(&self) -> Result<i64, StoreError> {
        let query = sqlx::query("SELECT COALESCE(MAX(seq), 0) FROM inbox").fetch_one(self.reader());
        let row = self.pools().within(query).await?;
        Ok(row.try_get(0)?)
    }

    /// At most `limit` rows after a place in the inbox, oldest first, without bodies.
    pub async fn inbox_after(&self, after: i64, limit: i64) -> Result<Vec<InboxRow>, StoreError> {
        let sql = AssertSqlSafe(format!(
            "{WITHOUT_BODY} WHERE seq > $1 ORDER BY seq LIMIT $2"
        ));
        let query = sqlx::query(sql).bind(after).bind(limit);
        let rows = self.pools().within(query.fetch_all(self.reader())).await?;
        Ok(rows.iter().map(inbox_row).collect::<Result<_, _>>()?)
    }
}
