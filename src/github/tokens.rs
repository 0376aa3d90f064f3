//! Every installation token we hold, in memory only. It must never print one.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use secrecy::{ExposeSecret, SecretString};

use super::purpose::Scope;
use crate::core::ids::InstallationId;

/// Above this many slots, expired ones are swept out.
const SLOTS: usize = 1_000;

/// An installation token.
#[derive(Debug, Clone)]
pub struct Token {
    /// Whose.
    pub installation: InstallationId,
    /// The credential: the password of user `x-access-token` for git.
    pub secret: SecretString,
    /// When it ends, in epoch milliseconds of our own clock.
    pub expires_at: i64,
}

impl Token {
    pub(super) fn is(&self, other: &Self) -> bool {
        self.secret.expose_secret() == other.secret.expose_secret()
    }
}

/// A token of one scope; whoever asks for it holds the lock.
pub(super) type Slot = Arc<tokio::sync::Mutex<Option<Token>>>;

/// Every token we hold.
#[derive(Default)]
pub(super) struct Tokens {
    slots: Mutex<HashMap<Scope, Slot>>,
}

impl Tokens {
    pub(super) fn slot(&self, scope: Scope, now: i64) -> Slot {
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        if slots.len() >= SLOTS {
            let alive =
                |token: &Option<Token>| token.as_ref().is_some_and(|token| token.expires_at > now);
            slots.retain(|_, slot| slot.try_lock().map_or(true, |token| alive(&token)));
        }
        Arc::clone(slots.entry(scope).or_default())
    }

    pub(super) fn all(&self) -> Vec<Slot> {
        self.slots
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .values()
            .cloned()
            .collect()
    }

    /// Forgets every token of an installation.
    pub(super) fn drop_all(&self, installation: InstallationId) {
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        slots.retain(|scope, _| scope.installation != installation);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_never_prints_its_secret() {
        let token = Token {
            installation: InstallationId(7),
            secret: SecretString::from("ghs_canary"),
            expires_at: 0,
        };
        assert!(!format!("{token:?}").contains("canary"));
    }
}
