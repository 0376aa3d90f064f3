//! What effects are performed with. No performer gets all of it: `scope` hands out the part that each may touch.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use super::answer_waiters::AnswerWaiters;
use super::ballast::Ballast;
use super::disk_usage::Usage;
use super::folders::Folders;
use super::live_graph::LiveGraph;
use super::marker::MarkerKey;
use super::memory_usage::MemoryUsage;
use super::posted::PostedComments;
use super::refusals::{Refusals, ToldOf};
use crate::agent::Agents;
use crate::core::agent::AgentSpec;
use crate::core::policy::Retention;
use crate::core::sanitise::HeldSecrets;
use crate::core::time::Clock;
use crate::git::Git;
use crate::github::GitHub;
use crate::live_policy::LivePolicy;
use crate::signing::SigningKey;
use crate::store::{LostTime, Store};

/// Everything the runner works with.
pub struct Services {
    /// The database.
    pub store: Store,
    /// GitHub.
    pub github: GitHub,
    /// Git.
    pub git: Git,
    /// Coding agents.
    pub agents: Agents,
    /// What the operator wants.
    pub policy: LivePolicy,
    /// The operator's agents by name, with their environment resolved.
    pub specs: BTreeMap<String, AgentSpec>,
    /// What tools leave beside the work, as patterns of gitignore(5).
    pub ignore: Vec<String>,
    /// The clock.
    pub clock: Clock,
    /// Where sessions live.
    pub folders: Folders,
    /// Signs the marks in our comments.
    pub marker: MarkerKey,
    /// What time the last restore lost.
    pub lost_time: Option<LostTime>,
    /// Signs statements of provenance.
    pub key: SigningKey,
    /// Who we are among those that hold leases.
    pub owner: String,
    /// Takes the agents' keys out of everything they say.
    pub redactor: HeldSecrets,
    /// Pauses of the edges.
    pub timings: Timings,
    /// How long is kept what the work does not need any more.
    pub retention: Retention,
    /// The installations that do not let us report checks, as far as the operator was told.
    pub refused_checks: Refusals,
    /// The installations whose pull requests GitHub makes no stacks of, as far as the operator was told.
    pub declined_stacks: Refusals,
    /// The repositories of whose base branch the operator was told that nothing keeps the App from it.
    pub told_of_base: ToldOf,
    /// Status comments posted in this life.
    pub posted: PostedComments,
    /// Who knows which issue waits for which.
    pub graph: Arc<dyn LiveGraph>,
    /// Agents' tools that wait for an answer.
    pub waiters: Arc<AnswerWaiters>,
    /// Room for the database on a full disk.
    pub ballast: Arc<Ballast>,
    /// What is taken of the disk.
    pub usage: Arc<Usage>,
    /// What is taken of the memory.
    pub memory: Arc<MemoryUsage>,
}

/// Pauses of the edges.
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
    /// The shortest time between two measurements of all that is taken of the disk.
    pub disk_survey: Duration,
    /// How often it is looked how much of the memory is left, and what sessions take of it.
    pub memory_look: Duration,
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
            disk_survey: Duration::from_secs(600),
            memory_look: Duration::from_secs(1),
        }
    }
}
