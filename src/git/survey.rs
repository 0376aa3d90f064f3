//! One walk through an agent's working tree, before git looks at it: special files are removed, and what git does not track is
//! named, so that git itself has to look for new files only where there are some.
//!
//! To be made when no process of the session is left that could put a special file back. It must never follow a link, open a
//! file, or hold more than a bounded number of names however many files there are.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::ffi::OsStr;
use std::io::ErrorKind;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use super::collection::Collection;
use super::disk::on_disk;
use super::error::GitError;
use super::process::{Call, Input, LISTING, Overflow, paths};
use super::protect::GITLINK;

/// The most entries of a working tree that are looked at.
const MOST_ENTRIES: usize = 2_000_000;
/// With more new names than this, git looks through all of the tree.
const NAMED: usize = 500;
/// The most bytes of them: they are passed as arguments.
const BYTES: usize = 64 << 10;

/// What the walk found.
#[derive(Debug, Default)]
pub(super) struct Survey {
    /// Files that git does not track, and folders in which it tracks nothing; `None` when they are too many to be named.
    untracked: Option<Vec<Vec<u8>>>,
    /// Of each folder of theirs in which git tracks something one line of the index, as `update-index --index-info` reads it:
    /// for git, such a folder is another than one that is new as a whole.
    around: Vec<u8>,
    /// Where the tree has submodules.
    pub(super) submodules: Vec<Vec<u8>>,
}

impl Survey {
    /// Whether git tracks all that is there.
    pub(super) fn is_all_tracked(&self) -> bool {
        self.untracked.as_ref().is_some_and(Vec::is_empty)
    }
}

impl Collection<'_> {
    /// Writes the index for [`Collection::untracked`].
    pub(super) async fn write_index_around(&self, survey: &Survey) -> Result<(), GitError> {
        if survey.around.is_empty() {
            return Ok(());
        }
        let call = self.work("update-index").args(["-z", "--index-info"]);
        let call = call
            .env("GIT_INDEX_FILE", self.quarantine.index_around())
            .input(Input::Bytes(survey.around.clone()));
        self.run(call).await.map(drop)
    }

    /// A call that looks for untracked files. Where the walk has named them it looks at these alone, and at what git tracks
    /// around them: the index of a large tree takes longer to read than all of the rest.
    pub(super) fn untracked(&self, survey: &Survey, further: &[&str]) -> Call {
        let call = self
            .work("ls-files")
            .args(["-z", "--others", "--exclude-standard"])
            .args(further);
        match &survey.untracked {
            None => call,
            Some(names) => call
                .env("GIT_INDEX_FILE", self.quarantine.index_around())
                .arg("--")
                .args(names.iter().map(|name| OsStr::from_bytes(name))),
        }
    }

    /// Makes sure that there is a folder for git to look through. Errors: [`GitError::Unsafe`].
    pub(super) async fn check_workspace(&self) -> Result<(), GitError> {
        let workspace = self.spec.workspace.clone();
        let meta = on_disk("look through the working tree", move || {
            std::fs::symlink_metadata(workspace)
        });
        if meta.await?.is_dir() {
            return Ok(());
        }
        let problems = vec!["the agent replaced its working copy by something else".to_owned()];
        Err(GitError::Unsafe { problems })
    }

    /// Walks through the working tree; the index is read already. Errors: [`GitError::TooLarge`].
    pub(super) async fn survey(&self) -> Result<Survey, GitError> {
        let listing = self.work("ls-files").args(["-z", "--stage"]);
        let listing = self.run(listing.cap(LISTING, Overflow::Fail)).await?;
        let workspace = self.spec.workspace.clone();
        on_disk("look through the working tree", move || {
            walk(&workspace, &Tracked::read(&listing))
        })
        .await?
    }
}

/// What git tracks.
#[derive(Default)]
struct Tracked<'a> {
    files: HashSet<&'a [u8]>,
    /// Every folder with something tracked in it, at any depth, and the line of one such thing.
    folders: HashMap<&'a [u8], &'a [u8]>,
    submodules: HashSet<&'a [u8]>,
}

impl<'a> Tracked<'a> {
    /// Reads `ls-files --stage -z`: mode, object and stage, a tab, and the path.
    fn read(listing: &'a [u8]) -> Self {
        let mut tracked = Self::default();
        for line in paths(listing) {
            let Some(tab) = line.iter().position(|byte| *byte == b'\t') else {
                continue;
            };
            let path = &line[tab + 1..];
            if line.starts_with(GITLINK.as_bytes()) {
                tracked.submodules.insert(path);
            } else {
                tracked.files.insert(path);
            }
            // From the innermost out, as far as they are new.
            let mut rest = path;
            while let Some(end) = rest.iter().rposition(|byte| *byte == b'/') {
                rest = &rest[..end];
                if tracked.folders.insert(rest, line).is_some() {
                    break;
                }
            }
            tracked.folders.entry(b"").or_insert(line);
        }
        tracked
    }

    /// One line of each folder that holds one of these names.
    fn around(&self, names: &[Vec<u8>]) -> Vec<u8> {
        let folders = names.iter().map(|name| {
            let end = name.iter().rposition(|byte| *byte == b'/').unwrap_or(0);
            &name[..end]
        });
        let lines: BTreeSet<&[u8]> = folders
            .filter_map(|folder| self.folders.get(folder).copied())
            .collect();
        lines
            .into_iter()
            .flat_map(|line| [line, b"\0"].concat())
            .collect()
    }
}

