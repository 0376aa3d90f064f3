//! The rules a session's result has to keep: what may never be in a tree, and what a human has to allow first.
//!
//! Pure functions over changed paths and modes. A rule broken ([`problems`]) refuses the whole result; a protected path
//! ([`protected`]) is only reported, the caller asks. Nothing here reads a file.

use super::change::RawChange;
use super::error::one_line;
use crate::core::protected::{is_lock_file, needs_consent_with};

/// Mode of a symbolic link.
pub(super) const LINK: &str = "120000";
/// Mode of a gitlink (a submodule's commit).
pub(super) const GITLINK: &str = "160000";
/// The longest path; the limit of most systems.
const LONGEST_PATH: usize = 4096;
/// The longest part of a path.
const LONGEST_PART: usize = 255;
/// How many broken rules are named.
const NAMED: usize = 5;

/// A changed symbolic link and where it points.
#[derive(Debug)]
pub(super) struct Link<'a> {
    pub(super) path: &'a [u8],
    /// Its target, as stored.
    pub(super) target: Vec<u8>,
}

/// Names each rule the changes break (at most five), as a sentence.
pub(super) fn problems(changes: &[RawChange], links: &[Link<'_>]) -> Vec<String> {
    let alive = changes.iter().filter(|change| change.status != b'D');
    let of_paths = alive.flat_map(|change| {
        let path = &change.path;
        let gitlink = change.new_mode == GITLINK;
        [
            gitlink.then(|| format!("{} is a submodule, new or changed", shown(path))),
            has_git_part(path).then(|| {
                format!(
                    "{} has a part that git takes for its own folder",
                    shown(path)
                )
            }),
            is_too_long(path).then(|| format!("the path {} is too long", shown(path))),
        ]
    });
    let outside = links.iter().filter(|link| leaves_tree(link));
    let of_links = outside.map(|link| {
        format!(
            "the symbolic link {} points outside the repository",
            shown(link.path)
        )
    });
    let mut all: Vec<String> = of_paths.flatten().chain(of_links).collect();
    all.sort();
    all.dedup();
    all.truncate(NAMED);
    all
}

/// Names new paths that some file systems cannot tell from another path of the tree. `tree` is every path in it, NUL-ended.
pub(super) fn case_clashes(changes: &[RawChange], tree: &[u8]) -> Vec<String> {
    let added: Vec<&[u8]> = changes
        .iter()
        .filter(|c| c.status != b'D' && c.status != b'M')
        .map(|c| &c.path[..])
        .collect();
    let mut spellings = std::collections::HashMap::<String, &[u8]>::new();
    let mut clashing = std::collections::HashSet::<&[u8]>::new();
    for path in tree.split(|b| *b == 0).filter(|path| !path.is_empty()) {
        let folders = path
            .iter()
            .enumerate()
            .filter(|(_, b)| **b == b'/')
            .map(|(end, _)| &path[..end]);
        for prefix in folders.chain([path]) {
            let spelling = *spellings
                .entry(String::from_utf8_lossy(prefix).to_lowercase())
                .or_insert(prefix);
            if spelling != prefix {
                clashing.extend([spelling, prefix]);
            }
        }
    }
    let ours = |clash: &&&[u8]| {
        added.iter().any(|path| {
            path.strip_prefix(**clash)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with(b"/"))
        })
    };
    let mut named: Vec<String> = clashing
        .iter()
        .filter(ours)
        .map(|path| shown(path))
        .collect();
    named.sort();
    named.truncate(NAMED);
    named
        .into_iter()
        .map(|path| format!("{path} differs from another path in upper and lower case only"))
        .collect()
}

/// The changes a human has to allow: of workflows and other CI, ownership, git's and agents' own configuration, what is
/// protected `besides`; and of lock files when nothing else changed.
pub(super) fn protected_changes<'a>(
    changes: &'a [RawChange],
    besides: &[String],
) -> Vec<&'a RawChange> {
    let only_locks =
        !changes.is_empty() && changes.iter().flat_map(paths).all(|p| is_lock_file(&p));
    let held = |change: &&RawChange| {
        only_locks || paths(change).any(|path| needs_consent_with(&path, besides))
    };
    changes.iter().filter(held).collect()
}

/// Their paths, sorted.
pub(super) fn protected(changes: &[RawChange], besides: &[String]) -> Vec<String> {
    let held = protected_changes(changes, besides);
    let only_locks = !held.is_empty()
        && held
            .iter()
            .all(|change| paths(change).all(|p| is_lock_file(&p)));
    let mut named: Vec<String> = held
        .into_iter()
        .flat_map(paths)
        .filter(|path| only_locks || needs_consent_with(path, besides))
        .collect();
    named.sort();
    named.dedup();
    named
}

/// The path of a change, and before it the one it had.
fn paths(change: &RawChange) -> impl Iterator<Item = String> {
    let both = change.from.iter().chain([&change.path]);
    both.map(|path| String::from_utf8_lossy(path).into_owned())
}

/// `.git`, and what file systems that ignore case, trailing dots, streams or invisible characters take for it.
fn has_git_part(path: &[u8]) -> bool {
    path.split(|b| matches!(b, b'/' | b'\\')).any(|part| {
        let visible: String = String::from_utf8_lossy(part)
            .chars()
            .filter(|c| c.is_ascii() && !c.is_control())
            .collect();
        let plain = visible
            .split(':')
            .next()
            .unwrap_or_default()
            .trim_end_matches(['.', ' '])
            .to_ascii_lowercase();
        plain == ".git" || plain == "git~1"
    })
}

