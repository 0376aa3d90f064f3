//! Outbox → perform → inbox. The only caller of GitHub's, git's and the agents' rooms while work goes on.
//!
//! It claims due effects under a lease with a fencing number, performs each in a task of its own, and closes it in one
//! transaction with the outcome as an inbox row. It decides nothing: what an effect means was decided before, and what its
//! outcome means is decided after. A crash leaves the lease to lapse (or to be released at the next start), and the
//! effect runs again.

mod access;
mod agents;
mod ballast;
mod desk;
mod disk;
mod lease;
mod marker;
mod outcome;
mod parts;
mod publish;
mod pump;
mod remote;
mod review;
mod show;
mod talk;
mod template;
mod trigger;
mod workspace;

use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::core::effect::{Effect, EffectKind};
use crate::core::event::Event;
use crate::core::failure::Failure;
use crate::core::task::Task;
use crate::store::{Claim, Closed, Complaint, EffectRow, StoreError};

pub use ballast::Ballast;
pub use desk::Mail;
pub use disk::{Disk, Usage};
use lease::{Held, Leases};
pub use marker::MarkerKey;
pub use parts::{Knobs, Parts};
pub use trigger::read_facts;

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
    parts: Arc<Parts>,
    leases: Leases,
    stopping: CancellationToken,
    trouble: Arc<Complaint>,
}

/// What performing came to.
enum Performed {
    /// Done; nothing follows.
    Done,
    /// Done; this is known now.
    Known(Box<Event>),
    /// Interrupted by the service's own stop: to be taken up again at the next start.
    Interrupted,
}

impl Performed {
    fn known(event: Event) -> Self {
        Self::Known(Box::new(event))
    }
}

impl Runner {
    /// Puts the runner together.
    pub fn new(parts: Arc<Parts>) -> Self {
        Self {
            parts,
            leases: Leases::default(),
            stopping: CancellationToken::new(),
            trouble: Arc::default(),
        }
    }

    /// What the runner works with.
    pub fn parts(&self) -> &Parts {
        &self.parts
    }

    /// Performs effects until cancelled; then lets those under way finish for as long as configured, interrupts agents, and
    /// returns.
    pub async fn run(self, cancel: CancellationToken) {
        let mut tasks = Tasks::new();
        let mut wake = self.parts.store.effect_wake();
        let mut beat = tokio::time::interval(BEAT);
        while !cancel.is_cancelled() {
            if let Err(error) = self.start_due(&mut tasks).await {
                self.trouble
                    .say("effects could not be claimed; trying again", &error);
            }
            let pause = self.pause().await;
            tokio::select! {
                () = cancel.cancelled() => {}
                _ = wake.changed() => {}
                Some(ended) = tasks.join_next(), if !tasks.is_empty() => log_panic(ended),
                _ = beat.tick() => self.renew().await,
                () = tokio::time::sleep(pause) => {}
            }
        }
        self.drain(tasks).await;
    }

    /// Claims what is due and has room, and starts it; answers how many were started. Also passes on requests to cancel.
    pub async fn start_due(&self, tasks: &mut Tasks) -> Result<usize, StoreError> {
        self.pass_on_cancels().await?;
        self.end_shut_out().await?;
        let now = (self.parts.clock)();
        let full = self.leases.full(|kind| self.room(kind));
        let claim = Claim {
            owner: &self.parts.owner,
            now,
            lease_until: now + LEASE_MS,
            limit: CLAIM,
            without_lanes: &[],
            without_kinds: &full,
        };
        let rows = self.parts.store.claim(claim).await?;
        let started = rows.len();
        for row in rows {
            let held = self.leases.hold(&row);
            tasks.spawn(self.clone().carry(row, held));
        }
        Ok(started)
    }

