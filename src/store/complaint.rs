//! A trouble that lasts is said once a minute, with its reason: a full disk would fill the log as well.

use std::fmt::Display;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// The shortest time between two lines about the same trouble.
const PAUSE: Duration = Duration::from_secs(60);

/// One kind of trouble.
#[derive(Debug, Default)]
pub struct Complaint {
    said: Mutex<Option<Said>>,
}

#[derive(Debug)]
struct Said {
    reason: String,
    at: Instant,
    since: u64,
}

impl Complaint {
    /// Logs the trouble, unless the same reason was logged within the last minute.
    pub fn say(&self, what: &str, reason: &impl Display) {
        if let Some(silent) = self.worth_saying(&reason.to_string(), Instant::now()) {
            tracing::warn!(%reason, silent, "{what}");
        }
    }

    /// How often it was kept silent about since it was last said, if it is to be said now.
    fn worth_saying(&self, reason: &str, now: Instant) -> Option<u64> {
        let mut said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(before) = said
            .as_mut()
            .filter(|before| before.reason == reason && now - before.at < PAUSE)
        {
            before.since += 1;
            return None;
        }
        let silent = said.as_ref().map_or(0, |before| before.since);
        *said = Some(Said {
            reason: reason.to_owned(),
            at: now,
            since: 0,
        });
        Some(silent)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_is_said_once_a_minute_and_anything_new_at_once() {
        let (complaint, start) = (Complaint::default(), Instant::now());
        let after = |seconds| start + Duration::from_secs(seconds);
        assert_eq!(complaint.worth_saying("full", after(0)), Some(0));
        assert_eq!(complaint.worth_saying("full", after(1)), None);
        assert_eq!(complaint.worth_saying("full", after(59)), None);
        assert_eq!(complaint.worth_saying("full", after(60)), Some(2));
        assert_eq!(complaint.worth_saying("busy", after(61)), Some(0));
    }
}
