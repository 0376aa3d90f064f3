//! What an agent tried that its sandbox does not allow: counted, bounded whatever it does, and told the first time.
//!
//! A refusal is no proof of ill will: programs look for updates and report on themselves. What nobody does by mistake, or many different
//! refusals, is a pattern; it is marked where people review.

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
        if let Some((_, known)) = self.seen.iter_mut().find(|(seen, _)| seen == attempt) {
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
        Attempt {
            what: what.into(),
            why: "the host is not on its list".into(),
            grave,
            host: None,
        }
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
    fn what_nobody_does_by_mistake_is_a_pattern_at_once() {
        let mut all = Attempts::default();
        all.note(&attempt("169.254.169.254:80", true), 1);
        assert!(all.is_a_pattern());
    }
}
