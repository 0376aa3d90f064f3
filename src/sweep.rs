//! States facts nobody told us of: what GitHub could not deliver, and what people did while skep was down. It reads, puts
//! facts into the inbox; it decides nothing.
//!
//! Four ways, each of which finds what the others miss. `delivery` asks GitHub to send again what never got an answer
//! (GitHub does not by itself). `issue` and `pull` compare every task that is not over with GitHub as it is now.
//! `repository` looks for comments and labels of issues we know nothing of; `polling` takes its place where no webhook is to come at all. They overlap on purpose: a fact that is
//! known already leads to nothing, so what is found twice happens once.
//!
//! At start what is on is compared before any agent goes on: an issue that was closed meanwhile must not see it again.

mod compare;
mod delivery;
mod downtime;
mod found;
mod issue;
mod occasions;
mod polling;
mod pull;
mod repository;
mod repository_file;
mod services;
mod sprint;
mod sweeper;
mod tasks;

use std::time::Duration;

use tokio::time::{Instant, sleep, timeout};
use tokio_util::sync::CancellationToken;

use crate::core::downtime::DownTime;
use crate::core::text;
use crate::store::Store;

pub use downtime::REPORT;
pub use polling::PollView;
pub use services::{Hearing, SweepServices};
pub use sweeper::{Sweep, SweepError};

use compare::Look;
use found::Stated;
use polling::Extent;
use sweeper::{FACTS_SINCE, recalled};

/// How often it is written down that skep is alive: so exactly is known since when it was not.
const HEARTBEAT: Duration = Duration::from_secs(30);
/// How often GitHub's list of deliveries is looked through.
const DELIVERIES: Duration = Duration::from_secs(5 * 60);
/// How often tasks and repositories are compared with GitHub.
const FACTS: Duration = Duration::from_secs(10 * 60);
/// How long the first look may keep agents waiting, and how long what was sent again is waited for.
const PATIENCE: Duration = Duration::from_secs(30);
/// A shorter silence is a restart and not worth a report, milliseconds.
const WORTH_TELLING: i64 = 2 * 60_000;

/// From when on everything was compared with GitHub, epoch milliseconds, where that has happened.
pub async fn last_look(store: &Store) -> Option<i64> {
    recalled(store, FACTS_SINCE).await
}

impl Sweep {
    /// Sweeps until cancelled; `looked` is cancelled as soon as agents may go on.
    pub async fn run(self, looked: CancellationToken, cancel: CancellationToken) {
        // However this ends: agents must not wait for ever.
        let looked = looked.drop_guard();
        let begun = self.begin().await;
        let first = async {
            let stated = self.work_at_hand().await;
            self.taken_up(&stated).await;
        };
        if timeout(PATIENCE, first).await.is_err() {
            tracing::warn!("GitHub did not say in time how things stand; agents go on without");
        }
        drop(looked);
        tokio::select! {
            () = cancel.cancelled() => {}
            () = self.catch_up(begun) => {
                self.caught_up.cancel();
                self.keep_watch(&cancel).await;
            }
        }
        self.alive().await;
    }

    async fn keep_watch(&self, cancel: &CancellationToken) {
        let (mut deliveries, mut facts) = (Instant::now() + DELIVERIES, Instant::now() + FACTS);
        while !cancel.is_cancelled() {
            tokio::select! {
                () = cancel.cancelled() => return,
                () = sleep(HEARTBEAT) => self.alive().await,
            }
            if Instant::now() >= deliveries {
                deliveries = Instant::now() + DELIVERIES;
                if self.services.hearing.is_told() {
                    self.deliveries().await;
                }
            }
            if Instant::now() >= facts {
                facts = Instant::now() + FACTS;
                match self.polling.is_some() {
                    true => self.known_facts().await,
                    false => self.facts().await,
                };
            }
        }
    }

    /// Finds what happened while skep was down, and reports it.
    async fn catch_up(&self, begun: DownTime) {
        let mut down = begun;
        if self.services.hearing.is_told() {
            let again = self.deliveries().await;
            self.taken_up(&again.ids()).await;
            again.count(&mut down);
        }
        self.facts().await.count(&mut down);
        self.report(down).await;
    }

    /// Compares the tasks whose sessions are not over with their issues; answers the facts that are new.
    pub async fn work_at_hand(&self) -> Vec<String> {
        match tasks::live(&self.services.store).await {
            Ok(tasks) => self.compare(tasks, Look::Issue).await.ids(),
            Err(error) => {
                tracing::warn!(%error, "could not look at the work at hand");
                Vec::new()
            }
        }
    }

    /// Compares tasks and repositories with GitHub as it is now.
    pub async fn facts(&self) -> Stated {
        let from = self.now();
        let mut stated = self.compare_all().await;
        stated.add(match self.polling.is_some() {
            true => self.poll_as_far_as(Extent::Whole).await,
            false => self.repositories().await,
        });
        stated.add(self.repository_files().await);
        self.looked_through(from, &stated).await;
        stated
    }

    /// The same of what is known, while polling looks at the rest.
    pub async fn known_facts(&self) -> Stated {
        let from = self.now();
        let mut stated = self.compare_all().await;
        stated.add(self.repository_files().await);
        self.looked_through(from, &stated).await;
        stated
    }

    async fn looked_through(&self, from: i64, stated: &Stated) {
        if !stated.incomplete {
            self.remember(FACTS_SINCE, from).await;
        }
    }

    /// Compares the tasks, and has sprints read again.
    async fn compare_all(&self) -> Stated {
        let mut stated = Stated::default();
        match tasks::watched(&self.services.store).await {
            Ok(tasks) => stated.add(self.compare(tasks, Look::All).await),
            Err(error) => {
                tracing::warn!(%error, "could not look at the tasks");
                stated.incomplete = true;
            }
        }
        stated.add(self.sprints().await);
        stated
    }

    /// Waits until facts were handled, for a bounded time.
    async fn taken_up(&self, ids: &[String]) {
        let handled = async {
            for id in ids {
                while !matches!(self.services.store.inbox(id).await, Ok(Some(row)) if row.handled_at.is_some())
                {
                    sleep(Duration::from_millis(50)).await;
                }
            }
        };
        if timeout(PATIENCE, handled).await.is_err() {
            tracing::warn!("what was missed is not all taken up yet");
        }
    }

    /// Says what a time without skep came to.
    pub async fn report(&self, down: DownTime) {
        if down.from == down.to && down.recovered.is_empty() {
            return;
        }
        let said = text::downtime::report(&down);
        if down.to - down.from < WORTH_TELLING && down.recovered.is_empty() {
            tracing::info!("{said}");
            return;
        }
        tracing::warn!("{said}");
        let json = serde_json::to_string(&down).unwrap_or_default();
        if let Err(error) = self.services.store.put_meta(downtime::REPORT, &json).await {
            tracing::warn!(%error, "the report of the down time could not be kept");
        }
    }
}
