//! What changed between two commits: git's raw and numstat records (git-diff-tree(1), `-z`), read into values.
//!
//! Paths are bytes chosen by an agent; they stay bytes until they are shown. Nothing here judges them.

use super::error::GitError;
use crate::core::event::{ChangeKind, FileChange};

/// A raw record: modes, objects and paths.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct RawChange {
    /// Octal mode before; `000000` when there was nothing.
    pub(super) old_mode: String,
    /// Octal mode after; `000000` when there is nothing.
    pub(super) new_mode: String,
    /// Object before.
    pub(super) old_object: String,
    /// Object after.
    pub(super) new_object: String,
    /// `A`, `M`, `D`, `R`, `T` …
    pub(super) status: u8,
    /// The path after.
    pub(super) path: Vec<u8>,
    /// The path before a rename.
    pub(super) from: Option<Vec<u8>>,
}

impl RawChange {
    fn kind(&self) -> ChangeKind {
        match self.status {
            b'A' | b'C' => ChangeKind::Added,
            b'D' => ChangeKind::Deleted,
            b'R' => ChangeKind::Renamed,
            _ => ChangeKind::Modified,
        }
    }
}

/// Reads raw records; whatever stands between them is left to `other` together with the tokens that follow.
fn read<'a>(
    output: &'a [u8],
    mut other: impl FnMut(&'a [u8], &mut dyn Iterator<Item = &'a [u8]>) -> Option<()>,
) -> Option<Vec<RawChange>> {
    let mut changes = Vec::new();
    let mut tokens = output.split(|b| *b == 0);
    while let Some(token) = tokens.next() {
        let Some(record) = token.strip_prefix(b":") else {
            other(token, &mut tokens)?;
            continue;
        };
        let record = std::str::from_utf8(record).ok()?;
        let fields: Vec<&str> = record.split(' ').collect();
        let [old_mode, new_mode, old_object, new_object, status] = fields[..] else {
            return None;
        };
        let status = *status.as_bytes().first()?;
        let first = tokens.next()?.to_vec();
        let moved = matches!(status, b'R' | b'C');
        let (path, from) = if moved {
            (tokens.next()?.to_vec(), Some(first))
        } else {
            (first, None)
        };
        let [old_mode, new_mode, old_object, new_object] =
            [old_mode, new_mode, old_object, new_object].map(str::to_owned);
        changes.push(RawChange {
            old_mode,
            new_mode,
            old_object,
            new_object,
            status,
            path,
            from,
        });
    }
    Some(changes)
}

/// Reads the output of `--raw -z`, of a diff or of a log without format.
pub(super) fn read_raw(verb: &str, output: &[u8]) -> Result<Vec<RawChange>, GitError> {
    // A log separates commits by empty tokens or new lines.
    let separator = |token: &[u8]| token.iter().all(u8::is_ascii_whitespace).then_some(());
    read(output, |token, _| separator(token)).ok_or_else(|| GitError::unreadable(verb))
}

/// Reads the output of `diff-tree --raw --numstat -z`: all raw records, then one line count per file in the same order.
pub(super) fn read_counted(output: &[u8]) -> Result<(Vec<RawChange>, Vec<FileChange>), GitError> {
    let mut counts = Vec::new();
    let raw = read(output, |token, tokens| {
        if token.is_empty() {
            return Some(());
        }
        let mut fields = token.splitn(3, |b| *b == b'\t');
        let mut number = || -> Option<Option<u64>> {
            let text = std::str::from_utf8(fields.next()?).ok()?;
            if text == "-" {
                Some(None)
            } else {
                text.parse().ok().map(Some)
            }
        };
        counts.push((number()?, number()?));
        if fields.next()?.is_empty() {
            tokens.next().and(tokens.next())?;
        }
        Some(())
    });
    let raw = raw
        .filter(|raw| raw.len() == counts.len())
        .ok_or_else(|| GitError::unreadable("diff-tree"))?;
    let files = raw
        .iter()
        .zip(&counts)
        .map(|(change, (insertions, deletions))| FileChange {
            path: String::from_utf8_lossy(&change.path).into_owned(),
            kind: change.kind(),
            insertions: insertions.unwrap_or(0),
            deletions: deletions.unwrap_or(0),
            binary: insertions.is_none(),
        });
    let files = files.collect();
    Ok((raw, files))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_and_counts_are_matched() {
        let output = b":100644 100644 aa bb M\0a b\0:000000 100644 00 cc A\0bin\0:100644 100644 dd ee R090\0old\0new\0\
            3\t1\ta b\0-\t-\tbin\x000\t2\t\0old\0new\0";
        let (raw, files) = read_counted(output).expect("read");
        assert_eq!(
            (
                raw.len(),
                raw[2].from.as_deref(),
                raw[1].new_object.as_str()
            ),
            (3, Some(&b"old"[..]), "cc")
        );
        let shown: Vec<_> = files
            .iter()
            .map(|f| (f.path.as_str(), f.kind, f.insertions, f.deletions, f.binary))
            .collect();
        assert_eq!(
            shown,
            [
                ("a b", ChangeKind::Modified, 3, 1, false),
                ("bin", ChangeKind::Added, 0, 0, true),
                ("new", ChangeKind::Renamed, 0, 2, false)
            ]
        );
    }

    #[test]
    fn a_path_that_looks_like_a_record_is_a_path() {
        let raw = read_raw(
            "log",
            b"\0:000000 100644 00 cc A\0:000000 100644 00 dd A\0\n\0",
        )
        .expect("read");
        assert_eq!(raw.len(), 1);
        assert_eq!(raw[0].path, b":000000 100644 00 dd A");
    }

    #[test]
    fn broken_output_is_not_believed() {
        for broken in [
            &b":1 2 3\0x\0"[..],
            b":100644 100644 a b M\0",
            b"1\t2\tx\0",
            b"x\0",
        ] {
            assert!(read_counted(broken).is_err(), "{broken:?}");
        }
    }
}
