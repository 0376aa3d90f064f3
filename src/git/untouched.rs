//! Tells files the session changed from files that only look changed.
//!
//! What is committed need not be what `.gitattributes` would make of it (`text`, `eol`, `ident`, an encoding): git takes such a
//! file for changed as soon as it looks at it closely, and would commit it rewritten. A file is untouched here when its bytes
//! are those of the commit, or those git lays out for the commit. It must never write into the working tree.

use std::collections::HashSet;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use super::change::RawChange;
use super::collection::Collection;
use super::disk::on_disk;
use super::error::GitError;
use super::process::{Input, LISTING, Overflow};
use super::snapshot::{Entry, listed};

impl Collection<'_> {
    /// Gives back what is changed indeed; what differs in its mode alone becomes an entry with the content it had.
    pub(super) async fn touched(
        &self,
        changes: Vec<RawChange>,
    ) -> Result<(Vec<RawChange>, Vec<Entry>), GitError> {
        let is_file = |mode: &str| mode.starts_with("100");
        let files: Vec<&RawChange> = changes
            .iter()
            .filter(|change| is_file(&change.old_mode) && is_file(&change.new_mode))
            .collect();
        let mut same = self.same_as_committed(&files).await?;
        let rest: Vec<&[u8]> = files
            .iter()
            .map(|change| &change.path[..])
            .filter(|path| !same.contains(*path))
            .collect();
        same.extend(self.same_as_laid_out(&rest).await?);
        let (mut touched, mut entries) = (Vec::new(), Vec::new());
        for change in changes {
            if !same.contains(&change.path) {
                touched.push(change);
            } else if change.old_mode != change.new_mode {
                entries.push(Entry {
                    mode: change.new_mode,
                    object: change.old_object,
                    path: change.path,
                });
            }
        }
        Ok((touched, entries))
    }

    /// Those whose bytes are the blob's.
    async fn same_as_committed(&self, files: &[&RawChange]) -> Result<HashSet<Vec<u8>>, GitError> {
        if files.is_empty() {
            return Ok(HashSet::new());
        }
        let mut list = Vec::new();
        for change in files {
            list.extend(quoted(
                &self.spec.workspace.join(OsStr::from_bytes(&change.path)),
            ));
        }
        let call = self
            .quarantine
            .call("hash-object")
            .args(["--no-filters", "--stdin-paths"]);
        let hashes = self
            .run(call.input(Input::Bytes(list)).cap(LISTING, Overflow::Fail))
            .await?;
        let hashes = String::from_utf8_lossy(&hashes);
        let same = files
            .iter()
            .zip(hashes.lines())
            .filter(|(change, hash)| change.old_object == **hash);
        Ok(same.map(|(change, _)| change.path.clone()).collect())
    }

    /// Those whose bytes are what git writes for the blob under the commit's own attributes.
    async fn same_as_laid_out(&self, paths: &[&[u8]]) -> Result<HashSet<Vec<u8>>, GitError> {
        if paths.is_empty() {
            return Ok(HashSet::new());
        }
        let folder = self.quarantine.folder("laid-out").await?;
        let call = self
            .work("checkout-index")
            .args(["--force", "--quiet", "-z", "--stdin"]);
        // The last wins: an empty working tree, so that the attributes are the index's.
        let call = call
            .env("GIT_WORK_TREE", &folder)
            .input(Input::Bytes(listed(paths)));
        // One file that cannot be laid out only means that it cannot be the same.
        self.git.inner.program.run(call).await?;
        let workspace = self.spec.workspace.clone();
        let paths: Vec<Vec<u8>> = paths.iter().map(|path| path.to_vec()).collect();
        on_disk("compare files", move || {
            let same = |path: &Vec<u8>| {
                let path = OsStr::from_bytes(path);
                is_equal(&folder.join(path), &workspace.join(path))
            };
            Ok(paths.into_iter().filter(same).collect())
        })
        .await
    }
}

fn is_equal(one: &Path, other: &Path) -> bool {
    let length = |path: &Path| {
        std::fs::symlink_metadata(path)
            .ok()
            .filter(|meta| meta.is_file())
            .map(|meta| meta.len())
    };
    let alike = length(one).is_some() && length(one) == length(other);
    alike
        && matches!((std::fs::read(one), std::fs::read(other)), (Ok(one), Ok(other)) if one == other)
}

/// A path as a line, quoted as git quotes C strings: it may hold a line end.
fn quoted(path: &Path) -> Vec<u8> {
    let mut line = vec![b'"'];
    for byte in path.as_os_str().as_bytes() {
        match byte {
            b'"' | b'\\' | 0..=0x1f | 0x7f.. => line.extend(format!("\\{byte:03o}").bytes()),
            plain => line.push(*plain),
        }
    }
    line.extend(b"\"\n");
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_quoted_so_that_any_byte_is_one_line() {
        assert_eq!(
            quoted(Path::new("/a b/\"c\"\n\u{e9}")),
            b"\"/a b/\\042c\\042\\012\\303\\251\"\n"
        );
    }
}
