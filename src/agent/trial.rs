//! Trying an agent out without work: whether it is there, starts here, and speaks the protocol.

use std::path::Path;
use std::time::Duration;

use super::error::AgentError;
use super::running_agent::{Live, Starts};
use super::trial_launch::trial_launch;
use super::{Agents, executable};
use crate::core::agent::AgentSpec;

impl Agents {
    /// Starts the agent in a folder of its own below `folder`, shakes hands and ends it; answers with its name and version
    /// as it gives them.
    ///
    /// # Errors
    /// As for a turn's start.
    pub async fn try_out(
        &self,
        agent: &AgentSpec,
        folder: &Path,
        patience: Duration,
    ) -> Result<String, AgentError> {
        let (workspace, home) = (folder.join("workspace"), folder.join("home"));
        for made in [&workspace, &home] {
            let what = made.display().to_string();
            std::fs::create_dir_all(made).map_err(|error| AgentError::Spawn {
                what,
                why: error.to_string(),
            })?;
        }
        let launch = trial_launch(agent.clone(), workspace, home);
        let starts = Starts {
            in_process: self.inner.demo_in_process,
            tools: None,
            patience,
        };
        let live = Live::start(&self.inner.ground, &launch, &starts).await?;
        let info = live
            .hello
            .as_ref()
            .and_then(|hello| hello.agent_info.as_ref());
        let said = info
            .map(|info| format!("{} {}", info.name, info.version))
            .unwrap_or_default();
        live.end(Duration::ZERO).await?;
        Ok(said)
    }

    /// Where a program is that an agent's command names; `None` where it is not installed. What an image brings is not looked for.
    pub fn find_program(&self, name: &str) -> Option<std::path::PathBuf> {
        if self.confinement().brings_programs() {
            return Some(name.into());
        }
        executable::find(name, &self.inner.ground.path)
    }
}
