//! One skep per database. On SQLite the data folder's lock sees to it; on Postgres a session lock that lives as long as one
//! connection of ours.
//!
//! Two skeps on one database would release each other's leases at their start and do everything twice.

use std::time::Duration;

use sqlx::{AnyConnection, Connection, Row};
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;

use super::Store;
use super::connect::{Backend, Pools};
use super::error::StoreError;

/// Two numbers name the lock: ours, beside those of `connect::Turn`, and one of the schema that holds our tables.
const TAKE: &str = "SELECT pg_try_advisory_lock(1936392208, hashtext(current_schema()))";
/// How long a hold may last before it is another skep's: the server notices the death of a client a moment later.
const PATIENCE: Duration = Duration::from_secs(5);
const PAUSE: Duration = Duration::from_millis(250);
/// How often the lock's connection is tried.
const BEAT: Duration = Duration::from_secs(15);

impl Store {
    /// Makes sure that no other skep works on this database, from here on until [`Store::close`].
    ///
    /// # Errors
    /// A sentence for the operator when another one does.
    pub async fn hold_alone(&self) -> Result<(), StoreError> {
        if self.backend() == Backend::Sqlite {
            return Ok(());
        }
        let end = Instant::now() + PATIENCE;
        let held = loop {
            match take(self.pools()).await? {
                Some(held) => break held,
                None if Instant::now() < end => sleep(PAUSE).await,
                None => return Err(StoreError::Other(TAKEN.to_owned())),
            }
        };
        self.inner
            .tasks
            .spawn(keep(self.pools().clone(), held, self.inner.closing.clone()));
        Ok(())
    }
}

const TAKEN: &str = "another skep is already working on this database; one database serves one skep at a time: stop the \
                     other, or give this one a database of its own";

/// A connection that holds the lock; `None` when another has it.
async fn take(pools: &Pools) -> Result<Option<AnyConnection>, StoreError> {
    let tried = async {
        let mut connection = pools.writer.acquire().await?.detach();
        let row = sqlx::query(TAKE).fetch_one(&mut connection).await?;
        let taken: bool = row.try_get(0)?;
        Ok(taken.then_some(connection))
    };
    pools.within(tried).await
}

/// Keeps the lock's connection alive, and takes the lock again after the server was away.
async fn keep(pools: Pools, held: AnyConnection, closing: CancellationToken) {
    let mut held = Some(held);
    while closing.run_until_cancelled(sleep(BEAT)).await.is_some() {
        let alive = match &mut held {
            Some(connection) => sqlx::query("SELECT 1").execute(connection).await.is_ok(),
            None => false,
        };
        if alive {
            continue;
        }
        held = match take(&pools).await {
            Ok(None) => {
                tracing::error!("{TAKEN}");
                None
            }
            Ok(taken) => taken,
            Err(error) => {
                tracing::warn!(%error, "the lock on the database cannot be taken again; trying again");
                None
            }
        };
    }
    if let Some(connection) = held {
        // The server lets go of the lock with the connection, however it ends.
        let _ = connection.close().await;
    }
}
