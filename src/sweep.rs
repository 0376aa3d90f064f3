//! States facts on a timer: what nobody will tell us of. It reads and tidies; it decides nothing.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::runner::Runner;

/// How often.
const EVERY: Duration = Duration::from_secs(600);
/// Bodies of handled deliveries and log lines are kept so long, milliseconds (30 days); ids of deliveries for ever.
const KEPT: i64 = 30 * 24 * 3_600_000;

/// Sweeps until cancelled.
pub async fn run(runner: Runner, cancel: CancellationToken) {
    loop {
        tokio::select! {
            () = cancel.cancelled() => return,
            () = tokio::time::sleep(EVERY) => once(&runner).await,
        }
    }
}

/// One sweep.
pub async fn once(runner: &Runner) {
    let parts = runner.parts();
    let before = (parts.clock)() - KEPT;
    for (what, done) in [("inbox", parts.store.prune_inbox(before).await), ("log", parts.store.prune_log(before).await)]
    {
        match done {
            Ok(0) => {}
            Ok(rows) => tracing::info!(what, rows, "pruned"),
            Err(error) => tracing::warn!(what, %error, "could not be pruned"),
        }
    }
}
