//! The system's clock, which the core never reads by itself.

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use crate::core::time::Clock;

/// Epoch milliseconds by the system's clock.
pub fn system_clock() -> Clock {
    Arc::new(|| {
        let since = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
    })
}
