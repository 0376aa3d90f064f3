//! Whether the machine has room for another session: looked at every few seconds, said once when it changes.

use tokio_util::sync::CancellationToken;

use crate::engine::Engine;
use crate::runner::{Disk, Runner};

/// With less than this free the database is about to fail.
const LAST: u64 = 256 << 10;

/// Looks until cancelled.
pub(super) async fn watch(engine: Engine, runner: Runner, cancel: CancellationToken) {
    let every = runner.parts().knobs.disk_look;
    loop {
        tokio::select! {
            () = cancel.cancelled() => return,
            () = tokio::time::sleep(every) => look(&engine, &runner).await,
        }
    }
}

/// One look.
pub(super) async fn look(engine: &Engine, runner: &Runner) {
    let parts = runner.parts();
    let wanted = parts.policy.limits.disk_reserve_bytes;
    let short = match Disk::of(&parts.data_dir) {
        Ok(disk) => {
            if disk.free < LAST {
                parts.ballast.drop_it();
            } else {
                parts.ballast.load(disk, wanted);
            }
            let disk = disk.without(parts.ballast.owed());
            disk.is_short(wanted).then_some(disk)
        }
        Err(error) => {
            tracing::warn!(%error, "the disk of the data folder cannot be looked at");
            return;
        }
    };
    match engine.set_short(short.is_some()).await {
        Ok(false) => {}
        Ok(true) => match short {
            Some(disk) => tracing::warn!(
                free_mib = disk.free >> 20,
                reserve_mib = disk.reserve(wanted) >> 20,
                "the disk is nearly full: no session starts until there is room (limits.disk_reserve)"
            ),
            None => tracing::info!("there is room on the disk again: sessions start"),
        },
        Err(error) => tracing::warn!(%error, "free slots could not be given out"),
    }
}
