//! How long others may take to take something.

use std::time::Duration;

/// How long others may take.
#[derive(Debug, Clone, Copy)]
pub struct Waits {
    /// To connect.
    pub connect: Duration,
    /// To take a message over HTTP, connecting included.
    pub post: Duration,
    /// To take a mail, connecting included.
    pub mail: Duration,
}

impl Default for Waits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(5),
            post: Duration::from_secs(10),
            mail: Duration::from_secs(30),
        }
    }
}
