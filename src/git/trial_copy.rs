//! A copy of somebody's own repository on this machine, to try something in: its last commit, laid out anew.
//!
//! It shares no file with where it comes from (not even by hard links: what is tried may write), names no remote, and must never change the
//! repository that it is of.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::Git;
use super::error::GitError;
use super::process::{Call, Program};

/// So long it may take.
const PATIENCE: Duration = Duration::from_secs(600);

impl Git {
    /// Makes it in a folder that is not there yet. What is not committed is not in it. Errors: [`GitError::Missing`], git's own words.
    pub async fn trial_copy(program: PathBuf, of: &Path, to: &Path) -> Result<(), GitError> {
        let program = Program::new(program, PathBuf::from("/"), PATIENCE);
        let clone = Call::new("clone")
            .args(["--quiet", "--no-hardlinks", "--"])
            .arg(of)
            .arg(to)
            .config("protocol.file.allow=always");
        program.run(clone).await?.bytes()?;
        let remote = Call::new("remote")
            .args(["remove", "origin"])
            .repository(&to.join(".git"));
        program.run(remote).await?.bytes().map(drop)
    }
}
