//! The running skep behind the tools, as whoever serves them provides it.

use std::sync::Arc;

use futures::future::BoxFuture;
use secrecy::SecretString;
use serde_json::Value;

use super::ask::Ask;

/// A running skep, asked with one token. What the token may not do, skep refuses.
pub trait Swarm: Send + Sync + 'static {
    /// The answer as skep's API gives it, or in words why there is none and what to do.
    fn ask(&self, ask: Ask) -> BoxFuture<'_, Result<Value, String>>;
}

/// Why a token opens nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unknown {
    /// skep does not know it.
    Token,
    /// skep does not answer.
    Away,
}

/// Who finds out whether a token is one of skep's.
pub trait Gate: Send + Sync + 'static {
    /// The skep that is asked with that token, where skep knows it.
    fn open(&self, token: SecretString) -> BoxFuture<'_, Result<Arc<dyn Swarm>, Unknown>>;
}
