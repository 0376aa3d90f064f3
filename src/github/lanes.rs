//! The gates of all installations, each made when it is first needed.
//!
//! A gate that has nothing to remember is forgotten when there are many: an App on ten thousand accounts must not keep a gate
//! for each for ever. One that GitHub has shut, or that counts changes of the last hour, must never be forgotten.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::rate_gate::RateGate;
use crate::core::ids::InstallationId;
use crate::core::policy::Pace;
use crate::core::time::Clock;

/// Above this many, idle gates go.
const KEPT: usize = 1_000;

/// All gates; `None` is the one of the App itself.
pub(super) struct Lanes {
    pace: Pace,
    ticks: Clock,
    gates: Mutex<HashMap<Option<InstallationId>, Arc<RateGate>>>,
}

impl Lanes {
    /// Gates of that pace, measured by a clock that never jumps (milliseconds).
    pub(super) fn new(pace: Pace, ticks: Clock) -> Self {
        Self {
            pace,
            ticks,
            gates: Mutex::default(),
        }
    }

    /// The gate of an installation, or of the App itself; `now` in epoch milliseconds.
    pub(super) fn of(&self, installation: Option<InstallationId>, now: i64) -> Arc<RateGate> {
        let mut gates = locked(&self.gates);
        if gates.len() >= KEPT && !gates.contains_key(&installation) {
            // Whoever holds one is about to use it.
            gates.retain(|_, gate| Arc::strong_count(gate) > 1 || !gate.is_idle());
        }
        let made = || Arc::new(RateGate::new(self.pace, self.ticks.clone(), now));
        Arc::clone(gates.entry(installation).or_insert_with(made))
    }

    /// Every gate that is known.
    pub(super) fn all(&self) -> Vec<(Option<InstallationId>, Arc<RateGate>)> {
        let gates = locked(&self.gates);
        gates
            .iter()
            .map(|(of, gate)| (*of, Arc::clone(gate)))
            .collect()
    }
}

/// Locks one of our own tables; each is whole whenever its lock is free, so a panic elsewhere does not spoil it.
pub(super) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::super::answer::Limit;
    use super::super::rate_gate::Priority;
    use super::super::ticks::steady_clock;
    use super::*;
    use crate::core::effect::Worth;

    #[tokio::test]
    async fn gates_that_remember_nothing_are_forgotten_and_no_others() {
        let lanes = Lanes::new(Pace::default(), steady_clock());
        let of = |number: i64| lanes.of(Some(InstallationId(number)), 0);
        of(1).pause(Limit::For(Duration::from_secs(60)));
        of(2).seed(&[(-1_000, Worth::High)]);
        let read = of(5_000);
        drop(read.read(Priority::Normal).await.expect("a read"));
        drop(read);
        let held = of(3);
        for number in 4..5_000 {
            of(number);
        }
        assert!(lanes.all().len() <= KEPT, "{}", lanes.all().len());
        assert!(of(1).open().is_err(), "GitHub's pause still holds");
        assert!(!of(2).is_idle(), "what was created still counts");
        assert_eq!(of(5_000).budget().points.0, 1, "so does a read");
        assert!(Arc::ptr_eq(&held, &of(3)), "nobody passes the one in use");
    }
}
