//! What becomes of an effect that was performed: closed with what is known now, tried again, parked, or given up. The last
//! is told as an event, so that a person hears of it. It must never decide what follows.

use std::time::Duration;

use super::lease::{ClaimedRow, Lease};
use super::performed::Performed;
use crate::core::effect::EffectKind;
use crate::core::event::{Event, Fact, HeldUp};
use crate::core::failure::{Failure, Room};
use crate::core::time::Clock;
use crate::random;
use crate::store::{
    Behind, Closed, Completion, EffectResult, InboxKind, NewInbox, Reschedule, Store, StoreError,
};

/// The longest pause between two tries, milliseconds.
const LONGEST_PAUSE: i64 = 300_000;
/// A wait for GitHub's limits that people are told of, milliseconds.
const WORTH_TELLING: i64 = 60_000;
/// The shortest time after which what had no room is tried again, milliseconds: clocks differ by a little.
const SHORTEST_HOLD: i64 = 5;
/// How often an effect is tried while the other side keeps asking for patience.
const PATIENCE: i64 = 60;

/// Writes down what became of effects.
pub(super) struct Outcomes<'a> {
    pub(super) store: &'a Store,
    pub(super) clock: &'a Clock,
    /// The pause after the first failed try, milliseconds.
    pub(super) retry_base_ms: i64,
}

