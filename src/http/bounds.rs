//! What one connection, and all of them together, may take.

use std::time::Duration;

/// What a connection may take before it is closed.
#[derive(Debug, Clone)]
pub struct Bounds {
    /// From the first byte of a request (or from connecting) to the end of its headers; 10 s.
    pub header_time: Duration,
    /// Between requests; 60 s. Also how long an answer may stay unread.
    pub idle_time: Duration,
    /// How long open requests may go on once the loop is told to stop; 10 s.
    pub drain_time: Duration,
    /// Request line and headers, bytes; 16 KiB. Above, 431.
    pub header_bytes: usize,
    /// Connections at once; 1,024.
    pub connections: usize,
}

impl Default for Bounds {
    fn default() -> Self {
        Self {
            header_time: Duration::from_secs(10),
            idle_time: Duration::from_secs(60),
            drain_time: Duration::from_secs(10),
            header_bytes: 16 * 1024,
            connections: 1024,
        }
    }
}
