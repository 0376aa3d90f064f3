//! What every connection shares: the world, the traffic seen so far, the faults to play.
//!
//! It exists as the one place with locks. None of them may be held across an await.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use crate::call_log::CallLog;
use crate::exchange::Exchange;
use crate::fault::FaultPlan;
use crate::world::facts::World;

/// What all connections of a simulator share.
pub struct State {
    world: Mutex<World>,
    call_log: Mutex<CallLog>,
    faults: Mutex<FaultPlan>,
    /// Whole exchanges, where they are wanted.
    exchanges: Option<Mutex<Vec<Exchange>>>,
    /// Rung when a webhook may be waiting.
    pub wake: Notify,
    /// Rung when deliveries may have come to rest.
    pub idle: Notify,
    /// Held by whoever changes a git directory, so that git and the world change in the same order.
    pub gate: tokio::sync::Mutex<()>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl State {
    /// Puts a world behind its lock.
    pub fn new(world: World, enforce_limits: bool, keep_exchanges: bool) -> Arc<Self> {
        Arc::new(Self {
            world: Mutex::new(world),
            call_log: Mutex::new(CallLog::new(enforce_limits)),
            faults: Mutex::default(),
            exchanges: keep_exchanges.then(Mutex::default),
            wake: Notify::new(),
            idle: Notify::new(),
            gate: tokio::sync::Mutex::new(()),
        })
    }

    /// Reads the world.
    pub fn read<T>(&self, read: impl FnOnce(&World) -> T) -> T {
        read(&lock(&self.world))
    }

    /// Changes the world and lets the webhooks of the change go.
    pub fn change<T>(&self, write: impl FnOnce(&mut World) -> T) -> T {
        let (result, waiting) = {
            let mut world = lock(&self.world);
            (write(&mut world), world.outgoing.has_waiting())
        };
        if waiting {
            self.wake.notify_one();
        }
        result
    }

    /// Works with what was seen on the wire.
    pub fn call_log<T>(&self, work: impl FnOnce(&mut CallLog) -> T) -> T {
        work(&mut lock(&self.call_log))
    }

    /// Keeps an exchange, where they are wanted.
    pub fn keep(&self, exchange: impl FnOnce() -> Exchange) {
        if let Some(kept) = &self.exchanges {
            lock(kept).push(exchange());
        }
    }

    /// The exchanges kept so far, oldest first; they are handed over.
    pub fn take_exchanges(&self) -> Vec<Exchange> {
        self.exchanges
            .as_ref()
            .map(|kept| std::mem::take(&mut *lock(kept)))
            .unwrap_or_default()
    }

    /// Works with the faults to play.
    pub fn faults<T>(&self, work: impl FnOnce(&mut FaultPlan) -> T) -> T {
        work(&mut lock(&self.faults))
    }
}
