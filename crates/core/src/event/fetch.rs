//! How far the fetch of a repository is. It must never carry what git printed: only what of it can be counted.

use serde::{Deserialize, Serialize};

use crate::ids::SessionId;

/// The repository of a session is being fetched.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fetching {
    /// For which session.
    pub session: SessionId,
    /// How far it is.
    pub progress: FetchProgress,
}

/// How far the fetch of a repository is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct FetchProgress {
    /// What is done.
    pub step: FetchStep,
    /// How much of that is done, from 0 to 100.
    pub percent: u8,
}

/// What a fetch consists of, as far as it can be counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FetchStep {
    /// Its objects come in.
    Receiving,
    /// They are put together: most are stored as differences from others.
    Unpacking,
}
