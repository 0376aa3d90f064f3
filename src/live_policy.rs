//! The operator's wishes as they are now: read at the start, and again at SIGHUP.
//!
//! Whoever began something with one policy ends it with that one; a new one counts from the next look on. An earlier one is never taken
//! away from whoever reads it: each is kept as long as the service runs, which costs some kilobytes a reload.

use std::ops::Deref;
use std::sync::{Arc, OnceLock};

use crate::core::policy::Policy;

/// The policy that counts now. Clones share it; it reads as a [`Policy`].
#[derive(Debug, Clone)]
pub struct LivePolicy(Arc<Link>);

#[derive(Debug)]
struct Link {
    policy: Policy,
    newer: OnceLock<Box<Link>>,
}

impl Link {
    fn new(policy: Policy) -> Self {
        Self {
            policy,
            newer: OnceLock::new(),
        }
    }
}

impl LivePolicy {
    /// The first one.
    pub fn new(policy: Policy) -> Self {
        Self(Arc::new(Link::new(policy)))
    }

    /// Lets this one count from now on.
    pub fn replace(&self, policy: Policy) {
        let mut new = Box::new(Link::new(policy));
        // Another one that came in between is older than this.
        while let Err(back) = self.last().newer.set(new) {
            new = back;
        }
    }

    fn last(&self) -> &Link {
        let mut link: &Link = &self.0;
        while let Some(newer) = link.newer.get() {
            link = newer;
        }
        link
    }
}

impl Deref for LivePolicy {
    type Target = Policy;

    fn deref(&self) -> &Policy {
        &self.last().policy
    }
}

impl From<Policy> for LivePolicy {
    fn from(policy: Policy) -> Self {
        Self::new(policy)
    }
}
