//! How much of the disk the sessions take, and when that is too much.
//!
//! It measures files by the blocks they take, follows no link, and believes nothing an agent says about its files.

use std::collections::HashMap;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::ballast::Ballast;
use super::disk::Disk;
use super::folders::Folders;
use crate::core::ids::SessionId;
use crate::core::policy::Limits;
use crate::core::text;

/// Looking takes at most this part of the time: a working copy can hold a million files.
const SHARE: u32 = 20;

/// What the sessions at work take, as last seen.
#[derive(Debug, Default)]
pub struct Usage {
    taken: Mutex<HashMap<SessionId, u64>>,
}

impl Usage {
    /// Notes what a session takes; answers whether no other takes more.
    fn is_largest(&self, session: &SessionId, bytes: u64) -> bool {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        taken.insert(session.clone(), bytes);
        taken.values().all(|other| *other <= bytes)
    }

    fn forget(&self, session: &SessionId) {
        self.taken
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(session);
    }
}

/// Looks how much sessions take.
#[derive(Clone, Copy)]
pub(super) struct DiskWatch<'a> {
    pub(super) folders: &'a Folders,
    pub(super) limits: &'a Limits,
    pub(super) ballast: &'a Ballast,
    pub(super) usage: &'a Usage,
    /// The pause between two looks.
    pub(super) pause: Duration,
}

impl DiskWatch<'_> {
    /// Watches what a session takes while its agent works; ends with a sentence for people when it is too much: more than
    /// one session may, or, where the disk runs full, more than all that is kept free and more than any other.
    pub(super) async fn outgrown(&self, session: &SessionId) -> String {
        let _seen = Seen {
            usage: self.usage,
            session,
        };
        let (folder, limits) = (self.folders.session(session), self.limits);
        let mut pause = self.pause;
        loop {
            tokio::time::sleep(pause).await;
            let began = Instant::now();
            let Ok((bytes, disk)) = look(folder.clone()).await else {
                continue;
            };
            let disk = disk.without(self.ballast.owed());
            pause = self.pause.max(began.elapsed() * SHARE);
            let largest = self.usage.is_largest(session, bytes);
            if bytes > limits.workspace_bytes {
                return text::failure::too_large(bytes, limits.workspace_bytes);
            }
            let reserve = disk.reserve(limits.disk_reserve_bytes);
            if disk.is_short(limits.disk_reserve_bytes) && largest && bytes > reserve {
                return text::failure::disk_full(bytes);
            }
        }
    }

    /// What this session takes of the disk, when that is short of room and it takes more than all that is kept free: then
    /// waiting for room would be waiting for itself.
    pub(super) async fn is_to_blame(&self, session: &SessionId) -> Option<u64> {
        let wanted = self.limits.disk_reserve_bytes;
        let disk = Disk::of(self.folders.data())
            .ok()?
            .without(self.ballast.owed());
        if !disk.is_short(wanted) {
            return None;
        }
        let (bytes, _) = look(self.folders.session(session)).await.ok()?;
        (bytes > disk.reserve(wanted)).then_some(bytes)
    }
}

/// Takes a session out of the count when its turn is over.
struct Seen<'a> {
    usage: &'a Usage,
    session: &'a SessionId,
}

impl Drop for Seen<'_> {
    fn drop(&mut self) {
        self.usage.forget(self.session);
    }
}

async fn look(folder: PathBuf) -> std::io::Result<(u64, Disk)> {
    let looked = tokio::task::spawn_blocking(move || -> std::io::Result<(u64, Disk)> {
        Ok((taken(&folder), Disk::of(&folder)?))
    });
    looked.await.map_err(std::io::Error::other)?
}

/// The bytes that everything below a folder takes. What goes away meanwhile takes nothing.
fn taken(folder: &Path) -> u64 {
    let mut bytes = 0;
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            let Ok(meta) = entry.metadata() else { continue };
            bytes += meta.blocks() * 512;
            if meta.is_dir() {
                folders.push(entry.path());
            }
        }
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_taken_is_counted_by_blocks_and_links_are_not_followed() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let empty = taken(folder.path());
        std::fs::create_dir(folder.path().join("a")).expect("made");
        std::fs::write(folder.path().join("a/b"), vec![1; 300_000]).expect("written");
        std::os::unix::fs::symlink("/usr", folder.path().join("link")).expect("linked");
        let full = taken(folder.path());
        assert!(
            (300_000..600_000).contains(&(full - empty)),
            "{empty} {full}"
        );
    }

    #[test]
    fn the_largest_is_known() {
        let usage = Usage::default();
        let session = |number| SessionId::new("7#12".parse().expect("a key"), number);
        assert!(usage.is_largest(&session(1), 10));
        assert!(!usage.is_largest(&session(2), 5));
        assert!(usage.is_largest(&session(2), 11));
        usage.forget(&session(2));
        assert!(usage.is_largest(&session(1), 10));
    }
}
