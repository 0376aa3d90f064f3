//! Inbox → decide → one transaction. The only caller of `core::decide`, and the only writer of tasks and effects.
//!
//! It takes the oldest unhandled facts, lets the core decide, and commits the task, its session, its effects, its events
//! and the handled mark together; then it gives free slots to waiting tasks in the same transaction. It never talks to
//! anything but the store.

mod error;
mod facts;
mod rows;

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::core::decide::{self, Decision};
use crate::core::effect::EffectKind;
use crate::core::event::{Event, Fact, Loss};
use crate::core::event_name::DomainEvent;
use crate::core::place::Place;
use crate::core::policy::Policy;
use crate::core::schedule::{self, Capacity};
use crate::core::task::{Stage, Task, TurnSoFar};
use crate::core::time::Clock;
use crate::store::{
    Accepted, Complaint, InboxKind, InboxRow, NewInbox, Store, StoreError, TaskRow, Transition,
    Withdrawal,
};

pub use error::EngineError;
use facts::{Meaning, OfPull, OfRepositories, Pushed};
pub use rows::lane_installation;

/// How many facts go into one transaction.
const BATCH: i64 = 128;
/// So many deliveries coming in during one batch are a crowd.
const BUSY_ARRIVALS: usize = 8;
/// How long the engine leaves the database to a burst of deliveries between two batches: a fact that waits a little longer is
/// handled all the same, but a delivery that waits ten seconds is lost to its sender.
const YIELD: Duration = Duration::from_millis(20);
/// How far back in the queue people are told their place in one go.
const TOLD_AT_ONCE: i64 = 20;
/// How many pull requests are looked at when their base moves.
const REVIEWS_AT_ONCE: i64 = 100;

/// The states in which something goes on or may go on by itself.
const STIRRING: [&str; 7] = [
    "checking",
    "queued",
    "working",
    "needs-you",
    "waiting",
    "paused",
    "in-review",
];

/// The engine. Clones share everything.
#[derive(Clone)]
pub struct Engine {
    store: Store,
    policy: Arc<Policy>,
    clock: Clock,
    short: Arc<AtomicBool>,
}

impl Engine {
    /// Puts the engine together.
    pub fn new(store: Store, policy: Arc<Policy>, clock: Clock) -> Self {
        Self {
            store,
            policy,
            clock,
            short: Arc::default(),
        }
    }

    /// Says whether the machine is short of room: then nothing starts, and whoever waits is told why. Answers whether that is
    /// news.
    pub async fn set_short(&self, short: bool) -> Result<bool, EngineError> {
        let news = self.short.swap(short, Ordering::Relaxed) != short;
        if news {
            self.schedule().await?;
        }
        Ok(news)
    }

    /// Handles facts until cancelled.
    pub async fn run(self, cancel: CancellationToken) {
        let (mut wake, trouble) = (self.store.inbox_wake(), Complaint::default());
        while !cancel.is_cancelled() {
            match self.step().await {
                Ok(0) => {}
                Ok(_) => {
                    if self.store.arrivals() >= BUSY_ARRIVALS {
                        tokio::time::sleep(YIELD).await;
                    }
                    continue;
                }
                Err(error) => {
                    trouble.say("facts could not be handled; trying again", &error);
                    tokio::time::sleep(Duration::from_millis(500)).await;
                }
            }
            tokio::select! {
                () = cancel.cancelled() => {}
                _ = wake.changed() => {}
                () = tokio::time::sleep(Duration::from_secs(1)) => {}
            }
        }
    }

    /// Handles one batch of facts and gives out free slots; answers how many facts there were.
    pub async fn step(&self) -> Result<usize, EngineError> {
        let rows = self.store.unhandled(BATCH).await?;
        if rows.is_empty() {
            return Ok(0);
        }
        match self.handle(&rows).await {
            // One fact must not hold up the others: alone, each either passes or is set aside.
            Err(error)
                if rows.len() > 1 && !matches!(error, EngineError::Store(StoreError::Busy)) =>
            {
                tracing::warn!(%error, "a batch failed; handling its facts one by one");
                for row in &rows {
                    self.handle_alone(row).await?;
                }
            }
            other => other?,
        }
        Ok(rows.len())
    }

