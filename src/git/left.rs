//! Names what the working copy holds beside the result: tools' leavings, ignored files, submodules that were filled.
//!
//! Ignoring is git's own business (gitignore(5)): the repository's rules first, then the list of `core::leavings` below them.
//! It must never enter a repository inside the tree, and names a bounded number of things.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use super::collection::Collection;
use super::disk::on_disk;
use super::error::GitError;
use super::ignore_list::exclude_file;
use super::process::{Call, Overflow, paths};
use super::survey::Survey;
use crate::core::event::{LeftOut, WhyLeftOut};
use crate::core::leavings;

/// The most things of one kind that are named.
const NAMED: usize = 50;
/// The most bytes of ignored names that are read.
const IGNORED: usize = 4 << 20;

impl Collection<'_> {
    /// Writes the ignore list to where [`Collection::ignoring`] reads it.
    pub(super) async fn write_ignore_list(&self) -> Result<(), GitError> {
        let (file, text) = (self.ignore_file(), exclude_file(&self.spec.ignore));
        on_disk("write the ignore list", move || std::fs::write(file, text)).await
    }

    /// The call with the ignore list below the repository's own rules.
    pub(super) fn ignoring(&self, call: Call) -> Call {
        call.config(format!(
            "core.excludesFile={}",
            self.ignore_file().display()
        ))
    }

    fn ignore_file(&self) -> PathBuf {
        self.quarantine.index().with_extension("ignore")
    }

    /// Leavings, ignored files and filled submodules.
    pub(super) async fn left_beside(&self, survey: &Survey) -> Result<Vec<LeftOut>, GitError> {
        let ignored = || {
            let call = self.untracked(survey, &["--ignored", "--directory"]);
            call.cap(IGNORED, Overflow::Cut)
        };
        let (all, own) = if survey.is_all_tracked() {
            (Vec::new(), Vec::new())
        } else {
            tokio::try_join!(self.run(self.ignoring(ignored())), self.run(ignored()))?
        };
        let (all, own) = (topmost(&all), topmost(&own));
        let leavings = all
            .difference(&own)
            .map(|name| (WhyLeftOut::Leaving, name.clone()));
        let ignored = own
            .iter()
            .filter(|name| !leavings::contain(name))
            .map(|name| (WhyLeftOut::Ignored, name.clone()));
        let mut left: Vec<(WhyLeftOut, String)> =
            leavings.take(NAMED).chain(ignored.take(NAMED)).collect();
        let submodules = survey.submodules.clone();
        let workspace = self.spec.workspace.clone();
        let filled = on_disk("look through the working tree", move || {
            Ok(submodules
                .into_iter()
                .filter(|path| is_filled(&workspace, path))
                .take(NAMED)
                .collect::<Vec<_>>())
        });
        let named = |path: Vec<u8>| {
            (
                WhyLeftOut::Submodule,
                String::from_utf8_lossy(&path).into_owned(),
            )
        };
        left.extend(filled.await?.into_iter().map(named));
        Ok(left
            .into_iter()
            .map(|(why, name)| LeftOut { why, name })
            .collect())
    }
}

/// Names without those inside another of them.
fn topmost(output: &[u8]) -> BTreeSet<String> {
    let mut names = BTreeSet::<String>::new();
    let mut listed: Vec<String> = paths(output)
        .map(|path| String::from_utf8_lossy(path).into_owned())
        .collect();
    listed.sort();
    let mut folder: Option<String> = None;
    for name in listed {
        if folder
            .as_ref()
            .is_some_and(|folder| name.starts_with(folder))
        {
            continue;
        }
        folder = Some(name.clone()).filter(|name| name.ends_with('/'));
        names.insert(name);
    }
    names
}

fn is_filled(workspace: &Path, path: &[u8]) -> bool {
    let folder = workspace.join(OsStr::from_bytes(path));
    let is_folder = std::fs::symlink_metadata(&folder).is_ok_and(|meta| meta.is_dir());
    is_folder && std::fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_stands_for_what_is_in_it() {
        let names = topmost(b"b\0a/\0a/x\0a.txt\0ab/\0");
        assert_eq!(
            names.into_iter().collect::<Vec<_>>(),
            ["a.txt", "a/", "ab/", "b"]
        );
    }
}
