//! `skep sandbox try`: a command in exactly the sandbox that a session of a role would have, on a copy of the work that is thrown away.
//!
//! It must never be given a key, change the folder it is started in, or leave anything behind.

use std::path::Path;
use std::time::Duration;

use super::ca_bundle;
use super::local_repository::LocalRepository;
use super::sandbox_view::{Found, agents_config, found, launch};
use super::scratch::Scratch;
use super::signals::Signals;
use crate::agent::{
    AgentError, Agents, AgentsConfig, Confinement, Launch, Shown, TrialCommand, Tried,
};
use crate::config::Config;
use crate::core::policy::Limits;
use crate::core::role::Clocks;
use crate::core::text::{self, failure, sight};
use crate::git::Git;
use crate::runner::{MachineMemory, disk_taken};

/// The pause between two looks at what it takes.
const LOOK: Duration = Duration::from_millis(500);

/// Why it was ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cut {
    /// It met a limit: a sentence.
    Limit(String),
    /// Somebody did not want to wait any more.
    Interrupted,
}

/// Everything that a command is tried in.
pub struct Trial {
    agents: Agents,
    launch: Launch,
    limits: Limits,
    clocks: Clocks,
    holds: bool,
    told: String,
    _scratch: Scratch,
}

impl Trial {
    /// Makes the sandbox of a session of the role, with a copy of the repository around the current folder.
    ///
    /// # Errors
    /// There is no such role, no agent for it, no sandbox that works, or the repository cannot be copied or has mistakes in its policy.
    pub async fn prepare(mut config: Config, role: &str) -> anyhow::Result<Self> {
        let Found { role, agent } = found(&config, role)?;
        let local = LocalRepository::here()?;
        let scratch = Scratch::new()?;
        let launch = launch(agent, &role, (scratch.path(), &local.policy))?;
        if let Some(root) = &local.root {
            std::fs::remove_dir(&launch.workspace)?;
            Git::trial_copy(config.git.clone(), root, &launch.workspace).await?;
        }
        let clocks = role.limits.within(&config.limits);
        let limits = config.limits.clone();
        config.network.ca_bundle = ca_bundle::write(&config.certificates, scratch.path())?;
        let agents = Agents::open(AgentsConfig {
            session_memory: Some(MachineMemory::for_session(limits.session_memory_bytes)),
            ..agents_config(config, scratch.path())
        })
        .await?;
        let confinement = agents.confinement();
        Ok(Self {
            holds: !matches!(confinement, Confinement::None { .. }),
            told: sight::tried_in(
                local.root.as_deref().map(Path::to_string_lossy).as_deref(),
                &super::fence_line::shown(&confinement),
            ),
            agents,
            launch,
            limits,
            clocks,
            _scratch: scratch,
        })
    }

    /// What the command will find itself in, a line.
    pub fn told(&self) -> &str {
        &self.told
    }

    /// Whether anything would be refused.
    pub fn holds(&self) -> bool {
        self.holds
    }

    /// Runs the command; when this returns nothing of it runs any more.
    ///
    /// # Errors
    /// The program is not there, or could not be started.
    pub async fn run(
        &self,
        argv: &[String],
        out: Shown,
        errors: Shown,
    ) -> Result<Tried<Cut>, AgentError> {
        let command = TrialCommand {
            launch: &self.launch,
            argv,
            out,
            errors,
        };
        let short = |limit| Cut::Limit(failure::too_much_memory(limit, limit));
        let tried = self.agents.try_command(command, self.cut(), short).await;
        self.agents.close(&self.launch.session).await?;
        tried
    }

    /// Ends when the command is not to go on.
    async fn cut(&self) -> Cut {
        let interrupted = async {
            match Signals::listen() {
                Ok(mut signals) => signals.any().await,
                Err(_) => std::future::pending().await,
            }
        };
        let wall = Duration::from_millis(self.clocks.wall_ms.max(1).unsigned_abs());
        tokio::select! {
            () = interrupted => Cut::Interrupted,
            () = tokio::time::sleep(wall) => {
                Cut::Limit(sight::too_long(&text::span(self.clocks.wall_ms)))
            }
            why = self.outgrown() => Cut::Limit(why),
        }
    }

    /// Ends with a sentence when it takes more than a session may.
    async fn outgrown(&self) -> String {
        let folder = self.launch.workspace.parent().map(Path::to_owned);
        let limits = &self.limits;
        loop {
            tokio::time::sleep(LOOK).await;
            let taken = self.agents.taken().await;
            let taken = taken.get(&self.launch.session).copied().unwrap_or_default();
            let memory = MachineMemory::for_session(limits.session_memory_bytes);
            if taken.memory > memory {
                return failure::too_much_memory(taken.memory, memory);
            }
            let worked = i64::try_from(taken.worked_ms).unwrap_or(i64::MAX);
            if limits.session_cpu_ms > 0 && worked > limits.session_cpu_ms {
                return failure::too_much_cpu(worked, limits.session_cpu_ms);
            }
            let folder = folder.clone();
            let look = move || folder.map_or(0, |folder| disk_taken(&folder));
            let bytes = tokio::task::spawn_blocking(look).await.unwrap_or_default();
            if bytes > limits.workspace_bytes {
                return failure::too_large(bytes, limits.workspace_bytes);
            }
        }
    }
}
