//! What a sandbox refused, as it is told: without secrets, and to the log as well.

use crate::core::containment::{Attempt, Contained};
use crate::core::ids::SessionId;
use crate::core::sanitise::HeldSecrets;

/// What was refused.
pub(super) struct Refused<'a> {
    pub(super) session: &'a SessionId,
    pub(super) attempt: Attempt,
    /// How often so far.
    pub(super) count: u64,
    /// What the agent said that it was doing.
    pub(super) doing: &'a str,
}

/// What the inbox is told of it.
pub(super) fn contained(redactor: &HeldSecrets, refused: Refused<'_>) -> Contained {
    let Refused {
        session,
        attempt,
        count,
        doing,
    } = refused;
    let redacted = redactor.redact(&attempt.what);
    let attempt = Attempt {
        // Nobody is asked about a name that holds a secret.
        host: attempt.host.filter(|_| redacted == attempt.what),
        what: redacted,
        by: redactor.redact(&attempt.by),
        ..attempt
    };
    if attempt.harmless {
        tracing::info!(%session, what = attempt.what, by = attempt.by, count, "the sandbox refused what programs try by themselves");
    } else {
        tracing::warn!(%session, what = attempt.what, why = attempt.why, by = attempt.by, count, "the sandbox refused what an agent tried");
    }
    Contained {
        session: session.clone(),
        attempt,
        count,
        leak: false,
        doing: redactor.redact(doing),
    }
}
