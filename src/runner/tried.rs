//! What one try of an effect adds to what this process counts.

use std::time::Duration;

use super::lease::Lease;
use super::performed::Performed;
use crate::core::effect::EffectKind;
use crate::core::failure::Failure;
use crate::meter;

/// A try that is over.
pub(super) struct Tried {
    kind: EffectKind,
    outcome: &'static str,
    took: Duration,
}

impl Tried {
    /// What came of a try.
    pub(super) fn of(
        lease: &Lease,
        performed: &Result<Performed, Failure>,
        took: Duration,
    ) -> Self {
        let outcome = match performed {
            Ok(Performed::Interrupted) => "interrupted",
            _ if lease.cancel().is_cancelled() => "cancelled",
            Ok(_) => "done",
            Err(Failure::Retry { .. }) => "retry",
            Err(Failure::Parked { .. } | Failure::Held { .. }) => "held",
            Err(_) => "failed",
        };
        Self {
            kind: lease.kind(),
            outcome,
            took,
        }
    }

    /// What came of it, in a word.
    pub(super) fn outcome(&self) -> &'static str {
        self.outcome
    }

    /// It is written down what came of it.
    pub(super) fn count(self) {
        meter::EFFECTS.add(&[self.kind.name(), self.outcome], 1);
        meter::EFFECT_TIME.observe(&[self.kind.name()], self.took.as_secs_f64());
    }
}
