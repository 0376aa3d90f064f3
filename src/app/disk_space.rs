//! Whether there is disk space for another session: looked at every few seconds, said once when it changes, and told to
//! whoever asks.

use std::path::PathBuf;
use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use crate::core::text;
use crate::engine::Engine;
use crate::http::types::{DiskAnswer, LargestLine, TakenAnswer};
use crate::runner::{Ballast, Disk, Runner, Survey, Usage};

/// With less than this free the database is about to fail.
const LAST: u64 = 256 << 10;
/// So many sessions are named.
const LARGEST: usize = 10;

/// The disk of the data folder, and how much of it skep may take.
#[derive(Debug, Clone)]
pub(super) struct DiskSpace {
    pub(super) folder: PathBuf,
    /// Bytes that the operator wants free.
    pub(super) wanted: u64,
    /// Bytes that all of skep's data may take; 0: no limit of its own.
    pub(super) limit: u64,
    /// What is kept for the database, and owed to it when it was given free.
    pub(super) ballast: Arc<Ballast>,
    /// What is taken.
    pub(super) usage: Arc<Usage>,
}

impl DiskSpace {
    fn disk(&self) -> std::io::Result<Disk> {
        Ok(Disk::of(&self.folder)?.without(self.ballast.owed()))
    }

    /// For people.
    pub(super) fn describe(&self) -> String {
        self.disk()
            .map_or_else(|error| error.to_string(), |disk| self.say(disk))
    }

    /// For `skep status`; what cannot be looked at is null.
    pub(super) fn answer(&self) -> Option<DiskAnswer> {
        match self.disk() {
            Ok(disk) => Some(self.show(disk)),
            Err(error) => {
                tracing::warn!(%error, "the disk of the data folder cannot be looked at");
                None
            }
        }
    }

    fn say(&self, disk: Disk) -> String {
        text::disk::told(disk.free, self.show(disk).shortage())
    }

    fn show(&self, disk: Disk) -> DiskAnswer {
        DiskAnswer {
            free_bytes: disk.free,
            reserve_bytes: disk.reserve(self.wanted),
            short: disk.is_short(self.wanted) || self.usage.over(self.limit).is_some(),
            limit_bytes: (self.limit > 0).then_some(self.limit),
            taken: self.usage.survey().map(|survey| taken(&survey)),
        }
    }
}

fn taken(survey: &Survey) -> TakenAnswer {
    let mut largest: Vec<LargestLine> = survey
        .sessions
        .iter()
        .map(|(session, bytes)| LargestLine {
            session: session.to_string(),
            bytes: *bytes,
        })
        .collect();
    largest.sort_by_key(|line| std::cmp::Reverse(line.bytes));
    largest.truncate(LARGEST);
    TakenAnswer {
        measured_at: survey.at,
        sessions: survey.sessions.len() as u64,
        sessions_bytes: survey.of_sessions(),
        mirrors_bytes: survey.mirrors,
        other_bytes: survey.other,
        largest,
    }
}

pub(super) async fn watch(engine: Engine, runner: Runner, cancel: CancellationToken) {
    let every = runner.services().timings.disk_look;
    loop {
        tokio::select! {
            () = cancel.cancelled() => return,
            () = tokio::time::sleep(every) => look(&engine, &runner).await,
        }
    }
}

pub(super) async fn look(engine: &Engine, runner: &Runner) {
    let services = runner.services();
    let wanted = services.policy.limits.disk_reserve_bytes;
    let over = services.usage.over(services.policy.limits.disk_bytes);
    let short = match Disk::of(services.folders.data()) {
        Ok(disk) => {
            if disk.free < LAST {
                services.ballast.drop_it();
            } else {
                services.ballast.load(disk, wanted);
            }
            let disk = disk.without(services.ballast.owed());
            (disk.is_short(wanted) || over.is_some()).then_some(disk)
        }
        Err(error) => {
            tracing::warn!(%error, "the disk of the data folder cannot be looked at");
            return;
        }
    };
    if short.is_some()
        && let Err(error) = services.git.drop_standbys().await
    {
        tracing::warn!(%error, "the working copies that stand ready could not be removed");
    }
    match engine.set_short(short.is_some()).await {
        Ok(false) => {}
        Ok(true) => match short {
            Some(disk) => tracing::warn!(
                free_mib = disk.free >> 20,
                reserve_mib = disk.reserve(wanted) >> 20,
                taken_mib = over.map(|taken| taken >> 20),
                "no session starts until there is room on the disk (limits.disk_reserve, limits.disk)"
            ),
            None => tracing::info!("there is room on the disk again: sessions start"),
        },
        Err(error) => tracing::warn!(%error, "free slots could not be given out"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_disk_that_is_nearly_full_is_told_with_both_numbers() {
        let ballast = Arc::new(Ballast::new(std::path::Path::new("/nowhere")));
        let space = DiskSpace {
            folder: PathBuf::from("/"),
            wanted: 5 << 30,
            limit: 0,
            ballast,
            usage: Arc::default(),
        };
        let (full, roomy) = (
            Disk {
                free: 1 << 30,
                total: 400 << 30,
            },
            Disk {
                free: 6 << 30,
                total: 400 << 30,
            },
        );
        let shown = space.show(full);
        assert_eq!(
            (shown.free_bytes, shown.reserve_bytes, shown.short),
            (1 << 30, 5 << 30, true)
        );
        assert!(
            space
                .say(full)
                .starts_with("only 1.0 GiB free and 5.0 GiB are kept free"),
            "{}",
            space.say(full)
        );
        assert_eq!(
            (space.show(roomy).short, space.say(roomy)),
            (false, "6.0 GiB free".to_owned())
        );
    }
}
