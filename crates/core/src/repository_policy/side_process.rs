//! A throw-away service that a session's tests need: a database, a queue.

use serde::{Deserialize, Serialize};

/// One that is started beside each session and gone with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Service {
    /// The program and its arguments; never empty.
    pub command: Vec<String>,
    /// Where it listens, on the session's own loopback.
    pub port: u16,
    /// A line for `sh -c` that succeeds once it is ready; without one it is ready when its port takes connections.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ready: Option<String>,
}

/// Whether a service may be called so: a label of a host's name.
pub(super) fn is_name(text: &str) -> bool {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    text.len() <= 32
        && text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.ends_with(plain)
        && text.chars().all(|c| plain(c) || c == '-')
        && text != "localhost"
}
