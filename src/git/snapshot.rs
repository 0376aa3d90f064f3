//! Reads an agent's working tree into a git tree, as files and nothing else.
//!
//! Git lists what differs and what is new without entering nested repositories; sizes are looked at before a byte is read;
//! then exactly the files looked at are added. It must never follow a symbolic link out of the tree, and never read what
//! is not a regular file.

use std::ffi::OsStr;
use std::fs::Metadata;
use std::io::ErrorKind;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use super::change::{RawChange, read_raw};
use super::collection::{Collection, sha};
use super::disk::{copy_keeping_time, on_disk, set_time};
use super::error::GitError;
use super::process::{Call, Input, LISTING, Overflow, paths};
use super::protect::{GITLINK, Link, leaves_tree};
use super::survey::Survey;
use crate::core::event::{LeftOut, WhyLeftOut};
use crate::core::ids::Sha;

/// The most files a session may leave uncommitted.
const MOST_FILES: usize = 20_000;
/// The most bytes a session may leave uncommitted.
const MOST_BYTES: u64 = 256 << 20;

/// With more files than this that look changed, git looks which are: a whole tree may have new times and no new content.
const SUSPECT: usize = 100;

/// What the working tree has beyond the index.
#[derive(Debug, Default)]
struct Differences {
    changed: Vec<RawChange>,
    added: Vec<Vec<u8>>,
    gone: Vec<Vec<u8>>,
    left_out: Vec<LeftOut>,
    bytes: u64,
}

/// The working tree as a tree.
#[derive(Debug)]
pub(super) struct Snapshot {
    /// `None` when nothing differs from the parent.
    pub(super) tree: Option<Sha>,
    /// What it does not hold.
    pub(super) left_out: Vec<LeftOut>,
}

/// A line of the index that is made without reading the file.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) mode: String,
    pub(super) object: String,
    pub(super) path: Vec<u8>,
}

impl Collection<'_> {
    /// Reads the working tree as it is, compared with `parent`.
    pub(super) async fn snapshot(&self, parent: &Sha) -> Result<Snapshot, GitError> {
        self.check_workspace().await?;
        let known = self.read_index(parent).await?;
        self.write_ignore_list().await?;
        let survey = self.survey().await?;
        self.write_index_around(&survey).await?;
        let found = self.differences(&survey, known).await?;
        let (touched, mut entries) = self.touched(found.changed).await?;
        let present = touched
            .into_iter()
            .map(|change| change.path)
            .chain(found.added)
            .collect();
        let (present, pointers) = self.pointers(present).await?;
        entries.extend(pointers);
        let left_out = found.left_out;
        if present.is_empty() && found.gone.is_empty() && entries.is_empty() {
            return Ok(Snapshot {
                tree: None,
                left_out,
            });
        }
        self.update(&["--force-remove", "-z", "--stdin"], listed(&found.gone))
            .await?;
        self.update(&["--add", "--replace", "-z", "--stdin"], listed(&present))
            .await?;
        let lines: Vec<u8> = entries.iter().flat_map(Entry::line).collect();
        self.update(&["--add", "--replace", "-z", "--index-info"], lines)
            .await?;
        let tree = self.run(self.work("write-tree")).await?;
        Ok(Snapshot {
            tree: Some(sha("write-tree", &tree)?),
            left_out,
        })
    }

    /// A call with the mirror as repository, the agent's files as working tree and an index of our own.
    pub(super) fn work(&self, verb: &'static str) -> Call {
        let call = self
            .quarantine
            .call(verb)
            .env("GIT_WORK_TREE", &self.spec.workspace);
        // Nobody else reads this index: a sum over all of it protects nothing.
        call.env("GIT_INDEX_FILE", self.quarantine.index())
            .config("core.bare=false")
            .config("index.skipHash=true")
    }

    /// The index that was written with the working copy knows which files are untouched; without it all are read. Answers
    /// whether it knows.
    async fn read_index(&self, parent: &Sha) -> Result<bool, GitError> {
        let (saved, index) = (
            self.git.index_path(&self.spec.session),
            self.quarantine.index(),
        );
        let copied = on_disk("copy the index", move || {
            match copy_keeping_time(&saved, &index) {
                Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
                other => other.map(Some),
            }
        });
        let copied = copied.await?;
        if copied.is_none() || *parent != self.spec.base {
            // Into the index alone: whether the files are as the old index knew them is looked at after this.
            let mode: &[&str] = if copied.is_some() { &["-m", "-i"] } else { &[] };
            self.run(
                self.work("read-tree")
                    .args(mode)
                    .args(["--end-of-options", parent.as_str()]),
            )
            .await?;
        }
        if let Some(written) = copied {
            // git reads a file again that changed in the second of its index, or later; what it wrote just now has a later
            // time, and would hide what an agent did in the second its working copy was made.
            let index = self.quarantine.index();
            on_disk("date the index", move || set_time(&index, written)).await?;
        }
        Ok(copied.is_some())
    }

    /// Has git read what only looks changed. Its exit code says that files differ, which is looked at next.
    async fn refresh(&self) -> Result<(), GitError> {
        let refresh = self
            .work("update-index")
            .args(["-q", "--ignore-submodules", "--refresh"]);
        self.git.inner.program.run(refresh).await.map(drop)
    }

    /// Tracked files that differ from the index, or look so.
    async fn tracked(&self) -> Result<Vec<RawChange>, GitError> {
        let call =
            self.work("diff-files")
                .args(["--raw", "-z", "--no-abbrev", "--ignore-submodules=all"]);
        read_raw(
            "diff-files",
            &self.run(call.cap(LISTING, Overflow::Fail)).await?,
        )
    }

    /// Files that git does not track, but for those it ignores.
    async fn others(&self, survey: &Survey) -> Result<Vec<u8>, GitError> {
        if survey.is_all_tracked() {
            return Ok(Vec::new());
        }
        let call = self.ignoring(self.untracked(survey, &[]));
        self.run(call.cap(LISTING, Overflow::Fail)).await
    }

    async fn differences(&self, survey: &Survey, known: bool) -> Result<Differences, GitError> {
        if !known {
            self.refresh().await?;
        }
        let (mut tracked, others, mut left_out) = tokio::try_join!(
            self.tracked(),
            self.others(survey),
            self.left_beside(survey),
        )?;
        if known && tracked.len() > SUSPECT {
            self.refresh().await?;
            tracked = self.tracked().await?;
        }
        let others: Vec<Vec<u8>> = paths(&others).map(<[u8]>::to_vec).collect();
        let (workspace, skipped) = (self.spec.workspace.clone(), self.told.skipped.clone());
        on_disk("look through the working tree", move || {
            let mut found = Differences::default();
            found.left_out.append(&mut left_out);
            for change in tracked
                .into_iter()
                .filter(|change| change.old_mode != GITLINK)
            {
                match file(&workspace, &change.path).filter(|_| change.status != b'D') {
                    Some(meta) if found.counts(&workspace, &change.path, &meta) => {
                        found.changed.push(change)
                    }
                    Some(_) => {}
                    // What git itself was told to leave out of the tree is not deleted.
                    None if skipped.contains(&change.path) => {}
                    None => found.gone.push(change.path),
                }
            }
            for path in others {
                match file(&workspace, &path) {
                    Some(meta) if found.counts(&workspace, &path, &meta) => found.added.push(path),
                    Some(_) => {}
                    // A path with a slash at its end is a repository inside the tree: its content is not ours to take.
                    None if path.ends_with(b"/") => found.leave(WhyLeftOut::Repository, &path),
                    None => {}
                }
            }
            Ok(found.within())
        })
        .await?
    }

    pub(super) async fn update(&self, flags: &[&str], list: Vec<u8>) -> Result<(), GitError> {
        if list.is_empty() {
            return Ok(());
        }
        let outcome = self
            .git
            .inner
            .program
            .run(
                self.work("update-index")
                    .args(flags)
                    .input(Input::Bytes(list)),
            )
            .await?;
        if !outcome.success
            && ["encod", "BOM"]
                .iter()
                .any(|sign| outcome.stderr.contains(sign))
        {
            let said = super::error::one_line(outcome.stderr.trim_start_matches("fatal: "), 300);
            return Err(GitError::Unsafe {
                problems: vec![format!(
                    "git cannot store a file as `.gitattributes` says: {said}"
                )],
            });
        }
        outcome.bytes().map(drop)
    }
}

