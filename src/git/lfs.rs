//! Git LFS: content that `.gitattributes` gives to `filter=lfs` becomes a pointer here, and goes up before the push.
//!
//! Pointers (<https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md>) are made by us, of files as they lie; the content waits
//! in the mirror's `lfs/objects`, and git-lfs sends it to the repository's own host, with the token of the push. Bytes must
//! never be published where a pointer belongs: without git-lfs, such a change is refused by its name. The agent's
//! configuration and `.lfsconfig` name no address here.

use std::ffi::OsStr;
use std::io::Read;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::Git;
use super::change::RawChange;
use super::collect::{Collection, LISTING, sha};
use super::disk::on_disk;
use super::error::{GitError, one_line};
use super::process::{Call, Input, Outcome, Overflow};
use super::protect::shown;
use super::remote::Remote;
use super::snapshot::{Entry, file, listed, paths};
use crate::core::event::Lfs;
use crate::core::ids::{RepositoryId, Sha};

/// The folder of a quarantine where content waits.
pub(super) const WAITING: &str = "lfs";
/// A pointer is smaller than this.
const LONGEST_POINTER: u64 = 1024;
/// How every pointer begins.
const VERSION: &str = "version https://git-lfs.github.com/spec/";
/// Files called `.gitattributes` that are looked at.
const MOST_ATTRIBUTES: usize = 50;
/// Objects that one process is given.
const AT_ONCE: usize = 200;

/// What a pointer stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Pointer {
    /// SHA-256 of the content, in hexadecimal.
    oid: String,
    /// Its bytes.
    size: u64,
}

impl Pointer {
    fn parse(bytes: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(bytes)
            .ok()
            .filter(|text| text.starts_with(VERSION))?;
        let field = |name: &str| text.lines().find_map(|line| line.strip_prefix(name));
        let oid = field("oid sha256:")?;
        let is_oid = oid.len() == 64 && oid.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        Some(Self {
            oid: oid.to_owned(),
            size: field("size ")?.parse().ok()?,
        })
        .filter(|_| is_oid)
    }

    fn render(&self) -> String {
        format!("{VERSION}v1\noid sha256:{}\nsize {}\n", self.oid, self.size)
    }

    /// Where git-lfs keeps the content, below its folder of objects.
    fn path(&self) -> PathBuf {
        Path::new(&self.oid[..2])
            .join(&self.oid[2..4])
            .join(&self.oid)
    }
}

