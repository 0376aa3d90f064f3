//! Pointers in place of what an agent left, made of files as they lie.

use std::ffi::OsStr;
use std::io::Read;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use sha2::{Digest, Sha256};

use super::content::WAITING;
use super::pointer::{LONGEST_POINTER, Pointer};
use crate::git::change::RawChange;
use crate::git::collection::{Collection, sha};
use crate::git::disk::on_disk;
use crate::git::error::GitError;
use crate::git::process::{Input, LISTING, Overflow};
use crate::git::protect::shown;
use crate::git::snapshot::{Entry, file, listed};

impl Collection<'_> {
    /// Takes out of `present` what belongs to LFS, as index entries of pointers. Errors: [`GitError::Unsafe`] where the machine
    /// has no git-lfs to send the content with.
    pub(crate) async fn pointers(
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
    pub(crate) async fn check_pointers(&self, changes: &[RawChange]) -> Result<(), GitError> {
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
