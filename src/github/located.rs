//! Where repositories were found by their names. It is a memory for a minute: whoever looks at one issue again and again (a page, a
//! script) must not use up an installation's points for that.

use std::collections::HashMap;
use std::sync::Mutex;

use super::at::At;
use super::lanes::locked;
use crate::core::ids::RepositoryName;

/// For so long a name is believed to be the same repository's, milliseconds.
const BELIEVED: i64 = 60 * 1000;
/// Above this many, what is believed no more goes.
const KEPT: usize = 1_000;

/// By name, in lower case, where it is and when that was found out (epoch milliseconds).
#[derive(Default)]
pub(super) struct Located(Mutex<HashMap<String, (At, i64)>>);

impl Located {
    pub(super) fn at(&self, name: &RepositoryName, now: i64) -> Option<At> {
        let known = locked(&self.0);
        let (at, when) = known.get(&name.to_string().to_ascii_lowercase())?;
        (0..BELIEVED).contains(&(now - when)).then(|| at.clone())
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
