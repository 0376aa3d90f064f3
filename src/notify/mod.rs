//! Tells people and programs outside GitHub what happened: webhooks, Slack-compatible messages, digests by mail.
//!
//! It reads the committed events, keeps what is to be sent as rows of its own, and sends each until somebody took it or it is given up.
//! It is no effect of a task: a target that is dead holds up no issue, and nothing is told that was not committed. Each target has a
//! loop of its own, so that a slow one delays no other. It must never decide anything, follow a redirect, or log a body or a secret.

mod http;
mod letter;
mod mail;
mod place;
mod round;
mod sent;
mod waits;

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Mutex, watch};
use tokio::task::JoinSet;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use crate::core::network::Network;
use crate::core::notify::{Patience, Target};
use crate::core::sanitise::HeldSecrets;
use crate::core::text::notify::Links;
use crate::core::time::Clock;
use crate::store::{EventRow, Retried, Store, StoreError};
use place::Place;
pub use sent::{Sent, Trouble};
pub use waits::Waits;

/// A target is looked after at least so often: what another process wrote rings no bell here.
const LONGEST: Duration = Duration::from_secs(60);
/// What happens at once is gathered for so long.
const GATHER: Duration = Duration::from_millis(250);
/// The pause after the database did not answer.
const TROUBLE: Duration = Duration::from_secs(10);
/// A machine that runs here is behind nobody's proxy.
const HERE: &str = "127.0.0.1,localhost,::1";

/// What it is made of.
pub struct NotifyServices {
    /// The database.
    pub store: Store,
    /// Who is told what.
    pub targets: Vec<Target>,
    /// How often a failed one is tried.
    pub patience: Patience,
    /// How long a try may take.
    pub waits: Waits,
    /// The way out.
    pub network: Network,
    /// Epoch milliseconds.
    pub clock: Clock,
    /// What may stand in no text.
    pub held: HeldSecrets,
    /// This installation, so that the ids of two never meet.
    pub instance: String,
    /// Where people go from what they are told.
    pub links: Links,
    /// An event as the admin address tells it, JSON.
    pub line: fn(&EventRow) -> String,
}

/// Looks after all targets. Clones share it.
#[derive(Clone)]
pub struct Notifier {
    inner: Arc<Inner>,
}

struct Inner {
    services: NotifyServices,
    post: http::Post,
    /// How far each target is; in the order of the targets.
    places: Vec<Mutex<Place>>,
    /// Rings when something was put back to be sent.
    ring: watch::Sender<u64>,
}

impl Notifier {
    /// Begins to look after the targets, new ones from the newest event on. What waited for others is forgotten.
    ///
    /// # Errors
    /// What the database says.
    pub async fn open(services: NotifyServices) -> Result<Self, StoreError> {
        let now = (services.clock)();
        let begun = services.targets.iter().map(|target| {
            let every = target.way.every_ms().unwrap_or_default();
            (target.name.as_str(), now.saturating_add(every))
        });
        let begun: Vec<(&str, i64)> = begun.collect();
        services.store.set_notify_targets(&begun).await?;
        let rows = services.store.notify_targets().await?;
        let place = |target: &Target| {
            let row = rows.iter().find(|row| row.name == target.name);
            Mutex::new(row.map_or_else(Place::default, Place::of))
        };
        let places = services.targets.iter().map(place).collect();
        let network = Network {
            no_proxy: format!("{},{HERE}", services.network.no_proxy),
            ..services.network.clone()
        };
        let services = NotifyServices {
            network,
            ..services
        };
        let post = http::Post::new(&services.network, services.waits);
        Ok(Self {
            inner: Arc::new(Inner {
                services,
                post,
                places,
                ring: watch::Sender::new(0),
            }),
        })
    }

    /// Who is told.
    pub fn targets(&self) -> &[Target] {
        &self.inner.services.targets
    }

    /// Looks after every target until cancelled. A message that is on its way then is sent again at the next start.
    pub async fn run(self, cancel: CancellationToken) {
        let mut loops = JoinSet::new();
        for index in 0..self.targets().len() {
            let (one, cancel) = (self.clone(), cancel.clone());
            loops.spawn(async move { cancel.run_until_cancelled(one.look_after(index)).await });
        }
        while loops.join_next().await.is_some() {}
    }

    /// Sends all that is due now, of every target; for tests, which step by hand.
    ///
    /// # Errors
    /// What the database says.
    pub async fn step(&self) -> Result<(), StoreError> {
        for index in 0..self.targets().len() {
            self.round(index).await?;
        }
        Ok(())
    }

    async fn look_after(self, index: usize) {
        let mut events = self.inner.services.store.event_wake();
        let mut ring = self.inner.ring.subscribe();
        loop {
            let pause = match self.round(index).await {
                Ok(next) => {
                    let now = (self.inner.services.clock)();
                    let left = next.map(|next| next.saturating_sub(now).max(0).unsigned_abs());
                    left.map_or(LONGEST, Duration::from_millis).min(LONGEST)
                }
                Err(error) => {
                    let target = &self.targets()[index].name;
                    tracing::warn!(target_name = target, %error, "a notification could not be looked after; trying again");
                    TROUBLE
                }
            };
            tokio::select! {
                rung = events.changed() => if rung.is_err() { return },
                rung = ring.changed() => if rung.is_err() { return },
                () = sleep(pause) => {}
            }
            sleep(GATHER).await;
        }
    }

    /// Has what was given up sent after all; how many those were.
    ///
    /// # Errors
    /// What the database says.
    pub async fn retry(&self, which: Retried<'_>) -> Result<u64, StoreError> {
        let services = &self.inner.services;
        let count = services
            .store
            .retry_notifications(which, (services.clock)())
            .await?;
        for place in &self.inner.places {
            // One that is being sent to is not at rest.
            if let Ok(mut place) = place.try_lock() {
                place.rests_until = 0;
            }
        }
        self.inner
            .ring
            .send_modify(|rung| *rung = rung.wrapping_add(1));
        Ok(count)
    }

    /// Sends one harmless message to the target of that name at once; what came of it, if there is one.
    pub async fn test(&self, name: &str) -> Option<Sent> {
        let target = self.targets().iter().find(|target| target.name == name)?;
        let now = (self.inner.services.clock)();
        let letter = letter::Letter::test(&target.name, now);
        Some(self.send(target, &letter).await)
    }
}
