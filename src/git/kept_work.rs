//! What sessions made that lies in the mirrors and nowhere else: carried into a backup and out of it, as bundles (gitformat-bundle(5)).
//!
//! It reads mirrors that a skep at work may be writing, and must never write into one of those; a bundle is only taken into a
//! mirror that is not there yet.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::Git;
use super::error::GitError;
use super::partial::is_partial;
use super::process::{Call, Program};
use super::refs::is_any_below;

/// So long one mirror may take; the whole history of what is kept goes along.
const PATIENCE: Duration = Duration::from_secs(3_600);
/// Below this name a mirror has what sessions left.
const KEPT: &str = "refs/skep/sessions";

/// What became of a mirror.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeptWork {
    /// Nothing is kept in it alone.
    Nothing,
    /// All of it is in the bundle.
    Bundled,
    /// It lacks older contents, without which there is no bundle.
    Partial,
}

impl Git {
    /// The mirrors of a data folder: the repository's number and the folder.
    pub fn mirrors_in(data: &Path) -> Vec<(String, PathBuf)> {
        let entries = std::fs::read_dir(data.join("mirrors"))
            .into_iter()
            .flatten();
        let mirror = |path: PathBuf| {
            let number = path.file_name()?.to_str()?.strip_suffix(".git")?.to_owned();
            let is_number = number.bytes().all(|digit| digit.is_ascii_digit());
            is_number.then_some((number, path))
        };
        let mut mirrors: Vec<_> = entries
            .flatten()
            .filter_map(|entry| mirror(entry.path()))
            .collect();
        mirrors.sort();
        mirrors
    }

    /// Writes what is kept in a mirror into a new file. Errors: [`GitError::Missing`], the disk, git's own words.
    pub async fn bundle_kept(
        program: PathBuf,
        mirror: &Path,
        file: &Path,
    ) -> Result<KeptWork, GitError> {
        if !is_any_below(mirror, KEPT) {
            return Ok(KeptWork::Nothing);
        }
        if is_partial(mirror) {
            return Ok(KeptWork::Partial);
        }
        let program = Program::new(program, PathBuf::from("/"), PATIENCE);
        let call = Call::new("bundle")
            .args(["create", "--quiet"])
            .arg(file)
            .arg(format!("--glob={KEPT}/*"))
            .repository(mirror);
        program.run(call).await?.bytes()?;
        Ok(KeptWork::Bundled)
    }

    /// Makes the mirror of a bundle. What else belongs into it comes with the next fetch. Errors: the same.
    pub async fn take_kept(program: PathBuf, file: &Path, mirror: &Path) -> Result<(), GitError> {
        let program = Program::new(program, PathBuf::from("/"), PATIENCE);
        let init = Call::new("init")
            .args(["--quiet", "--bare", "--template=", "--initial-branch=main"])
            .arg(mirror);
        program.run(init).await?.bytes()?;
        let fetch = Call::new("fetch")
            .args(["--quiet", "--no-tags", "--no-auto-maintenance"])
            .arg(file)
            .arg(format!("{KEPT}/*:{KEPT}/*"))
            .config("protocol.file.allow=always")
            .repository(mirror);
        program.run(fetch).await?.bytes().map(drop)
    }
}
