//! Work on files, kept off the threads that run everything else: a slow disk must not hold a webhook up.
//!
//! It must never be called while a lock is held that an async task waits for.

use std::io::ErrorKind;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::SystemTime;

use super::error::GitError;

/// Removes a file or a folder with everything in it, even where its owner took his own rights away. Links are not
/// followed.
pub(super) async fn remove_tree(path: &Path) -> Result<(), GitError> {
    let path = path.to_owned();
    on_disk("remove a working copy", move || remove_now(&path)).await
}

/// The same, on this thread.
pub(super) fn remove_now(path: &Path) -> std::io::Result<()> {
    let Ok(meta) = std::fs::symlink_metadata(path) else {
        return Ok(());
    };
    if !meta.is_dir() {
        return std::fs::remove_file(path);
    }
    match std::fs::remove_dir_all(path) {
        Err(error) if error.kind() == ErrorKind::PermissionDenied => {
            unlock(path);
            std::fs::remove_dir_all(path)
        }
        other => other,
    }
}

/// Gives the owner of a folder his rights on it back, and on every folder in it.
pub(super) fn unlock(folder: &Path) {
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        // What cannot be unlocked fails in the removal that follows.
        let _ = std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(0o700));
        let entries = std::fs::read_dir(&folder).into_iter().flatten().flatten();
        folders.extend(
            entries
                .filter(|e| e.file_type().is_ok_and(|kind| kind.is_dir()))
                .map(|e| e.path()),
        );
    }
}

/// Runs file operations off the async threads.
pub(super) async fn on_disk<T: Send + 'static>(
    verb: &'static str,
    work: impl FnOnce() -> std::io::Result<T> + Send + 'static,
) -> Result<T, GitError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result.map_err(|error| GitError::disk(verb, error)),
        Err(error) => Err(GitError::Disk {
            verb: verb.to_owned(),
            why: error.to_string(),
        }),
    }
}

/// Git takes a file changed in the very moment its index was written for suspect; a copy with a later time would make it
/// trust what it should look at.
pub(super) fn copy_keeping_time(from: &Path, to: &Path) -> std::io::Result<SystemTime> {
    let modified = std::fs::metadata(from)?.modified()?;
    std::fs::copy(from, to)?;
    set_time(to, modified)?;
    Ok(modified)
}

/// Sets when a file was last changed.
pub(super) fn set_time(path: &Path, modified: SystemTime) -> std::io::Result<()> {
    std::fs::File::options()
        .write(true)
        .open(path)?
        .set_modified(modified)
}
