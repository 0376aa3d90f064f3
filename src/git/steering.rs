//! What steers agents comes from the base, also where a working copy begins with what an agent or somebody else made: instructions
//! and settings that an earlier session wrote must not be orders for the next one.
//!
//! A new or changed file of that kind is laid out as the base has it, or is not laid out, and the index is told not to look: for git
//! it is as the commit has it, so that nothing of this becomes a change of the session. It must be done before any agent is there.

use std::ffi::OsStr;
use std::io::ErrorKind;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use super::Git;
use super::change::{RawChange, read_raw};
use super::disk::on_disk;
use super::error::GitError;
use super::process::{Call, Input, LISTING, Overflow};
use super::protect::LINK;
use super::snapshot::listed;
use super::workspace::WorkspaceSpec;
use crate::core::protected;

/// A file that steers is not larger.
const LARGEST: usize = 4 << 20;

impl Git {
    /// Lays them out in a working copy that is being made.
    pub(super) async fn steer(&self, spec: &WorkspaceSpec, making: &Path) -> Result<(), GitError> {
        if spec.steered_by == spec.base {
            return Ok(());
        }
        let call = Call::new("diff-tree")
            .args(["-r", "-z", "--raw", "--no-abbrev", "--no-renames"])
            .args(["--no-ext-diff", "--end-of-options"])
            .args([spec.steered_by.as_str(), spec.base.as_str()])
            .repository(&self.mirror_path(spec.repository))
            .cap(LISTING, Overflow::Fail);
        let raw = self.inner.program.run(call).await?.bytes()?;
        let mut changes = read_raw("diff-tree", &raw)?;
        // One that the base has and the branch lost orders nobody.
        changes.retain(|change| {
            change.status != b'D' && protected::steers(&String::from_utf8_lossy(&change.path))
        });
        if changes.is_empty() {
            return Ok(());
        }
        let mut files = Vec::new();
        for change in &changes {
            files.push(self.as_before(spec, change).await?);
        }
        let paths: Vec<Vec<u8>> = changes.into_iter().map(|change| change.path).collect();
        let (root, list) = (making.to_owned(), listed(&paths));
        on_disk("lay out the base's instructions", move || {
            for (path, before) in paths.iter().zip(&files) {
                put(&root.join(OsStr::from_bytes(path)), before.as_ref())?;
            }
            Ok(())
        })
        .await?;
        let call = Call::new("update-index")
            .args(["--skip-worktree", "-z", "--stdin"])
            .repository(&making.join(".git"))
            .env("GIT_WORK_TREE", making)
            .input(Input::Bytes(list));
        self.inner.program.run(call).await?.bytes().map(drop)
    }

    /// The file as the base has it, with its mode; `None` where it has none.
    async fn as_before(
        &self,
        spec: &WorkspaceSpec,
        change: &RawChange,
    ) -> Result<Option<(String, Vec<u8>)>, GitError> {
        let is_file = change.old_mode.starts_with("100") || change.old_mode == LINK;
        if change.status == b'A' || !is_file {
            return Ok(None);
        }
        let call = Call::new("cat-file")
            .args(["blob", &change.old_object])
            .repository(&self.mirror_path(spec.repository))
            .cap(LARGEST, Overflow::Fail);
        let content = self.inner.program.run(call).await?.bytes()?;
        Ok(Some((change.old_mode.clone(), content)))
    }
}

fn put(path: &Path, before: Option<&(String, Vec<u8>)>) -> std::io::Result<()> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    match before {
        None => Ok(()),
        Some((mode, target)) if mode == LINK => {
            std::os::unix::fs::symlink(OsStr::from_bytes(target), path)
        }
        Some((_, content)) => std::fs::write(path, content),
    }
}
