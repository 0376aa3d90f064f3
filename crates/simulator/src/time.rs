//! Times as GitHub writes them: in JSON, in headers, in the list of deliveries.
//!
//! It must never ask what time it is: every time comes from the simulator's clock.

use chrono::{DateTime, SecondsFormat, Utc};

fn moment(at: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_millis(at).unwrap_or_default()
}

/// `2026-11-21T03:51:03Z`.
pub(crate) fn iso(at: i64) -> String {
    moment(at).to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// `2026-11-21T03:51:03.123Z`, as deliveries are dated.
pub(crate) fn iso_millis(at: i64) -> String {
    moment(at).to_rfc3339_opts(SecondsFormat::Millis, true)
}

/// `Sat, 21 Nov 2026 03:51:03 GMT`, the form of the `Date` header.
pub(crate) fn http_date(at: i64) -> String {
    moment(at).format("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

/// Epoch milliseconds of an ISO 8601 time.
pub(crate) fn parse_iso(text: &str) -> Option<i64> {
    DateTime::parse_from_rfc3339(text)
        .ok()
        .map(|at| at.timestamp_millis())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_as_github_writes_them() {
        assert_eq!(iso(1_795_233_063_123), "2026-11-21T03:51:03Z");
        assert_eq!(
            http_date(1_795_233_063_123),
            "Sat, 21 Nov 2026 03:51:03 GMT"
        );
        assert_eq!(parse_iso("2026-11-21T03:51:03Z"), Some(1_795_233_063_000));
    }
}
