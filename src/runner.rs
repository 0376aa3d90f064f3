//! Outbox → perform → inbox. The only caller of GitHub's, git's and the agents' rooms while work goes on.
//!
//! It claims due effects under a lease with a fencing number, performs each in a task of its own, and closes it in one
//! transaction with the outcome as an inbox row. It decides nothing: what an effect means was decided before, and what its
//! outcome means is decided after. A crash leaves the lease to lapse (or to be released at the next start), and the
//! effect runs again.

mod agent_facts;
mod answer_waiters;
mod attachments;
mod ballast;
mod batch;
mod between_turns;
mod budget_watch;
mod contained;
mod discovering;
mod disk;
mod disk_usage;
mod disk_watch;
mod dry_run;
mod folders;
mod handing_in;
mod janitor;
mod launcher;
mod lease;
mod live_graph;
mod marker;
mod memory;
mod memory_usage;
mod memory_watch;
mod outcome;
mod outsiders;
mod own_comment;
mod own_part;
mod perform;
mod performed;
mod permission;
mod permissions;
mod posted;
mod provenance;
mod reading;
mod rebasing;
mod refusals;
mod remote;
mod repository;
mod repository_policy;
mod retention;
mod scope;
mod secret_lines;
mod services;
mod session_tools;
mod starter;
mod suggesting;
mod template;
mod traced;
mod tried;
mod turn_recorder;

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Mutex;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tracing::Instrument;

use crate::core::effect::EffectKind;
use crate::store::{Claim, Closed, Complaint, StoreError};
use crate::trace;

pub use answer_waiters::AnswerWaiters;
pub use ballast::Ballast;
pub use batch::{BatchJudge, BatchOf, NotJudged, WrongBatch};
pub use between_turns::Told;
pub use disk::Disk;
pub use disk_usage::{Survey, Usage, taken as disk_taken};
pub use dry_run::dry_run;
pub use folders::Folders;
use lease::{Claimed, Leases};
pub use live_graph::LiveGraph;
pub use marker::MarkerKey;
pub use memory::MachineMemory;
pub use memory_usage::MemoryUsage;
use outcome::Outcomes;
pub use posted::PostedComments;
pub use reading::read_facts;
pub use refusals::{Refusals, ToldOf};
pub use services::{Services, Timings};
use tried::Tried;

/// How long a claim holds without a renewal.
const LEASE_MS: i64 = 30_000;
/// How often leases are renewed.
const BEAT: Duration = Duration::from_secs(10);
/// How many effects are claimed at once.
const CLAIM: i64 = 32;
/// How many effects of one kind of git work or reading run at once.
const SIDE_BY_SIDE: usize = 6;

/// The effects under way; who drives the runner owns them.
pub type Tasks = JoinSet<()>;

/// The runner. Clones share everything.
#[derive(Clone)]
pub struct Runner {
    services: Arc<Services>,
    leases: Leases,
    stopping: CancellationToken,
    trouble: Arc<Complaint>,
    /// Held while something of a forgotten task is removed.
    removing: Arc<Mutex<()>>,
}

impl Runner {
    /// Puts the runner together.
    pub fn new(services: Arc<Services>) -> Self {
        Self {
            leases: Leases::new(services.lost_time),
            services,
            stopping: CancellationToken::new(),
            trouble: Arc::default(),
            removing: Arc::default(),
        }
    }

    /// What the runner works with.
    pub fn services(&self) -> &Services {
        &self.services
    }

    /// Whether nothing is being done but the work of agents.
    pub fn is_quiet(&self) -> bool {
        self.leases
            .are_only(&[EffectKind::RunTurn, EffectKind::Verify])
    }

    /// Makes working copies ready for sessions to come, as far as they are wanted and the disk has room: twice what is kept
    /// free of it.
    pub async fn keep_standbys(&self) {
        let (git, limits) = (&self.services.git, &self.services.policy.limits);
        let disk = Disk::of(self.services.folders.data());
        let wanted = limits.disk_reserve_bytes.saturating_mul(2);
        let most = match disk.map(|disk| disk.without(self.services.ballast.owed())) {
            Ok(disk) if disk.is_short(wanted) => 0,
            _ => limits.standbys as usize,
        };
        if let Err(error) = git.keep_standbys(most).await {
            tracing::warn!(%error, "the working copies that stand ready could not be looked after");
        }
    }

