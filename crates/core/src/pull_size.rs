//! How much of a change people have to read: its lines, with tests and what programs write apart.
//!
//! Names alone tell what is apart ([`path_kind`]), and the operator's globs. It must never judge whether a change is good.

use crate::event::FileChange;
use crate::glob;
use crate::path_kind::{PathKind, path_kind};
use crate::policy::Policy;

/// The lines of a change, added and removed ones together.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PullSize {
    /// Those that people have to read.
    pub lines: u64,
    /// Those of tests, of what programs write, and of what the operator leaves out.
    pub apart: u64,
}

/// Measures the files of a change; `apart` are globs over whole paths.
pub fn pull_size(files: &[FileChange], apart: &[String]) -> PullSize {
    let mut size = PullSize::default();
    for file in files {
        let lines = file.insertions.saturating_add(file.deletions);
        let is_apart = matches!(path_kind(&file.path), PathKind::Generated | PathKind::Test)
            || apart.iter().any(|glob| glob::matches(glob, &file.path));
        let part = if is_apart {
            &mut size.apart
        } else {
            &mut size.lines
        };
        *part = part.saturating_add(lines);
    }
    size
}

/// The size of a change, if it is more than the operator lets people read without being asked.
pub fn too_large(files: &[FileChange], policy: &Policy) -> Option<PullSize> {
    let most = policy.limits.pull_lines;
    let size = pull_size(files, &policy.uncounted);
    (most > 0 && size.lines > u64::from(most)).then_some(size)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::ChangeKind;

    fn file(path: &str, insertions: u64, deletions: u64) -> FileChange {
        FileChange {
            path: path.to_owned(),
            kind: ChangeKind::Modified,
            insertions,
            deletions,
            binary: false,
        }
    }

    #[test]
    fn tests_and_what_programs_write_stand_apart() {
        let files = [
            file("src/a.rs", 10, 2),
            file("src/a_test.go", 100, 0),
            file("Cargo.lock", 1_000, 900),
            file("README.md", 3, 0),
            file("src/api/client.rs", 500, 0),
        ];
        let size = pull_size(&files, &["src/api/**".to_owned()]);
        assert_eq!((size.lines, size.apart), (15, 2_500));
        assert_eq!(pull_size(&files, &[]).lines, 515);
        assert_eq!(pull_size(&[], &[]), PullSize::default());
        assert_eq!(pull_size(&[file("a", u64::MAX, 1)], &[]).lines, u64::MAX);
    }
}
