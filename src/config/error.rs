//! What is wrong with a configuration: all of it at once, each mistake under the name the operator typed.
//!
//! It must never carry a secret: a wrong value is shown only where it cannot be one.

use std::fmt;

use strsim::levenshtein;

use crate::core::text::mistakes;

/// One thing to fix.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// Where: `SKEP_LISTEN`, `--listen`, `skep.toml:4: limits.sessions`.
    pub at: String,
    /// What is wrong and what would be right.
    pub what: String,
}

impl Mistake {
    /// A mistake at a place.
    pub fn new(at: impl Into<String>, what: impl Into<String>) -> Self {
        Self {
            at: at.into(),
            what: what.into(),
        }
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.at, self.what)
    }
}

/// Every mistake of a configuration; at least one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}:{}", mistakes::counted(.0.len()), lines(.0))]
pub struct ConfigError(pub Vec<Mistake>);

impl From<ConfigError> for crate::core::failure::Failure {
    fn from(error: ConfigError) -> Self {
        Self::broken(error.to_string())
    }
}

fn lines(mistakes: &[Mistake]) -> String {
    mistakes
        .iter()
        .map(|mistake| format!("\n  {mistake}"))
        .collect()
}

/// Of a word, so many characters are compared.
const LONGEST: usize = 60;

/// The known word that was probably meant, if one is near.
pub(super) fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word: String = word.chars().take(LONGEST).collect();
    let near = known
        .into_iter()
        .map(|known| (levenshtein(&word, known), known))
        .min();
    let near = near.filter(|(edits, known)| *edits <= 1 + known.len() / 4);
    near.map(|(_, known)| known)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_words_are_proposed_and_far_ones_are_not() {
        assert_eq!(nearest("lisen", ["listen", "limits"]), Some("listen"));
        assert_eq!(nearest("banana", ["listen", "limits"]), None);
        assert_eq!(nearest("x", []), None);
    }

    #[test]
    fn every_mistake_has_its_line() {
        let error = ConfigError(vec![
            Mistake::new("--listen", "a"),
            Mistake::new("SKEP_APP_ID", "b"),
        ]);
        assert_eq!(
            error.to_string(),
            "the configuration has 2 mistakes:\n  --listen: a\n  SKEP_APP_ID: b"
        );
    }
}
