//! What only the agent's own git knows, asked inside the agent's fence: its commits, the files it was told to leave out of
//! the tree, merges it did not finish, work on other branches.
//!
//! The answers are files beside the bundle, and an agent's word: they can keep a missing file from counting as deleted and
//! name what people should look at; they must never add anything to what is published.

use std::collections::HashSet;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use rustix::fs::{Mode, OFlags};

use super::Git;
use super::disk::{on_disk, remove_tree};
use super::error::GitError;
use super::process::LISTING;
use crate::core::ids::Sha;

/// Asks. Each answer is a file of its own, so that a question that fails spoils no other. Other branches are only bundled,
/// and commits without a branch only looked for, where the branch the agent ended on has nothing.
const QUESTIONS: &str = r#"
bundle=$1 base=$2; shift 2
git bundle create --quiet "$bundle" "^$base" "$@" HEAD
git --git-dir=.git ls-files -z -v >"$bundle.files"
git --git-dir=.git for-each-ref --no-merged=HEAD '--format=%(refname)' refs/heads refs/stash >"$bundle.refs"
if [ "$(git rev-parse --quiet --verify HEAD)" = "$base" ]; then
    [ ! -s "$bundle.refs" ] || git bundle create --quiet "$bundle.branches" "^$base" "$@" --branches
    git --git-dir=.git rev-list --max-count=1 --reflog --not --all >"$bundle.loose"
fi
"#;

/// The most branches that are named.
const NAMED: usize = 20;
/// The most bytes of their names.
const NAMES: usize = 64 << 10;

/// What the agent's git says.
#[derive(Debug, Default)]
pub(super) struct Told {
    /// Tracked paths it was told to leave out of the working tree, or to take for unchanged.
    pub(super) skipped: HashSet<Vec<u8>>,
    /// Paths in conflict.
    pub(super) unmerged: Vec<Vec<u8>>,
    /// Refs with commits that `HEAD` does not contain.
    pub(super) refs: Vec<String>,
    /// The last commit that no branch holds.
    pub(super) loose: Option<Sha>,
}

impl Git {
    /// The command the caller runs inside the agent's sandbox, in the working copy, after the agent is gone: it writes the
    /// commits above `base` to `bundle`, and what else the agent's git knows beside it. It needs no environment but a `PATH`. No
    /// file means that the agent committed nothing (or destroyed its `.git`); [`Git::collect`] judges what is there,
    /// whatever it holds. `upstream` is another commit that the mirror has and the agent may have merged.
    pub fn bundle_command(&self, base: &Sha, upstream: Option<&Sha>, bundle: &Path) -> Vec<String> {
        let mut command: Vec<String> = ["sh", "-c", QUESTIONS, "sh"].map(str::to_owned).to_vec();
        command.push(bundle.to_string_lossy().into_owned());
        command.push(base.to_string());
        command.extend(upstream.map(|known| format!("^{known}")));
        command
    }

    /// Removes the answers of an earlier look: they must not stand for what is not there any more.
    pub async fn clear_bundle(&self, bundle: &Path) -> Result<(), GitError> {
        for answer in ["", ".files", ".refs", ".branches", ".loose"] {
            remove_tree(&beside(bundle, answer)).await?;
        }
        Ok(())
    }
}

/// The bundle of other branches.
pub(super) fn branches(bundle: &Path) -> PathBuf {
    beside(bundle, ".branches")
}

/// Reads the answers; what cannot be read says nothing.
pub(super) async fn read(bundle: Option<&Path>) -> Result<Told, GitError> {
    let Some(bundle) = bundle.map(Path::to_owned) else {
        return Ok(Told::default());
    };
    on_disk("read what the agent's git says", move || {
        let mut told = Told::default();
        told.files(&content(&beside(&bundle, ".files"), LISTING));
        told.refs(&content(&beside(&bundle, ".refs"), NAMES));
        told.loose = String::from_utf8_lossy(&content(&beside(&bundle, ".loose"), NAMES))
            .trim()
            .parse()
            .ok();
        Ok(told)
    })
    .await
}

impl Told {
    /// Reads `ls-files -v -z`: a letter for each tracked file, `S` for skip-worktree, a small one for assume-unchanged, `M`
    /// for unmerged.
    fn files(&mut self, output: &[u8]) {
        for record in output.split(|b| *b == 0) {
            let [tag, b' ', path @ ..] = record else {
                continue;
            };
            match tag {
                b'M' | b'm' if self.unmerged.last().is_none_or(|last| last != path) => {
                    self.unmerged.push(path.to_vec())
                }
                b'S' | b'a'..=b'z' => drop(self.skipped.insert(path.to_vec())),
                _ => {}
            }
        }
    }

    fn refs(&mut self, output: &[u8]) {
        let text = String::from_utf8_lossy(output);
        let known = |name: &&str| name.starts_with("refs/heads/") || *name == "refs/stash";
        self.refs = text
            .lines()
            .filter(known)
            .take(NAMED)
            .map(str::to_owned)
            .collect();
    }
}

fn beside(bundle: &Path, end: &str) -> PathBuf {
    let mut name = bundle.as_os_str().to_owned();
    name.push(end);
    name.into()
}

/// The first bytes of a regular file; nothing of anything else. Links are not followed.
fn content(path: &Path, cap: usize) -> Vec<u8> {
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let mut bytes = Vec::new();
    let Ok(file) = rustix::fs::open(path, flags, Mode::empty()).map(File::from) else {
        return bytes;
    };
    if file.metadata().is_ok_and(|meta| meta.is_file())
        && let Err(error) = file.take(cap as u64).read_to_end(&mut bytes)
    {
        tracing::warn!(%error, "what the agent's git says cannot be read");
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_are_read_and_nonsense_is_not() {
        let mut told = Told::default();
        told.files(b"H a\0S b c\0h d\0M e\0M e\0? f\0\0x\0s \n");
        let mut skipped: Vec<_> = told.skipped.into_iter().collect();
        skipped.sort();
        assert_eq!(skipped, [&b"\n"[..], b"b c", b"d"]);
        assert_eq!(told.unmerged, [b"e"]);
    }

    #[test]
    fn only_branches_and_the_stash_are_named() {
        let mut told = Told::default();
        told.refs(b"refs/heads/fix/foo\nrefs/tags/v1\nrefs/stash\n--upload-pack=x\n\xff\n");
        assert_eq!(told.refs, ["refs/heads/fix/foo", "refs/stash"]);
    }
}
