//! What an agent tried that its sandbox does not allow: counted, bounded whatever it does, and told the first time.
//!
//! A refusal is no proof of ill will: programs look for updates and report on themselves. What nobody does by mistake, or many different
//! refusals, is a pattern; it is marked where people review.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::ids::SessionId;

/// So many different attempts are kept.
const KEPT: usize = 20;
/// From so many different ones on they are a pattern.
const MANY: usize = 8;

/// Something that was refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// What was to be reached or done, such as `evil.example:443`; at most 200 characters. An agent chose it.
    pub what: String,
    /// Why it was refused, half a sentence of skep's own.
    pub why: String,
    /// Whether hardly anything but ill will asks for it.
    pub grave: bool,
    /// The host and port that people may be asked to open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
    /// Programs do it by themselves and go on without: it is counted, and told to nobody on the issue.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub harmless: bool,
    /// The program that was first seen to, as it calls itself; empty where that is not known.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub by: String,
}

/// How much an attempt weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Weight {
    /// Programs do it by themselves and go on without.
    Habit,
    /// Not usual, and there are good reasons for it.
    Odd,
    /// Hardly anything but ill will asks for it.
    Grave,
}

/// Characters of what was tried.
const WHAT: usize = 200;

impl Attempt {
    /// By nobody who is known; what is too long is cut.
    pub fn new(what: String, why: &str, weight: Weight) -> Self {
        let long = what.char_indices().nth(WHAT);
        let end = long.map_or(what.len(), |(end, _)| end);
        Self {
            what: what[..end].to_owned(),
            why: why.to_owned(),
            grave: weight == Weight::Grave,
            harmless: weight == Weight::Habit,
            by: String::new(),
            host: None,
        }
    }

    /// How much it weighs.
    pub fn weight(&self) -> Weight {
        match (self.grave, self.harmless) {
            (true, _) => Weight::Grave,
            (false, true) => Weight::Habit,
            (false, false) => Weight::Odd,
        }
    }

    /// The same thing was tried, by whichever program.
    fn is_like(&self, other: &Self) -> bool {
        (&self.what, &self.why, self.grave) == (&other.what, &other.why, other.grave)
    }
}

/// Different attempts that a tally keeps.
const DIFFERENT: usize = 128;

/// How often each was made in one sandbox: bounded, whatever an agent does.
#[derive(Debug, Default)]
pub struct Tally {
    counts: BTreeMap<(String, String), u64>,
    others: u64,
}

impl Tally {
    /// One more; how often by now, if that is to be told: at the 1st, 10th, 100th, … time. Beyond 128 different ones the others count
    /// as one.
    pub fn note(&mut self, attempt: &Attempt) -> Option<u64> {
        let key = (attempt.what.clone(), attempt.why.clone());
        let room = self.counts.len() < DIFFERENT;
        let count = match self.counts.get_mut(&key) {
            Some(count) => count,
            None if room => self.counts.entry(key).or_default(),
            None => &mut self.others,
        };
        *count += 1;
        is_round(*count).then_some(*count)
    }
}

/// 1, 10, 100, …
pub(crate) fn is_round(mut count: u64) -> bool {
    while count >= 10 && count.is_multiple_of(10) {
        count /= 10;
    }
    count == 1
}

/// One that was seen, and how often by now in this session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contained {
    /// In which session.
    pub session: SessionId,
    /// What.
    pub attempt: Attempt,
    /// How often.
    pub count: u64,
    /// It said a secret of skep's own in words for people: the session is held.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub leak: bool,
    /// What the agent was doing, in its own words; empty where nobody knows.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub doing: String,
}

/// All that was seen in the sessions of an issue.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempts {
    /// The different ones, at most 20, in the order in which they were first seen, with how often.
    pub seen: Vec<(Attempt, u64)>,
    /// Different ones besides.
    #[serde(default)]
    pub more: u64,
    /// The alarm was given.
    #[serde(default)]
    pub alarmed: bool,
}

impl Attempts {
    /// Nothing was.
    pub fn is_empty(&self) -> bool {
        self.seen.is_empty()
    }

    /// One more; whether it is the first of its kind.
    pub fn note(&mut self, attempt: &Attempt, count: u64) -> bool {
        if let Some((_, known)) = self.seen.iter_mut().find(|(seen, _)| seen.is_like(attempt)) {
            *known = (*known).max(count);
            return false;
        }
        if self.seen.len() < KEPT {
            self.seen.push((attempt.clone(), count));
        } else {
            self.more = self.more.saturating_add(1);
        }
        true
    }

    /// Whether it looks like more than a program's habits.
    pub fn is_a_pattern(&self) -> bool {
        self.seen.len() >= MANY || self.seen.iter().any(|(attempt, _)| attempt.grave)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attempt(what: &str, grave: bool) -> Attempt {
        let weight = if grave { Weight::Grave } else { Weight::Odd };
        Attempt::new(what.into(), "the host is not on its list", weight)
    }

    #[test]
    fn the_same_is_counted_and_many_are_bounded() {
        let mut all = Attempts::default();
        assert!(all.note(&attempt("a:443", false), 1));
        assert!(!all.note(&attempt("a:443", false), 10));
        assert_eq!(all.seen[0].1, 10);
        assert!(!all.is_a_pattern());
        for number in 0..100 {
            all.note(&attempt(&format!("{number}:443"), false), 1);
        }
        assert_eq!((all.seen.len(), all.more), (KEPT, 81));
        assert!(all.is_a_pattern());
    }

    #[test]
    fn a_tally_tells_round_numbers_and_is_bounded() {
        let mut tally = Tally::default();
        let told: Vec<u64> = (0..1_000)
            .filter_map(|_| tally.note(&attempt("ptrace", false)))
            .collect();
        assert_eq!(told, [1, 10, 100, 1_000]);
        let of = |number| attempt(&format!("{number}:443"), false);
        let told = (0..10_000).filter_map(|number| tally.note(&of(number)));
        assert!(told.count() < 200);
        assert_eq!(tally.counts.len(), DIFFERENT);
    }

    #[test]
    fn whoever_tries_it_it_is_the_same() {
        let mut all = Attempts::default();
        let by = |by: &str| Attempt {
            by: by.into(),
            ..attempt("ptrace", false)
        };
        assert!(all.note(&by("gdb"), 1));
        assert!(!all.note(&by("strace"), 1));
        assert_eq!(all.seen[0].0.by, "gdb");
    }

    #[test]
    fn what_nobody_does_by_mistake_is_a_pattern_at_once() {
        let mut all = Attempts::default();
        all.note(&attempt("169.254.169.254:80", true), 1);
        assert!(all.is_a_pattern());
    }
}