    fn room(&self, kind: EffectKind) -> usize {
        match kind {
            EffectKind::RunTurn => self.parts.policy.limits.sessions as usize,
            EffectKind::CheckTrigger
            | EffectKind::CheckPublish
            | EffectKind::Weigh
            | EffectKind::ReadReview
            | EffectKind::LookAtPull
            | EffectKind::CheckAccess
            | EffectKind::Forget
            | EffectKind::DeleteBranch
            | EffectKind::PrepareWorkspace
            | EffectKind::Collect
            | EffectKind::Publish
            | EffectKind::RemoveWorkspace => SIDE_BY_SIDE,
            EffectKind::React
            | EffectKind::ShowStatus
            | EffectKind::ShowLabel
            | EffectKind::OpenPull
            | EffectKind::LabelPull
            | EffectKind::DescribePull
            | EffectKind::RequestReview
            | EffectKind::PostAnswer
            | EffectKind::Say
            | EffectKind::ReactTo
            | EffectKind::Assign
            | EffectKind::Switch
            | EffectKind::Minimise
            | EffectKind::Reply
            | EffectKind::MarkReady
            | EffectKind::Steer
            | EffectKind::Ring
            | EffectKind::EndAgent => usize::MAX,
        }
    }

    async fn pass_on_cancels(&self) -> Result<(), StoreError> {
        if self.leases.is_empty() {
            return Ok(());
        }
        for id in self.parts.store.cancel_requests(&self.parts.owner).await? {
            self.leases.cancel(&id);
        }
        Ok(())
    }

    /// Ends the agents that wait between two turns while their installation is shut to us: whoever suspends it wants nothing
    /// to run. The next turn starts them again.
    async fn end_shut_out(&self) -> Result<(), StoreError> {
        if !self.parts.github.is_any_shut() {
            return Ok(());
        }
        for session in self.parts.agents.live() {
            if self.leases.works_for(&session) {
                continue;
            }
            let row = self.parts.store.task(session.task()).await?;
            let task = row.and_then(|row| serde_json::from_str::<Task>(&row.body).ok());
            if !task.is_some_and(|task| self.parts.github.is_shut(&self.parts.at(&task.place))) {
                continue;
            }
            tracing::info!(%session, "its installation is shut to us: the agent that waits is ended");
            if let Err(error) = self.parts.agents.close(&session).await {
                tracing::error!(%session, %error, "an agent could not be ended");
            }
        }
        Ok(())
    }

    async fn pause(&self) -> Duration {
        let now = (self.parts.clock)();
        let due = self.parts.store.next_due(now).await.ok().flatten();
        let wait = due.map_or(1_000, |due| (due - now).clamp(5, 1_000));
        Duration::from_millis(wait.unsigned_abs())
    }

    async fn renew(&self) {
        let held = self.leases.fences();
        let until = (self.parts.clock)() + LEASE_MS;
        match self
            .parts
            .store
            .renew(&self.parts.owner, &held, until)
            .await
        {
            Ok(lost) => lost.iter().for_each(|id| self.leases.cancel(id)),
            Err(error) => self.trouble.say("leases could not be renewed", &error),
        }
    }

    /// Ends what is under way: quick things finish, agents are interrupted and come back at the next start.
    async fn drain(&self, mut tasks: Tasks) {
        self.stopping.cancel();
        let limit = Duration::from_millis(self.parts.policy.limits.drain_ms.unsigned_abs());
        let all = async { while tasks.join_next().await.is_some() {} };
        if tokio::time::timeout(limit, all).await.is_err() {
            tracing::warn!("not everything ended in time; the rest is taken up at the next start");
        }
        self.parts.agents.close_all(limit).await;
    }

    /// Carries one effect to its end and writes down what became of it.
    async fn carry(self, row: EffectRow, held: Held) {
        let (id, fence) = (row.id.clone(), row.fence);
        let result = match serde_json::from_str::<Effect>(&row.body) {
            Ok(effect) => {
                let result = self.perform(&row, &effect, &held).await;
                self.settle(&row, &effect, result, &held).await
            }
            Err(error) => {
                tracing::error!(effect = id, %error, "an effect does not read back");
                self.close(&row, "failed", Some(&error.to_string()), None)
                    .await
            }
        };
        match result {
            Ok(Closed::Done) => {}
            Ok(Closed::Lost) => {
                tracing::warn!(effect = id, fence, "somebody else holds the effect now")
            }
            Err(error) => self.trouble.say(
                "the end of an effect could not be stored; it is performed again",
                &error,
            ),
        }
        self.leases.release(&id);
    }

