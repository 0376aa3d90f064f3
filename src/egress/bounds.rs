//! What a session may take of the service while it reaches out.

use std::time::Duration;

/// Bounds of one session. Memory: about 64 KiB a connection, besides what the kernel keeps.
#[derive(Debug, Clone)]
pub struct Bounds {
    /// Connections at once; 128. Above, 503.
    pub connections: usize,
    /// A request's line and headers, bytes; 16 KiB. Above, 431.
    pub header_bytes: usize,
    /// Bytes in both directions, over its whole life; 16 GiB.
    pub bytes: u64,
    /// A connection on which nothing moves; 15 min, because a model may think for long.
    pub idle: Duration,
    /// From connecting, or from an answer, to the end of a request's headers, and to a tunnel's first bytes; 60 s.
    pub header_time: Duration,
    /// To find a host; 10 s.
    pub resolve_time: Duration,
    /// To connect to one of its addresses; 5 s.
    pub connect_time: Duration,
}

impl Default for Bounds {
    fn default() -> Self {
        Self {
            connections: 128,
            header_bytes: 16 * 1024,
            bytes: 16 << 30,
            idle: Duration::from_secs(15 * 60),
            header_time: Duration::from_secs(60),
            resolve_time: Duration::from_secs(10),
            connect_time: Duration::from_secs(5),
        }
    }
}
