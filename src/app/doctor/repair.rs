//! What `skep doctor --fix` may mend: harmless, and taken back as easily.

use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::PathBuf;

use anyhow::Context;

use crate::app::setup::Setup;
use crate::config::Config;
use crate::core::sanitise::HeldSecrets;
use crate::core::text::doctor as text;
use crate::github::GitHub;

/// One thing that can be mended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Repair {
    /// Makes a folder, for its owner alone.
    Folder(PathBuf),
    /// Closes a file to everybody but its owner.
    Mode(PathBuf),
    /// Sends the App's webhooks to this address.
    Hook(String),
}

impl Repair {
    /// What is about to be done, as a question.
    pub fn question(&self) -> String {
        match self {
            Self::Folder(path) => text::make_folder(&path.display().to_string()),
            Self::Mode(path) => text::close_file(&path.display().to_string()),
            Self::Hook(url) => text::set_hook(url),
        }
    }

    /// Does it.
    ///
    /// # Errors
    /// It could not be done; nothing is half done.
    pub async fn make(&self, config: &Config) -> anyhow::Result<()> {
        match self {
            Self::Folder(path) => std::fs::DirBuilder::new()
                .recursive(true)
                .mode(0o700)
                .create(path)
                .with_context(|| format!("make {}", path.display())),
            Self::Mode(path) => {
                std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600))
                    .with_context(|| format!("close {}", path.display()))
            }
            Self::Hook(url) => {
                let setup = Setup::from_config(config.clone())?;
                let github = GitHub::new(setup.github_config(&HeldSecrets::default()))?;
                github.set_hook_url(url).await?;
                Ok(())
            }
        }
    }
}
