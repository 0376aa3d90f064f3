//! What commits change in protected paths: one hash over all of it, and what people see of it before they let it through.
//!
//! The hash is made anew from git's own records each time, so that what was agreed to and what leaves are the same or the push is
//! held. It must never be made of what an agent or a person says.

use std::collections::BTreeSet;

use sha2::{Digest, Sha256};

use super::Git;
use super::change::RawChange;
use super::error::GitError;
use super::process::Overflow;
use super::protect::{GITLINK, protected, protected_changes};
use super::range::{Objects, Range};
use crate::core::consent::{ChangeHash, ChangedContent, ProtectedChange, ProtectedDiff};
use crate::core::ids::{RepositoryId, Sha};

/// So many changes are shown.
const SHOWN: usize = 30;
/// So many bytes of their lines are.
const BYTES: usize = 24_000;
/// Larger contents are not read.
const CONTENT: usize = 256 << 10;
/// A file with a zero byte among its first ones is no text, as git has it.
const LOOKED_AT: usize = 8_000;

/// Commits that are to be pushed, and what they are judged against.
#[derive(Debug, Clone, Copy)]
pub struct ProtectedSpec<'a> {
    /// The repository.
    pub repository: RepositoryId,
    /// The last of them.
    pub head: &'a Sha,
    /// Where the work started.
    pub base: &'a Sha,
    /// The head of the base branch, where the work may have merged it.
    pub upstream: Option<&'a Sha>,
    /// What is protected besides: globs over whole paths.
    pub besides: &'a [String],
}

/// What they change in protected paths.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProtectedPaths {
    /// The paths, sorted.
    pub paths: Vec<String>,
    /// Over all changes of them.
    pub hash: ChangeHash,
}

impl Git {
    /// What commits of the mirror change in protected paths. Errors: the mirror has no such commits.
    pub async fn protected(&self, what: &ProtectedSpec<'_>) -> Result<ProtectedPaths, GitError> {
        let range = Range {
            git: self,
            objects: Objects::Mirror(self.mirror_path(what.repository)),
            head: what.head,
            from: what.base,
            upstream: what.upstream,
        };
        let changes = range.changes().await?;
        Ok(ProtectedPaths {
            paths: protected(&changes, what.besides),
            hash: hash(&distinct(&changes, what.besides)),
        })
    }
}

/// One change, by all that the hash is made of, in the order in which it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Distinct<'a> {
    path: &'a [u8],
    old_mode: &'a str,
    new_mode: &'a str,
    old_object: &'a str,
    new_object: &'a str,
}

/// The protected changes among these, each once.
fn distinct<'a>(changes: &'a [RawChange], besides: &[String]) -> BTreeSet<Distinct<'a>> {
    let of = |change: &'a RawChange| Distinct {
        path: &change.path,
        old_mode: &change.old_mode,
        new_mode: &change.new_mode,
        old_object: &change.old_object,
        new_object: &change.new_object,
    };
    let protected = protected_changes(changes, besides);
    protected.into_iter().map(of).collect()
}

fn hash(changes: &BTreeSet<Distinct<'_>>) -> ChangeHash {
    let mut sum = Sha256::new();
    for change in changes {
        // No path holds a zero byte, so no two lists read the same.
        sum.update(change.path);
        let rest = [
            change.old_mode,
            change.new_mode,
            change.old_object,
            change.new_object,
        ];
        for part in rest {
            sum.update(b"\0");
            sum.update(part.as_bytes());
        }
        sum.update(b"\0\n");
    }
    ChangeHash::of_bytes(&sum.finalize().into())
}

impl Range<'_> {
    /// What people are shown of the protected changes, and the hash over all of them; `None` where there are none.
    pub(super) async fn protected_diff(
        &self,
        besides: &[String],
    ) -> Result<Option<ProtectedDiff>, GitError> {
        let changes = self.changes().await?;
        let all = distinct(&changes, besides);
        if all.is_empty() {
            return Ok(None);
        }
        let (mut shown, mut room) = (Vec::new(), BYTES);
        for change in all.iter().take(SHOWN) {
            let content = fit(self.content(change).await, &mut room);
            shown.push(ProtectedChange {
                path: String::from_utf8_lossy(change.path).into_owned(),
                old_mode: change.old_mode.to_owned(),
                new_mode: change.new_mode.to_owned(),
                content,
            });
        }
        Ok(Some(ProtectedDiff {
            hash: hash(&all),
            more: all.len().saturating_sub(SHOWN) as u64,
            changes: shown,
        }))
    }

    /// What differs. What cannot be read is not shown, and the hash names it all the same.
    async fn content(&self, change: &Distinct<'_>) -> ChangedContent {
        if change.old_object == change.new_object {
            return ChangedContent::Same;
        }
        let (old, new) = (
            self.lines_of(change.old_mode, change.old_object).await,
            self.lines_of(change.new_mode, change.new_object).await,
        );
        match (old, new) {
            (Some(Content::Nothing), Some(Content::Text(text))) => {
                ChangedContent::Lines(prefixed('+', &text))
            }
            (Some(Content::Text(text)), Some(Content::Nothing)) => {
                ChangedContent::Lines(prefixed('-', &text))
            }
            (Some(Content::Text(_)), Some(Content::Text(_))) => {
                let differs = self.differs(change.old_object, change.new_object).await;
                differs.map_or(ChangedContent::NotShown, ChangedContent::Lines)
            }
            (Some(Content::Binary(_)), Some(Content::Nothing)) => ChangedContent::Binary {
                object: change.old_object.to_owned(),
                bytes: 0,
            },
            (Some(Content::Binary(_)), Some(Content::Text(text))) => {
                ChangedContent::Lines(prefixed('+', &text))
            }
            (Some(_), Some(Content::Binary(bytes))) => ChangedContent::Binary {
                object: change.new_object.to_owned(),
                bytes,
            },
            _ => ChangedContent::NotShown,
        }
    }

    async fn lines_of(&self, mode: &str, object: &str) -> Option<Content> {
        if object.bytes().all(|b| b == b'0') {
            return Some(Content::Nothing);
        }
        if mode == GITLINK {
            return Some(Content::Text(format!("Subproject commit {object}\n")));
        }
        let size = self.run(self.call("cat-file").args(["-s", object])).await;
        let size = String::from_utf8_lossy(&size.ok()?).trim().parse::<u64>();
        let size = size.ok()?;
        let call = self.call("cat-file").args(["blob", object]);
        let bytes = self.run(call.cap(CONTENT, Overflow::Cut)).await.ok()?;
        let binary = bytes.iter().take(LOOKED_AT).any(|b| *b == 0);
        match (binary, String::from_utf8(bytes)) {
            (false, Ok(text)) if size <= CONTENT as u64 => Some(Content::Text(text)),
            (true, _) | (false, Err(_)) => Some(Content::Binary(size)),
            (false, Ok(_)) => None,
        }
    }

    /// The hunks between two texts.
    async fn differs(&self, old: &str, new: &str) -> Option<String> {
        let call = self.call("diff").args([
            "--no-ext-diff",
            "--no-textconv",
            "--no-color",
            "--unified=3",
            "--end-of-options",
            old,
            new,
        ]);
        let patch = self.run(call.cap(4 * CONTENT, Overflow::Fail)).await.ok()?;
        let patch = String::from_utf8(patch).ok()?;
        let hunks = patch.find("\n@@ ").map(|at| patch[at + 1..].to_owned());
        hunks.or(Some(String::new()))
    }
}

