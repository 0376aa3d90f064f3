//! Where repositories were found by their names: whoever looks at one issue again and again (a page, a script) must not use up an
//! installation's points for that. For who gives an order a name is believed for a minute; for who only looks, until it is listed anew.

use std::collections::HashMap;
use std::sync::Mutex;

use super::at::At;
use super::lanes::locked;
use crate::core::ids::RepositoryName;

/// For so long a name is believed to be the same repository's, milliseconds.
const BELIEVED: i64 = 60 * 1000;
/// Above this many, what is believed no more goes.
const KEPT: usize = 20_000;

/// By name, in lower case, where it is and when that was found out (epoch milliseconds).
#[derive(Default)]
pub(super) struct Located(Mutex<HashMap<String, (At, i64)>>);

impl Located {
    /// Where it was found in the last minute.
    pub(super) fn at(&self, name: &RepositoryName, now: i64) -> Option<At> {
        let (at, when) = self.last(name)?;
        (0..BELIEVED).contains(&(now - when)).then_some(at)
    }

    /// Where it was found last, and when, however long ago.
    pub(super) fn last(&self, name: &RepositoryName) -> Option<(At, i64)> {
        let known = locked(&self.0);
        known.get(&name.to_string().to_ascii_lowercase()).cloned()
    }

    pub(super) fn found(&self, name: &RepositoryName, at: &At, now: i64) {
        let mut known = locked(&self.0);
        if known.len() >= KEPT {
            known.retain(|_, (_, when)| now - *when < BELIEVED);
        }
        let name = name.to_string().to_ascii_lowercase();
        known.insert(name, (at.clone(), now));
    }
}
