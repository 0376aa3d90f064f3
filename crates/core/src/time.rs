//! The clock as a value: who needs the time is given this. The core itself is given only its readings.

use std::sync::Arc;

/// Answers epoch milliseconds.
pub type Clock = Arc<dyn Fn() -> i64 + Send + Sync>;
