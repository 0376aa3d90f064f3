//! How long the oldest things have waited.

use sqlx::Row;

use super::Store;
use super::error::StoreError;

/// When the oldest came, epoch milliseconds; none where nothing waits.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Oldest {
    /// The oldest fact that is not handled.
    pub fact: Option<i64>,
    /// The moment from which the oldest effect could have been performed that is not; moments that are only waited for are none.
    pub effect: Option<i64>,
}

impl Store {
    /// The oldest fact and the oldest effect that wait, as of `now` (epoch milliseconds).
    pub async fn oldest(&self, now: i64) -> Result<Oldest, StoreError> {
        let work = async {
            let mut connection = self.reader().acquire().await?;
            let fact = sqlx::query("SELECT MIN(received_at) FROM inbox WHERE handled_at IS NULL");
            let fact = fact.fetch_one(&mut *connection).await?;
            let effect = "SELECT MIN(not_before) FROM effect WHERE closed_at IS NULL AND lane <> 'clock' AND not_before <= $1";
            let effect = sqlx::query(effect).bind(now);
            let effect = effect.fetch_one(&mut *connection).await?;
            Ok(Oldest {
                fact: fact.try_get(0)?,
                effect: effect.try_get(0)?,
            })
        };
        self.pools().within(work).await
    }
}
