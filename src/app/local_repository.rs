//! The repository that a command stands in: where it is, and what its own policy asks for, as the files are now.
//!
//! It must never be taken for what skep works by: that is read from the default branch on GitHub.

use std::path::{Path, PathBuf};

use crate::core::document::Mistake;
use crate::core::repository_policy::{PATH, RepositoryPolicy};
use crate::core::text::sight as text;

/// What was found.
#[derive(Debug, Clone, Default)]
pub(super) struct LocalRepository {
    /// Its folder; none where the current one is in no repository.
    pub(super) root: Option<PathBuf>,
    /// What it asks for.
    pub(super) policy: RepositoryPolicy,
}

impl LocalRepository {
    /// The one around the current folder.
    ///
    /// # Errors
    /// Its policy cannot be read, or has mistakes.
    pub(super) fn here() -> anyhow::Result<Self> {
        let here = std::env::current_dir()?;
        let root = here.ancestors().find(|folder| is_repository(folder));
        let Some(root) = root else {
            return Ok(Self::default());
        };
        let policy = match std::fs::read_to_string(root.join(PATH)) {
            Ok(text) => RepositoryPolicy::read(&text).map_err(|wrong| mistaken(&wrong))?,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                RepositoryPolicy::default()
            }
            Err(error) => anyhow::bail!(text::unreadable(PATH, &error.to_string())),
        };
        Ok(Self {
            root: Some(root.to_owned()),
            policy,
        })
    }
}

/// The main folder of one, or a further working tree of it.
fn is_repository(folder: &Path) -> bool {
    folder.join(".git").exists()
}

fn mistaken(wrong: &[Mistake]) -> anyhow::Error {
    let lines = wrong.iter().map(ToString::to_string);
    anyhow::anyhow!(text::mistaken(&Vec::from_iter(lines)))
}
