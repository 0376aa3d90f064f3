//! Time as values: the clock that edges are given, GitHub's way of writing a moment, and the units people write. The core
//! itself is given only a clock's readings.

use std::sync::Arc;

use chrono::DateTime;

/// Answers epoch milliseconds.
pub type Clock = Arc<dyn Fn() -> i64 + Send + Sync>;

/// A moment as RFC 3339 writes it (`2011-04-10T20:09:31Z`), in epoch milliseconds.
pub fn parse_rfc3339(text: &str) -> Option<i64> {
    let moment = DateTime::parse_from_rfc3339(text).ok()?;
    Some(moment.timestamp_millis())
}

/// Epoch milliseconds as GitHub writes a moment: to the second, in UTC. What no calendar has is 1970.
pub fn render_rfc3339(at: i64) -> String {
    DateTime::from_timestamp_millis(at)
        .unwrap_or_default()
        .format("%Y-%m-%dT%H:%M:%SZ")
        .to_string()
}

/// A unit of time as people write it (`h`, `hour`, `hours`), in milliseconds; in any case of letters.
pub fn unit_ms(word: &str) -> Option<i64> {
    Some(match word.to_ascii_lowercase().as_str() {
        "ms" | "msec" | "msecs" | "millis" | "millisecond" | "milliseconds" => 1,
        "s" | "sec" | "secs" | "second" | "seconds" => 1_000,
        "m" | "min" | "mins" | "minute" | "minutes" => 60_000,
        "h" | "hr" | "hrs" | "hour" | "hours" => 3_600_000,
        "d" | "day" | "days" => 86_400_000,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_read_as_it_is_written() {
        let at = 1_302_466_171_000;
        assert_eq!(render_rfc3339(at), "2011-04-10T20:09:31Z");
        assert_eq!(parse_rfc3339("2011-04-10T20:09:31Z"), Some(at));
        assert_eq!(parse_rfc3339("2011-04-10T22:09:31+02:00"), Some(at));
        assert_eq!(parse_rfc3339("yesterday"), None);
        assert_eq!(render_rfc3339(i64::MAX), "1970-01-01T00:00:00Z");
    }

    #[test]
    fn units_are_those_people_write() {
        let units = ["ms", "S", "Minutes", "h", "day", "week"].map(unit_ms);
        let ms = [1, 1_000, 60_000, 3_600_000, 86_400_000].map(Some);
        assert_eq!(units[..5], ms);
        assert_eq!(units[5], None);
    }
}
