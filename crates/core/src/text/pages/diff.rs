//! A patch as a page shows it: by files, each line known as added, taken away or neither. Bounded, and it says where it was cut.

use super::words::Line;
use crate::sanitise;

/// So many files are shown, …
const FILES: usize = 200;
/// … and so many lines.
const LINES: usize = 3_000;
/// Lines before a file's own that say something of it.
const PLAIN: [&str; 3] = ["Binary files", "old mode ", "new mode "];
/// The longest line that is shown, bytes.
const WIDTH: usize = 1_000;

/// A patch.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Diff {
    /// File by file.
    pub files: Vec<DiffFile>,
    /// More stands in the patch than here.
    pub cut: bool,
    /// So many further files are not shown at all.
    pub more: usize,
}

/// What changes in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DiffFile {
    /// Its path.
    pub path: Line,
    /// An id that stays the same whichever files come before it.
    pub id: String,
    /// Lines added.
    pub added: usize,
    /// Lines taken away.
    pub removed: usize,
    /// The lines of the patch.
    pub lines: Vec<DiffLine>,
}

/// A line of a patch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DiffLine {
    /// `add`, `del`, `hunk` or nothing.
    pub class: &'static str,
    /// The line with its mark.
    pub text: String,
}

impl Diff {
    /// Of a patch as git writes it; `whole` where nothing is missing at its end.
    pub fn of(patch: &str, whole: bool) -> Self {
        let mut diff = Self {
            cut: !whole,
            ..Self::default()
        };
        let (mut in_hunk, mut beyond) = (false, false);
        let mut shown = 0;
        for line in patch.lines() {
            if let Some(names) = line.strip_prefix("diff --git ") {
                in_hunk = false;
                beyond = diff.files.len() >= FILES;
                match beyond {
                    true => diff.more += 1,
                    false => diff.begin(path(names)),
                }
                continue;
            }
            let Some(file) = diff.files.last_mut().filter(|_| !beyond) else {
                continue;
            };
            in_hunk |= line.starts_with("@@");
            let class = match line.as_bytes().first() {
                Some(b'@') => "hunk",
                Some(b'+') if in_hunk => "add",
                Some(b'-') if in_hunk => "del",
                _ => "",
            };
            file.added += usize::from(class == "add");
            file.removed += usize::from(class == "del");
            let plain = PLAIN.iter().any(|begin| line.starts_with(begin));
            if !in_hunk && !plain {
                continue;
            }
            shown += 1;
            if shown > LINES {
                diff.cut = true;
                continue;
            }
            let near = &line[..line.floor_char_boundary(WIDTH)];
            let text = sanitise::visible(near).replace('\n', " ");
            file.lines.push(DiffLine { class, text });
        }
        diff
    }

    /// What follows is of this file. One whose kind changes comes twice: as what it was, and as what it is.
    fn begin(&mut self, path: &str) {
        let mut file = DiffFile::of(path);
        let again = |known: &&DiffFile| known.id.starts_with(&file.id);
        let times = self.files.iter().filter(again).count();
        if times > 0 {
            file.id = format!("{}-{times}", file.id);
        }
        self.files.push(file);
    }

    /// Nothing is changed, as far as is known.
    pub fn is_empty(&self) -> bool {
        self.files.is_empty() && self.more == 0
    }

    /// How many files, in words.
    pub fn counted(&self) -> String {
        crate::text::count((self.files.len() + self.more) as u64, "file")
    }

    /// How many files are not shown, in words.
    pub fn left_out(&self) -> String {
        crate::text::count(self.more as u64, "more file")
    }

    /// Lines added and taken away in all.
    pub fn totals(&self) -> (usize, usize) {
        let add = |(added, removed), file: &DiffFile| (added + file.added, removed + file.removed);
        self.files.iter().fold((0, 0), add)
    }
}

impl DiffFile {
    fn of(path: &str) -> Self {
        // FNV-1a: the same today and tomorrow, and nobody gains by two files of one id.
        let mix = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        let hash = path.bytes().fold(0xcbf2_9ce4_8422_2325, mix);
        Self {
            path: Line::new(path),
            id: format!("f{hash:x}"),
            added: 0,
            removed: 0,
            lines: Vec::new(),
        }
    }
}

/// The path in `a/PATH b/PATH`: both are the same, since nothing is told as renamed. What is quoted stays so, without its marks.
fn path(names: &str) -> &str {
    let half = names.len().saturating_sub(1) / 2;
    let second = names.get(half + 1..).unwrap_or_default();
    let quoted = second.strip_prefix("\"b/");
    let quoted = quoted.and_then(|name| name.strip_suffix('"'));
    quoted
        .or_else(|| second.strip_prefix("b/"))
        .unwrap_or(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_read_whatever_stands_in_it() {
        for (names, read) in [
            ("a/x.rs b/x.rs", "x.rs"),
            ("a/x b/y z b/x b/y z", "x b/y z"),
            ("\"a/new\\nline\" \"b/new\\nline\"", "new\\nline"),
            ("odd", "odd"),
        ] {
            assert_eq!(path(names), read, "{names}");
        }
    }

    #[test]
    fn what_is_too_much_is_counted() {
        let one = |n: usize| {
            format!("diff --git a/{n} b/{n}\n--- a/{n}\n+++ b/{n}\n@@ -0,0 +1 @@\n+{n}\n")
        };
        let patch: String = (0..FILES + 3).map(one).collect();
        let diff = Diff::of(&patch, true);
        assert_eq!((diff.files.len(), diff.more), (FILES, 3));
        assert_eq!(diff.totals(), (FILES, 0));
        assert_eq!(
            (diff.counted(), diff.left_out()),
            ("203 files".to_owned(), "3 more files".to_owned())
        );
        let long = format!("{}{}", one(1), "+x\n".repeat(LINES));
        assert!(Diff::of(&long, true).cut && !Diff::of(&patch, true).cut);
        let twice = Diff::of(&format!("{}{}", one(1), one(1)), true);
        assert_ne!(twice.files[0].id, twice.files[1].id);
    }
}
