//! The clock by which the pace is kept.

use std::sync::Arc;

use tokio::time::Instant;

use crate::core::time::Clock;

/// Milliseconds since it was made; it never jumps, whatever becomes of the wall clock.
pub fn steady_clock() -> Clock {
    let origin = Instant::now();
    Arc::new(move || i64::try_from(origin.elapsed().as_millis()).unwrap_or(i64::MAX))
}
