//! Coding agents: starting them in a fence, talking to them, ending them for good.
//!
//! [`Agents`] is the entry point. Behind it: `launch` makes a command line and an environment, `sandbox` confines the agent,
//! `spawn` and `process` run it, `process_tree` proves that it is gone; `framing` (with `halves` and `stray`, which bear an
//! agent's bad manners), `connection_state`, `transcript` and `client` speak the Agent Client Protocol
//! (<https://agentclientprotocol.com>), `turn` runs one prompt against its clocks. `demo` is an agent of our own that follows
//! a script; `presets` knows the others. `tools` are what the agent can call of skep (the Model Context Protocol),
//! `elicitation` the same by the agent's protocol; `steer` reaches an agent at work. `guard` ends what a killed skep left.
//!
//! This is the only module that names the two protocols' crates. No agent ever sees skep's own environment, and no result is
//! believed here: what an agent did is what git says after its process tree is gone.

mod between_turns;
pub mod cgroup;
mod connection;
mod connection_state;
mod decoys;
mod dialect;
mod elicitation;
mod end;
mod envelope;
mod error;
mod executable;
mod framing;
pub mod guard;
mod halves;
mod held;
mod install;
mod launch;
mod login;
mod memory;
mod model;
mod model_health;
mod network_variables;
mod opening;
mod overheard;
mod own_settings;
mod own_tools;
mod permission;
mod picture;
pub mod presets;
mod process;
mod process_tree;
mod program_cache;
mod prompts;
mod refusals;
pub mod registry;
mod repository_command;
mod resources;
mod running_agent;
mod sandbox;
mod session_word;
mod side_services;
mod sight;
mod spawn;
mod steer;
mod stray;
mod telling;
#[cfg(test)]
mod tests;
mod tools;
mod transcript;
mod trial;
mod trial_command;
mod trial_errors;
mod trial_launch;
mod trial_prompt;
mod turn;
mod turn_request;
mod usage;
mod version_manager;
mod ways;

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex as StdMutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Mutex, mpsc};
use tokio_util::sync::CancellationToken;

use crate::core::agent::{Stop, TurnEnd, Update};
use crate::core::egress::AllowList;
use crate::core::ids::SessionId;
use crate::core::network::Network;
use crate::core::time::Clock;
use crate::egress::Egress;
use crate::gateway::Gateway;

pub use crate::core::agent::SandboxChoice;
pub use error::AgentError;
pub use executable::find as find_program;
#[cfg(fuzzing)]
pub(crate) use framing::fuzzed::line as fuzzed;
pub use install::install;
pub use launch::{Identity, Launch};
pub use memory::Taken;
pub use opening::McpServer;
pub use permission::{Answer, PermissionPolicy};
pub use picture::Picture;
pub use repository_command::{CommandEnd, Ended, MOST_OUTPUT, RepositoryCommand};
pub use resources::Resources;
pub use running_agent::Output;
pub use sandbox::{Bubblewrap, Confinement, Container, Places};
pub use session_word::NAME as SESSION_WORD_KEY;
pub use sight::Sight;
pub use steer::Steered;
pub use tools::{AskReply, DISCOVER, HAND_IN, SERVER_NAME, SUGGEST, ToolHandler};
pub use trial_command::{TrialCommand, Tried};
pub use trial_errors::Shown;
pub use turn_request::{Resume, TurnRequest};

use cgroup::Cgroups;
use launch::LaunchContext;
use program_cache::ProgramCaches;
use running_agent::{Live, Starts};
use sandbox::Fence;
use session_word::WordKey;
use turn::Turn;
use ways::{Outside, granted};

/// What the module is told once.
#[derive(Clone)]
pub struct AgentsConfig {
    /// skep's data folder: hidden from agents but for their own parts of it, and the mark of our processes.
    pub data_dir: PathBuf,
    /// Further files and folders agents must not see: keys, the configuration, the operator's home.
    pub hide: Vec<PathBuf>,
    /// How agents are fenced in.
    pub sandbox: SandboxChoice,
    /// The program of skep itself, absolute: started once more inside the sandbox it is the fence's inner half.
    pub inner: PathBuf,
    /// The `PATH` for agents, also used to find their commands.
    pub path: String,
    /// The way out, which agents are told in their environment.
    pub network: Network,
    /// What every session may reach, besides the hosts of its agent's model.
    pub egress: AllowList,
    /// The clock by which is noted when something was asked for.
    pub clock: Clock,
    /// The mark by which the guard knows what this life of skep has started.
    pub life: Option<String>,
    /// What one start may take of the memory, bytes, held by control groups where there are some; none leaves them alone.
    pub session_memory: Option<u64>,
    /// True runs the demo agent inside this process over a pipe, without any fence: for stories.
    pub demo_in_process: bool,
}

/// Where in the data folder the sockets lie that lead out of sandboxes.
const WAYS: &str = "ways";

/// All agents of this process. Clones share everything.
#[derive(Clone)]
pub struct Agents {
    inner: Arc<Inner>,
}

