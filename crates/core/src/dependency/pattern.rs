//! Patterns of words, compiled once.

use regex::Regex;

pub(super) fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("every pattern is a constant and compiled by the tests")
}
