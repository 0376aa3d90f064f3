//! How much of the disk a session at work or a fetch takes, and when that is too much. It must never end one for what others
//! take.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use super::ballast::Ballast;
use super::disk::Disk;
use super::disk_usage::{Usage, taken};
use super::folders::Folders;
use crate::core::ids::{RepositoryId, SessionId};
use crate::core::policy::Limits;
use crate::core::text;
use crate::git::Git;

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
        self.outgrown_in(session, self.folders.session(session))
            .await
    }

    /// The same of what lies in another folder than the session's.
    pub(super) async fn outgrown_in(&self, session: &SessionId, folder: PathBuf) -> String {
        let _seen = Seen {
            usage: self.usage,
            session,
        };
        let limits = self.limits;
        let mut pause = self.pause;
        loop {
            tokio::time::sleep(pause).await;
            let began = Instant::now();
            let Ok((bytes, disk)) = self.look(folder.clone()).await else {
                continue;
            };
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

    /// Watches what a fetch brings; ends with the bytes that have come when the disk is short of room and they are more than
    /// all that is kept free.
    pub(super) async fn overflowed(&self, git: &Git, repository: RepositoryId) -> u64 {
        let wanted = self.limits.disk_reserve_bytes;
        loop {
            tokio::time::sleep(self.pause).await;
            let Ok(disk) = self.disk() else { continue };
            if disk.is_short(wanted) {
                let come = git.half_fetched(repository).await;
                if come > disk.reserve(wanted) {
                    return come;
                }
            }
        }
    }

    /// What this session takes of the disk, when that is short of room and it takes more than all that is kept free: then
    /// waiting for room would be waiting for itself.
    pub(super) async fn is_to_blame(&self, session: &SessionId) -> Option<u64> {
        let wanted = self.limits.disk_reserve_bytes;
        let disk = self.disk().ok()?;
        if !disk.is_short(wanted) {
            return None;
        }
        let (bytes, _) = self.look(self.folders.session(session)).await.ok()?;
        (bytes > disk.reserve(wanted)).then_some(bytes)
    }

    /// The bytes below a folder, and how full the disk is then.
    async fn look(&self, folder: PathBuf) -> std::io::Result<(u64, Disk)> {
        let looked = tokio::task::spawn_blocking(move || taken(&folder));
        let bytes = looked.await.map_err(std::io::Error::other)?;
        Ok((bytes, self.disk()?))
    }

    /// The disk without the room that is spoken for.
    fn disk(&self) -> std::io::Result<Disk> {
        Ok(Disk::of(self.folders.data())?.without(self.ballast.owed()))
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
