//! The files, modules and folders of a repository that a text names: paths, file names, frames of stack traces, paths of
//! modules (`ignore::walk`), words that are a file's name.
//!
//! It must never take a name that fits many files for any of them, and reads no more than [`TEXT`] bytes.

use std::collections::{BTreeMap, BTreeSet};

use super::tree::Tree;
use super::words::cut;

/// So much of a text is read, bytes.
const TEXT: usize = 16 * 1024;
/// So many different names in it are looked at.
const NAMES: usize = 512;
/// A name that fits more files than that names none of them.
const AMBIGUOUS: usize = 8;
/// The same of the name of a module.
const AMBIGUOUS_MODULE: usize = 4;
/// So many files of a folder are looked at.
const FOLDER: usize = 500;
/// The shortest word that names a module, bytes.
const WORD: usize = 4;
/// What a path counts that means one file alone.
const PATH: f64 = 0.9;
/// What the name of a module counts that stands in a path of modules or in backticks.
const MODULE: f64 = 0.5;
/// The same of a plain word.
const PLAIN: f64 = 0.3;

/// Words that are the names of modules everywhere.
const EVERYWHERE: [&str; 22] = [
    "test",
    "tests",
    "util",
    "utils",
    "readme",
    "core",
    "error",
    "errors",
    "types",
    "common",
    "build",
    "setup",
    "config",
    "init",
    "index",
    "main",
    "changelog",
    "license",
    "package",
    "example",
    "examples",
    "default",
];

/// What a text names.
#[derive(Debug, Default)]
pub(super) struct Named<'a> {
    /// Files, and how surely, 0 to 1.
    pub(super) files: BTreeMap<&'a str, f64>,
    /// Folders, without a `/` at the end, lower case, with some of their files.
    pub(super) folders: BTreeMap<String, Vec<&'a str>>,
}

impl<'a> Named<'a> {
    /// What a title and a body name of a tree.
    pub(super) fn in_text(title: &str, body: &str, tree: &'a Tree) -> Self {
        let text = format!("{title}\n{}", cut(body, TEXT)).to_lowercase();
        let quoted: BTreeSet<&str> = text.split('`').skip(1).step_by(2).flat_map(words).collect();
        let mut seen = BTreeSet::new();
        let mut named = Self::default();
        for name in text.split(|c: char| !is_of_name(c)) {
            let name = trimmed(name);
            if name.len() < 3 || seen.len() >= NAMES || !seen.insert(name) {
                continue;
            }
            named.take(name, &quoted, tree);
        }
        named
    }

    fn take(&mut self, name: &str, quoted: &BTreeSet<&str>, tree: &'a Tree) {
        let is_path = name.contains(['/', '.']);
        let meant = if is_path {
            tree.meant(name)
        } else {
            Vec::new()
        };
        if !meant.is_empty() && meant.len() <= AMBIGUOUS {
            return self.put(&meant, PATH);
        }
        let folder = name.trim_end_matches('/');
        let below: Vec<&str> = tree.below(folder).take(FOLDER).collect();
        if name.contains('/') && !below.is_empty() {
            self.folders.insert(folder.to_owned(), below);
            return;
        }
        let in_path = name.contains("::") || is_path;
        for word in words(name).filter(|word| is_tell_tale(word)) {
            let modules = tree.modules(word);
            if modules.len() <= AMBIGUOUS_MODULE {
                let sure = in_path || quoted.contains(word);
                self.put(&modules, if sure { MODULE } else { PLAIN });
            }
        }
    }

    /// Files that share a name share what it counts.
    fn put(&mut self, files: &[&'a str], weight: f64) {
        let weight = weight / files.len().max(1) as f64;
        for file in files {
            let known = self.files.entry(file).or_insert(0.0);
            *known = known.max(weight);
        }
    }
}

fn is_of_name(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '/' | ':')
}

/// A name without what stands around it: `a/src/x.rs:10:5,` is `src/x.rs`.
fn trimmed(name: &str) -> &str {
    let mut name = name.trim_matches(|c| matches!(c, '.' | ':' | '-'));
    while let Some((file, line)) = name.rsplit_once(':') {
        if !line.bytes().all(|byte| byte.is_ascii_digit()) {
            break;
        }
        name = file;
    }
    let name = name.strip_prefix("./").unwrap_or(name);
    let side = name.strip_prefix("a/").or_else(|| name.strip_prefix("b/"));
    side.unwrap_or(name).trim_start_matches('/')
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric() && c != '_' && c != '-')
        .filter(|word| !word.is_empty())
}

fn is_tell_tale(word: &str) -> bool {
    word.len() >= WORD && !EVERYWHERE.contains(&word)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(text: &str) -> String {
        let paths = [
            "README.md",
            "crates/ignore/src/lib.rs",
            "crates/ignore/src/walk.rs",
            "crates/printer/src/util.rs",
            "crates/searcher/src/util.rs",
            "requests/models.py",
            "src/mp3.rs",
        ];
        let tree = Tree::of(paths.map(str::to_owned));
        let named = Named::in_text("", text, &tree);
        let files = named
            .files
            .iter()
            .map(|(file, weight)| format!("{file} {weight}"));
        let folders = named.folders.iter();
        let folders = folders.map(|(folder, files)| format!("{folder}/ {}", files.len()));
        files.chain(folders).collect::<Vec<_>>().join(", ")
    }

    #[test]
    fn paths_and_frames_name_files() {
        assert_eq!(named("see `README.md`."), "README.md 0.9");
        assert_eq!(
            named("at a/src/walk.rs:10:5"),
            "crates/ignore/src/walk.rs 0.9"
        );
        let frame = "File \"/usr/lib/python3/site-packages/requests/models.py\", line 3";
        assert_eq!(named(frame), "requests/models.py 0.9");
        let both = "crates/printer/src/util.rs 0.45, crates/searcher/src/util.rs 0.45";
        assert_eq!(named("util.rs"), both);
        assert_eq!(named("src/mp3.rs"), "src/mp3.rs 0.9");
    }

    #[test]
    fn modules_and_folders_are_named_by_words() {
        assert_eq!(
            named("ignore::walk::WalkBuilder"),
            "crates/ignore/src/walk.rs 0.5"
        );
        assert_eq!(named("the `walk` is slow"), "crates/ignore/src/walk.rs 0.5");
        assert_eq!(named("the walk is slow"), "crates/ignore/src/walk.rs 0.3");
        assert_eq!(named("util is slow"), "");
        assert_eq!(named("all of crates/ignore"), "crates/ignore/ 2");
        assert_eq!(named(""), "");
    }
}
