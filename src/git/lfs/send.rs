//! Whether a repository keeps files in LFS, and the way of their content to its host.

use std::path::Path;

use super::pointer::{LONGEST_POINTER, Pointer, contents};
use crate::core::event::Lfs;
use crate::core::ids::Sha;
use crate::git::Git;
use crate::git::error::{GitError, one_line};
use crate::git::process::{Call, Input, LISTING, Outcome, Overflow, paths};
use crate::git::remote::Remote;
use crate::git::workspace::WorkspaceSpec;

/// Files called `.gitattributes` that are looked at.
const MOST_ATTRIBUTES: usize = 50;
/// Objects that one process is given.
const AT_ONCE: usize = 200;

impl Git {
    /// Whether the repository keeps files in LFS at the commit a working copy was just made of, and what becomes of a change to
    /// one here.
    pub async fn lfs(&self, spec: &WorkspaceSpec) -> Result<Lfs, GitError> {
        let known = &self.inner.lfs_found;
        if let Some(found) = known.at(spec.repository, &spec.base) {
            return Ok(found);
        }
        let found = self.look_for_lfs(spec).await?;
        known.note(spec.repository, &spec.base, found);
        Ok(found)
    }

    async fn look_for_lfs(&self, spec: &WorkspaceSpec) -> Result<Lfs, GitError> {
        let (repository, at) = (spec.repository, &spec.base);
        // Asked of the index, which names the attributes of a large tree without reading the tree.
        let call = Call::new("ls-files")
            .args(["-z", "--", ".gitattributes", "*/.gitattributes"])
            .repository(&self.mirror_path(repository))
            .env("GIT_INDEX_FILE", self.index_path(&spec.session))
            .env("GIT_LITERAL_PATHSPECS", "0")
            .cap(LISTING, Overflow::Fail);
        let listing = self.inner.program.run(call).await?.bytes()?;
        let names = paths(&listing)
            .filter(|path| path.rsplit(|b| *b == b'/').next() == Some(b".gitattributes"));
        let names: Vec<String> = names
            .take(MOST_ATTRIBUTES)
            .map(|path| String::from_utf8_lossy(path).into_owned())
            .collect();
        for name in names {
            let text = self
                .read_file(repository, at, &name, 64 << 10)
                .await
                .unwrap_or_default()
                .unwrap_or_default();
            let speaks = |line: &str| {
                !line.trim_start().starts_with('#')
                    && line.split_whitespace().any(|word| word == "filter=lfs")
            };
            if text.lines().any(speaks) {
                return Ok(if self.inner.lfs {
                    Lfs::Stored
                } else {
                    Lfs::Refused
                });
            }
        }
        Ok(Lfs::Unused)
    }

    /// Sends the content of every pointer that a push of `head` would publish and whose content is here.
    pub(crate) async fn send_content(&self, remote: &Remote, head: &Sha) -> Result<(), GitError> {
        let mirror = self.mirror_path(remote.repository);
        let store = mirror.join("lfs/objects");
        if !store.is_dir() {
            return Ok(());
        }
        let pointers = self.new_pointers(&mirror, head).await?;
        let held: Vec<&Pointer> = pointers
            .iter()
            .filter(|pointer| store.join(pointer.path()).is_file())
            .collect();
        let server = format!("{}/info/lfs", remote.url);
        for some in held.chunks(AT_ONCE) {
            let call = Call::new("lfs").args(["push", "--object-id", &remote.url]);
            let call = call.args(some.iter().map(|pointer| &pointer.oid));
            // The repository's own host, whatever a `.lfsconfig` says; the token is known to be wanted.
            let call = call
                .config(format!("lfs.url={server}"))
                .config(format!("lfs.pushurl={server}"));
            let call = call
                .config(format!("lfs.{server}.access=basic"))
                .config(format!("lfs.{server}.locksverify=false"));
            let call = call
                .config("lfs.basictransfersonly=true")
                .config("lfs.transfer.maxretries=2");
            let outcome = self.run_remote(remote, &mirror, call).await?;
            if !outcome.success {
                return Err(refusal(&outcome));
            }
        }
        Ok(())
    }

    /// The pointers among what the host's branches do not have.
    async fn new_pointers(&self, mirror: &Path, head: &Sha) -> Result<Vec<Pointer>, GitError> {
        let small = format!("--filter=blob:limit={LONGEST_POINTER}");
        let call = Call::new("rev-list").args([
            "--objects",
            "--no-object-names",
            &small,
            "--not",
            "--branches",
            "--not",
        ]);
        let objects = self.look_up(mirror, call.arg(head.as_str())).await?;
        let check = Call::new("cat-file")
            .arg("--batch-check=%(objecttype) %(objectname)")
            .input(Input::Bytes(objects));
        let kinds = String::from_utf8_lossy(&self.look_up(mirror, check).await?).into_owned();
        let blobs: String = kinds
            .lines()
            .filter_map(|line| line.strip_prefix("blob "))
            .map(|name| format!("{name}\n"))
            .collect();
        let call = Call::new("cat-file")
            .arg("--batch")
            .input(Input::Bytes(blobs.into_bytes()));
        Ok(contents(&self.look_up(mirror, call).await?)
            .filter_map(Pointer::parse)
            .collect())
    }

    async fn look_up(&self, mirror: &Path, call: Call) -> Result<Vec<u8>, GitError> {
        self.inner
            .program
            .run(call.repository(mirror).cap(LISTING, Overflow::Fail))
            .await?
            .bytes()
    }
}

/// What git-lfs says when it fails, in its own words for people.
fn refusal(outcome: &Outcome) -> GitError {
    let text = outcome.stderr.to_ascii_lowercase();
    let has = |signs: &[&str]| signs.iter().any(|sign| text.contains(sign));
    let said = one_line(&outcome.stderr, 300);
    if has(&["authentication required"]) {
        return GitError::BadToken;
    }
    let passing = [
        "dial tcp",
        "timeout",
        "connection re",
        "unexpected eof",
        "server error",
        "rate limit",
        "no such host",
    ];
    if has(&passing) {
        GitError::Network {
            why: format!("Git LFS: {said}"),
        }
    } else {
        GitError::Lfs { reason: said }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusals_of_lfs_are_told_from_trouble() {
        let read = |stderr: &str| {
            refusal(&Outcome {
                verb: "lfs",
                success: false,
                stdout: vec![],
                stderr: stderr.into(),
            })
        };
        let gone = read(
            "batch response: Repository or object not found: https://h/o/r.git/info/lfs/objects/batch",
        );
        assert!(matches!(gone, GitError::Lfs { reason } if reason.contains("not found")));
        assert!(
            matches!(read("LFS: Put \"https://h\": dial tcp: connect: refused"), GitError::Network { why } if why.contains("LFS"))
        );
        assert_eq!(
            read("batch response: Authentication required: Authorization error"),
            GitError::BadToken
        );
    }
}
