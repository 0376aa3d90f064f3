//! A file that is there to be removed: when the disk is full to the last byte, the database could not even write down that
//! work has ended, and nothing would ever be tidied up. What the file took is what it has then.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use super::disk::Disk;

/// The most it takes.
const MOST: u64 = 64 << 20;

/// The file.
#[derive(Debug)]
pub struct Ballast {
    path: PathBuf,
    owed: AtomicU64,
}

impl Ballast {
    /// In a data folder; nothing is made yet.
    pub fn new(data_dir: &Path) -> Self {
        Self {
            path: data_dir.join("ballast"),
            owed: AtomicU64::new(0),
        }
    }

    /// What it gave free and has not got back, in bytes: room that is there for the database alone.
    pub fn owed(&self) -> u64 {
        self.owed.load(Ordering::Relaxed)
    }

    /// Takes it aboard when there is room for it beside what is kept free; it may be there already.
    pub fn load(&self, disk: Disk, wanted: u64) {
        let bytes = MOST.min(disk.reserve(wanted));
        if bytes == 0 || disk.free < disk.reserve(wanted) + bytes || self.path.exists() {
            return;
        }
        let made = File::create(&self.path).and_then(|file| {
            rustix::fs::fallocate(&file, rustix::fs::FallocateFlags::empty(), 0, bytes)
                .map_err(Into::into)
        });
        match made {
            Ok(()) => self.owed.store(0, Ordering::Relaxed),
            Err(error) => {
                // Some file systems cannot: it is missed only when the disk is full.
                tracing::debug!(%error, "no room can be kept for the database");
                let _ = std::fs::remove_file(&self.path);
            }
        }
    }

    /// Gives what it takes to whoever writes next.
    pub fn drop_it(&self) {
        let bytes = std::fs::metadata(&self.path).map_or(0, |meta| meta.len());
        match std::fs::remove_file(&self.path) {
            Ok(()) => {
                self.owed.store(bytes, Ordering::Relaxed);
                tracing::warn!("the disk is full: the room kept for the database is given free");
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => {
                tracing::warn!(%error, "the room kept for the database cannot be given free")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_taken_aboard_only_where_there_is_room_and_dropped_once() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let (ballast, path) = (Ballast::new(folder.path()), folder.path().join("ballast"));
        let (full, roomy) = (
            Disk {
                free: 1_500_000,
                total: 10_000_000,
            },
            Disk {
                free: 9_000_000,
                total: 10_000_000,
            },
        );
        ballast.load(full, 5 << 30);
        assert!(!path.exists(), "it would be the last straw");
        ballast.load(roomy, 0);
        assert_eq!(
            path.metadata().map(|meta| meta.len()).ok(),
            Some(1_000_000),
            "whatever is kept free"
        );
        assert_eq!(ballast.owed(), 0);
        ballast.drop_it();
        ballast.drop_it();
        assert_eq!(
            (path.exists(), ballast.owed()),
            (false, 1_000_000),
            "it is owed until it is there again"
        );
        ballast.load(roomy, 0);
        assert_eq!((path.exists(), ballast.owed()), (true, 0));
    }
}
