//! One harmless prompt, to see whether an agent reaches its model: in its sandbox, in an empty folder that it may not write.

use std::path::Path;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::Agents;
use super::error::AgentError;
use super::permission::PermissionPolicy;
use super::trial_launch::trial_launch;
use super::turn_request::TurnRequest;
use crate::core::agent::AgentSpec;
use crate::core::budget::TurnBudget;

/// Progress that nobody reads.
const UNREAD: usize = 64;

impl Agents {
    /// Asks it once and ends it; answers with its last words.
    ///
    /// # Errors
    /// Those of a turn.
    pub async fn ask_once(
        &self,
        agent: &AgentSpec,
        folder: &Path,
        prompt: &str,
        patience: Duration,
    ) -> Result<String, AgentError> {
        let (workspace, home) = (folder.join("workspace"), folder.join("home"));
        for made in [&workspace, &home] {
            std::fs::create_dir_all(made).map_err(|error| AgentError::Spawn {
                what: made.display().to_string(),
                why: error.to_string(),
            })?;
        }
        let launch = trial_launch(agent.clone(), workspace, home);
        let session = launch.session.clone();
        let request = TurnRequest {
            launch,
            resume: None,
            model: None,
            instructions: String::new(),
            prompt: prompt.to_owned(),
            pictures: Vec::new(),
            mcp: Vec::new(),
            handler: None,
            permissions: PermissionPolicy::read_only(),
            budget: TurnBudget::default(),
            wall: patience,
            silence: patience,
            initialize: patience,
            cancel_grace: Duration::from_secs(2),
        };
        let (updates, mut unread) = mpsc::channel(UNREAD);
        let drain = async { while unread.recv().await.is_some() {} };
        let (end, ()) = tokio::join!(self.turn(request, updates, CancellationToken::new()), drain);
        self.close(&session).await?;
        Ok(end?.message)
    }
}