struct Inner {
    ground: LaunchContext,
    demo_in_process: bool,
    tools: tools::Server,
    caches: ProgramCaches,
    slots: StdMutex<HashMap<SessionId, Arc<Slot>>>,
}

#[derive(Default)]
struct Slot {
    live: Mutex<Option<Arc<Live>>>,
    closed: CancellationToken,
}

impl Agents {
    /// Tries the sandbox out and ends what a earlier process with the same data folder has left running.
    ///
    /// # Errors
    /// [`AgentError::Spawn`] when the data folder is not there.
    pub async fn open(config: AgentsConfig) -> Result<Self, AgentError> {
        if !config.data_dir.is_dir() {
            return Err(AgentError::Spawn {
                what: config.data_dir.display().to_string(),
                why: "the data folder is not there".to_owned(),
            });
        }
        let data_dir = running_agent::real(config.data_dir);
        let (owner, path, choice) = (data_dir.clone(), config.path.clone(), config.sandbox);
        let (inner, memory) = (running_agent::real(config.inner), config.session_memory);
        let look = move || {
            let words = WordKey::open(&owner);
            let reaped = process_tree::reap(&owner);
            program_cache::tidy(&owner);
            // Nobody listens on the sockets of a former life any more.
            drop(std::fs::remove_dir_all(owner.join(WAYS)));
            let cgroups = Cgroups::open(memory);
            (reaped, Fence::probe(choice, &path, inner), words, cgroups)
        };
        let (reaped, fence, words, cgroups) = tokio::task::spawn_blocking(look)
            .await
            .map_err(|error| AgentError::Sandbox(error.to_string()))?;
        if reaped > 0 {
            tracing::warn!(reaped, "ended agent processes that a former life had left");
        }
        match fence.now() {
            Confinement::Bubblewrap(_) | Confinement::Container(_) => {}
            Confinement::None { warning } => tracing::warn!("{warning}"),
            Confinement::Broken { why } => tracing::error!("no agent is started: {why}"),
        }
        let files = spawn::inherited_files();
        if !files.is_empty() {
            tracing::warn!(
                ?files,
                "skep was started with open files, which agents inherit; start it without them"
            );
        }
        let words = words.map_err(|error| AgentError::Spawn {
            what: data_dir.display().to_string(),
            why: error.to_string(),
        })?;
        let outside = Outside {
            egress: Egress::new(&config.network, config.clock.clone()),
            gateway: Gateway::new(&config.network, config.clock.clone()),
            clock: config.clock,
            words,
            allowed: config.egress,
            folder: data_dir.join(WAYS),
            data_folder: data_dir.clone(),
        };
        let ground = LaunchContext {
            fence,
            outside,
            data_dir,
            hide: config.hide,
            path: config.path,
            network: config.network,
            life: config.life,
            cgroups,
        };
        let (tools, slots) = (tools::Server::default(), StdMutex::default());
        let inner = Inner {
            ground,
            demo_in_process: config.demo_in_process,
            tools,
            caches: ProgramCaches::default(),
            slots,
        };
        Ok(Self {
            inner: Arc::new(inner),
        })
    }

    /// How agents are fenced in here, as it is now.
    pub fn confinement(&self) -> Confinement {
        self.inner.ground.fence.now()
    }

    /// Runs one prompt turn. An agent that already runs for the session is used and stays for the next turn; otherwise one
    /// is started and the session loaded (`resume`) or opened. Updates are sent merged; a slow reader gets fewer steps,
    /// never a lost last state. After a cancelled or failed turn the agent's process tree is gone.
    ///
    /// # Errors
    /// Everything in [`AgentError`]; a cancel is no error but a [`TurnEnd`].
    pub async fn turn(
        &self,
        request: TurnRequest,
        updates: mpsc::Sender<Update>,
        cancel: CancellationToken,
    ) -> Result<TurnEnd, AgentError> {
        let session = request.launch.session.clone();
        let slot = self.slot(&session);
        let live = tokio::select! {
            live = self.obtain(&slot, &request.launch, request.initialize) => live?,
            () = cancel.cancelled() => {
                self.close(&session).await?;
                return Ok(end::never_begun());
            }
        };
        // It may have been started for an earlier turn.
        live.allow(granted(&request.launch.grants.egress));
        let turn = Turn {
            live: &live,
            tools: &self.inner.tools,
            request: &request,
            updates: &updates,
            cancel: &cancel,
        };
        let end = tokio::select! {
            end = turn.run() => end,
            () = slot.closed.cancelled() => Err(AgentError::Closed),
        };
        let over = match &end {
            Ok(end) => {
                cancel.is_cancelled() || matches!(end.stop, Stop::Killed | Stop::OutOfBudget)
            }
            Err(_) => true,
        };
        drop(live);
        if over {
            self.close(&session).await?;
        }
        end
    }

