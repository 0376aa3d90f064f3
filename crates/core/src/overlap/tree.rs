//! The files of a repository, so that they can be found by what people call them: a path or the end of one, a file's name, a
//! module's name, a folder.
//!
//! Letter case does not count. It must never keep more than [`MOST`] paths; what is beyond is not found by name.

use std::collections::BTreeMap;
use std::ops::Range;

/// So many paths are kept.
const MOST: usize = 100_000;
/// Names of files that say nothing of what is inside: their folder's name does.
const FOLDERS_OWN: [&str; 6] = ["mod", "lib", "main", "index", "__init__", "package"];

/// The files of a repository.
#[derive(Debug, Clone, Default)]
pub struct Tree {
    /// In lower case and as they are, in order of the former.
    paths: Vec<(String, String)>,
    /// By the last part of the path, lower case.
    by_name: BTreeMap<String, Vec<u32>>,
    /// By what a module would be called, lower case.
    by_module: BTreeMap<String, Vec<u32>>,
}

impl Tree {
    /// The tree with these paths, which have `/` between their parts.
    pub fn of(paths: impl IntoIterator<Item = String>) -> Self {
        let mut paths: Vec<(String, String)> = paths
            .into_iter()
            .take(MOST)
            .map(|path| (path.to_lowercase(), path))
            .collect();
        paths.sort_unstable();
        paths.dedup();
        let mut tree = Self::default();
        for (at, (lower, _)) in (0_u32..).zip(&paths) {
            let name = lower.rsplit('/').next().unwrap_or_default();
            tree.by_name.entry(name.to_owned()).or_default().push(at);
            if let Some(module) = module(lower) {
                tree.by_module
                    .entry(module.to_owned())
                    .or_default()
                    .push(at);
            }
        }
        tree.paths = paths;
        tree
    }

    /// Whether there is a file with exactly this path.
    pub fn has(&self, path: &str) -> bool {
        let lower = path.to_lowercase();
        let first = self.paths.partition_point(|(other, _)| *other < lower);
        let same = self.paths[first..]
            .iter()
            .take_while(|(other, _)| *other == lower);
        same.into_iter().any(|(_, own)| own == path)
    }

    /// The files that a path means, in lower case: those that end with it, or that it ends with, for a path of another
    /// machine. Of several those that have most parts in common with it.
    pub(super) fn meant(&self, path: &str) -> Vec<&str> {
        let name = path.rsplit('/').next().unwrap_or_default();
        let mut best = (0, Vec::new());
        for at in self.by_name.get(name).into_iter().flatten() {
            let (lower, own) = &self.paths[*at as usize];
            let common = in_common(lower, path);
            let whole = common == parts(path) || (common == parts(lower) && common > 1);
            if whole && common > best.0 {
                best = (common, Vec::new());
            }
            if whole && common == best.0 {
                best.1.push(own.as_str());
            }
        }
        best.1
    }

    /// The files that a module of this name would be in, in lower case.
    pub(super) fn modules(&self, name: &str) -> Vec<&str> {
        let found = self.by_module.get(name).into_iter().flatten();
        found
            .map(|at| self.paths[*at as usize].1.as_str())
            .collect()
    }

    /// The files below a folder, in lower case, that begins at the root.
    pub(super) fn below(&self, folder: &str) -> impl Iterator<Item = &str> {
        let range = match folder {
            "" => 0..0,
            folder => self.range(&format!("{folder}/")),
        };
        self.paths[range].iter().map(|(_, own)| own.as_str())
    }

    fn range(&self, prefix: &str) -> Range<usize> {
        let start = self
            .paths
            .partition_point(|(lower, _)| lower.as_str() < prefix);
        let inside = |(lower, _): &(String, String)| lower.starts_with(prefix);
        start..start + self.paths[start..].partition_point(inside)
    }
}

fn parts(path: &str) -> usize {
    path.split('/').count()
}

/// How many parts two paths have in common, from their ends.
fn in_common(one: &str, other: &str) -> usize {
    let pairs = one.rsplit('/').zip(other.rsplit('/'));
    pairs.take_while(|(one, other)| one == other).count()
}

/// What a file's module is called: its name without ending, or its folder's where that says nothing. The root of a package has
/// no name: whoever names the package means any of its files.
fn module(path: &str) -> Option<&str> {
    let mut parts = path.rsplit('/');
    let name = parts.next()?;
    let stem = name.split_once('.').map_or(name, |(stem, _)| stem);
    if !FOLDERS_OWN.contains(&stem) {
        return Some(stem).filter(|stem| !stem.is_empty());
    }
    parts
        .next()
        .filter(|folder| !matches!(*folder, "src" | "lib"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree() -> Tree {
        let paths = [
            "README.md",
            "crates/ignore/src/lib.rs",
            "crates/ignore/src/walk.rs",
            "crates/printer/src/util.rs",
            "crates/searcher/src/util.rs",
            "crates/searcher/src/sink/mod.rs",
            ".gitignore",
        ];
        Tree::of(paths.map(str::to_owned))
    }

    #[test]
    fn files_are_found_by_the_end_of_their_path() {
        let tree = tree();
        assert_eq!(tree.meant("readme.md"), ["README.md"]);
        assert_eq!(tree.meant("src/walk.rs"), ["crates/ignore/src/walk.rs"]);
        assert_eq!(tree.meant("util.rs").len(), 2);
        assert_eq!(
            tree.meant("searcher/src/util.rs"),
            ["crates/searcher/src/util.rs"]
        );
        let elsewhere = "/home/me/rg/crates/ignore/src/walk.rs";
        assert_eq!(tree.meant(elsewhere), ["crates/ignore/src/walk.rs"]);
        assert!(tree.meant("/other/src/walk.rs").is_empty());
        assert!(tree.meant("").is_empty());
    }

    #[test]
    fn modules_and_folders_are_found() {
        let tree = tree();
        assert!(tree.modules("ignore").is_empty() && tree.modules("src").is_empty());
        assert_eq!(tree.modules("sink"), ["crates/searcher/src/sink/mod.rs"]);
        assert_eq!(tree.modules("util").len(), 2);
        assert_eq!(tree.below("crates/ignore").count(), 2);
        assert_eq!(tree.below("crates/ign").count(), 0);
        assert_eq!(tree.below("").count(), 0);
        assert!(tree.has("README.md") && !tree.has("readme.md"));
    }
}
