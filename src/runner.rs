//! Outbox → perform → inbox. The only caller of GitHub's, git's and the agents' rooms while work goes on.
//!
//! It claims due effects under a lease with a fencing number, performs each in a task of its own, and closes it in one
//! transaction with the outcome as an inbox row. It decides nothing: what an effect means was decided before, and what its
//! outcome means is decided after. A crash leaves the lease to lapse (or to be released at the next start), and the
//! effect runs again.

mod access;
mod agents;
mod ballast;
mod comments;
mod disk;
mod lease;
mod marker;
mod outcome;
mod publish;
mod remote;
mod review;
mod services;
mod session_tools;
mod status;
mod template;
mod trigger;
mod turn_recorder;
mod workspace;

use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::core::effect::{self, Action, Effect, EffectKind};
use crate::core::event::Event;
use crate::core::failure::Failure;
use crate::core::task::Task;
use crate::store::{Claim, Closed, Complaint, EffectRow, StoreError};

pub use ballast::Ballast;
pub use disk::{Disk, Usage};
use lease::{Held, Leases};
pub use marker::MarkerKey;
pub use services::{Services, Timings};
pub use session_tools::AnswerWaiters;
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
    services: Arc<Services>,
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
    pub fn new(services: Arc<Services>) -> Self {
        Self {
            services,
            leases: Leases::default(),
            stopping: CancellationToken::new(),
            trouble: Arc::default(),
        }
    }

    /// What the runner works with.
    pub fn services(&self) -> &Services {
        &self.services
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
        let now = (self.services.clock)();
        let full = self.leases.full(|kind| self.room(kind));
        let claim = Claim {
            owner: &self.services.owner,
            now,
            lease_until: now + LEASE_MS,
            limit: CLAIM,
            without_kinds: &full,
        };
        let rows = self.services.store.claim(claim).await?;
        let started = rows.len();
        for row in rows {
            let held = self.leases.hold(&row);
            tasks.spawn(self.clone().carry(row, held));
        }
        Ok(started)
    }

    fn room(&self, kind: EffectKind) -> usize {
        match kind {
            EffectKind::RunTurn => self.services.policy.limits.sessions as usize,
            EffectKind::CheckTrigger
            | EffectKind::CheckPublish
            | EffectKind::AuthorizeComment
            | EffectKind::ReadReview
            | EffectKind::RefreshPullRequest
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
            | EffectKind::UpsertComment
            | EffectKind::ReactTo
            | EffectKind::Assign
            | EffectKind::SetGoLabel
            | EffectKind::HideComment
            | EffectKind::Reply
            | EffectKind::MarkReady
            | EffectKind::Steer
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
            let row = self.services.store.task(session.task()).await?;
            let task = row.and_then(|row| serde_json::from_str::<Task>(&row.body).ok());
            if !task
                .is_some_and(|task| self.services.github.is_shut(&self.services.at(&task.place)))
            {
                continue;
            }
            tracing::info!(%session, "its installation is shut to us: the agent that waits is ended");
            if let Err(error) = self.services.agents.close(&session).await {
                tracing::error!(%session, %error, "an agent could not be ended");
            }
        }
        Ok(())
    }

    async fn pause(&self) -> Duration {
        let now = (self.services.clock)();
        let due = self.services.store.next_due(now).await.ok().flatten();
        let wait = due.map_or(1_000, |due| (due - now).clamp(5, 1_000));
        Duration::from_millis(wait.unsigned_abs())
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
        let services = &self.services;
        tracing::debug!(
            effect = row.id,
            kind = row.kind,
            attempt = row.attempts,
            "performing"
        );
        let place = &effect.place;
        let session = || {
            effect
                .session
                .as_ref()
                .ok_or_else(|| Failure::broken("an effect of a session without one"))
        };
        match &effect.action {
            Action::React(effect::React {
                reaction,
                instead_of,
            }) => status::react(services, place, *reaction, *instead_of).await,
            Action::ShowStatus(effect::ShowStatus { comment, body }) => {
                status::status(services, row, place, *comment, body).await
            }
            Action::ShowLabel(effect::ShowLabel { label }) => {
                status::label(services, place, *label).await
            }
            Action::PostAnswer(effect::PostAnswer { body }) => {
                status::answer(services, row, place, session()?, body).await
            }
            Action::CheckTrigger(effect::CheckTrigger {
                actor,
                asking,
                snapshot,
                role,
            }) => {
                trigger::check(
                    services,
                    place,
                    actor,
                    (*asking, snapshot.as_ref(), role.as_deref()),
                )
                .await
            }
            Action::CheckPublish(effect::CheckPublish { actor }) => {
                trigger::check_publish(services, place, session()?, actor).await
            }
            Action::PrepareWorkspace(wanted) => {
                workspace::prepare(services, place, session()?, wanted).await
            }
            Action::Collect(wanted) => {
                workspace::collect(services, place, session()?, wanted).await
            }
            Action::RemoveWorkspace(effect::RemoveWorkspace { commits, keep_home }) => {
                workspace::remove(services, place, session()?, (*commits, *keep_home)).await
            }
            Action::RunTurn(effect::RunTurn { turn }) => {
                agents::run_turn(
                    services,
                    &agents::Run {
                        row,
                        place,
                        session: session()?,
                        turn,
                        held,
                        stopping: &self.stopping,
                    },
                )
                .await
            }
            Action::EndAgent(_) => agents::end(services, session()?).await,
            Action::Steer(effect::Steer { words, text, .. }) => {
                comments::steer(services, session()?, words, text).await
            }
            Action::UpsertComment(wanted) => comments::upsert(services, row, place, wanted).await,
            Action::ReactTo(effect::ReactTo {
                comment,
                reaction,
                instead_of,
            }) => comments::react(services, place, *comment, *reaction, *instead_of).await,
            Action::AuthorizeComment(effect::AuthorizeComment {
                comment,
                on,
                actor,
                of_ours,
            }) => {
                let (comment, on, of_ours) = (*comment, *on, *of_ours);
                comments::authorize(
                    services,
                    &comments::CommentToAuthorize {
                        place,
                        comment,
                        on,
                        actor,
                        of_ours,
                    },
                )
                .await
            }
            Action::Assign(effect::Assign { login, on }) => {
                comments::assign(services, place, login, *on).await
            }
            Action::SetGoLabel(effect::SetGoLabel { on }) => {
                comments::set_go_label(services, place, *on).await
            }
            Action::HideComment(effect::HideComment { comment }) => {
                comments::hide(services, place, *comment).await
            }
            Action::ReadReview(effect::ReadReview { pull, review }) => {
                review::read(services, place, *pull, *review).await
            }
            Action::RefreshPullRequest(effect::RefreshPullRequest { pull }) => {
                review::look(services, place, *pull).await
            }
            Action::Reply(wanted) => review::reply(services, row, place, wanted).await,
            Action::MarkReady(effect::MarkReady { pull }) => {
                review::mark_ready(services, place, *pull).await
            }
            Action::DeleteBranch(effect::DeleteBranch { branch, head }) => {
                review::delete_branch(services, place, branch, head).await
            }
            Action::CheckAccess(effect::CheckAccess {}) => access::check(services, place).await,
            Action::Forget(effect::Forget {}) => access::forget(services, place).await,
            // It was due: that is all there is to tell.
            Action::SetTimer(effect::SetTimer { alarm, .. }) => {
                Ok(Performed::known(Event::TimerFired {
                    alarm: alarm.clone(),
                }))
            }
            Action::Publish(effect::Publish {
                branch,
                head,
                expected,
            }) => {
                let push = publish::Wanted {
                    place,
                    session: session()?,
                    branch,
                    head,
                    expected: expected.as_ref(),
                };
                publish::push(services, row, &push, &held.cancel).await
            }
            Action::OpenPull(wanted) => {
                publish::open_pull(services, row, (place, session()?), wanted).await
            }
            Action::LabelPull(effect::LabelPull { pull, labels }) => {
                publish::label_pull(services, place, *pull, labels).await
            }
            Action::DescribePull(effect::DescribePull { pull, part }) => {
                publish::describe_pull(services, place, *pull, part).await
            }
            Action::RequestReview(effect::RequestReview { pull, logins }) => {
                review::request(services, place, *pull, logins).await
            }
        }
    }
}

fn log_panic(ended: Result<(), tokio::task::JoinError>) {
    if let Err(error) = ended {
        tracing::error!(%error, "performing an effect panicked; its lease will lapse and it runs again");
    }
}
