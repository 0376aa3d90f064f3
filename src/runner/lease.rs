//! What this process holds: fencing numbers to prove it, and tokens to cancel it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio_util::sync::CancellationToken;

use crate::core::effect::EffectKind;
use crate::core::ids::SessionId;
use crate::store::EffectRow;

/// One effect in our hands.
#[derive(Debug, Clone)]
pub(super) struct Held {
    /// Cancelled when the effect is no longer wanted, or no longer ours.
    pub(super) cancel: CancellationToken,
    fence: i64,
    kind: String,
    session: Option<SessionId>,
}

/// All effects in our hands.
#[derive(Debug, Clone, Default)]
pub(super) struct Leases {
    held: Arc<Mutex<HashMap<String, Held>>>,
}

impl Leases {
    fn lock(&self) -> MutexGuard<'_, HashMap<String, Held>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn hold(&self, row: &EffectRow) -> Held {
        let held = Held {
            cancel: CancellationToken::new(),
            fence: row.fence,
            kind: row.kind.clone(),
            session: row.session.clone(),
        };
        if row.cancel_requested {
            held.cancel.cancel();
        }
        self.lock().insert(row.id.clone(), held.clone());
        held
    }

    pub(super) fn release(&self, id: &str) {
        self.lock().remove(id);
    }

    pub(super) fn cancel(&self, id: &str) {
        if let Some(held) = self.lock().get(id) {
            held.cancel.cancel();
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.lock().is_empty()
    }

    /// Whether anything of a session is in our hands.
    pub(super) fn works_for(&self, session: &SessionId) -> bool {
        self.lock()
            .values()
            .any(|held| held.session.as_ref() == Some(session))
    }

    pub(super) fn fences(&self) -> Vec<(String, i64)> {
        self.lock()
            .iter()
            .map(|(id, held)| (id.clone(), held.fence))
            .collect()
    }

    /// The kinds that have no room left.
    pub(super) fn full(&self, room: impl Fn(EffectKind) -> usize) -> Vec<String> {
        let held = self.lock();
        let count = |kind: EffectKind| {
            held.values()
                .filter(|held| held.kind == kind.name())
                .count()
        };
        let full = EffectKind::ALL
            .into_iter()
            .filter(|kind| count(*kind) >= room(*kind));
        full.map(|kind| kind.name().to_owned()).collect()
    }
}
