//! What can go wrong while facts are handled. It must never carry what a row holds.

use crate::core::failure::Failure;
use crate::store::StoreError;

/// What went wrong while handling facts.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The store said no.
    #[error("store: {0}")]
    Store(#[from] StoreError),
    /// A stored task or fact does not read back.
    #[error("{what} does not read back: {source}")]
    Unreadable {
        /// Which row.
        what: String,
        /// The parser's words.
        source: serde_json::Error,
    },
}

impl From<EngineError> for Failure {
    fn from(error: EngineError) -> Self {
        match error {
            EngineError::Store(error) => error.into(),
            EngineError::Unreadable { .. } => Self::broken(error.to_string()),
        }
    }
}
