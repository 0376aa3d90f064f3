//! What is wrong with a configuration: all of it at once, each mistake under the name the operator typed.
//!
//! It must never carry a secret: a wrong value is shown only where it cannot be one.

use crate::core::text::mistakes;

pub use crate::core::document::Mistake;
pub(super) use crate::core::document::nearest;

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

#[cfg(test)]
mod tests {
    use super::*;

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
