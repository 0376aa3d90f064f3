//! What effects are performed with.

use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::{AnswerWaiters, Ballast, MarkerKey, Usage};
use crate::agent::{Agents, Identity as AgentIdentity, Launch, Resources};
use crate::core::agent::AgentSpec;
use crate::core::failure::Failure;
use crate::core::ids::{CommentId, SessionId, TaskKey};
use crate::core::place::Place;
use crate::core::policy::Policy;
use crate::core::sanitise;
use crate::core::time::Clock;
use crate::git::{Git, Identity};
use crate::github::{At, GitHub, GitHubError};
use crate::store::Store;

/// The rooms and wishes the runner works with.
pub struct Services {
    /// The database.
    pub store: Store,
    /// GitHub.
    pub github: GitHub,
    /// Git.
    pub git: Git,
    /// Coding agents.
    pub agents: Agents,
    /// The operator's wishes.
    pub policy: Arc<Policy>,
    /// The operator's agents by name, with their environment resolved.
    pub specs: BTreeMap<String, AgentSpec>,
    /// What tools leave beside the work, as patterns of gitignore(5).
    pub ignore: Vec<String>,
    /// The clock.
    pub clock: Clock,
    /// Where sessions live.
    pub data_dir: PathBuf,
    /// Signs the marks in our comments.
    pub marker: MarkerKey,
    /// Who we are among those that hold leases.
    pub owner: String,
    /// Keys that agents hold: taken out of everything they say.
    pub secrets: Vec<String>,
    /// Numbers for the edges.
    pub timings: Timings,
    /// Status comments posted in this life, for the time GitHub's listing does not show them yet.
    pub posted: Mutex<HashMap<TaskKey, CommentId>>,
    /// Agents' tools that wait for an answer.
    pub mail: AnswerWaiters,
    /// Room for the database on a full disk.
    pub ballast: Arc<Ballast>,
    /// What the sessions at work take of the disk.
    pub usage: Usage,
}

/// Numbers for the edges.
#[derive(Debug, Clone, Copy)]
pub struct Timings {
    /// How long an agent may take to answer the handshake.
    pub initialize: Duration,
    /// How long an agent may take to confirm a cancel.
    pub cancel_grace: Duration,
    /// The pause before a mark is looked for a second time (GitHub's listings lag).
    pub look_again: Duration,
    /// The shortest time between two facts about a session's progress.
    pub progress: Duration,
    /// How long an agent may say nothing until people are told so.
    pub silent: Duration,
    /// How often it is looked how much of the disk a session takes.
    pub disk_look: Duration,
}

impl Default for Timings {
    fn default() -> Self {
        Self {
            initialize: Duration::from_secs(30),
            cancel_grace: Duration::from_secs(1),
            look_again: Duration::from_secs(4),
            progress: Duration::from_secs(1),
            silent: Duration::from_secs(300),
            disk_look: Duration::from_secs(5),
        }
    }
}

impl Services {
    /// Where GitHub calls for a place go.
    pub(super) fn at(&self, place: &Place) -> At {
        At {
            installation: place.installation,
            repository: place.repository,
            name: place.name.clone(),
        }
    }

    /// The folder of a session.
    pub(super) fn session_dir(&self, session: &SessionId) -> PathBuf {
        self.data_dir.join("sessions").join(session.as_str())
    }

    /// The working copy of a session.
    pub(super) fn workspace(&self, session: &SessionId) -> PathBuf {
        self.session_dir(session).join("work")
    }

    /// The home of a session's agent; it outlives the process, so that the agent can load its session.
    pub(super) fn home(&self, session: &SessionId) -> PathBuf {
        self.session_dir(session).join("home")
    }

    /// Where a session's commits are bundled.
    pub(super) fn bundle(&self, session: &SessionId) -> PathBuf {
        self.home(session).join(".skep.bundle")
    }

    /// Who our commits are by: the App's bot, under the address by which GitHub knows it.
    pub(super) async fn author(&self, place: &Place) -> Result<Identity, GitHubError> {
        let (id, login) = (
            self.github.bot(&self.at(place)).await?,
            &self.policy.me.login,
        );
        Ok(Identity::new(
            login,
            &format!("{id}+{login}@users.noreply.github.com"),
        ))
    }

    /// How to start the agent of a session.
    pub(super) async fn launch(
        &self,
        session: &SessionId,
        place: &Place,
        agent: &str,
        writes: bool,
    ) -> Result<Launch, Failure> {
        let author = self.author(place).await?;
        let spec = self.specs.get(agent).ok_or_else(|| {
            Failure::refused(format!(
                "the agent `{agent}` is not configured on this server; its operator can add it"
            ))
        })?;
        Ok(Launch {
            session: session.clone(),
            agent: spec.clone(),
            workspace: self.workspace(session),
            home: self.home(session),
            visible: vec![self.git.mirror_path(place.repository)],
            read_only: !writes,
            identity: AgentIdentity {
                name: author.name().to_owned(),
                email: author.email().to_owned(),
            },
            resources: Resources::default(),
        })
    }

    /// Text without keys and homes.
    pub(super) fn redact(&self, text: &str) -> String {
        let live: Vec<&str> = self.secrets.iter().map(String::as_str).collect();
        sanitise::redact(text, &live)
    }

    /// The status comment of a task, if it was posted in this life.
    pub(super) fn posted(&self, task: TaskKey) -> Option<CommentId> {
        self.posted
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&task)
            .copied()
    }

    /// Remembers a status comment.
    pub(super) fn remember(&self, task: TaskKey, comment: CommentId) {
        self.posted
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(task, comment);
    }

    /// A random number from 0 up to `below`; 0 where the system has no randomness.
    pub(super) fn jitter(&self, below: i64) -> i64 {
        let mut bytes = [0_u8; 4];
        if below <= 0 || getrandom::fill(&mut bytes).is_err() {
            return 0;
        }
        i64::from(u32::from_le_bytes(bytes)) % below
    }
}
