//! Reads an agent's working tree into a git tree, as files and nothing else.
//!
//! Git lists what differs and what is new without entering nested repositories; sizes are looked at before a byte is read;
//! then exactly the files looked at are added. It must never follow a symbolic link out of the tree, and never read what
//! is not a regular file.

use std::ffi::OsStr;
use std::fs::Metadata;
use std::io::ErrorKind;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use super::change::read_raw;
use super::collect::{LISTING, Taking, sha};
use super::error::GitError;
use super::process::{Beyond, Call, Input};
use super::workspace::{copy_keeping_time, on_disk};
use crate::core::ids::Sha;

/// The most files a session may leave uncommitted.
const MOST_FILES: usize = 20_000;
/// The most bytes a session may leave uncommitted.
const MOST_BYTES: u64 = 256 << 20;
/// The most entries of a working tree that are looked at.
const MOST_ENTRIES: usize = 2_000_000;
/// A submodule's mode.
const GITLINK: &str = "160000";

/// What the working tree has beyond the index.
#[derive(Debug, Default)]
struct Differences {
    present: Vec<Vec<u8>>,
    gone: Vec<Vec<u8>>,
}

impl Taking<'_> {
    /// The tree of the working tree as it is, or `None` when nothing differs from `parent`.
    pub(super) async fn snapshot(&self, parent: &Sha) -> Result<Option<Sha>, GitError> {
        let workspace = self.spec.workspace.clone();
        on_disk("look through the working tree", move || clear_special_files(&workspace)).await??;
        self.read_index(parent).await?;
        let found = self.differences().await?;
        if found.present.is_empty() && found.gone.is_empty() {
            return Ok(None);
        }
        self.update(&["--force-remove", "-z", "--stdin"], found.gone).await?;
        self.update(&["--add", "--replace", "-z", "--stdin"], found.present).await?;
        let tree = self.run(self.work("write-tree")).await?;
        sha("write-tree", &tree).map(Some)
    }

    /// A call with the mirror as repository, the agent's files as working tree and an index of our own.
    fn work(&self, verb: &'static str) -> Call {
        let call = self.quarantine.call(verb).env("GIT_WORK_TREE", &self.spec.workspace);
        call.env("GIT_INDEX_FILE", self.quarantine.index()).config("core.bare=false")
    }

    /// The index that was written with the working copy knows which files are untouched; without it all are read.
    async fn read_index(&self, parent: &Sha) -> Result<(), GitError> {
        let (saved, index) = (self.git.index_path(&self.spec.session), self.quarantine.index());
        let copied = on_disk("copy the index", move || match copy_keeping_time(&saved, &index) {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
            other => other.map(|()| true),
        });
        let copied = copied.await?;
        if copied && *parent == self.spec.base {
            return Ok(());
        }
        // Into the index alone: whether the files are as the old index knew them is looked at after this.
        let mode: &[&str] = if copied { &["-m", "-i"] } else { &[] };
        self.run(self.work("read-tree").args(mode).args(["--end-of-options", parent.as_str()])).await?;
        if !copied {
            // Its exit code says that files differ, which is looked at next.
            self.git
                .inner
                .program
                .run(self.work("update-index").args(["-q", "--ignore-submodules", "--refresh"]))
                .await?;
        }
        Ok(())
    }

    async fn differences(&self) -> Result<Differences, GitError> {
        let tracked = self.work("diff-files").args(["--raw", "-z", "--no-abbrev", "--ignore-submodules=all"]);
        let others = self.work("ls-files").args(["-z", "--others", "--exclude-standard"]);
        let (tracked, others) = tokio::try_join!(
            self.run(tracked.cap(LISTING, Beyond::Fail)),
            self.run(others.cap(LISTING, Beyond::Fail))
        )?;
        let tracked = read_raw("diff-files", &tracked)?;
        let others: Vec<Vec<u8>> =
            others.split(|b| *b == 0).filter(|path| !path.is_empty()).map(<[u8]>::to_vec).collect();
        let workspace = self.spec.workspace.clone();
        on_disk("look through the working tree", move || {
            let mut found = Differences::default();
            let mut bytes = 0;
            for change in tracked.into_iter().filter(|change| change.old_mode != GITLINK) {
                match file(&workspace, &change.path).filter(|_| change.status != b'D') {
                    Some(meta) => found.add(change.path, &meta, &mut bytes),
                    None => found.gone.push(change.path),
                }
            }
            for path in others {
                // A path with a slash at its end is a repository inside the tree: its content is not ours to take.
                if let Some(meta) = file(&workspace, &path) {
                    found.add(path, &meta, &mut bytes);
                }
            }
            Ok(found.within(bytes))
        })
        .await?
    }

    async fn update(&self, flags: &[&str], paths: Vec<Vec<u8>>) -> Result<(), GitError> {
        if paths.is_empty() {
            return Ok(());
        }
        let mut list = paths.join(&0);
        list.push(0);
        self.run(self.work("update-index").args(flags).input(Input::Bytes(list))).await.map(drop)
    }
}

impl Differences {
    fn add(&mut self, path: Vec<u8>, meta: &Metadata, bytes: &mut u64) {
        *bytes += meta.len();
        self.present.push(path);
    }

    fn within(self, bytes: u64) -> Result<Self, GitError> {
        let files = self.present.len() + self.gone.len();
        if files <= MOST_FILES && bytes <= MOST_BYTES {
            return Ok(self);
        }
        let what = format!(
            "{files} uncommitted files with {} MiB; {MOST_FILES} files and {} MiB are looked at",
            bytes >> 20,
            MOST_BYTES >> 20
        );
        Err(GitError::TooLarge { what })
    }
}

/// A regular file or a symbolic link at that very path.
fn file(workspace: &Path, path: &[u8]) -> Option<Metadata> {
    if path.ends_with(b"/") {
        return None;
    }
    let meta = std::fs::symlink_metadata(workspace.join(OsStr::from_bytes(path))).ok()?;
    (meta.is_file() || meta.is_symlink()).then_some(meta)
}

/// Removes FIFOs, sockets and devices: a FIFO called `.gitignore` would make git wait for ever. No process of the session
/// is left that could put one back.
fn clear_special_files(workspace: &Path) -> std::io::Result<Result<(), GitError>> {
    if !std::fs::symlink_metadata(workspace)?.is_dir() {
        let problems = vec!["the agent replaced its working copy by something else".to_owned()];
        return Ok(Err(GitError::Unsafe { problems }));
    }
    let mut folders: Vec<PathBuf> = vec![workspace.to_owned()];
    let mut entries = 0;
    while let Some(folder) = folders.pop() {
        for entry in entries_of(&folder)? {
            let entry = entry?;
            entries += 1;
            if entries > MOST_ENTRIES {
                let what = format!("more than {MOST_ENTRIES} files and folders");
                return Ok(Err(GitError::TooLarge { what }));
            }
            let kind = entry.file_type()?;
            if kind.is_dir() {
                folders.push(entry.path());
            } else if !kind.is_file() && !kind.is_symlink() {
                std::fs::remove_file(entry.path())?;
            }
        }
    }
    Ok(Ok(()))
}

/// Lists a folder, also one whose owner took his own rights away: git would take its files for deleted.
fn entries_of(folder: &Path) -> std::io::Result<std::fs::ReadDir> {
    match std::fs::read_dir(folder) {
        Err(error) if error.kind() == ErrorKind::PermissionDenied => {
            std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o700))?;
            std::fs::read_dir(folder)
        }
        other => other,
    }
}