    /// Looks how much memory is left, and what each session takes of it. A turn that takes too much ends by that.
    pub async fn look_at_memory(&self) -> std::io::Result<()> {
        let taken = self.services.agents.taken().await;
        let worked = taken
            .iter()
            .map(|(id, taken)| (id.clone(), taken.worked_ms));
        self.services.memory.worked(worked.collect());
        let taken = taken.into_iter().map(|(id, taken)| (id, taken.memory));
        let taken = taken.collect();
        self.services.memory.seen(MachineMemory::now()?, taken);
        Ok(())
    }

    /// Performs effects until cancelled; then lets those under way finish for as long as configured, interrupts agents, and
    /// returns.
    pub async fn run(self, cancel: CancellationToken) {
        let mut tasks = Tasks::new();
        let mut wake = self.services.store.effect_wake();
        let mut beat = tokio::time::interval(BEAT);
        while !cancel.is_cancelled() {
            if let Err(error) = self.start_due(&mut tasks).await {
                self.trouble
                    .say("effects could not be claimed; trying again", &error);
            }
            tokio::select! {
                () = cancel.cancelled() => {}
                _ = wake.changed() => {}
                Some(ended) = tasks.join_next(), if !tasks.is_empty() => log_panic(ended),
                _ = beat.tick() => self.renew().await,
                () = self.until_due() => {}
            }
        }
        self.drain(tasks).await;
    }

    /// Claims what is due and has room, and starts it; answers how many were started. Also passes on requests to cancel.
    pub async fn start_due(&self, tasks: &mut Tasks) -> Result<usize, StoreError> {
        self.pass_on_cancels().await?;
        self.end_shut_out().await?;
        let now = (self.services.clock)();
        let full = self.leases.full(|kind| self.most_at_once(kind));
        let claim = Claim {
            owner: &self.services.owner,
            now,
            lease_until: now + LEASE_MS,
            limit: CLAIM,
            without_kinds: &full,
        };
        let claimed = self.leases.claim(&self.services.store, claim).await?;
        let started = claimed.len();
        for one in claimed {
            tasks.spawn(self.clone().carry(one));
        }
        Ok(started)
    }

    fn most_at_once(&self, kind: EffectKind) -> usize {
        match kind {
            // A first fetch may take an hour: no other session waits for it.
            EffectKind::RunTurn | EffectKind::PrepareWorkspace => {
                self.services.policy.limits.sessions as usize
            }
            // Each takes the machine as a session does, and no slot of theirs.
            EffectKind::Verify => (self.services.policy.limits.sessions as usize).div_ceil(2),
            EffectKind::CheckTrigger
            | EffectKind::CheckPublish
            | EffectKind::AuthorizeComment
            | EffectKind::ReadReview
            | EffectKind::RefreshPullRequest
            | EffectKind::CheckLanded
            | EffectKind::CheckAccess
            | EffectKind::ReadDependencies
            | EffectKind::ReadApprovals
            | EffectKind::ReadWithheld
            | EffectKind::ReadProject
            | EffectKind::ReadOverlaps
            | EffectKind::ReadSprint
            | EffectKind::ReadPullGate
            | EffectKind::Forget
            | EffectKind::DeleteBranch
            | EffectKind::Restack
            | EffectKind::Collect
            | EffectKind::Publish
            | EffectKind::PushEvidence
            | EffectKind::RemoveWorkspace => SIDE_BY_SIDE,
            EffectKind::React
            | EffectKind::ShowStatus
            | EffectKind::ShowLabel
            | EffectKind::OpenPull
            | EffectKind::JoinStack
            | EffectKind::CreateIssue
            | EffectKind::ProposePolicy
            | EffectKind::ProposeOnboarding
            | EffectKind::Suggest
            | EffectKind::LabelPull
            | EffectKind::ReportPullGate
            | EffectKind::ReportVerification
            | EffectKind::ShowCheck
            | EffectKind::DescribePull
            | EffectKind::RequestReview
            | EffectKind::PostAnswer
            | EffectKind::UpsertComment
            | EffectKind::ReactTo
            | EffectKind::Assign
            | EffectKind::SetGoLabel
            | EffectKind::HideComment
            | EffectKind::Reply
            | EffectKind::MarkReady
            | EffectKind::Steer
            | EffectKind::OpenHosts
            | EffectKind::SetTimer
            | EffectKind::EndAgent => usize::MAX,
        }
    }

