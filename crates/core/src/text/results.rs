//! What the command line says of how sessions went.

use super::count;

/// The first line.
pub fn headline(sessions: u64, since: &str) -> String {
    match sessions {
        0 => format!("no session was queued since {since}\n"),
        sessions => format!("{} queued since {since}\n", count(sessions, "session")),
    }
}

/// There are more than are counted.
pub const MORE: &str =
    "there are more, which are not counted: ask for a shorter time with --since\n";

/// Completed, failed, cancelled.
pub fn counts([completed, failed, cancelled]: [u64; 3]) -> String {
    format!("{completed} completed, {failed} failed, {cancelled} cancelled")
}

/// What is not over.
pub fn left(at_work: u64, waiting: u64) -> String {
    format!("{at_work} at work, {waiting} waiting")
}

/// The shortest, the mean, the median, the longest.
pub fn took([shortest, mean, median, longest]: [String; 4]) -> String {
    format!("{shortest} to {longest}, {mean} in the mean, half of them {median} or less")
}

/// Throughput.
pub fn per_hour(ended: f64) -> String {
    format!("{ended} an hour")
}