/// A folder on the walk.
struct Folder {
    path: PathBuf,
    /// Its name in the tree; `None` below one that is named already or that git never looks into.
    name: Option<Vec<u8>>,
}

fn walk(workspace: &Path, tracked: &Tracked<'_>) -> std::io::Result<Result<Survey, GitError>> {
    let mut untracked = Names::default();
    let mut folders = vec![Folder {
        path: workspace.to_owned(),
        name: Some(Vec::new()),
    }];
    let mut entries = 0;
    while let Some(folder) = folders.pop() {
        for entry in entries_of(&folder.path)? {
            let entry = entry?;
            entries += 1;
            if entries > MOST_ENTRIES {
                let what = format!("more than {MOST_ENTRIES} files and folders");
                return Ok(Err(GitError::TooLarge { what }));
            }
            let kind = entry.file_type()?;
            let own = entry.file_name();
            let name = (folder.name.as_deref().filter(|_| own != ".git"))
                .map(|above| below(above, own.as_bytes()));
            if kind.is_dir() {
                let name = name.filter(|name| {
                    let known = tracked.folders.contains_key(&name[..]);
                    if !known && !tracked.submodules.contains(&name[..]) {
                        untracked.add(name);
                    }
                    known
                });
                folders.push(Folder {
                    path: entry.path(),
                    name,
                });
            } else if !kind.is_file() && !kind.is_symlink() {
                // A FIFO called `.gitignore` would make git wait for ever.
                std::fs::remove_file(entry.path())?;
            } else if let Some(name) = name.filter(|name| !tracked.files.contains(&name[..])) {
                untracked.add(&name);
            }
        }
    }
    let untracked = untracked.all();
    Ok(Ok(Survey {
        around: untracked
            .as_deref()
            .map_or_else(Vec::new, |names| tracked.around(names)),
        untracked,
        submodules: tracked
            .submodules
            .iter()
            .map(|path| path.to_vec())
            .collect(),
    }))
}

/// Names, as many as there may be.
#[derive(Default)]
struct Names {
    names: Vec<Vec<u8>>,
    bytes: usize,
}

impl Names {
    fn add(&mut self, name: &[u8]) {
        self.bytes += name.len();
        if !self.are_too_many() {
            self.names.push(name.to_vec());
        }
    }

    fn are_too_many(&self) -> bool {
        self.bytes > BYTES || self.names.len() >= NAMED
    }

    fn all(self) -> Option<Vec<Vec<u8>>> {
        (!self.are_too_many()).then_some(self.names)
    }
}

fn below(folder: &[u8], name: &[u8]) -> Vec<u8> {
    if folder.is_empty() {
        name.to_vec()
    } else {
        [folder, b"/", name].concat()
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    fn found(files: &[&str], tracked: &[u8]) -> Option<Vec<String>> {
        let folder = tempfile::tempdir().expect("a temporary folder");
        for file in files {
            let path = folder.path().join(file);
            std::fs::create_dir_all(path.parent().expect("it has one")).expect("made");
            std::fs::write(path, "x").expect("written");
        }
        let survey = walk(folder.path(), &Tracked::read(tracked)).expect("walked");
        let names = survey.expect("small").untracked?;
        let mut names: Vec<String> = (names.iter())
            .map(|name| String::from_utf8_lossy(name).into_owned())
            .collect();
        names.sort();
        Some(names)
    }

    #[test]
    fn of_each_folder_with_something_new_one_tracked_thing_is_known() {
        let around = |names: &[&str]| {
            let names: Vec<Vec<u8>> = names.iter().map(|name| name.as_bytes().to_vec()).collect();
            String::from_utf8(Tracked::read(TRACKED).around(&names)).expect("text")
        };
        assert_eq!(around(&["a/b/new", "a/b/newer"]), "100644 aa 0\ta/b/c\0");
        assert_eq!(around(&["a/x"]), "100644 aa 0\ta/b/c\0");
        assert_eq!(around(&["new"]), "100644 aa 0\ta/b/c\0");
        assert_eq!(around(&[]), "");
    }

    const TRACKED: &[u8] =
        b"100644 aa 0\ta/b/c\x00100755 aa 0\td\x00160000 aa 0\tsub\x00100644 aa 0\twas\0";

    #[test]
    fn what_git_does_not_track_is_named_by_its_topmost_folder() {
        let there = [
            "a/b/c",
            "a/b/new",
            "a/x/y/z",
            "d",
            "sub/file",
            ".git/HEAD",
            "a/.git/x",
            "was/now/a",
        ];
        let new = ["a/b/new", "a/x", "was"].map(str::to_owned).to_vec();
        assert_eq!(found(&there, TRACKED), Some(new));
        assert_eq!(found(&["a/b/c", "d"], TRACKED), Some(Vec::new()));
        assert_eq!(found(&["a"], TRACKED), Some(vec!["a".to_owned()]));
    }

    #[test]
    fn too_many_new_names_are_left_to_git() {
        let many: Vec<String> = (0..NAMED).map(|number| format!("new{number}")).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        assert_eq!(found(&many, TRACKED), None);
        assert!(found(&many[1..], TRACKED).is_some());
    }
}
