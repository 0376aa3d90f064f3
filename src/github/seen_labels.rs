//! Which labels repositories were seen to have. It is a memory for some minutes, and must never be taken for the truth: a label is put
//! on by its name, whether it is known here or not.

use std::collections::HashMap;
use std::sync::Mutex;

use super::at::At;
use super::lanes::locked;
use crate::core::ids::RepositoryId;

/// For so long a label that was there is believed to be there, milliseconds. One that was deleted meanwhile comes back by being
/// put on, only without its colour and words.
const BELIEVED: i64 = 10 * 60 * 1000;
/// Above this many, what is believed no more goes.
const KEPT: usize = 1_000;

/// Which labels were seen in which repository, and when (epoch milliseconds), so that each issue does not ask for them again.
#[derive(Default)]
pub(super) struct SeenLabels(Mutex<HashMap<(RepositoryId, String), i64>>);

impl SeenLabels {
    pub(super) fn has(&self, at: &At, name: &str, now: i64) -> bool {
        let seen = locked(&self.0);
        let when = seen.get(&(at.repository, name.to_owned()));
        when.is_some_and(|when| (0..BELIEVED).contains(&(now - when)))
    }

    pub(super) fn saw(&self, at: &At, name: &str, now: i64) {
        let mut seen = locked(&self.0);
        if seen.len() >= KEPT {
            seen.retain(|_, when| now - *when < BELIEVED);
        }
        seen.insert((at.repository, name.to_owned()), now);
    }
}