    async fn perform(
        &self,
        row: &EffectRow,
        effect: &Effect,
        held: &Held,
    ) -> Result<Performed, Failure> {
        let parts = &self.parts;
        tracing::debug!(
            effect = row.id,
            kind = row.kind,
            attempt = row.attempts,
            "performing"
        );
        match effect {
            Effect::React {
                place,
                reaction,
                instead_of,
            } => show::react(parts, place, *reaction, *instead_of).await,
            Effect::ShowStatus {
                place,
                comment,
                body,
            } => show::status(parts, row, place, *comment, body).await,
            Effect::ShowLabel { place, label } => show::label(parts, place, *label).await,
            Effect::PostAnswer {
                place,
                session,
                body,
            } => show::answer(parts, row, place, session, body).await,
            Effect::CheckTrigger {
                place,
                actor,
                asking,
                snapshot,
                role,
            } => {
                trigger::check(
                    parts,
                    place,
                    actor,
                    (*asking, snapshot.as_ref(), role.as_deref()),
                )
                .await
            }
            Effect::CheckPublish {
                place,
                session,
                actor,
            } => trigger::check_publish(parts, place, session, actor).await,
            Effect::PrepareWorkspace { .. } => workspace::prepare(parts, effect).await,
            Effect::Collect { .. } => workspace::collect(parts, effect).await,
            Effect::RemoveWorkspace {
                place,
                session,
                commits,
                keep_home,
            } => workspace::remove(parts, place, session, (*commits, *keep_home)).await,
            Effect::RunTurn {
                place,
                session,
                turn,
            } => {
                agents::run_turn(
                    parts,
                    &agents::Run {
                        row,
                        place,
                        session,
                        turn,
                        held,
                        stopping: &self.stopping,
                    },
                )
                .await
            }
            Effect::EndAgent { session, .. } => agents::end(parts, session).await,
            Effect::Steer {
                session,
                words,
                text,
                ..
            } => talk::steer(parts, session, words, text).await,
            Effect::Say { .. } => talk::say(parts, row, effect).await,
            Effect::ReactTo {
                place,
                comment,
                reaction,
                instead_of,
            } => talk::react(parts, place, *comment, *reaction, *instead_of).await,
            Effect::Weigh {
                place,
                comment,
                on,
                actor,
                of_ours,
            } => {
                let (comment, on, of_ours) = (*comment, *on, *of_ours);
                talk::weigh(
                    parts,
                    &talk::ToWeigh {
                        place,
                        comment,
                        on,
                        actor,
                        of_ours,
                    },
                )
                .await
            }
            Effect::Assign { place, login, on } => talk::assign(parts, place, login, *on).await,
            Effect::Switch { place, on } => talk::switch(parts, place, *on).await,
            Effect::Minimise { place, comment } => talk::minimise(parts, place, *comment).await,
            Effect::ReadReview {
                place,
                pull,
                review,
            } => review::read(parts, place, *pull, *review).await,
            Effect::LookAtPull { place, pull } => review::look(parts, place, *pull).await,
            Effect::Reply { .. } => review::reply(parts, row, effect).await,
            Effect::MarkReady { place, pull } => review::mark_ready(parts, place, *pull).await,
            Effect::DeleteBranch {
                place,
                branch,
                head,
            } => review::delete_branch(parts, place, branch, head).await,
            Effect::CheckAccess { place } => access::check(parts, place).await,
            Effect::Forget { place } => access::forget(parts, place).await,
            // It was due: that is all there is to tell.
            Effect::Ring { alarm, .. } => Ok(Performed::known(Event::Rang {
                alarm: alarm.clone(),
            })),
            Effect::Publish {
                place,
                session,
                branch,
                head,
                expected,
            } => {
                let push = publish::Wanted {
                    place,
                    session,
                    branch,
                    head,
                    expected: expected.as_ref(),
                };
                publish::push(parts, row, &push, &held.cancel).await
            }
            Effect::OpenPull { .. } => publish::open_pull(parts, row, effect).await,
            Effect::LabelPull {
                place,
                pull,
                labels,
            } => publish::label_pull(parts, place, *pull, labels).await,
            Effect::DescribePull { place, pull, part } => {
                publish::describe_pull(parts, place, *pull, part).await
            }
            Effect::RequestReview {
                place,
                pull,
                logins,
            } => review::request(parts, place, *pull, logins).await,
        }
    }
}

fn log_panic(ended: Result<(), tokio::task::JoinError>) {
    if let Err(error) = ended {
        tracing::error!(%error, "performing an effect panicked; its lease will lapse and it runs again");
    }
}
