//! The disk under the data folder: how much of it is free, how much of it one session takes, and when that is too much.
//!
//! It measures files by the blocks they take, follows no link, and believes nothing an agent says about its files.

use std::collections::HashMap;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use super::services::Services;
use crate::core::ids::SessionId;
use crate::core::text;

/// Looking takes at most this part of the time: a working copy can hold a million files.
const SHARE: u32 = 20;

/// Kept free whatever is configured: without it the database could not even write down that a session has ended. Bytes.
const FLOOR: u64 = 8 << 20;

/// How full the disk is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Disk {
    /// Bytes that may still be written.
    pub free: u64,
    /// All of its bytes.
    pub total: u64,
}

impl Disk {
    /// Looks at the disk that holds a folder.
    pub fn of(folder: &Path) -> std::io::Result<Self> {
        let seen = rustix::fs::statvfs(folder)?;
        let bytes = |blocks: u64| blocks.saturating_mul(seen.f_frsize);
        Ok(Self {
            free: bytes(seen.f_bavail),
            total: bytes(seen.f_blocks),
        })
    }

    /// The disk without room that is spoken for, in bytes.
    pub fn without(self, owed: u64) -> Self {
        Self {
            free: self.free.saturating_sub(owed),
            ..self
        }
    }

    /// What is kept free of it: as configured, at least what the database needs, and never more than a tenth, so that a small
    /// disk is of use at all.
    pub fn reserve(self, wanted: u64) -> u64 {
        wanted.max(FLOOR).min(self.total / 10)
    }

    /// Whether less is free than is kept free.
    pub fn is_short(self, wanted: u64) -> bool {
        self.free < self.reserve(wanted)
    }
}

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

/// Watches what a session takes while its agent works; ends with a sentence for people when it is too much: more than one
/// session may, or, where the disk runs full, more than all that is kept free and more than any other.
pub(super) async fn outgrown(services: &Services, session: &SessionId) -> String {
    let _seen = Seen {
        usage: &services.usage,
        session,
    };
    let (folder, limits) = (services.session_dir(session), &services.policy.limits);
    let mut pause = services.timings.disk_look;
    loop {
        tokio::time::sleep(pause).await;
        let began = Instant::now();
        let Ok((bytes, disk)) = look(folder.clone()).await else {
            continue;
        };
        let disk = disk.without(services.ballast.owed());
        pause = services.timings.disk_look.max(began.elapsed() * SHARE);
        let largest = services.usage.is_largest(session, bytes);
        if bytes > limits.workspace_bytes {
            return text::failure::too_large(bytes, limits.workspace_bytes);
        }
        if disk.is_short(limits.disk_reserve_bytes)
            && largest
            && bytes > disk.reserve(limits.disk_reserve_bytes)
        {
            return text::failure::disk_full(bytes);
        }
    }
}

/// What this session takes of the disk, when that is short of room and it takes more than all that is kept free: then waiting
/// for room would be waiting for itself.
pub(super) async fn weighs(services: &Services, session: &SessionId) -> Option<u64> {
    let wanted = services.policy.limits.disk_reserve_bytes;
    let disk = Disk::of(&services.data_dir)
        .ok()?
        .without(services.ballast.owed());
    if !disk.is_short(wanted) {
        return None;
    }
    let (bytes, _) = look(services.session_dir(session)).await.ok()?;
    (bytes > disk.reserve(wanted)).then_some(bytes)
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
    fn the_reserve_fits_the_disk() {
        let (mib, gib) = (1 << 20, 1 << 30);
        let large = Disk {
            free: 6 * gib,
            total: 400 * gib,
        };
        assert_eq!(
            (large.reserve(5 * gib), large.is_short(5 * gib)),
            (5 * gib, false)
        );
        assert!(
            Disk {
                free: 4 * gib,
                ..large
            }
            .is_short(5 * gib)
        );
        let small = Disk {
            free: 2 * mib,
            total: 12 * mib,
        };
        assert!(!small.is_short(5 * gib), "a small disk is of use");
        assert!(Disk { free: mib, ..small }.is_short(5 * gib));
        assert!(
            Disk {
                free: 7 * mib,
                total: gib
            }
            .is_short(0),
            "the database needs room whatever is configured"
        );
        assert!(
            !Disk {
                free: 9 * mib,
                total: gib
            }
            .is_short(0)
        );
    }

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
