//! When an agent's error says that its model may be asked again: a span ("try again in 20s") or a moment ("resets at 18:40
//! UTC"). Read from words and never believed beyond that: who asks bounds it.
//!
//! A time of day without a zone is passed over: whose clock it was read from nobody can know.

use std::sync::LazyLock;

use chrono::{DateTime, NaiveDate, NaiveTime};
use regex::{Captures, Regex};

use crate::time::unit_ms;

/// So much of an error is read, in characters.
const READ: usize = 20_000;
const DAY_MS: i64 = 24 * 3_600_000;

/// What stands before a span, lower case.
static BEFORE_SPAN: LazyLock<Regex> = LazyLock::new(|| {
    let words = r"(?:retry[ _-]?after|retry[ _-]?delay|(?:try again|retry|retrying|available) in|resets?[ _-]in|wait)";
    let unit = r"(?P<unit>[ _-](?:ms|seconds))?";
    pattern(&format!(
        r#"\b{words}{unit}["'\s:=~(]*(?:(?:for|about|another|at least|approximately)\s+)*"#
    ))
});

/// What names a moment, lower case.
static MOMENT: LazyLock<Regex> = LazyLock::new(|| {
    let words = r"(?:resets?(?:[ _-]?at)?|(?:try again|retry|available|available again) at|retry[ _-]?after)";
    let date = r"(?P<date>\d{4}-\d\d-\d\d)[t ](?P<clock>\d\d:\d\d(?::\d\d)?)(?:\.\d+)?\s*(?:z|utc|gmt|\+00:?00)\b";
    let time = r"(?P<hour>\d{1,2})(?::(?P<minute>\d\d))?(?::\d\d)?\s*(?P<half>am|pm)?\s*\(?(?:z|utc|gmt)\b";
    pattern(&format!(
        r#"\b{words}["'\s:=]*(?:{date}|(?P<ms>\d{{13}})\b|(?P<seconds>\d{{10}})\b|{time})"#
    ))
});

fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("a pattern of ours")
}

/// A moment that was over no longer ago than this was ahead when the error was made, milliseconds.
const JUST_OVER: i64 = 5 * 60_000;

/// How long an error asks to wait from `now` on, milliseconds: the longest time it names, 0 if that is just over; `None` where
/// it names none, or one that is long over.
pub fn wait_named(error: &str, now: i64) -> Option<i64> {
    let text = error.chars().take(READ).collect::<String>().to_lowercase();
    let spans = BEFORE_SPAN.captures_iter(&text).filter_map(|found| {
        let behind = &text[found.get(0)?.end()..];
        span(
            behind,
            found
                .name("unit")
                .is_some_and(|unit| unit.as_str().ends_with("ms")),
        )
    });
    let moments = MOMENT
        .captures_iter(&text)
        .filter_map(|found| Some(moment(&found, now)?.saturating_sub(now)));
    let moments = moments.filter(|wait| *wait >= -JUST_OVER);
    let spans = spans.filter(|wait| *wait > 0);
    spans.chain(moments.map(|wait| wait.max(0))).max()
}

/// A span at the start of a text: `120`, `27.9s`, `1h 5m`, `2 minutes and 3 seconds`.
fn span(text: &str, in_ms: bool) -> Option<i64> {
    let mut rest = text;
    let mut total: Option<f64> = None;
    loop {
        let digits = rest.len()
            - rest
                .trim_start_matches(|c: char| c.is_ascii_digit() || c == '.')
                .len();
        let (number, behind) = rest.split_at(digits);
        let Ok(number) = number.trim_end_matches('.').parse::<f64>() else {
            break;
        };
        let word = behind.trim_start_matches(' ');
        let letters = word.len()
            - word
                .trim_start_matches(|c: char| c.is_ascii_alphabetic())
                .len();
        let (unit, after) = word.split_at(letters);
        let factor = match (unit, total) {
            // Part of a date or a time of day.
            ("", None) if behind.starts_with(['-', ':', '/']) => return None,
            ("", None) => return ms(number * if in_ms { 1.0 } else { 1_000.0 }),
            _ => in_unit(unit),
        };
        let Some(factor) = factor else { break };
        total = Some(total.unwrap_or_default() + number * factor);
        let joined = after.trim_start_matches([' ', ',']);
        rest = joined.strip_prefix("and ").unwrap_or(joined).trim_start();
    }
    total.and_then(ms)
}

fn in_unit(unit: &str) -> Option<f64> {
    unit_ms(unit).map(|ms| ms as f64)
}

/// Rounded up, so that nobody is asked too early; what is beyond a year is no time anybody names.
fn ms(number: f64) -> Option<i64> {
    let most = 366.0 * 86_400_000.0;
    (number.is_finite() && number <= most).then_some(number.ceil() as i64)
}

