//! A patch as a page shows it: by files, each line known as added, taken away or neither. Bounded, and it says where it was cut.

use super::words::Line;
use crate::sanitise;

/// So many lines are shown.
const LINES: usize = 3_000;
/// The longest line that is shown, bytes.
const WIDTH: usize = 1_000;

/// A patch.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Diff {
    /// File by file.
    pub files: Vec<DiffFile>,
    /// More stands in the patch than here.
    pub cut: bool,
}

/// What changes in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DiffFile {
    /// Its path.
    pub path: Line,
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
        let mut in_hunk = false;
        let mut shown = 0;
        for line in patch.lines() {
            if let Some(names) = line.strip_prefix("diff --git ") {
                in_hunk = false;
                let path = names.rsplit_once(" b/").map_or(names, |(_, path)| path);
                diff.files.push(DiffFile {
                    path: Line::new(path),
                    added: 0,
                    removed: 0,
                    lines: Vec::new(),
                });
                continue;
            }
            let Some(file) = diff.files.last_mut() else {
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
            let plain = line.starts_with("Binary files") || line.starts_with("rename ");
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

    /// How many files, in words.
    pub fn counted(&self) -> String {
        crate::text::count(self.files.len() as u64, "file")
    }

    /// Lines added and taken away in all.
    pub fn totals(&self) -> (usize, usize) {
        let add = |(added, removed), file: &DiffFile| (added + file.added, removed + file.removed);
        self.files.iter().fold((0, 0), add)
    }
}