    /// Gives out free slots without any new fact: at start-up.
    pub async fn schedule(&self) -> Result<(), EngineError> {
        let mut transition = self.store.begin().await?;
        self.give_slots(&mut transition).await?;
        Ok(transition.commit().await?)
    }

    async fn handle(&self, rows: &[InboxRow]) -> Result<(), EngineError> {
        // Read before the transaction opens: deliveries wait for as long as it is open.
        let meanings = rows
            .iter()
            .map(facts::meaning)
            .collect::<Result<Vec<_>, _>>()?;
        let mut transition = self.store.begin().await?;
        transition.look_up(&facts::tasks(&meanings)).await?;
        for (row, meaning) in rows.iter().zip(meanings) {
            self.settle(&mut transition, row, meaning).await?;
        }
        self.give_slots(&mut transition).await?;
        Ok(transition.commit().await?)
    }

    async fn handle_alone(&self, row: &InboxRow) -> Result<(), EngineError> {
        match self.handle(std::slice::from_ref(row)).await {
            Err(error @ EngineError::Unreadable { .. }) => {
                tracing::error!(%error, fact = row.id, "set aside");
                let mut transition = self.store.begin().await?;
                transition.mark_handled(row.seq, (self.clock)(), format!("set aside: {error}"));
                Ok(transition.commit().await?)
            }
            other => other,
        }
    }

    async fn settle(
        &self,
        transition: &mut Transition,
        row: &InboxRow,
        meaning: Meaning,
    ) -> Result<(), EngineError> {
        let now = (self.clock)();
        let (fact, happening) = match meaning {
            Meaning::Fact(fact) => (
                fact,
                (row.kind == InboxKind::Webhook).then_some(DomainEvent::DeliveryAccepted),
            ),
            Meaning::Opened(installation) => {
                let freed = transition.unpark(installation, now).await?;
                let reason =
                    format!("installation {installation} is open: {freed} parked effects go on");
                transition.add_event(rows::delivery(
                    row,
                    DomainEvent::DeliveryAccepted,
                    None,
                    &reason,
                ));
                transition.mark_handled(row.seq, now, reason);
                return Ok(());
            }
            Meaning::OfPull(of) => match transition.task_of_pull(of.repository, of.pull).await? {
                Some(key) => {
                    let OfPull {
                        installation,
                        repository,
                        name,
                        event,
                        ..
                    } = of;
                    let place = Place {
                        installation,
                        repository,
                        name,
                        issue: key.issue,
                    };
                    (Fact { place, event }, Some(DomainEvent::DeliveryAccepted))
                }
                None => {
                    return Self::ignore(
                        transition,
                        row,
                        now,
                        "ignored: the pull request is not one of ours".into(),
                    );
                }
            },
            Meaning::Pushed(pushed) => {
                let told = self.base_moved(transition, row, &pushed).await?;
                let reason = format!(
                    "{} moved: {told} pull requests are looked at",
                    pushed.branch
                );
                return Self::ignore(transition, row, now, reason);
            }
            Meaning::OfRepositories(of) => {
                let told = self.tell_all(transition, row, &of).await?;
                let reason = format!("{told} tasks are told");
                transition.add_event(rows::delivery(
                    row,
                    DomainEvent::DeliveryAccepted,
                    None,
                    &reason,
                ));
                transition.mark_handled(row.seq, now, reason);
                return Ok(());
            }
            Meaning::Nothing(reason) => return Self::ignore(transition, row, now, reason),
        };
        self.take(transition, row, &fact, happening).await
    }