/// The moment that was named, epoch milliseconds; a time of day is the next one.
fn moment(found: &Captures<'_>, now: i64) -> Option<i64> {
    let of = |name: &str| found.name(name).map(|part| part.as_str());
    if let Some(ms) = of("ms") {
        return ms.parse().ok();
    }
    if let Some(seconds) = of("seconds") {
        return Some(seconds.parse::<i64>().ok()?.saturating_mul(1_000));
    }
    if let (Some(date), Some(clock)) = (of("date"), of("clock")) {
        let date: NaiveDate = date.parse().ok()?;
        let time = NaiveTime::parse_from_str(clock, "%H:%M:%S")
            .or_else(|_| NaiveTime::parse_from_str(clock, "%H:%M"));
        return Some(date.and_time(time.ok()?).and_utc().timestamp_millis());
    }
    let (hour, minute): (u32, u32) = (
        of("hour")?.parse().ok()?,
        of("minute").unwrap_or("0").parse().ok()?,
    );
    let hour = match of("half") {
        Some(_) if !(1..=12).contains(&hour) => return None,
        Some("pm") => hour % 12 + 12,
        Some(_) => hour % 12,
        None => hour,
    };
    let today = DateTime::from_timestamp_millis(now)?.date_naive();
    let at = today
        .and_hms_opt(hour, minute, 0)?
        .and_utc()
        .timestamp_millis();
    Some(if at > now {
        at
    } else {
        at.saturating_add(DAY_MS)
    })
}

#[cfg(test)]
mod tests {
    use super::wait_named;

    /// 2026-11-28T18:00:00Z.
    const NOW: i64 = 1_795_888_800_000;
    const MINUTE: i64 = 60_000;

    #[test]
    fn named_waits_as_agents_word_them() {
        let cases: [(&str, Option<i64>); 31] = [
            // Spans.
            ("429: retry after 120 seconds", Some(2 * MINUTE)),
            (
                "Rate limit reached. Suggested retry after 3600s.",
                Some(60 * MINUTE),
            ),
            (
                "Rate limit reached for model. Please try again in 20s.",
                Some(20_000),
            ),
            (
                "Please try again in 1m30.5s. Visit the console.",
                Some(90_500),
            ),
            ("Please try again in 6m0s", Some(6 * MINUTE)),
            ("Please try again in 876ms.", Some(876)),
            (
                "You exceeded your current quota. Please retry in 27.916s.",
                Some(27_916),
            ),
            (r#"{"@type":"RetryInfo","retryDelay":"27s"}"#, Some(27_000)),
            ("HTTP 429, Retry-After: 30", Some(30_000)),
            (r#"{"error":{"retry_after":12,"code":429}}"#, Some(12_000)),
            ("retry-after-ms: 1500", Some(1_500)),
            (r#""resets_in_seconds": 90"#, Some(90_000)),
            (
                "Too many requests, wait for about 2 minutes and 3 seconds",
                Some(123_000),
            ),
            ("Your limit resets in 1 h, 5 min", Some(65 * MINUTE)),
            ("Try again in 1 day 2 hours", Some(26 * 60 * MINUTE)),
            // Moments.
            (
                "Usage limit reached, resets at 18:40 UTC",
                Some(40 * MINUTE),
            ),
            ("limit reached ∙ resets 7pm (UTC)", Some(60 * MINUTE)),
            ("try again at 6:20 PM UTC", Some(20 * MINUTE)),
            ("resets at 17:30 UTC", Some((23 * 60 + 30) * MINUTE)),
            (
                r#"{"resets_at":"2026-11-28T18:02:00.000Z"}"#,
                Some(2 * MINUTE),
            ),
            ("available again at 2026-11-28 18:05 UTC", Some(5 * MINUTE)),
            (
                r#"{"type":"usage_limit_reached","resets_at":1795889100}"#,
                Some(5 * MINUTE),
            ),
            (
                "Retry after 1s; the limit resets at 18:40 UTC",
                Some(40 * MINUTE),
            ),
            // It was ahead when the error was made.
            ("resets at 2026-11-28T17:59:58Z", Some(0)),
            // Nothing that can be used.
            ("You've hit your usage limit. Try again at 11:28 AM.", None),
            ("resets at 2026-11-28T17:00:00Z", None),
            ("Rate limit exceeded: please try again later", None),
            ("try again in a few minutes", None),
            ("wait 3 months", None),
            (
                "Retrying (attempt 1/3, waiting 2s)… Retry finished, resuming.",
                None,
            ),
            ("retry after 99999999999999999999 seconds", None),
        ];
        for (error, wait) in cases {
            assert_eq!(wait_named(error, NOW), wait, "{error}");
        }
    }
}