impl Outcomes<'_> {
    fn now(&self) -> i64 {
        (self.clock)()
    }

    /// Closes, retries or gives up.
    pub(super) async fn settle(
        &self,
        lease: &Lease,
        result: Result<Performed, Failure>,
    ) -> Result<Closed, StoreError> {
        match result {
            Ok(Performed::Interrupted) => {
                let later = self.later(lease.row(), self.now(), "interrupted");
                match lease.kind() {
                    // A fetch may take an hour: three stops in that time say nothing about it.
                    EffectKind::PrepareWorkspace | EffectKind::Verify => {
                        self.store.hand_back(later).await
                    }
                    // A turn is resumed, which an agent may be unable to bear for ever.
                    _ => self.store.reschedule(later).await,
                }
            }
            result if lease.cancel().is_cancelled() => {
                let left = result
                    .ok()
                    .and_then(|performed| self.left_outside(lease, performed));
                self.close(lease, EffectResult::Cancelled, None, left).await
            }
            Ok(Performed::Done) => self.close(lease, EffectResult::Done, None, None).await,
            Ok(Performed::Known(event)) => {
                let outcome = Some(self.fact(lease, *event));
                self.close(lease, EffectResult::Done, None, outcome).await
            }
            Err(failure) => self.failed(lease, failure).await,
        }
    }

    /// Closes a row that is no effect we know.
    pub(super) async fn unreadable(
        &self,
        row: &ClaimedRow,
        why: &str,
    ) -> Result<Closed, StoreError> {
        let completion = Completion {
            id: row.id(),
            fence: row.fence(),
            now: self.now(),
            result: EffectResult::Failed,
            why: Some(why),
            outcome: None,
        };
        self.store.close_effect(completion).await
    }

    async fn failed(&self, lease: &Lease, failure: Failure) -> Result<Closed, StoreError> {
        let (effect, kind) = (lease.id(), lease.kind().name());
        if let Failure::Parked { after, why } = &failure {
            tracing::warn!(effect, kind, why, "parked");
            let not_before = self.now() + millis(*after);
            let later = self.later(lease.row(), not_before, why);
            return self.store.park(later).await;
        }
        if let Failure::Held { after, room, why } = &failure {
            return self.hold(lease, (*after, *room), why).await;
        }
        if let Failure::Retry { after, why } = &failure {
            let tries = after.map_or(lease.max_attempts(), |_| PATIENCE);
            if lease.attempts() < tries {
                return self.try_again(lease, *after, why).await;
            }
        }
        let exhausted = matches!(failure, Failure::Retry { .. });
        tracing::error!(effect, kind, attempts = lease.attempts(), %failure, "given up");
        let event = Event::EffectFailed {
            effect: lease.kind(),
            session: lease.session_if_any().cloned(),
            say: failure.text().to_owned(),
            exhausted,
        };
        let outcome = Some(self.fact(lease, event));
        self.close(lease, EffectResult::Failed, Some(failure.text()), outcome)
            .await
    }

    async fn try_again(
        &self,
        lease: &Lease,
        after: Option<Duration>,
        why: &str,
    ) -> Result<Closed, StoreError> {
        let pause = self.backoff(lease.attempts(), after);
        if after.is_some() && pause >= WORTH_TELLING {
            self.held_up(lease, pause).await?;
        }
        tracing::warn!(
            effect = lease.id(),
            kind = lease.kind().name(),
            attempt = lease.attempts(),
            pause,
            why,
            "will try again"
        );
        let later = self.later(lease.row(), self.now() + pause, why);
        self.store.reschedule(later).await
    }

    /// Puts back what our own pace has no room for. Where people are told of the wait, each effect behind it is asked for itself, so
    /// that its people are told as well; all others go back together.
    async fn hold(
        &self,
        lease: &Lease,
        (after, room): (Duration, Room),
        why: &str,
    ) -> Result<Closed, StoreError> {
        let pause = millis(after).max(SHORTEST_HOLD);
        let told = pause >= WORTH_TELLING && lease.kind() != EffectKind::ShowStatus;
        if told {
            self.held_up(lease, pause).await?;
        }
        let behind = match room {
            _ if told => Behind::Nothing,
            Room::Changes => Behind::Everything,
            Room::Creations => Behind::Creations,
        };
        let (effect, kind) = (lease.id(), lease.kind().name());
        tracing::debug!(effect, kind, pause, why, "held up by our own pace");
        let later = self.later(lease.row(), self.now() + pause, why);
        self.store.hold(later, behind).await
    }

    /// Lets the task know that GitHub's limits hold an effect of its up.
    async fn held_up(&self, lease: &Lease, pause: i64) -> Result<(), StoreError> {
        let event = Event::HeldUp(HeldUp {
            effect: lease.kind(),
            until: self.now() + pause,
        });
        let fact = NewInbox {
            id: format!("held:{}:{}", lease.id(), lease.row().fence()),
            ..self.fact(lease, event)
        };
        self.store.accept(fact).await.map(drop)
    }

    /// What an effect that was cancelled too late has left in the world: that is true whatever is wanted now.
    fn left_outside(&self, lease: &Lease, performed: Performed) -> Option<NewInbox> {
        let Performed::Known(event) = performed else {
            return None;
        };
        match lease.kind() {
            // How it ended is nobody's concern any more; what it cost is.
            EffectKind::RunTurn => Some(self.fact(lease, usage(*event)?)),
            EffectKind::PrepareWorkspace | EffectKind::Publish | EffectKind::OpenPull => {
                Some(self.fact(lease, *event))
            }
            _ => None,
        }
    }

    /// What the other side asked for, or twice as long each time, with a fifth of jitter.
    fn backoff(&self, attempts: i64, after: Option<Duration>) -> i64 {
        let asked = after.map(millis);
        let doubled = || {
            let factor = 1_i64 << attempts.clamp(1, 20).saturating_sub(1);
            self.retry_base_ms.saturating_mul(factor).min(LONGEST_PAUSE)
        };
        let pause = asked.unwrap_or_else(doubled);
        pause + random::jitter(pause / 5)
    }

    /// An outcome on its way into the inbox. Its id derives from the claim, so that it is told once.
    fn fact(&self, lease: &Lease, event: Event) -> NewInbox {
        let place = lease.place();
        NewInbox {
            id: format!("outcome:{}:{}", lease.id(), lease.row().fence()),
            kind: InboxKind::Outcome,
            name: lease.row().kind().to_owned(),
            task: Some(place.task()),
            body: Fact {
                place: place.clone(),
                event,
            }
            .to_json(),
            received_at: self.now(),
        }
    }

    async fn close(
        &self,
        lease: &Lease,
        result: EffectResult,
        why: Option<&str>,
        outcome: Option<NewInbox>,
    ) -> Result<Closed, StoreError> {
        let completion = Completion {
            id: lease.id(),
            fence: lease.row().fence(),
            now: self.now(),
            result,
            why,
            outcome,
        };
        self.store.close_effect(completion).await
    }

    fn later<'a>(&self, row: &'a ClaimedRow, not_before: i64, why: &'a str) -> Reschedule<'a> {
        Reschedule {
            id: row.id(),
            fence: row.fence(),
            now: self.now(),
            not_before,
            why,
        }
    }
}

/// What a turn cost, whatever it came to.
fn usage(event: Event) -> Option<Event> {
    match event {
        Event::TurnEnded { session, end, .. } => Some(Event::UsageReported {
            session,
            usage: end.usage,
        }),
        Event::TurnFailed { session, usage, .. } => Some(Event::UsageReported { session, usage }),
        Event::UsageReported { .. } => Some(event),
        _ => None,
    }
}

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(LONGEST_PAUSE)
}
