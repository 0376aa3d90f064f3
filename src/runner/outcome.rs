//! What becomes of an effect that was performed: closed with what is known now, tried again, parked, or given up. The last
//! is told as an event, so that a person hears of it. It must never decide what follows.

use std::time::Duration;

use super::lease::Held;
use super::{Performed, Runner};
use crate::core::effect::{Effect, EffectKind};
use crate::core::event::Event;
use crate::core::failure::Failure;
use crate::engine::Fact;
use crate::store::{Closed, Completion, EffectRow, NewInbox, Reschedule, StoreError};

/// The longest pause between two tries, milliseconds.
const LONGEST_PAUSE: i64 = 300_000;
/// A wait for GitHub's limits that people are told of, milliseconds.
const WORTH_TELLING: i64 = 60_000;
/// How often an effect is tried while the other side keeps asking for patience.
const PATIENCE: i64 = 60;

impl Runner {
    /// Closes, retries or gives up.
    pub(super) async fn settle(
        &self,
        row: &EffectRow,
        effect: &Effect,
        result: Result<Performed, Failure>,
        held: &Held,
    ) -> Result<Closed, StoreError> {
        let failure = match result {
            Ok(Performed::Interrupted) => {
                return self
                    .postpone(row, (self.services.clock)(), "interrupted")
                    .await;
            }
            result if held.cancel.is_cancelled() => {
                let outcome = result
                    .ok()
                    .and_then(|performed| self.left_outside(row, effect, performed));
                return self.close(row, "cancelled", None, outcome).await;
            }
            Ok(Performed::Done) => return self.close(row, "done", None, None).await,
            Ok(Performed::Known(event)) => {
                return self
                    .close(row, "done", None, Some(self.fact(effect, *event, row)))
                    .await;
            }
            Err(failure) => failure,
        };
        if let Failure::Parked { after, why } = &failure {
            tracing::warn!(effect = row.id, kind = row.kind, why, "parked");
            return self.park(row, *after, why).await;
        }
        if let Failure::Retry { after, why } = &failure {
            let tries = if after.is_some() {
                PATIENCE
            } else {
                row.max_attempts
            };
            if row.attempts < tries {
                let pause = self.backoff(row.attempts, *after);
                if after.is_some() && pause >= WORTH_TELLING {
                    self.held_up(row, effect, pause).await?;
                }
                tracing::warn!(
                    effect = row.id,
                    kind = row.kind,
                    attempt = row.attempts,
                    pause,
                    why,
                    "will try again"
                );
                return self
                    .postpone(row, (self.services.clock)() + pause, why)
                    .await;
            }
        }
        let exhausted = matches!(failure, Failure::Retry { .. });
        tracing::error!(effect = row.id, kind = row.kind, attempts = row.attempts, %failure, "given up");
        let event = Event::EffectFailed {
            effect: effect.kind(),
            session: effect.session.as_ref().cloned(),
            say: failure.text().to_owned(),
            exhausted,
        };
        let outcome = self.fact(effect, event, row);
        self.close(row, "failed", Some(failure.text()), Some(outcome))
            .await
    }

    /// Lets the task know that GitHub's limits hold an effect of its up.
    async fn held_up(
        &self,
        row: &EffectRow,
        effect: &Effect,
        pause: i64,
    ) -> Result<(), StoreError> {
        let until = (self.services.clock)() + pause;
        let fact = self.fact(
            effect,
            Event::HeldUp {
                effect: effect.kind(),
                until,
            },
            row,
        );
        let fact = NewInbox {
            id: format!("held:{}:{}", row.id, row.fence),
            ..fact
        };
        self.services.store.accept(fact).await.map(drop)
    }

    /// What an effect that was cancelled too late has left in the world: that is true whatever is wanted now.
    fn left_outside(
        &self,
        row: &EffectRow,
        effect: &Effect,
        performed: Performed,
    ) -> Option<NewInbox> {
        let Performed::Known(event) = performed else {
            return None;
        };
        match effect.kind() {
            EffectKind::PrepareWorkspace | EffectKind::Publish | EffectKind::OpenPull => {
                Some(self.fact(effect, *event, row))
            }
            _ => None,
        }
    }

    /// What the other side asked for, or twice as long each time, with a fifth of jitter.
    fn backoff(&self, attempts: i64, after: Option<Duration>) -> i64 {
        let asked = after.map(|after| i64::try_from(after.as_millis()).unwrap_or(LONGEST_PAUSE));
        let doubled = || {
            let factor = 1_i64 << attempts.clamp(1, 20).saturating_sub(1);
            self.services
                .policy
                .limits
                .retry_base_ms
                .saturating_mul(factor)
                .min(LONGEST_PAUSE)
        };
        let pause = asked.unwrap_or_else(doubled);
        pause + self.services.jitter(pause / 5)
    }

    /// An outcome on its way into the inbox. Its id derives from the claim, so that it is told once.
    fn fact(&self, effect: &Effect, event: Event, row: &EffectRow) -> NewInbox {
        let place = &effect.place;
        NewInbox {
            id: format!("outcome:{}:{}", row.id, row.fence),
            kind: "outcome".into(),
            name: row.kind.clone(),
            task: Some(place.task()),
            body: Fact {
                place: place.clone(),
                event,
            }
            .to_json(),
            received_at: (self.services.clock)(),
        }
    }

    pub(super) async fn close(
        &self,
        row: &EffectRow,
        result: &str,
        why: Option<&str>,
        outcome: Option<NewInbox>,
    ) -> Result<Closed, StoreError> {
        let now = (self.services.clock)();
        let closing = Completion {
            id: &row.id,
            fence: row.fence,
            now,
            result,
            why,
            outcome,
        };
        self.services.store.close_effect(closing).await
    }

    async fn park(
        &self,
        row: &EffectRow,
        after: Duration,
        why: &str,
    ) -> Result<Closed, StoreError> {
        let now = (self.services.clock)();
        let not_before = now + i64::try_from(after.as_millis()).unwrap_or(LONGEST_PAUSE);
        self.services
            .store
            .park(Reschedule {
                id: &row.id,
                fence: row.fence,
                now,
                not_before,
                why,
            })
            .await
    }

    async fn postpone(
        &self,
        row: &EffectRow,
        not_before: i64,
        why: &str,
    ) -> Result<Closed, StoreError> {
        let now = (self.services.clock)();
        self.services
            .store
            .reschedule(Reschedule {
                id: &row.id,
                fence: row.fence,
                now,
                not_before,
                why,
            })
            .await
    }
}