/// What a blob holds.
enum Content {
    Nothing,
    Text(String),
    Binary(u64),
}

fn prefixed(sign: char, text: &str) -> String {
    let ends = text.ends_with('\n') || text.is_empty();
    let mut lines = String::with_capacity(text.len() + 64);
    for line in text.strip_suffix('\n').unwrap_or(text).split('\n') {
        lines.push(sign);
        lines.push_str(line);
        lines.push('\n');
    }
    if !ends {
        lines.push_str("\\ No newline at end of file\n");
    }
    lines
}

/// As much of it as there is room for.
fn fit(content: ChangedContent, room: &mut usize) -> ChangedContent {
    let ChangedContent::Lines(lines) = content else {
        return content;
    };
    if lines.len() <= *room {
        *room -= lines.len();
        return ChangedContent::Lines(lines);
    }
    let mut end = *room;
    while !lines.is_char_boundary(end) {
        end -= 1;
    }
    *room = 0;
    match lines[..end].rfind('\n') {
        Some(end) => ChangedContent::FirstLines(lines[..=end].to_owned()),
        None => ChangedContent::NotShown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(path: &str, mode: &str, object: &str) -> RawChange {
        RawChange {
            old_mode: "100644".into(),
            new_mode: mode.into(),
            old_object: "a".repeat(40),
            new_object: object.repeat(40),
            status: b'M',
            path: path.into(),
            from: None,
        }
    }

    fn of(changes: &[RawChange]) -> ChangeHash {
        hash(&distinct(changes, &[]))
    }

    #[test]
    fn the_hash_names_each_part_and_neither_order_nor_ordinary_files() {
        let ci = change(".github/a.yml", "100644", "b");
        let md = change("AGENTS.md", "100644", "b");
        let both = of(&[ci.clone(), md.clone()]);
        assert_eq!(
            both,
            of(&[
                md.clone(),
                change("src/a.rs", "100644", "c"),
                ci.clone(),
                ci.clone()
            ])
        );
        let others = [
            of(std::slice::from_ref(&ci)),
            of(&[change(".github/b.yml", "100644", "b"), md.clone()]),
            of(&[change(".github/a.yml", "100755", "b"), md.clone()]),
            of(&[change(".github/a.yml", "120000", "b"), md.clone()]),
            of(&[change(".github/a.yml", "100644", "c"), md.clone()]),
            of(&[
                RawChange {
                    old_object: "d".repeat(40),
                    ..ci.clone()
                },
                md.clone(),
            ]),
            of(&[
                RawChange {
                    old_mode: "100755".into(),
                    ..ci
                },
                md,
            ]),
        ];
        for other in others {
            assert_ne!(both, other);
        }
    }

    #[test]
    fn what_a_repository_protects_besides_counts_as_well() {
        let changes = [change("deploy/x.tf", "100644", "b")];
        assert!(distinct(&changes, &[]).is_empty());
        assert_eq!(distinct(&changes, &["deploy/**".to_owned()]).len(), 1);
    }

    #[test]
    fn lines_are_shown_whole_or_it_is_said() {
        let mut room = 10;
        let lines = |text: &str| ChangedContent::Lines(text.into());
        assert_eq!(fit(lines("+a\n+b\n"), &mut room), lines("+a\n+b\n"));
        assert_eq!(
            fit(lines("+c\n+ä\n"), &mut room),
            ChangedContent::FirstLines("+c\n".into())
        );
        assert_eq!(fit(lines("+d\n"), &mut room), ChangedContent::NotShown);
        assert_eq!(
            prefixed('+', "a\nb"),
            "+a\n+b\n\\ No newline at end of file\n"
        );
        assert_eq!(prefixed('-', ""), "-\n");
    }
}
