//! What is to go is out of the way at once and removed in the background: a working copy of a hundred thousand files takes a
//! second or more, and nothing should wait for that.
//!
//! It is renamed into `trash/` and removed by one thread, one thing after the other; what a killed predecessor left there goes
//! at the next start. It must never follow a link, and nothing must be looked for in `trash/` again.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use super::disk::{remove_now, unlock};

/// The folder, and the right to empty it.
#[derive(Debug)]
pub(super) struct Trash {
    folder: PathBuf,
    emptying: Mutex<()>,
    /// The name of what comes next; from the clock, so that what an earlier process left has another one.
    next: AtomicU64,
}

impl Trash {
    /// Makes the folder. What is left in it stays until [`Trash::empty`].
    pub(super) fn open(data_dir: &Path) -> std::io::Result<Arc<Self>> {
        let folder = data_dir.join("trash");
        std::fs::create_dir_all(&folder)?;
        let since = SystemTime::now().duration_since(UNIX_EPOCH);
        let now = since.map_or(0, |since| since.as_nanos());
        Ok(Arc::new(Self {
            folder,
            emptying: Mutex::default(),
            next: AtomicU64::new(u64::try_from(now).unwrap_or_default()),
        }))
    }

    /// Moves something in; false when it is not there.
    pub(super) fn take(&self, path: &Path) -> std::io::Result<bool> {
        let Ok(meta) = std::fs::symlink_metadata(path) else {
            return Ok(false);
        };
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let aside = self.folder.join(number.to_string());
        if std::fs::rename(path, &aside).is_ok() {
            return Ok(true);
        }
        // A folder whose owner took his own rights away cannot be moved to another one.
        if meta.is_dir() {
            unlock(path);
        }
        // No room on the disk for a name, perhaps: then whoever wants it gone waits.
        match std::fs::rename(path, &aside) {
            Ok(()) => Ok(true),
            Err(_) => remove_now(path).map(|()| false),
        }
    }

    /// Removes all that is in there, in a thread of its own. Blocks nobody.
    pub(super) fn empty(self: &Arc<Self>) {
        let trash = Arc::clone(self);
        tokio::task::spawn_blocking(move || {
            let _one_at_a_time = trash
                .emptying
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            for entry in std::fs::read_dir(&trash.folder)
                .into_iter()
                .flatten()
                .flatten()
            {
                if let Err(error) = remove_now(&entry.path()) {
                    tracing::error!(path = %entry.path().display(), %error, "cannot be removed; tried again later");
                }
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[tokio::test]
    async fn what_is_taken_is_gone_at_once_and_removed_with_what_was_left() {
        let data = tempfile::tempdir().expect("a temporary folder");
        std::fs::create_dir_all(data.path().join("trash/1/left")).expect("made");
        let trash = Trash::open(data.path()).expect("open");
        let locked = data.path().join("work");
        std::fs::create_dir_all(locked.join("a/b")).expect("made");
        std::fs::write(locked.join("a/b/c"), "x").expect("written");
        for folder in ["a/b", "a", ""] {
            let mode = std::fs::Permissions::from_mode(0o000);
            std::fs::set_permissions(locked.join(folder), mode).expect("locked");
        }
        assert!(trash.take(&locked).expect("taken"));
        assert!(!trash.take(&locked).expect("gone already"));
        assert!(!locked.exists());
        assert_eq!(std::fs::read_dir(&trash.folder).expect("listed").count(), 2);
        trash.empty();
        while std::fs::read_dir(&trash.folder).expect("listed").count() > 0 {
            tokio::task::yield_now().await;
        }
    }
}
