//! Which files an agent has changed while it is at work, as far as their times tell: for forecasts, not for results.
//!
//! It must never follow a link or open a file, and never look at more than a bounded number of entries however many there are.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::Git;
use super::disk::on_disk;
use super::error::GitError;

/// So many entries are looked at, and so many paths told: where more have a new time, something else than an agent gave it.
const ENTRIES: usize = 100_000;
const PATHS: usize = 500;
/// Folders that hold no work, by their names.
const SKIPPED: [&str; 5] = [".git", "node_modules", "target", ".venv", "__pycache__"];

impl Git {
    /// The paths in a session's working copy whose files changed since it was laid out; none where they are too many to mean
    /// anything. Errors: the disk.
    pub async fn changed_lately(
        &self,
        session: PathBuf,
        workspace: PathBuf,
    ) -> Result<Vec<String>, GitError> {
        on_disk("look at a working copy", move || {
            // The working copy is moved in when it is whole, and nothing else is put there once the agent is at work.
            let laid_out = std::fs::symlink_metadata(&session).and_then(|meta| meta.modified());
            let look = |since| look(&workspace, since);
            Ok(laid_out.map_or_else(|_| Vec::new(), look))
        })
        .await
    }
}

fn look(workspace: &Path, since: SystemTime) -> Vec<String> {
    let mut folders = vec![workspace.to_owned()];
    let (mut seen, mut found) = (0, Vec::new());
    while let Some(folder) = folders.pop() {
        // What cannot be read is not there for a forecast.
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            seen += 1;
            let Ok(meta) = entry.metadata() else { continue };
            let skipped = SKIPPED
                .iter()
                .any(|name| entry.file_name() == OsStr::new(name));
            if meta.is_dir() && !skipped {
                folders.push(entry.path());
            } else if meta.is_file() && meta.modified().is_ok_and(|time| time > since) {
                let path = entry.path();
                let path = path.strip_prefix(workspace).ok().and_then(Path::to_str);
                found.extend(path.map(str::to_owned));
            }
            if seen >= ENTRIES || found.len() > PATHS {
                return Vec::new();
            }
        }
    }
    found.sort();
    found
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn what_is_younger_is_named_and_links_lead_nowhere() {
        let folder = tempfile::tempdir().expect("a folder");
        let elsewhere = tempfile::tempdir().expect("a folder");
        let at = |name: &str| folder.path().join(name);
        std::fs::create_dir_all(at("src/target")).expect("made");
        std::fs::write(elsewhere.path().join("secret"), "x").expect("written");
        std::os::unix::fs::symlink(elsewhere.path(), at("link")).expect("linked");
        for name in ["old.rs", "src/new.rs", "src/target/built.o"] {
            std::fs::write(at(name), "x").expect("written");
        }
        let hour = Duration::from_secs(3_600);
        let since = SystemTime::now() - hour;
        let old = std::fs::File::options().write(true).open(at("old.rs"));
        old.expect("there").set_modified(since - hour).expect("set");
        assert_eq!(look(folder.path(), since), ["src/new.rs"]);
        assert!(look(folder.path(), SystemTime::now() + hour).is_empty());
    }
}
