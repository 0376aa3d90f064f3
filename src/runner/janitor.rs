//! Keeps room on the disk: measures what is taken, and where that leaves too little, removes what can be had again.
//!
//! First go working copies that stand ready, then what idle agents keep in their caches. It must never touch work: no
//! working copy, no mirror, nothing else of an agent's home.

use std::path::Path;
use std::time::{Duration, Instant};

use tokio_util::sync::CancellationToken;

use super::Runner;
use super::disk::Disk;
use super::disk_watch::SHARE;
use crate::core::ids::SessionId;

/// With less than this part of the disk free, room is made.
const TIGHT: u64 = 10;

impl Runner {
    /// Looks after the disk until cancelled.
    pub async fn tend_disk(self, cancel: CancellationToken) {
        let timings = self.services.timings;
        let tending = async {
            let mut next = Instant::now();
            loop {
                if next <= Instant::now() {
                    let took = self.survey_disk().await;
                    next = Instant::now() + timings.disk_survey.max(took * SHARE);
                }
                if self.is_pressed() && self.make_room().await > 0 {
                    self.survey_disk().await;
                }
                tokio::time::sleep(timings.disk_look).await;
            }
        };
        cancel.run_until_cancelled(tending).await.unwrap_or(())
    }

    /// Measures what skep's data takes; answers how long that took.
    pub async fn survey_disk(&self) -> Duration {
        let (services, began) = (&self.services, Instant::now());
        let now = (services.clock)();
        if let Err(error) = services.usage.look(&services.folders, now).await {
            tracing::warn!(%error, "what is taken of the disk cannot be measured");
        }
        began.elapsed()
    }

    /// Whether skep takes more of the disk than it may, or too little of it is free.
    fn is_pressed(&self) -> bool {
        let services = &self.services;
        let tight = Disk::of(services.folders.data())
            .map(|disk| disk.without(services.ballast.owed()))
            .is_ok_and(|disk| disk.free < disk.total / TIGHT);
        tight
            || services
                .usage
                .over(services.policy.limits.disk_bytes)
                .is_some()
    }

    /// Removes what can be had again; answers of how many sessions something went.
    pub async fn make_room(&self) -> usize {
        let mut freed = 0;
        if let Err(error) = self.services.git.drop_standbys().await {
            tracing::warn!(%error, "working copies that stand ready cannot be dropped");
        }
        for session in self.idle_sessions().await {
            let home = self.services.folders.home(&session);
            let dropped = tokio::task::spawn_blocking(move || drop_cache(&home)).await;
            match dropped.map_err(std::io::Error::other).flatten() {
                Ok(false) => {}
                Ok(true) => {
                    freed += 1;
                    tracing::info!(%session, "the disk is short: what its agent had cached was removed");
                }
                Err(error) => {
                    tracing::warn!(%session, %error, "what an agent cached cannot be removed");
                }
            }
        }
        freed
    }

    /// The sessions on the disk for which nothing is done at present.
    async fn idle_sessions(&self) -> Vec<SessionId> {
        let folder = self.services.folders.sessions();
        let names = tokio::task::spawn_blocking(move || {
            let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
            entries
                .map(|entry| entry.file_name().to_string_lossy().into_owned())
                .collect::<Vec<_>>()
        });
        let names = names.await.unwrap_or_default();
        let live = self.services.agents.live();
        let sessions = names.iter().filter_map(|name| name.parse().ok());
        sessions
            .filter(|session| !live.contains(session) && !self.leases.works_for(session))
            .collect()
    }
}

/// Removes the cache of a home whose agent does not run (`~/.cache`, by the XDG base directory specification what can be
/// made again); answers whether there was one. It goes out of sight first: an agent that starts meanwhile sees it whole or
/// not at all.
fn drop_cache(home: &Path) -> std::io::Result<bool> {
    let (cache, gone) = (home.join(".cache"), home.with_extension("cache"));
    match std::fs::rename(&cache, &gone) {
        Ok(()) => {}
        // One that could not be removed whole is left from an earlier time.
        Err(_) if gone.exists() => {}
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(error),
    }
    // The agent may have put a link there.
    match std::fs::symlink_metadata(&gone)?.is_dir() {
        true => std::fs::remove_dir_all(&gone)?,
        false => std::fs::remove_file(&gone)?,
    }
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cache_goes_whole_and_a_link_is_not_followed() {
        let folder = tempfile::tempdir().expect("a folder");
        let (home, other) = (folder.path().join("home"), folder.path().join("other"));
        std::fs::create_dir_all(home.join(".cache/a")).expect("made");
        std::fs::create_dir_all(other.join("a")).expect("made");
        std::fs::write(home.join(".cache/a/b"), "x").expect("written");
        std::fs::write(home.join("kept"), "x").expect("written");
        assert!(drop_cache(&home).expect("dropped"));
        assert!(!home.join(".cache").exists() && home.join("kept").exists());
        assert!(!drop_cache(&home).expect("nothing there"));
        std::os::unix::fs::symlink(&other, home.join(".cache")).expect("linked");
        assert!(drop_cache(&home).expect("dropped"));
        assert!(other.join("a").exists() && !home.join(".cache").exists());
        // One that an earlier try left half removed.
        std::fs::create_dir_all(folder.path().join("home.cache/a")).expect("made");
        assert!(drop_cache(&home).expect("dropped"));
        assert_eq!(std::fs::read_dir(folder.path()).expect("read").count(), 2);
    }
}
