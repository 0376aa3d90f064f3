//! What a commit holds, as far as a working copy is compared with it: paths, modes and objects. Pure; it reads `ls-tree -r -z`.

use std::collections::{HashMap, HashSet};

use super::process::paths;
use super::protect::GITLINK;

/// A file of a commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct BaseFile<'a> {
    /// As git writes it.
    pub(super) mode: &'a str,
    pub(super) object: &'a str,
}

/// What a commit holds.
#[derive(Debug, Default)]
pub(super) struct BaseTree<'a> {
    pub(super) files: HashMap<&'a [u8], BaseFile<'a>>,
    /// Every folder with a file in it, at any depth.
    pub(super) folders: HashSet<&'a [u8]>,
    pub(super) submodules: HashSet<&'a [u8]>,
}

impl<'a> BaseTree<'a> {
    /// Reads mode, kind and object, a tab, and the path; what is no such line is left out.
    pub(super) fn read(listing: &'a [u8]) -> Self {
        let mut tree = Self::default();
        for line in paths(listing) {
            let Some(tab) = line.iter().position(|byte| *byte == b'\t') else {
                continue;
            };
            let path = &line[tab + 1..];
            let words = std::str::from_utf8(&line[..tab]).unwrap_or_default();
            let mut words = words.split(' ');
            let (Some(mode), Some(object)) = (words.next(), words.nth(1)) else {
                continue;
            };
            if mode == GITLINK {
                tree.submodules.insert(path);
            } else {
                tree.files.insert(path, BaseFile { mode, object });
            }
            let mut rest = path;
            while let Some(end) = rest.iter().rposition(|byte| *byte == b'/') {
                rest = &rest[..end];
                if !tree.folders.insert(rest) {
                    break;
                }
            }
        }
        tree
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_folders_and_submodules_are_told_apart() {
        let tree = BaseTree::read(
            b"100644 blob aa\ta/b/c\x00160000 commit bb\tsub\x00120000 blob cc\td\0",
        );
        let file = |path: &[u8]| tree.files.get(path).map(|file| (file.mode, file.object));
        assert_eq!(file(b"a/b/c"), Some(("100644", "aa")));
        assert_eq!(file(b"d"), Some(("120000", "cc")));
        assert!(tree.folders.contains(&b"a/b"[..]) && tree.folders.contains(&b"a"[..]));
        assert!(tree.submodules.contains(&b"sub"[..]) && file(b"sub").is_none());
    }
}