    /// Lets the agent of a session that is there reach more: public hosts and addresses, and names of presets.
    pub async fn allow(&self, session: &SessionId, items: &[String]) {
        let slot = self.slots().get(session).cloned();
        let Some(slot) = slot else { return };
        // One that is being started has another list until it is there.
        if let Some(live) = slot.live.lock().await.as_ref() {
            live.allow(granted(items));
        }
    }

    /// Ends everything that runs for the session, also commands of [`Agents::run_confined`]; returns when it is gone.
    /// Nothing to end is fine.
    ///
    /// # Errors
    /// [`AgentError::Survivors`] when processes withstand SIGKILL for seconds.
    pub async fn close(&self, session: &SessionId) -> Result<(), AgentError> {
        let slot = self.slots().remove(session);
        if let Some(slot) = slot {
            slot.closed.cancel();
            let live = slot.live.lock().await.take();
            if let Some(live) = live {
                live.end_gently().await?;
            }
        }
        self.sweep(session).await
    }

    /// Ends all agents at once; those that are not gone within `grace` are left to the next start's reaping, which is
    /// logged.
    pub async fn close_all(&self, grace: Duration) {
        let sessions = self.live();
        let closing = sessions.iter().map(|session| async move {
            if let Err(error) = self.close(session).await {
                tracing::error!(%session, %error, "ending an agent failed");
            }
        });
        if tokio::time::timeout(grace, futures::future::join_all(closing))
            .await
            .is_err()
        {
            tracing::error!("agents did not end in time");
        }
    }

    /// The sessions an agent runs or is being started for, in order.
    pub fn live(&self) -> Vec<SessionId> {
        let mut sessions: Vec<SessionId> = self.slots().keys().cloned().collect();
        sessions.sort();
        sessions
    }

    /// Runs one command of skep's own (such as `git bundle create`) inside the session's fence, without the agent's keys.
    /// The program is looked for on the agents' `PATH`.
    ///
    /// # Errors
    /// [`AgentError::NotFound`], [`AgentError::Spawn`], [`AgentError::Timeout`]; an exit other than 0 is no error.
    pub async fn run_confined(
        &self,
        launch: &Launch,
        argv: &[String],
        timeout: Duration,
    ) -> Result<Output, AgentError> {
        running_agent::run(&self.inner.ground, launch, argv, timeout).await
    }

    async fn obtain(
        &self,
        slot: &Slot,
        launch: &Launch,
        patience: Duration,
    ) -> Result<Arc<Live>, AgentError> {
        let mut held = slot.live.lock().await;
        if let Some(live) = held.as_ref().filter(|live| live.is_alive()) {
            return Ok(live.clone());
        }
        if let Some(dead) = held.take() {
            dead.end(Duration::ZERO).await?;
        }
        let started = tokio::select! {
            started = self.start(launch, patience) => started,
            () = slot.closed.cancelled() => Err(AgentError::Closed),
        };
        match started {
            Ok(live) => Ok(held.insert(Arc::new(live)).clone()),
            Err(error) => {
                drop(held);
                self.slots().remove(&launch.session);
                Err(error)
            }
        }
    }

    /// Starts the agent, with the cache of its program if it has one. What it refuses to start with is not shown to it again.
    async fn start(&self, launch: &Launch, patience: Duration) -> Result<Live, AgentError> {
        let ground = &self.inner.ground;
        let patience = patience + side_services::patience(launch);
        let starts = Starts {
            in_process: self.inner.demo_in_process,
            tools: self.inner.tools.address().await.ok(),
            patience,
        };
        let caches = &self.inner.caches;
        if let Some(cached) = caches.show(ground, launch, patience).await {
            let error = match Live::start(ground, &cached.launch, &starts).await {
                Ok(live) => return Ok(live),
                Err(error) => error,
            };
            // Only one that starts without it shows that the cache is what is wrong.
            let live = Live::start(ground, launch, &starts).await?;
            tracing::warn!(agent = launch.agent.name, %error, "the agent does not start with its program's cache");
            caches.give_up(&ground.data_dir, &cached.key).await;
            return Ok(live);
        }
        Live::start(ground, launch, &starts).await
    }

    /// Ends what carries the session's mark, whoever started it: nothing of a closed session may go on.
    async fn sweep(&self, session: &SessionId) -> Result<(), AgentError> {
        let (session, owner) = (
            session.to_string(),
            self.inner.ground.data_dir.to_string_lossy().into_owned(),
        );
        let end = move || {
            let marks = [
                (process_tree::SESSION, session.as_str()),
                (process_tree::OWNER, owner.as_str()),
            ];
            process_tree::end(None, &marks, Duration::from_secs(5))
        };
        match tokio::task::spawn_blocking(end).await {
            Ok(0) => Ok(()),
            Ok(count) => Err(AgentError::Survivors { count }),
            Err(error) => Err(AgentError::Sandbox(error.to_string())),
        }
    }

    fn slot(&self, session: &SessionId) -> Arc<Slot> {
        self.slots().entry(session.clone()).or_default().clone()
    }

    fn slots(&self) -> MutexGuard<'_, HashMap<SessionId, Arc<Slot>>> {
        self.inner
            .slots
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}
