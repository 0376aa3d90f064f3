//! Moves what SQLite wrote ahead into the database file, beside the writer instead of in its way: a commit that first has
//! to move 64 MB keeps every webhook waiting.
//!
//! It only ever moves what is durable already. When it cannot keep up, the writer's own checkpoint (at
//! [`super::connect::LOG_BYTES`]) bounds the log.

use std::time::Duration;

use sqlx::AnyPool;
use tokio::time::MissedTickBehavior;
use tokio_util::sync::CancellationToken;

use super::Complaint;

/// Often enough that little is left for the writer, seldom enough that pages written repeatedly are moved once.
const EVERY: Duration = Duration::from_millis(500);

/// Checkpoints until `closing`. When nothing was written there is nothing to move, and the disk is left alone.
pub(super) async fn keep(reader: AnyPool, closing: CancellationToken) {
    let mut clock = tokio::time::interval(EVERY);
    clock.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let trouble = Complaint::default();
    loop {
        tokio::select! {
            () = closing.cancelled() => return,
            _ = clock.tick() => {}
        }
        // PASSIVE waits for nobody: https://www.sqlite.org/pragma.html#pragma_wal_checkpoint
        if let Err(error) = sqlx::query("PRAGMA wal_checkpoint(PASSIVE)")
            .execute(&reader)
            .await
        {
            trouble.say(
                "could not move the log into the database",
                &super::StoreError::from(error),
            );
        }
    }
}
