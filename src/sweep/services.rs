//! What a sweep looks with: it reads GitHub and states facts, and has nothing to act with.

use std::sync::Arc;

use crate::core::policy::Policy;
use crate::core::time::Clock;
use crate::github::GitHub;
use crate::store::Store;

/// What a sweep needs.
#[derive(Clone)]
pub struct SweepServices {
    /// The database.
    pub store: Store,
    /// GitHub.
    pub github: GitHub,
    /// What the operator wants.
    pub policy: Arc<Policy>,
    /// The clock.
    pub clock: Clock,
}
