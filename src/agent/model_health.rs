//! Whether the agent's model answers, as the gateway sees it: what an agent hides behind silence and its own tries.
//!
//! A model that refuses for long is no reason to wait with a slot taken: the turn is ended, and tried again when the provider says.
//! One that hiccups is left to the agent, which knows its own work best.

use std::time::{Duration, Instant};

use crate::core::agent::{ErrorClass, error_in};
use crate::core::gateway::ModelRefusal;
use crate::core::text::gateway::refused;

use super::error::AgentError;

/// A wait that an agent may sit out by itself.
const SHORT: Duration = Duration::from_secs(60);
/// How long an agent may take to say that its model refuses for longer.
const TO_SAY_SO: Duration = Duration::from_secs(5);
/// How long an agent may go on trying a model that refuses.
const TRYING: Duration = Duration::from_secs(120);
/// So many refusals in a row are no accident beside the work.
const IN_A_ROW: u32 = 3;

/// What is known of the model in this turn.
#[derive(Debug, Default)]
pub(super) struct ModelHealth {
    answered: bool,
    failing: Option<Failing>,
    /// A request was turned away because the turn's budget is used up.
    pub(super) spent: bool,
}

#[derive(Debug)]
struct Failing {
    refusal: ModelRefusal,
    since: Instant,
    times: u32,
    /// The provider named a wait that nobody sits out.
    long: bool,
}

impl ModelHealth {
    /// It answers.
    pub(super) fn answers(&mut self) {
        self.answered = true;
        self.failing = None;
    }

    /// It was asked and gave no answer; `now` in epoch milliseconds.
    pub(super) fn refused(&mut self, refusal: ModelRefusal, now: i64) {
        let short = i64::try_from(SHORT.as_millis()).unwrap_or(i64::MAX);
        let waits = refusal
            .again_at
            .is_some_and(|at| at.saturating_sub(now) > short);
        let long = waits || refusal.class == ErrorClass::Auth;
        let (since, times) = match &self.failing {
            Some(failing) => (failing.since, failing.times.saturating_add(1)),
            None => (Instant::now(), 1),
        };
        self.failing = Some(Failing {
            refusal,
            since,
            times,
            long,
        });
    }

    /// Whether the agent has had time enough to say that its model refuses.
    pub(super) fn is_hidden(&self) -> bool {
        let patience = |failing: &Failing| if failing.long { TO_SAY_SO } else { TRYING };
        self.failing
            .as_ref()
            .is_some_and(|failing| failing.since.elapsed() >= patience(failing))
    }

    /// Why the turn came to nothing, where that is the model's doing; for one that did not end well by itself.
    pub(super) fn blame(&self) -> Option<AgentError> {
        let failing = self.failing.as_ref()?;
        // A short wait is over by the time anybody reads of it: who tries again then makes pauses of its own.
        let again_at = failing.refusal.again_at.filter(|_| failing.long);
        let refusal = ModelRefusal {
            again_at,
            ..failing.refusal.clone()
        };
        Some(AgentError::ModelRefused {
            class: refusal.class,
            text: refused(&refusal, failing.times),
        })
    }

    /// The same of a turn that its agent ended with these words as if all was well: it was not, if its model never answered, if the
    /// words say so, or if the model has refused again and again since.
    pub(super) fn blame_for(&self, words: &str) -> Option<AgentError> {
        let failing = self.failing.as_ref()?;
        let is_to_blame = !self.answered || failing.times >= IN_A_ROW || error_in(words).is_some();
        self.blame().filter(|_| is_to_blame)
    }

    /// The same of a turn that its agent ended with an error of this class.
    pub(super) fn blame_beside(&self, class: ErrorClass) -> Option<AgentError> {
        let of_the_model = matches!(
            class,
            ErrorClass::RateLimit
                | ErrorClass::ModelUnavailable
                | ErrorClass::EmptyAnswer
                | ErrorClass::Auth
                | ErrorClass::Timeout
                | ErrorClass::Unknown
        );
        self.blame().filter(|_| of_the_model)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(class: ErrorClass, again_at: Option<i64>) -> ModelRefusal {
        ModelRefusal {
            class,
            status: 429,
            code: String::new(),
            again_at,
        }
    }

    #[test]
    fn what_lasts_long_is_not_left_to_the_agent() {
        for (class, again_at, long) in [
            (ErrorClass::RateLimit, Some(3_600_000), true),
            (ErrorClass::RateLimit, Some(20_000), false),
            (ErrorClass::RateLimit, None, false),
            (ErrorClass::ModelUnavailable, None, false),
            (ErrorClass::Auth, None, true),
        ] {
            let mut health = ModelHealth::default();
            health.refused(refusal(class, again_at), 0);
            let failing = health.failing.as_ref().expect("it fails");
            assert_eq!(failing.long, long, "{class} {again_at:?}");
            assert!(!health.is_hidden());
            health.answers();
            assert!(health.failing.is_none());
        }
    }

    #[test]
    fn a_turn_that_ended_well_is_not_blamed_on_an_accident() {
        let mut health = ModelHealth::default();
        assert!(health.blame_for("").is_none());
        health.refused(refusal(ErrorClass::RateLimit, None), 0);
        assert!(health.blame_for("Done.").is_some(), "it never answered");
        health.answers();
        health.refused(refusal(ErrorClass::RateLimit, None), 0);
        assert!(health.blame_for("Done.").is_none());
        assert!(health.blame_for("Error: 429 Too Many Requests").is_some());
        assert!(health.blame_beside(ErrorClass::ContextFull).is_none());
        assert!(health.blame_beside(ErrorClass::Unknown).is_some());
        health.refused(refusal(ErrorClass::RateLimit, None), 0);
        health.refused(refusal(ErrorClass::RateLimit, None), 0);
        let blamed = health.blame_for("Done.").expect("again and again");
        assert_eq!(
            blamed.to_string(),
            "the model's server answered 429 3 times in a row"
        );
    }
}