    /// Decides on a fact and writes all of it.
    async fn take(
        &self,
        transition: &mut Transition,
        row: &InboxRow,
        fact: &Fact,
        happening: Option<DomainEvent>,
    ) -> Result<(), EngineError> {
        let now = (self.clock)();
        let decision = self.apply(transition, row, fact).await?;
        tracing::info!(fact = row.id, task = %fact.place.task(), reason = decision.reason, "decided");
        if let Some(happening) = happening {
            transition.add_event(rows::delivery(
                row,
                happening,
                Some(&fact.place),
                &decision.reason,
            ));
        }
        for noted in &decision.events {
            transition.add_event(rows::event(noted, &decision.task, row, now));
        }
        transition.mark_handled(row.seq, now, decision.reason);
        Ok(())
    }

    fn ignore(
        transition: &mut Transition,
        row: &InboxRow,
        now: i64,
        reason: String,
    ) -> Result<(), EngineError> {
        transition.add_event(rows::delivery(
            row,
            DomainEvent::DeliveryIgnored,
            None,
            &reason,
        ));
        transition.mark_handled(row.seq, now, reason);
        Ok(())
    }

    /// Tells every pull request in review that goes to a branch that the branch has moved; answers how many there are.
    async fn base_moved(
        &self,
        transition: &mut Transition,
        row: &InboxRow,
        pushed: &Pushed,
    ) -> Result<usize, EngineError> {
        let mut told = 0;
        for task in transition
            .in_review(pushed.repository, REVIEWS_AT_ONCE)
            .await?
        {
            let goes_there = read_stored(&task)?
                .job()
                .is_some_and(|job| job.base_branch == pushed.branch);
            if !goes_there {
                continue;
            }
            let hint = format!("push to {}", pushed.branch);
            let event = Event::PullRequestChanged {
                hint,
                sender: pushed.sender.clone(),
            };
            self.tell(transition, &task, event, &format!("base-{}", row.seq))
                .await?;
            told += 1;
        }
        Ok(told)
    }

    /// Tells every task of some repositories on which something is on, and one of each repository in any case: it tidies up
    /// for all. Answers how many they are.
    async fn tell_all(
        &self,
        transition: &mut Transition,
        row: &InboxRow,
        of: &OfRepositories,
    ) -> Result<usize, EngineError> {
        let mut tasks = transition
            .of_repositories(of.installation, of.repositories.as_deref())
            .await?;
        if of.event == (Event::TakenAway { how: Loss::Removed }) {
            // One that is known to have moved does not belong to its former owner's installation any more.
            tasks.retain(|task| task.installation == of.installation);
        }
        let mut seen = HashSet::new();
        let mut told = 0;
        for task in &tasks {
            let first = seen.insert(task.key.repository);
            if first || STIRRING.contains(&task.state.as_str()) {
                self.tell(
                    transition,
                    task,
                    of.event.clone(),
                    &format!("repository-{}", row.seq),
                )
                .await?;
                told += 1;
            }
        }
        Ok(told)
    }

    /// Decides on one fact and writes what was decided, but for its events.
    async fn apply(
        &self,
        transition: &mut Transition,
        row: &InboxRow,
        fact: &Fact,
    ) -> Result<Decision, EngineError> {
        let now = (self.clock)();
        let stored = transition.task(fact.place.task()).await?;
        let version = stored.as_ref().map_or(0, |stored| stored.version);
        let mut before = read_task(stored.as_ref(), &fact.place)?;
        before.place.clone_from(&fact.place);
        let decision = decide::decide(&before, &fact.event, &self.policy, now);
        if !decision.withdraw.is_empty() {
            let kinds: Vec<&str> = decision.withdraw.iter().map(|kind| kind.name()).collect();
            let task = before.key();
            transition
                .withdraw(Withdrawal {
                    task,
                    kinds: &kinds,
                    now,
                    why: &decision.reason,
                })
                .await?;
        }
        // Of an issue where nothing has happened yet there is nothing to remember.
        if decision.task != before || (version == 0 && !decision.effects.is_empty()) {
            transition
                .put_task(&rows::task(&decision.task, now)?, version)
                .await?;
        }
        if let Some(record) = decision.task.record() {
            transition
                .put_session(&rows::session(&decision.task, &record)?)
                .await?;
        }
        for (index, planned) in decision.effects.iter().enumerate() {
            transition
                .add_effect(&rows::effect(
                    row.seq,
                    index,
                    planned,
                    &self.policy.limits,
                    now,
                )?)
                .await?;
        }
        note_so_far(transition, &before, &decision.task).await?;
        Ok(decision)
    }