    async fn pass_on_cancels(&self) -> Result<(), StoreError> {
        if self.leases.is_empty() {
            return Ok(());
        }
        for id in self
            .services
            .store
            .cancel_requests(&self.services.owner)
            .await?
        {
            self.leases.cancel(&id);
        }
        Ok(())
    }

    /// Ends the agents that wait between two turns while their installation is shut to us: whoever suspends it wants nothing
    /// to run. The next turn starts them again.
    async fn end_shut_out(&self) -> Result<(), StoreError> {
        if !self.services.github.is_any_shut() {
            return Ok(());
        }
        for session in self.services.agents.live() {
            if self.leases.works_for(&session) {
                continue;
            }
            let Some(task) = self.services.store.task(session.task()).await? else {
                continue;
            };
            let (installation, repository) = (task.installation, task.key.repository);
            if !self.services.github.is_shut(installation, repository) {
                continue;
            }
            tracing::info!(%session, "its installation is shut to us: the agent that waits is ended");
            if let Err(error) = self.services.agents.close(&session).await {
                tracing::error!(%session, %error, "an agent could not be ended");
            }
        }
        Ok(())
    }

    /// Returns when something may be due that nobody announces, and every second.
    async fn until_due(&self) {
        let now = (self.services.clock)();
        let due = self.services.store.next_due(now).await.ok().flatten();
        let wait = due.map_or(1_000, |due| (due - now).clamp(5, 1_000));
        tokio::time::sleep(Duration::from_millis(wait.unsigned_abs())).await;
    }

    async fn renew(&self) {
        let held = self.leases.fences();
        let until = (self.services.clock)() + LEASE_MS;
        match self
            .services
            .store
            .renew(&self.services.owner, &held, until)
            .await
        {
            Ok(lost) => lost.iter().for_each(|id| self.leases.cancel(id)),
            Err(error) => self.trouble.say("leases could not be renewed", &error),
        }
    }

    /// Ends what is under way: quick things finish, agents are interrupted and come back at the next start.
    async fn drain(&self, mut tasks: Tasks) {
        self.stopping.cancel();
        let limit = Duration::from_millis(self.services.policy.limits.drain_ms.unsigned_abs());
        let all = async { while tasks.join_next().await.is_some() {} };
        if tokio::time::timeout(limit, all).await.is_err() {
            tracing::warn!("not everything ended in time; the rest is taken up at the next start");
        }
        self.services.agents.close_all(limit).await;
    }

    /// Carries one effect to its end and writes down what became of it.
    async fn carry(self, claimed: Claimed) {
        // What was being removed when its task was taken up again is gone by now, and no more of it will be.
        drop(self.removing.lock().await);
        let outcomes = Outcomes {
            store: &self.services.store,
            clock: &self.services.clock,
            retry_base_ms: self.services.policy.limits.retry_base_ms,
        };
        let began = std::time::Instant::now();
        let (row, result) = match &claimed {
            Claimed::Effect(lease, action) => {
                let told = traced::of(lease);
                let work = async {
                    tracing::debug!("performing");
                    // On the heap: its steps are large, and a worker's stack is not.
                    let perform = Box::pin(perform::perform(
                        action,
                        lease,
                        &self.services,
                        &self.stopping,
                    ));
                    let performed = trace::within(told.context(), perform).await;
                    let tried = Tried::of(lease, &performed, began.elapsed());
                    let closed = outcomes.settle(lease, performed).await;
                    if matches!(closed, Ok(Closed::Done)) {
                        told.ended((self.services.clock)(), tried.outcome());
                        tried.count();
                    }
                    closed
                };
                (lease.row(), work.instrument(told.span()).await)
            }
            Claimed::Unreadable(row, error) => {
                tracing::error!(effect = row.id(), %error, "an effect does not read back");
                (row, outcomes.unreadable(row, &error.to_string()).await)
            }
        };
        let (effect, fence) = (row.id(), row.fence());
        match result {
            Ok(Closed::Done) => {}
            Ok(Closed::Lost) => tracing::warn!(effect, fence, "somebody else holds the effect now"),
            Err(error) => self.trouble.say(
                "the end of an effect could not be stored; it is performed again",
                &error,
            ),
        }
        self.leases.release(effect);
    }
}

fn log_panic(ended: Result<(), tokio::task::JoinError>) {
    if let Err(error) = ended {
        tracing::error!(%error, "performing an effect panicked; its lease will lapse and it runs again");
    }
}
