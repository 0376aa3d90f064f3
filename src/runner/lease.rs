//! The right to perform one effect for a while, and all such rights this process has.
//!
//! A [`Lease`] is made here alone, by a claim that the database granted: whoever has one may perform its effect, and nobody
//! else can. Its fencing number proves that to the database; its token says when the effect is no longer wanted.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio_util::sync::CancellationToken;

use crate::core::effect::{Action, Effect, EffectKind};
use crate::core::failure::Failure;
use crate::core::ids::SessionId;
use crate::core::location::Place;
use crate::core::task::TurnSoFar;
use crate::store::{Claim, EffectRow, LostTime, Store, StoreError};

/// A claimed row: what the database is told its end by.
#[derive(Debug, Clone)]
pub(super) struct ClaimedRow {
    id: String,
    fence: i64,
    kind: String,
}

impl ClaimedRow {
    /// The effect's id.
    pub(super) fn id(&self) -> &str {
        &self.id
    }

    /// Grows with every claim; whoever has an older number has lost the effect.
    pub(super) fn fence(&self) -> i64 {
        self.fence
    }

    /// The effect's kind, as the outbox calls it.
    pub(super) fn kind(&self) -> &str {
        &self.kind
    }
}

/// The right to perform one effect.
#[derive(Debug)]
pub(super) struct Lease {
    row: ClaimedRow,
    kind: EffectKind,
    attempts: i64,
    max_attempts: i64,
    created_at: i64,
    claimed_at: i64,
    place: Place,
    session: Option<SessionId>,
    so_far: Option<TurnSoFar>,
    lost: Option<LostTime>,
    cancel: CancellationToken,
}

impl Lease {
    pub(super) fn row(&self) -> &ClaimedRow {
        &self.row
    }

    /// The effect's id.
    pub(super) fn id(&self) -> &str {
        &self.row.id
    }

    /// The effect's kind.
    pub(super) fn kind(&self) -> EffectKind {
        self.kind
    }

    /// How often the effect was claimed, this time included.
    pub(super) fn attempts(&self) -> i64 {
        self.attempts
    }

    /// Whether nobody has begun to perform it before.
    pub(super) fn is_first_try(&self) -> bool {
        self.attempts == 1
    }

    /// Whether what it makes may be there already: from an earlier try, or from a time of which a restored skep knows nothing.
    pub(super) fn may_be_done(&self) -> bool {
        !self.is_first_try() || self.lost.is_some()
    }

    /// Whether there is such a time.
    pub(super) fn lost_time(&self) -> bool {
        self.lost.is_some()
    }

    /// Whether what was made at `at` (epoch milliseconds) may have been made in a time of which a restored skep knows nothing.
    pub(super) fn is_of_lost_time(&self, at: i64) -> bool {
        self.lost
            .is_some_and(|lost| (lost.since..=lost.until).contains(&at))
    }

    /// What it makes was made no earlier, epoch milliseconds.
    pub(super) fn made_since(&self) -> i64 {
        let lost = self.lost.map_or(i64::MAX, |lost| lost.since);
        lost.min(self.created_at)
    }

    /// It is given up after so many.
    pub(super) fn max_attempts(&self) -> i64 {
        self.max_attempts
    }

    /// When it was planned, epoch milliseconds.
    pub(super) fn created_at(&self) -> i64 {
        self.created_at
    }

    /// When it was claimed, epoch milliseconds.
    pub(super) fn claimed_at(&self) -> i64 {
        self.claimed_at
    }

    /// The issue it is done for.
    pub(super) fn place(&self) -> &Place {
        &self.place
    }

    /// The session it belongs to.
    ///
    /// # Errors
    /// It belongs to none: a mistake of ours, which no second try mends.
    pub(super) fn session(&self) -> Result<&SessionId, Failure> {
        self.session
            .as_ref()
            .ok_or_else(|| Failure::broken(format!("{} without a session", self.row.kind)))
    }

    /// The session it belongs to, if it does to one.
    pub(super) fn session_if_any(&self) -> Option<&SessionId> {
        self.session.as_ref()
    }

    /// What has happened in the turn since it was planned.
    pub(super) fn so_far(&self) -> Option<&TurnSoFar> {
        self.so_far.as_ref()
    }