fn is_too_long(path: &[u8]) -> bool {
    path.len() > LONGEST_PATH
        || path
            .split(|b| *b == b'/')
            .any(|part| part.len() > LONGEST_PART)
}

/// A link stays inside when it climbs first (no higher than the root) and only descends after that: a `..` behind a name
/// could climb from wherever that name links to.
pub(super) fn leaves_tree(link: &Link<'_>) -> bool {
    let depth = link.path.iter().filter(|b| **b == b'/').count();
    let parts: Vec<&[u8]> = link
        .target
        .split(|b| *b == b'/')
        .filter(|part| !part.is_empty() && *part != b".")
        .collect();
    let climbs = parts.iter().take_while(|part| **part == b"..").count();
    let absolute = link.target.first().is_none_or(|b| *b == b'/');
    absolute
        || climbs > depth
        || parts[climbs..].contains(&&b".."[..])
        || has_git_part(&link.target)
}

/// A path as it may stand in a sentence.
pub(super) fn shown(path: &[u8]) -> String {
    format!(
        "`{}`",
        one_line(&String::from_utf8_lossy(path), 120).replace('`', "'")
    )
}

#[cfg(any(test, fuzzing))]
pub(super) mod fuzzed;

#[cfg(test)]
mod tests {
    use super::*;

    fn change(status: u8, mode: &str, path: &str) -> RawChange {
        let (old_mode, new_object, from) = ("000000".into(), "0".into(), None);
        let old_object = "0".into();
        RawChange {
            old_mode,
            new_mode: mode.into(),
            old_object,
            new_object,
            status,
            path: path.into(),
            from,
        }
    }

    #[test]
    fn links_may_climb_first_and_only_inside() {
        let leaves = |path: &'static str, target: &str| {
            leaves_tree(&Link {
                path: path.as_bytes(),
                target: target.into(),
            })
        };
        for (path, target) in [
            ("a", "b"),
            ("d/a", "../b/c"),
            ("d/e/a", "../../b"),
            ("a", "./b/"),
            ("a", "..b"),
        ] {
            assert!(!leaves(path, target), "{path} -> {target}");
        }
        for (path, target) in [
            ("a", "/etc/passwd"),
            ("a", ".."),
            ("d/a", "../../x"),
            ("a", "b/../../x"),
            ("d/a", "l/../.."),
            ("a", ""),
            ("a", ".git/config"),
            ("d/a", "../.GIT"),
        ] {
            assert!(leaves(path, target), "{path} -> {target}");
        }
    }

    #[test]
    fn trees_keep_the_rules() {
        let bad = [
            change(b'A', GITLINK, "sub"),
            change(b'M', GITLINK, "old"),
            change(b'A', "100644", "a/.Git/hooks/x"),
            change(b'A', "100644", "git~1/x"),
            change(b'A', "100644", ".g\u{200c}it/x"),
            change(b'A', "100644", &"x/".repeat(2100)),
        ];
        for bad in bad {
            assert_eq!(
                problems(std::slice::from_ref(&bad), &[]).len(),
                1,
                "{bad:?}"
            );
        }
        let good = [
            change(b'A', "100644", ".gitignore"),
            change(b'D', "000000", ".git/x"),
            change(b'A', "100755", "a.git/x"),
        ];
        assert_eq!(problems(&good, &[]), Vec::<String>::new());
    }

    #[test]
    fn case_clashes_of_new_paths_are_named_and_old_ones_left() {
        let tree = b"Docs/a\0docs/b\0x\0OLD\0old\0";
        let added = [
            change(b'A', "100644", "docs/b"),
            change(b'A', "100644", "x"),
        ];
        assert_eq!(
            case_clashes(&added, tree),
            ["`docs` differs from another path in upper and lower case only"]
        );
        assert_eq!(
            case_clashes(&[change(b'M', "100644", "docs/b")], tree),
            Vec::<String>::new()
        );
    }

    #[test]
    fn protected_paths_are_found_wherever_they_hide() {
        let bad = [
            ".github/workflows/ci.yml",
            "docs/CODEOWNERS",
            "sub/.gitattributes",
            ".gitmodules",
            ".Claude/settings.json",
            "ci/run.sh",
            ".ci/x.sh",
            "AGENTS.md",
        ];
        for path in bad {
            assert_eq!(
                protected(
                    &[
                        change(b'A', "100644", path),
                        change(b'A', "100644", "src/x")
                    ],
                    &[]
                ),
                [path]
            );
        }
        assert_eq!(
            protected(
                &[
                    change(b'M', "100644", "src/github/mod.rs"),
                    change(b'M', "100644", "Cargo.lock")
                ],
                &[]
            ),
            Vec::<String>::new()
        );
        assert_eq!(
            protected(&[change(b'M', "100644", "Cargo.lock")], &[]),
            ["Cargo.lock"]
        );
        let besides = ["infra/**".to_owned()];
        let mut moved = change(b'R', "100644", "src/main.tf");
        moved.from = Some(b"infra/main.tf".to_vec());
        assert_eq!(
            protected(&[moved, change(b'M', "100644", "src/x")], &besides),
            ["infra/main.tf"],
            "a file that leaves a protected place"
        );
    }
}
