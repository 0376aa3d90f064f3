//! What a session may take of the service while it asks its model.

use std::time::Duration;

/// Bounds of one start. Memory: about 64 KiB a connection, and of each answer under way its longest line, at most 8 MiB.
#[derive(Debug, Clone)]
pub struct Bounds {
    /// Connections at once; 64. Above, they are closed.
    pub connections: usize,
    /// Answers under way at once; 16. Others wait for their turn.
    pub answers: usize,
    /// A request's line and headers, bytes; 32 KiB.
    pub header_bytes: usize,
    /// A request's body, bytes; 64 MiB.
    pub body_bytes: u64,
    /// From connecting, or from an answer, to the end of a request's headers; 60 s.
    pub header_time: Duration,
    /// For a request's body; 5 min.
    pub body_time: Duration,
    /// Until an answer begins; 15 min, because a model may think for long.
    pub answer_time: Duration,
    /// A connection on which nothing moves; 16 min.
    pub idle: Duration,
    /// To connect to the model's server; 10 s.
    pub connect_time: Duration,
}

impl Default for Bounds {
    fn default() -> Self {
        Self {
            connections: 64,
            answers: 16,
            header_bytes: 32 * 1024,
            body_bytes: 64 << 20,
            header_time: Duration::from_secs(60),
            body_time: Duration::from_secs(5 * 60),
            answer_time: Duration::from_secs(15 * 60),
            idle: Duration::from_secs(16 * 60),
            connect_time: Duration::from_secs(10),
        }
    }
}
