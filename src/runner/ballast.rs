//! A file that is there to be removed: when the disk is full to the last byte, the database could not even write down that
//! work has ended, and nothing would ever be tidied up. What the file took is what it has then.

use std::fs::File;
use std::path::{Path, PathBuf};

use super::Disk;

/// The most it takes.
const MOST: u64 = 64 << 20;

/// The file.
#[derive(Debug)]
pub struct Ballast {
    path: PathBuf,
}

impl Ballast {
    /// In a data folder; nothing is made yet.
    pub fn new(data_dir: &Path) -> Self {
        Self { path: data_dir.join("ballast") }
    }

    /// Takes it aboard when there is room for it beside what is kept free; it may be there already.
    pub fn load(&self, disk: Disk, wanted: u64) {
        let bytes = MOST.min(disk.reserve(wanted));
        if bytes == 0 || disk.free < disk.reserve(wanted) + bytes || self.path.exists() {
            return;
        }
        let made = File::create(&self.path).and_then(|file| {
            rustix::fs::fallocate(&file, rustix::fs::FallocateFlags::empty(), 0, bytes).map_err(Into::into)
        });
        if let Err(error) = made {
            // Some file systems cannot: it is missed only when the disk is full.
            tracing::debug!(%error, "no room can be kept for the database");
            self.drop_it();
        }
    }

    /// Gives what it takes to whoever writes next.
    pub fn drop_it(&self) {
        match std::fs::remove_file(&self.path) {
            Ok(()) => tracing::warn!("the disk is full: the room kept for the database is given free"),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => tracing::warn!(%error, "the room kept for the database cannot be given free"),
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
        let (full, roomy) = (Disk { free: 1_500_000, total: 10_000_000 }, Disk { free: 9_000_000, total: 10_000_000 });
        ballast.load(full, 5 << 30);
        assert!(!path.exists(), "it would be the last straw");
        ballast.load(roomy, 0);
        assert!(!path.exists(), "nothing is kept free");
        ballast.load(roomy, 5 << 30);
        assert_eq!(path.metadata().map(|meta| meta.len()).ok(), Some(1_000_000));
        ballast.drop_it();
        ballast.drop_it();
        assert!(!path.exists());
    }
}
