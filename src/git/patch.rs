//! The lines a patch adds, with where they are to stand.
//!
//! An agent wrote what stands in a patch, so nothing in it may be taken for its frame: each hunk says at its head how many lines
//! it has, and only what stands between hunks is a header. Pure.

use crate::core::ids::Sha;

/// What a patch adds to one file: lines that stand together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Run {
    /// The commit that adds them, where the patch names one before its files.
    pub(super) commit: Option<Sha>,
    /// The file.
    pub(super) path: String,
    /// The number of the first line.
    pub(super) line: u32,
    /// The lines.
    pub(super) text: Vec<u8>,
}

/// How many lines a hunk still has before and after.
struct Left {
    old: u64,
    new: u64,
    /// The number of the next line after.
    at: u64,
}

/// Reads unified patches of any number of commits; `None` where it is no such thing.
pub(super) fn added(patch: &[u8]) -> Option<Vec<Run>> {
    let mut runs: Vec<Run> = Vec::new();
    let (mut commit, mut path) = (None, String::new());
    let mut rest = patch;
    while let Some(line) = next_line(&mut rest) {
        if let Some(name) = line.strip_prefix(b"+++ ") {
            path = name_of(name);
        } else if line.starts_with(b"@@ ") {
            let begun = runs.len();
            hunk(&mut rest, head(line)?, &mut runs)?;
            for run in &mut runs[begun..] {
                run.path.clone_from(&path);
                run.commit.clone_from(&commit);
            }
        } else if let Some(named) = std::str::from_utf8(line).ok().and_then(|l| l.parse().ok()) {
            commit = Some(named);
        }
    }
    Some(runs)
}

fn hunk(rest: &mut &[u8], mut left: Left, runs: &mut Vec<Run>) -> Option<()> {
    let mut open = false;
    while left.old > 0 || left.new > 0 {
        let line = next_line(rest)?;
        match line.first() {
            Some(b'+') => {
                if !open {
                    runs.push(Run {
                        commit: None,
                        path: String::new(),
                        line: u32::try_from(left.at).unwrap_or(u32::MAX),
                        text: Vec::new(),
                    });
                    open = true;
                }
                let run = runs.last_mut()?;
                run.text.extend_from_slice(&line[1..]);
                run.text.push(b'\n');
                left.new = left.new.checked_sub(1)?;
                left.at += 1;
            }
            Some(b'-') => left.old = left.old.checked_sub(1)?,
            Some(b'\\') => {}
            // An empty line may have lost its space.
            Some(b' ') | None => {
                open = false;
                left.old = left.old.checked_sub(1)?;
                left.new = left.new.checked_sub(1)?;
                left.at += 1;
            }
            Some(_) => return None,
        }
    }
    Some(())
}

fn next_line<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    if rest.is_empty() {
        return None;
    }
    let end = rest.iter().position(|byte| *byte == b'\n');
    let (line, behind) = match end {
        Some(end) => (&rest[..end], &rest[end + 1..]),
        None => (*rest, &rest[rest.len()..]),
    };
    *rest = behind;
    Some(line)
}

/// Reads `@@ -1,2 +3,4 @@ …`.
fn head(line: &[u8]) -> Option<Left> {
    let line = String::from_utf8_lossy(line);
    let mut words = line.split(' ').skip(1);
    let (_, old) = range(words.next()?.strip_prefix('-')?)?;
    let (at, new) = range(words.next()?.strip_prefix('+')?)?;
    Some(Left { old, new, at })
}

fn range(text: &str) -> Option<(u64, u64)> {
    match text.split_once(',') {
        Some((start, count)) => Some((start.parse().ok()?, count.parse().ok()?)),
        None => Some((text.parse().ok()?, 1)),
    }
}

/// The name behind `+++ `: git quotes one that holds anything unusual, and ends one that holds a space by a tab.
fn name_of(name: &[u8]) -> String {
    let name = String::from_utf8_lossy(name);
    let name = name.strip_suffix('\t').unwrap_or(&name);
    let bare = name.strip_prefix('"').and_then(|n| n.strip_suffix('"'));
    let name = bare.unwrap_or(name);
    name.strip_prefix("b/").unwrap_or(name).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(patch: &str) -> Vec<(String, u32, String)> {
        let runs = added(patch.as_bytes()).expect("a patch");
        let shown = |run: Run| {
            (
                run.path,
                run.line,
                String::from_utf8_lossy(&run.text).into_owned(),
            )
        };
        runs.into_iter().map(shown).collect()
    }

    #[test]
    fn lines_that_look_like_headers_are_lines() {
        let patch = "diff --git a/a.txt b/a.txt\n--- a/a.txt\n+++ b/a.txt\n@@ -3,0 +4,3 @@ x\n+++ b/innocent\n+@@ -1 +1 @@\n++++ more\n\
                     @@ -9 +13 @@\n-old\n+new\n\\ No newline at end of file\ndiff --git a/b b/b\n--- /dev/null\n+++ \"b/\\303\\244\"\n@@ -0,0 +1 @@\n+b\n";
        assert_eq!(
            read(patch),
            [
                (
                    "a.txt".into(),
                    4,
                    "++ b/innocent\n@@ -1 +1 @@\n+++ more\n".into()
                ),
                ("a.txt".into(), 13, "new\n".into()),
                ("\\303\\244".into(), 1, "b\n".into()),
            ]
        );
    }

    #[test]
    fn what_is_no_patch_is_not_believed() {
        for broken in ["@@ -1 +1 @@\n", "@@ x\n", "@@ -1 +1,2 @@\n+a\nb\n"] {
            assert_eq!(added(broken.as_bytes()), None, "{broken:?}");
        }
    }
}