    /// Cancelled when the effect is no longer wanted, or no longer ours.
    pub(super) fn cancel(&self) -> &CancellationToken {
        &self.cancel
    }
}

/// What a claim brought.
#[expect(
    clippy::large_enum_variant,
    reason = "it is taken apart as soon as it is made"
)]
pub(super) enum Claimed {
    /// An effect, and the right to perform it.
    Effect(Box<Lease>, Action),
    /// A row that is no effect we know.
    Unreadable(ClaimedRow, serde_json::Error),
}

struct Held {
    fence: i64,
    kind: String,
    session: Option<SessionId>,
    cancel: CancellationToken,
}

/// All effects in our hands.
#[derive(Clone)]
pub(super) struct Leases {
    held: Arc<Mutex<HashMap<String, Held>>>,
    lost: Option<LostTime>,
}

impl Leases {
    /// None yet, after a restore that lost some time.
    pub(super) fn new(lost: Option<LostTime>) -> Self {
        Self {
            held: Arc::default(),
            lost,
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Held>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Claims what is due; the rows are in our hands until [`Leases::release`].
    pub(super) async fn claim(
        &self,
        store: &Store,
        wish: Claim<'_>,
    ) -> Result<Vec<Claimed>, StoreError> {
        let rows = store.claim(wish).await?;
        Ok(rows
            .into_iter()
            .map(|row| self.hold(row, wish.now))
            .collect())
    }

    fn hold(&self, row: EffectRow, claimed_at: i64) -> Claimed {
        let cancel = CancellationToken::new();
        if row.cancel_requested {
            cancel.cancel();
        }
        let held = Held {
            fence: row.fence,
            kind: row.kind.clone(),
            session: row.session.clone(),
            cancel: cancel.clone(),
        };
        self.lock().insert(row.id.clone(), held);
        let claimed = ClaimedRow {
            id: row.id,
            fence: row.fence,
            kind: row.kind,
        };
        let effect = match serde_json::from_str::<Effect>(&row.body) {
            Ok(effect) => effect,
            Err(error) => return Claimed::Unreadable(claimed, error),
        };
        let lease = Lease {
            row: claimed,
            kind: effect.kind(),
            attempts: row.attempts,
            max_attempts: row.max_attempts,
            created_at: row.created_at,
            claimed_at,
            place: effect.place,
            session: effect.session,
            so_far: row
                .so_far
                .and_then(|so_far| serde_json::from_str(&so_far).ok()),
            lost: self.lost.filter(|lost| lost.is_looked_for(claimed_at)),
            cancel,
        };
        Claimed::Effect(Box::new(lease), effect.action)
    }

    /// It is not in our hands any more.
    pub(super) fn release(&self, id: &str) {
        self.lock().remove(id);
    }

    /// Says that an effect in our hands is no longer wanted, or no longer ours.
    pub(super) fn cancel(&self, id: &str) {
        if let Some(held) = self.lock().get(id) {
            held.cancel.cancel();
        }
    }

    /// Whether nothing is in our hands.
    pub(super) fn is_empty(&self) -> bool {
        self.lock().is_empty()
    }

    /// Whether nothing is in our hands but what is of these kinds.
    pub(super) fn are_only(&self, kinds: &[EffectKind]) -> bool {
        let one_of = |held: &Held| kinds.iter().any(|kind| held.kind == kind.name());
        self.lock().values().all(one_of)
    }

    /// Whether anything of a session is in our hands.
    pub(super) fn works_for(&self, session: &SessionId) -> bool {
        self.lock()
            .values()
            .any(|held| held.session.as_ref() == Some(session))
    }

    /// The proofs of all that is in our hands.
    pub(super) fn fences(&self) -> Vec<(String, i64)> {
        self.lock()
            .iter()
            .map(|(id, held)| (id.clone(), held.fence))
            .collect()
    }

    /// The kinds of which no more may run at once.
    pub(super) fn full(&self, most: impl Fn(EffectKind) -> usize) -> Vec<String> {
        let held = self.lock();
        let count = |kind: EffectKind| {
            held.values()
                .filter(|held| held.kind == kind.name())
                .count()
        };
        let full = EffectKind::ALL
            .into_iter()
            .filter(|kind| count(*kind) >= most(*kind));
        full.map(|kind| kind.name().to_owned()).collect()
    }
}
