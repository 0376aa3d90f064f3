//! The workflow files of GitHub Actions at a commit, read from the mirror.

use super::Git;
use super::error::GitError;
use super::process::{Call, Overflow};
use crate::core::ci_secrets::{FILES, FOLDER, is_workflow};
use crate::core::ids::{RepositoryId, Sha};

/// Larger ones are not.
const BYTES: usize = 256 << 10;

impl Git {
    /// Each file's name and text; what cannot be read as one is left out. Errors: the mirror has no such commit.
    pub async fn workflows(
        &self,
        repository: RepositoryId,
        at: &Sha,
    ) -> Result<Vec<(String, String)>, GitError> {
        let folder = format!("{FOLDER}/");
        let call = Call::new("ls-tree")
            .args([
                "-z",
                "--name-only",
                "--end-of-options",
                at.as_str(),
                &folder,
            ])
            .repository(&self.mirror_path(repository))
            .cap(1 << 20, Overflow::Cut);
        let listing = self.inner.program.run(call).await?.bytes()?;
        let listing = String::from_utf8_lossy(&listing).into_owned();
        let mut found = Vec::new();
        for path in listing
            .split('\0')
            .filter(|path| is_workflow(path))
            .take(FILES)
        {
            match self.read_file(repository, at, path, BYTES).await {
                Ok(Some(text)) => {
                    let name = path.rsplit('/').next().unwrap_or(path);
                    found.push((name.to_owned(), text));
                }
                Ok(None) | Err(GitError::FileTooLarge { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(found)
    }
}
