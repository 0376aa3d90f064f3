//! How much of the disk a session at work takes, and when that is too much. It must never end a session for what others
//! take.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use super::ballast::Ballast;
use super::disk::Disk;
use super::disk_usage::{Usage, taken};
use super::folders::Folders;
use crate::core::ids::SessionId;
use crate::core::policy::Limits;
use crate::core::text;

/// Looking takes at most this part of the time: a working copy can hold a million files.
pub(super) const SHARE: u32 = 20;

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
