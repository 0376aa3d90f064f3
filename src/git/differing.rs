//! Which files of a working copy may differ from its base, by times and names alone: what is read and compared after that.
//!
//! It must never open a file but the lists of what is ignored, and names a bounded number of things.

use std::collections::{BTreeMap, HashSet};
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use super::base_tree::{BaseFile, BaseTree};
use super::working_files::{Changed, Entry, Kind, WorkingFiles, parted};

/// So many names are compared with what the repository ignores.
pub(super) const NAMES: usize = 2_000;
/// A list of what is ignored has at most so many bytes.
const RULES: usize = 64 << 10;
/// Folders that hold no work, by their names.
const SKIPPED: [&[u8]; 4] = [b"node_modules", b"target", b".venv", b"__pycache__"];

/// A file of the base.
#[derive(Debug, Clone)]
pub(super) struct Before {
    pub(super) mode: String,
    pub(super) object: String,
}

impl Before {
    fn of(file: &BaseFile<'_>) -> Self {
        Self {
            mode: file.mode.to_owned(),
            object: file.object.to_owned(),
        }
    }
}

/// What a walk found.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// Files that may differ, with what they were; those that are new were nothing.
    pub(super) files: BTreeMap<Vec<u8>, Option<Before>>,
    /// Files of the base that are not there.
    pub(super) gone: BTreeMap<Vec<u8>, Before>,
    /// Files and folders of which the base knows nothing.
    pub(super) new: Vec<(Vec<u8>, Kind)>,
    /// So many were not looked at.
    pub(super) more: usize,
}

/// When the working copy was laid out: as its index was written, which no agent can reach. Without it all that has a time later than
/// its folder's counts.
pub(super) fn laid_out(index: &Path, workspace: &Path) -> Changed {
    let session = workspace.parent().unwrap_or(workspace);
    let meta = std::fs::symlink_metadata(index).or_else(|_| std::fs::symlink_metadata(session));
    meta.map_or((0, 0), |meta| (meta.mtime(), meta.mtime_nsec()))
}

/// Compares a working copy with its base, by times and names alone.
pub(super) fn compare(files: &WorkingFiles, base: &BaseTree<'_>, since: Changed) -> Found {
    let mut found = Found::default();
    let mut seen: HashSet<Vec<u8>> = HashSet::new();
    let walked = files.walk(
        b"",
        |Entry {
             path,
             kind,
             changed,
         }| {
            let (_, name) = parted(&path);
            if name.eq_ignore_ascii_case(b".git") || base.submodules.contains(&path[..]) {
                return false;
            }
            match (kind, base.files.get(&path[..])) {
                (Kind::Folder, _) if base.folders.contains(&path[..]) => return true,
                (Kind::Folder, _) if SKIPPED.contains(&name) => {}
                (Kind::File, Some(before)) => {
                    if changed >= since {
                        found.files.insert(path.clone(), Some(Before::of(before)));
                    }
                    seen.insert(path);
                }
                (kind, _) => found.new.push((path, kind)),
            }
            false
        },
    );
    if !walked.whole {
        return found;
    }
    // Of what could not be looked into nobody knows what is gone.
    let hidden = |path: &[u8]| above(path).any(|folder| walked.shut.contains(&folder));
    for (path, before) in &base.files {
        if !seen.contains(*path) && !hidden(path) {
            found.gone.insert(path.to_vec(), Before::of(before));
        }
    }
    found
}

/// What is in new folders, and how much more. What is a repository of its own is nobody's change here.
pub(super) fn inside(
    files: &WorkingFiles,
    folders: impl Iterator<Item = Vec<u8>>,
) -> (Vec<(Vec<u8>, Kind)>, usize) {
    let (mut found, mut more) = (Vec::new(), 0);
    for folder in folders {
        if more > 0 {
            more += 1;
            continue;
        }
        let (mut own, mut nested) = (Vec::new(), Vec::new());
        let walked = files.walk(&folder, |entry| {
            let (above, name) = parted(&entry.path);
            if name.eq_ignore_ascii_case(b".git") {
                nested.push([above, b"/"].concat());
                return false;
            }
            match entry.kind {
                Kind::Folder => !SKIPPED.contains(&name),
                Kind::File => {
                    own.push((entry.path, Kind::File));
                    false
                }
            }
        });
        own.retain(|(path, _)| !nested.iter().any(|nested| path.starts_with(nested)));
        found.append(&mut own);
        more += found.len().saturating_sub(NAMES) + usize::from(!walked.whole);
        found.truncate(NAMES);
    }
    (found, more)
}

/// The folders that something is in, up to the top.
pub(super) fn above(path: &[u8]) -> impl Iterator<Item = Vec<u8>> {
    let mut next = Some(parted(path).0.to_vec());
    std::iter::from_fn(move || {
        let folder = next.take()?;
        next = (!folder.is_empty()).then(|| parted(&folder).0.to_vec());
        Some(folder)
    })
}

/// Copies the lists of what is ignored that stand in these folders.
pub(super) fn copy_rules(files: &WorkingFiles, folders: &HashSet<Vec<u8>>, to: &Path) {
    for folder in folders {
        let of = |name: &[u8]| match folder.is_empty() {
            true => name.to_vec(),
            false => [folder, &b"/"[..], name].concat(),
        };
        let rules = files.read(&of(b".gitignore"), RULES);
        let Some(rules) = rules.filter(|rules| rules.mode != "120000") else {
            continue;
        };
        let file = to.join(OsStr::from_bytes(&of(b".gitignore")));
        // Rules that cannot be copied (a path that is too long) do not hold here, and no more comes of it.
        let copied = file.parent().map(std::fs::create_dir_all);
        let _more_is_shown =
            copied.map(|made| made.and_then(|()| std::fs::write(&file, rules.bytes)));
    }
}
