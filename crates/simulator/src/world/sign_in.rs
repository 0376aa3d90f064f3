//! What is kept of people who let the App know who they are: codes that are out, and tokens that live.
//!
//! It exists apart from how one comes to them, so that the world can hold it. It must never show a token.

use std::collections::BTreeMap;

/// Codes that are out, and tokens that live.
#[derive(Debug, Clone, Default)]
pub struct SignIns {
    pub(super) codes: BTreeMap<String, Grant>,
    pub(super) tokens: BTreeMap<String, UserToken>,
    pub(super) made: u64,
}

/// What a code is.
#[derive(Debug, Clone)]
pub(super) struct Grant {
    pub(super) login: String,
    pub(super) redirect: String,
    pub(super) challenge: Option<String>,
    pub(super) made_at: i64,
    pub(super) used: bool,
}

/// A person's token.
#[derive(Debug, Clone)]
pub struct UserToken {
    /// Whose.
    pub login: String,
    /// When it ends (epoch milliseconds).
    pub expires_at: i64,
}