impl Differences {
    /// Whether a file may be taken; a link that leaves the tree may not, and is named.
    fn counts(&mut self, workspace: &Path, path: &[u8], meta: &Metadata) -> bool {
        if meta.is_symlink()
            && let Ok(target) = std::fs::read_link(workspace.join(OsStr::from_bytes(path)))
            && leaves_tree(&Link {
                path,
                target: target.into_os_string().as_bytes().to_vec(),
            })
        {
            self.leave(WhyLeftOut::Link, path);
            return false;
        }
        self.bytes += meta.len();
        true
    }

    fn leave(&mut self, why: WhyLeftOut, path: &[u8]) {
        self.left_out.push(LeftOut {
            why,
            name: String::from_utf8_lossy(path).into_owned(),
        });
    }

    fn within(self) -> Result<Self, GitError> {
        let files = self.changed.len() + self.added.len() + self.gone.len();
        if files <= MOST_FILES && self.bytes <= MOST_BYTES {
            return Ok(self);
        }
        let what = format!(
            "{files} uncommitted files with {} MiB; {MOST_FILES} files and {} MiB are looked at",
            self.bytes >> 20,
            MOST_BYTES >> 20
        );
        Err(GitError::TooLarge { what })
    }
}

impl Entry {
    /// A line of `update-index --index-info`.
    pub(super) fn line(&self) -> Vec<u8> {
        let mut line = format!("{} {}\t", self.mode, self.object).into_bytes();
        line.extend(&self.path);
        line.push(0);
        line
    }
}

/// Paths as git reads them from its input, each with a NUL behind it.
pub(super) fn listed(paths: &[impl AsRef<[u8]>]) -> Vec<u8> {
    paths
        .iter()
        .flat_map(|path| path.as_ref().iter().copied().chain([0]))
        .collect()
}

/// A regular file or a symbolic link at that very path.
pub(super) fn file(workspace: &Path, path: &[u8]) -> Option<Metadata> {
    if path.ends_with(b"/") {
        return None;
    }
    let meta = std::fs::symlink_metadata(workspace.join(OsStr::from_bytes(path))).ok()?;
    (meta.is_file() || meta.is_symlink()).then_some(meta)
}