    /// Starts as many waiting tasks as there are free slots, and tells the others their place.
    async fn give_slots(&self, transition: &mut Transition) -> Result<(), EngineError> {
        let slots = i64::from(self.policy.limits.sessions);
        let house = Capacity {
            slots,
            taken: transition.live_sessions().await?,
        };
        let short = self.short.load(Ordering::Relaxed);
        let free = if short { 0 } else { house.free() };
        for waiting in transition.queued(free).await? {
            self.tell(transition, &waiting, Event::SlotGranted, "slot")
                .await?;
        }
        let waiting = transition.queued(TOLD_AT_ONCE).await?;
        // Counting the queue costs as much as it is long, so it is done only when there is something to tell.
        let mut counted = None;
        for (position, row) in (1..).zip(&waiting) {
            let task = read_stored(row)?;
            let Stage::Queued { told, .. } = &task.stage else {
                continue;
            };
            if task.short == short && !schedule::worth_telling(*told, position) {
                continue;
            }
            let total = match counted {
                Some(total) => total,
                None => transition
                    .queue_position(row.key)
                    .await?
                    .map_or(0, |place| place.total),
            };
            counted = Some(total);
            self.tell(
                transition,
                row,
                Event::Waiting {
                    position,
                    total,
                    short,
                },
                "waiting",
            )
            .await?;
        }
        Ok(())
    }

    /// Lets the schedule's own facts go through the pipeline like any other.
    async fn tell(
        &self,
        transition: &mut Transition,
        row: &TaskRow,
        event: Event,
        name: &str,
    ) -> Result<(), EngineError> {
        let task = read_stored(row)?;
        let now = (self.clock)();
        let fact = Fact {
            place: task.place,
            event,
        };
        let id = format!("schedule:{name}:{}:{}", row.key, row.version);
        let body = fact.to_json();
        let new = NewInbox {
            id: id.clone(),
            kind: InboxKind::Schedule,
            name: name.into(),
            task: Some(row.key),
            body: body.clone(),
            received_at: now,
        };
        let Accepted::New { seq } = transition.accept_inline(new).await? else {
            return Ok(());
        };
        let row = InboxRow {
            seq,
            id,
            kind: InboxKind::Schedule,
            name: name.into(),
            task: Some(row.key),
            body,
            received_at: now,
            handled_at: None,
            result: None,
        };
        self.take(transition, &row, &fact, None).await
    }
}

/// Keeps what another try of a running turn must know beside its effect.
async fn note_so_far(
    transition: &mut Transition,
    before: &Task,
    after: &Task,
) -> Result<(), EngineError> {
    let Some(so_far) = TurnSoFar::of(after) else {
        return Ok(());
    };
    if !so_far.differs(TurnSoFar::of(before).as_ref()) {
        return Ok(());
    }
    let body = rows::text("how far a turn is", &so_far)?;
    let kind = EffectKind::RunTurn.name();
    Ok(transition.note_so_far(after.key(), kind, &body).await?)
}

fn read_stored(row: &TaskRow) -> Result<Task, EngineError> {
    serde_json::from_str(&row.body).map_err(|source| EngineError::Unreadable {
        what: format!("task {}", row.key),
        source,
    })
}

fn read_task(row: Option<&TaskRow>, place: &Place) -> Result<Task, EngineError> {
    row.map_or_else(|| Ok(Task::new(place.clone())), read_stored)
}
