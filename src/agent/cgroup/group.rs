//! The control group of one start: its limits, its end, and whether the kernel ended it for its memory.
//!
//! It must never outlive its processes: dropping it ends them.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// What the folders of starts begin with; the start's mark follows.
pub(super) const PREFIX: &str = "session-";
/// The pause between two tries to remove one that has processes yet.
const PAUSE: Duration = Duration::from_millis(10);

/// The group of one start.
#[derive(Debug)]
pub(in crate::agent) struct Group {
    folder: PathBuf,
    memory: u64,
}

impl Group {
    /// Makes it below skep's group: `memory` bytes and so many threads are all it may take.
    pub(super) fn make(
        parent: &Path,
        mark: &str,
        memory: u64,
        threads: Option<u64>,
    ) -> io::Result<Self> {
        let folder = parent.join(format!("{PREFIX}{mark}"));
        fs::create_dir(&folder)?;
        // From here on it goes with the value.
        let group = Self { folder, memory };
        let threads = threads.map_or_else(|| "max".to_owned(), |most| most.to_string());
        set(&group.folder.join("memory.max"), &memory.to_string())?;
        set(&group.folder.join("pids.max"), &threads)?;
        // Not there without swap, or before Linux 4.19: then one process is ended and not all.
        for (name, value) in [("memory.swap.max", "0"), ("memory.oom.group", "1")] {
            let file = group.folder.join(name);
            if file.exists() {
                set(&file, value)?;
            }
        }
        Ok(group)
    }

    /// One that was found.
    pub(super) fn left(folder: PathBuf) -> Self {
        Self { folder, memory: 0 }
    }

    /// Where it is.
    pub(in crate::agent) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Ends all that is in it, at once (Linux 5.14 and later; before, nothing happens here).
    pub(in crate::agent) fn kill(&self) {
        let file = self.folder.join("cgroup.kill");
        if file.exists() {
            drop(set(&file, "1"));
        }
    }

    /// Ends what is in it and removes it; blocks until it is gone, at most for `patience`.
    pub(in crate::agent) fn end(&self, patience: Duration) {
        let deadline = Instant::now() + patience;
        self.kill();
        while let Err(error) = self.remove() {
            if Instant::now() >= deadline {
                let folder = self.folder.display();
                tracing::warn!(%folder, %error, "a control group cannot be removed; the next start tries again");
                return;
            }
            std::thread::sleep(PAUSE);
        }
    }

    /// What it might take of the memory, bytes, where the kernel has ended processes of it because that was not enough.
    pub(in crate::agent) fn ran_out_of_memory(&self) -> Option<u64> {
        let events = fs::read_to_string(self.folder.join("memory.events")).ok()?;
        let kills = events
            .lines()
            .find_map(|line| line.strip_prefix("oom_kill "))?;
        let kills: u64 = kills.trim().parse().ok()?;
        (kills > 0).then_some(self.memory)
    }

    fn remove(&self) -> io::Result<()> {
        match fs::remove_dir(&self.folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            removed => removed,
        }
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        self.kill();
        // What has processes yet is removed at the next start.
        drop(self.remove());
    }
}

/// Writes a file of the kernel's.
pub(super) fn set(file: &Path, value: &str) -> io::Result<()> {
    fs::write(file, value)
}