impl Git {
    /// Whether the repository keeps files in LFS at that commit, and what becomes of a change to one here.
    pub async fn lfs(&self, repository: RepositoryId, at: &Sha) -> Result<Lfs, GitError> {
        let call = Call::new("ls-tree").args(["-r", "-z", "--name-only", at.as_str()]);
        let call = call
            .repository(&self.mirror_path(repository))
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
    pub(super) async fn send_content(&self, remote: &Remote, head: &Sha) -> Result<(), GitError> {
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

impl Collection<'_> {
    /// Takes out of `present` what belongs to LFS, as index entries of pointers. Errors: [`GitError::Unsafe`] where the machine
    /// has no git-lfs to send the content with.
    pub(super) async fn pointers(
        &self,
        present: Vec<Vec<u8>>,
    ) -> Result<(Vec<Vec<u8>>, Vec<Entry>), GitError> {
        let in_lfs = self.in_lfs(&listed(&present)).await?;
        let (mut plain, mut entries, mut problems) = (Vec::new(), Vec::new(), Vec::new());
        for path in present {
            match self.content_of(&path).filter(|_| in_lfs.contains(&path)) {
                None => plain.push(path),
                Some(_) if !self.git.inner.lfs => {
                    problems.push(format!("{} {NO_LFS}", shown(&path)))
                }
                Some(executable) => entries.push(self.point_at(path, executable).await?),
            }
        }
        if problems.is_empty() {
            Ok((plain, entries))
        } else {
            Err(GitError::Unsafe { problems })
        }
    }

    /// Refuses commits with bytes where a pointer belongs, and takes the content that the agent's own git-lfs kept.
    pub(super) async fn check_pointers(&self, changes: &[RawChange]) -> Result<(), GitError> {
        let alive: Vec<&RawChange> = changes
            .iter()
            .filter(|change| change.status != b'D' && change.new_mode.starts_with("100"))
            .collect();
        let names: Vec<&[u8]> = alive.iter().map(|change| &change.path[..]).collect();
        let in_lfs = self.in_lfs(&listed(&names)).await?;
        let mut problems = Vec::new();
        for change in alive.iter().filter(|change| in_lfs.contains(&change.path)) {
            let call = self
                .quarantine
                .call("cat-file")
                .args(["blob", &change.new_object]);
            let content = self
                .run(call.cap(LONGEST_POINTER as usize + 1, Overflow::Cut))
                .await?;
            match Pointer::parse(&content) {
                Some(pointer) => self.adopt(&pointer).await?,
                None if content.is_empty() => {}
                None => problems.push(format!(
                    "{} was committed as its bytes, but `.gitattributes` gives it to Git LFS: leave such a file uncommitted, and \
                     it is stored",
                    shown(&change.path)
                )),
            }
        }
        problems.dedup();
        problems.truncate(5);
        if problems.is_empty() {
            Ok(())
        } else {
            Err(GitError::Unsafe { problems })
        }
    }

    /// Those of the paths (NUL-ended) that the attributes of the working tree give to LFS.
    async fn in_lfs(&self, list: &[u8]) -> Result<std::collections::HashSet<Vec<u8>>, GitError> {
        if list.is_empty() {
            return Ok(Default::default());
        }
        let call = self
            .work("check-attr")
            .args(["-z", "--stdin", "filter"])
            .input(Input::Bytes(list.to_vec()));
        let output = self.run(call.cap(LISTING, Overflow::Fail)).await?;
        let fields: Vec<&[u8]> = output.split(|b| *b == 0).collect();
        Ok(fields
            .chunks_exact(3)
            .filter(|triple| triple[2] == b"lfs")
            .map(|triple| triple[0].to_vec())
            .collect())
    }

    /// Whether a regular file with content of its own is executable; `None` for a pointer, an empty file, and all else.
    fn content_of(&self, path: &[u8]) -> Option<bool> {
        let meta =
            file(&self.spec.workspace, path).filter(|meta| meta.is_file() && meta.len() > 0)?;
        let mut start = Vec::new();
        if meta.len() <= LONGEST_POINTER
            && let Ok(file) = std::fs::File::open(self.spec.workspace.join(OsStr::from_bytes(path)))
            && file.take(LONGEST_POINTER).read_to_end(&mut start).is_ok()
            && Pointer::parse(&start).is_some()
        {
            return None;
        }
        Some(meta.permissions().mode() & 0o100 != 0)
    }

    /// Keeps the content and makes the pointer.
    async fn point_at(&self, path: Vec<u8>, executable: bool) -> Result<Entry, GitError> {
        let file = self.spec.workspace.join(OsStr::from_bytes(&path));
        let pointer = self.keep(file).await?;
        let call = self
            .quarantine
            .call("hash-object")
            .args(["-w", "--no-filters", "--stdin"]);
        let object = self
            .run(call.input(Input::Bytes(pointer.render().into_bytes())))
            .await?;
        let object = sha("hash-object", &object)?.to_string();
        Ok(Entry {
            mode: if executable { "100755" } else { "100644" }.to_owned(),
            object,
            path,
        })
    }

    /// Copies a file to where its content waits.
    async fn keep(&self, from: PathBuf) -> Result<Pointer, GitError> {
        let store = self.quarantine.folder(WAITING).await?;
        on_disk("keep a file for Git LFS", move || {
            let (mut source, waiting) = (std::fs::File::open(from)?, store.join("incoming"));
            let mut hashing = Hashing {
                file: std::fs::File::create(&waiting)?,
                sum: Sha256::new(),
            };
            let size = std::io::copy(&mut source, &mut hashing)?;
            let pointer = Pointer {
                oid: hex::encode(hashing.sum.finalize()),
                size,
            };
            let kept = store.join(pointer.path());
            std::fs::create_dir_all(kept.parent().unwrap_or(&store))?;
            std::fs::rename(waiting, kept)?;
            Ok(pointer)
        })
        .await
    }

    /// Takes content that the agent's git-lfs keeps in its `.git`, if it is there and is what the pointer says.
    async fn adopt(&self, pointer: &Pointer) -> Result<(), GitError> {
        let root = self.spec.workspace.clone();
        let theirs = root.join(".git/lfs/objects").join(pointer.path());
        let inside = move || {
            let (real, root) = (theirs.canonicalize()?, root.canonicalize()?);
            Ok(Some(real).filter(|real| real.starts_with(&root) && real.is_file()))
        };
        let found =
            tokio::task::spawn_blocking(move || -> std::io::Result<Option<PathBuf>> { inside() })
                .await;
        let Ok(Ok(Some(found))) = found else {
            return Ok(());
        };
        // Content that is something else is kept under its own name, and nobody asks for it.
        self.keep(found).await.map(drop)
    }
}

/// Why a change to a file in LFS cannot be taken.
const NO_LFS: &str = "belongs to Git LFS (`.gitattributes`), and this server has no git-lfs to store its content with";

/// Hashes what it writes.
struct Hashing {
    file: std::fs::File,
    sum: Sha256,
}

impl std::io::Write for Hashing {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.sum.update(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.file.flush()
    }
}

/// Moves what waits in a quarantine into the mirror's store.
pub(super) fn move_content(waiting: &Path, mirror: &Path) -> std::io::Result<()> {
    let mut folders = vec![PathBuf::new()];
    while let Some(below) = folders.pop() {
        let Ok(entries) = std::fs::read_dir(waiting.join(&below)) else {
            continue;
        };
        for entry in entries {
            let entry = entry?;
            let name = below.join(entry.file_name());
            if entry.file_type()?.is_dir() {
                folders.push(name);
            } else {
                let target = mirror.join("lfs/objects").join(&name);
                target.parent().map_or(Ok(()), std::fs::create_dir_all)?;
                std::fs::rename(entry.path(), target)?;
            }
        }
    }
    Ok(())
}

/// The contents in the output of `cat-file --batch`.
fn contents(output: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = output;
    std::iter::from_fn(move || {
        let end = rest.iter().position(|b| *b == b'\n')?;
        let size: usize = std::str::from_utf8(&rest[..end])
            .ok()?
            .rsplit(' ')
            .next()?
            .parse()
            .ok()?;
        let content = rest.get(end + 1..end + 1 + size)?;
        rest = rest.get(end + 2 + size..)?;
        Some(content)
    })
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
    fn a_pointer_is_read_as_it_was_written() {
        let pointer = Pointer {
            oid: "0f".repeat(32),
            size: 7,
        };
        assert_eq!(
            Pointer::parse(pointer.render().as_bytes()),
            Some(pointer.clone())
        );
        let no_pointers = [
            "".to_owned(),
            "\u{89}PNG".into(),
            pointer.render().replace("0f0f", "../."),
            pointer.render().replace("size 7", "size x"),
            format!(" {}", pointer.render()),
        ];
        for text in no_pointers {
            assert_eq!(Pointer::parse(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn contents_are_cut_apart() {
        let output = b"aa blob 3\na\nb\nbb blob 0\n\ncc missing\n";
        assert_eq!(contents(output).collect::<Vec<_>>(), [&b"a\nb"[..], b""]);
    }

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
