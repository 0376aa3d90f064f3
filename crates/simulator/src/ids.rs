//! Shapes that are computed: token texts, delivery ids, times, request ids.
//!
//! It exists so that they are the same in every run. It must never use a random number: a story told twice reads the same.

use chrono::{DateTime, SecondsFormat, Utc};
use sha2::{Digest, Sha256};

/// Hexadecimal digits that depend on the words only, as many as wanted.
pub fn digits(words: &str, length: usize) -> String {
    let mut text = String::new();
    let mut round = 0_u32;
    while text.len() < length {
        text.push_str(&hex::encode(Sha256::digest(format!("{words}/{round}"))));
        round += 1;
    }
    text.truncate(length);
    text
}

/// The text of the `number`th token: 40 characters, or GitHub's form since 2026 (`ghs_<app>_<dotted>`, 520 characters).
pub fn token_text(app: i64, number: u64, long: bool) -> String {
    let seed = format!("token/{app}/{number}");
    if !long {
        return format!("ghs_{}", digits(&seed, 36));
    }
    let head = format!("ghs_{app}_{}.", digits(&format!("{seed}/head"), 36));
    let tail = format!(".{}", digits(&format!("{seed}/tail"), 86));
    let middle = 520_usize.saturating_sub(head.len() + tail.len());
    format!("{head}{}{tail}", digits(&seed, middle))
}

/// The `number`th delivery's GUID, in the shape of a version 4 UUID.
pub fn guid(number: i64) -> String {
    let d = digits(&format!("delivery/{number}"), 32);
    format!(
        "{}-{}-4{}-a{}-{}",
        &d[0..8],
        &d[8..12],
        &d[13..16],
        &d[17..20],
        &d[20..32]
    )
}

fn moment(at: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_millis(at).unwrap_or_default()
}

/// `2026-11-21T03:51:03Z`.
pub fn iso(at: i64) -> String {
    moment(at).to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// `2026-11-21T03:51:03.123Z`, as deliveries are dated.
pub fn iso_millis(at: i64) -> String {
    moment(at).to_rfc3339_opts(SecondsFormat::Millis, true)
}

/// `Sat, 21 Nov 2026 03:51:03 GMT`, the form of the `Date` header.
pub fn http_date(at: i64) -> String {
    moment(at).format("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

/// Epoch milliseconds of an ISO 8601 time.
pub fn parse_iso(text: &str) -> Option<i64> {
    DateTime::parse_from_rfc3339(text)
        .ok()
        .map(|at| at.timestamp_millis())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_have_the_forms_of_github() {
        let short = token_text(7, 1, false);
        assert_eq!(short.len(), 40);
        let long = token_text(7, 1, true);
        assert_eq!(long.len(), 520);
        assert_eq!(long.matches('.').count(), 2);
        assert!(long.starts_with("ghs_7_"));
        assert_ne!(short, token_text(7, 2, false));
    }

    #[test]
    fn guids_are_version_four() {
        let guid = guid(1);
        assert_eq!(guid.len(), 36);
        assert_eq!(&guid[14..15], "4");
        assert_eq!(&guid[19..20], "a");
    }

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
