//! How polling goes, for `skep status`, `/readyz` and the log: when it last went well, and what is wrong. It decides nothing.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::core::text::polling as text;

/// Without a good round for so many intervals, something is wrong.
const MISSED: u32 = 4;
/// That takes so long at least, milliseconds.
const AT_LEAST: i64 = 2 * 60_000;

/// How polling goes. Clones share everything.
#[derive(Clone)]
pub struct PollView {
    every: Duration,
    seen: Arc<Mutex<Seen>>,
}

#[derive(Default)]
struct Seen {
    last: Option<i64>,
    trouble: Option<String>,
}

impl PollView {
    pub(super) fn new(every: Duration) -> Self {
        Self {
            every,
            seen: Arc::default(),
        }
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A round could not even begin.
    pub(super) fn failed(&self, why: &str) {
        self.seen().trouble = Some(why.to_owned());
    }

    /// A round that began then is over.
    pub(super) fn over(&self, at: i64, wrong: Vec<String>, incomplete: bool) {
        let mut seen = self.seen();
        if wrong.is_empty() && !incomplete {
            seen.last = Some(at);
            seen.trouble = None;
            return;
        }
        // What is less than all of it is still a round: only its trouble is told.
        match wrong.is_empty() {
            true => seen.last = Some(at),
            false => seen.trouble = Some(wrong.join("; ")),
        }
    }

    /// When the last good round began, epoch milliseconds.
    pub fn last(&self) -> Option<i64> {
        self.seen().last
    }

    /// Whether polling goes well at that moment, and how it goes in words. Before the first round nothing is wrong yet.
    pub fn told(&self, now: i64) -> (bool, String) {
        let seen = self.seen();
        let missed = i64::try_from((self.every * MISSED).as_millis()).unwrap_or(i64::MAX);
        let late = seen
            .last
            .is_some_and(|last| now - last > missed.max(AT_LEAST));
        let well = !late && (seen.last.is_some() || seen.trouble.is_none());
        let said = text::told(self.every, seen.last, seen.trouble.as_deref());
        (well, said)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_well_until_rounds_fail_for_long() {
        let view = PollView::new(Duration::from_secs(30));
        assert!(view.told(0).0, "nothing is wrong before the first round");
        view.failed("no answer");
        let (well, said) = view.told(0);
        assert!(!well && said.contains("no answer"), "{said}");
        view.over(1_000, Vec::new(), false);
        assert_eq!((view.told(1_000).0, view.last()), (true, Some(1_000)));
        view.over(31_000, vec!["limited".to_owned()], true);
        let (well, said) = view.told(31_000);
        assert!(well && said.contains("limited"), "{said}");
        assert!(!view.told(122_000).0);
    }
}
