//! Durations (`60m`, `1h30m`, `500ms`) and sizes (`4MiB`) as people write them, and back.
//!
//! A number without a unit is refused: whether it meant seconds or minutes cannot be known.

use std::time::Duration;

/// Units of time in milliseconds, largest first.
const TIMES: [(&str, u64); 5] = [
    ("d", 86_400_000),
    ("h", 3_600_000),
    ("m", 60_000),
    ("s", 1_000),
    ("ms", 1),
];
/// Units of size in bytes, largest first among those of one kind.
const SIZES: [(&str, u64); 7] = [
    ("GiB", 1 << 30),
    ("MiB", 1 << 20),
    ("KiB", 1 << 10),
    ("GB", 1_000_000_000),
    ("MB", 1_000_000),
    ("kB", 1_000),
    ("B", 1),
];

/// Reads a duration: parts of a whole number and a unit (`d h m s ms`), each unit once, from large to small.
pub fn parse_duration(text: &str) -> Option<Duration> {
    let mut rest = text.trim();
    let mut total: u64 = 0;
    let mut ceiling = u64::MAX;
    while !rest.is_empty() {
        let (number, unit, after) = part(rest)?;
        let (_, scale) = TIMES.iter().find(|(name, _)| *name == unit)?;
        if *scale >= ceiling {
            return None;
        }
        ceiling = *scale;
        total = total.checked_add(number.checked_mul(*scale)?)?;
        rest = after;
    }
    (ceiling != u64::MAX).then(|| Duration::from_millis(total))
}

/// Writes a duration as [`parse_duration`] reads it; what is below a millisecond is cut off.
pub fn render_duration(duration: Duration) -> String {
    let mut rest = u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
    let mut text = String::new();
    for (unit, scale) in TIMES {
        if rest >= scale {
            text.push_str(&format!("{}{unit}", rest / scale));
            rest %= scale;
        }
    }
    if text.is_empty() {
        "0s".to_owned()
    } else {
        text
    }
}

/// Reads a size: a whole number and one of `B kB MB GB KiB MiB GiB`.
pub fn parse_size(text: &str) -> Option<u64> {
    let (number, unit, rest) = part(text.trim())?;
    let (_, scale) = SIZES.iter().find(|(name, _)| *name == unit)?;
    if rest.is_empty() {
        number.checked_mul(*scale)
    } else {
        None
    }
}

/// Writes a size as [`parse_size`] reads it, in the largest binary unit that divides it.
pub fn render_size(bytes: u64) -> String {
    let unit = SIZES[..3]
        .iter()
        .find(|(_, scale)| bytes >= *scale && bytes.is_multiple_of(*scale));
    let (name, scale) = unit.copied().unwrap_or(("B", 1));
    format!("{}{name}", bytes / scale)
}

/// Writes an amount of millionths of a dollar as the file says it: `5`, `2.5`.
pub(super) fn render_money(millionths: u64) -> String {
    let (whole, part) = (millionths / 1_000_000, millionths % 1_000_000);
    match part {
        0 => whole.to_string(),
        part => format!("{whole}.{}", format!("{part:06}").trim_end_matches('0')),
    }
}

/// The first number with its unit, and what follows.
fn part(text: &str) -> Option<(u64, &str, &str)> {
    let digits = text.find(|c: char| !c.is_ascii_digit())?;
    let (number, after) = text.split_at(digits);
    let letters = after
        .find(|c: char| !c.is_ascii_alphabetic())
        .unwrap_or(after.len());
    let (unit, rest) = after.split_at(letters);
    Some((number.parse().ok()?, unit, rest))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn durations_as_people_write_them() {
        let seconds = |text| parse_duration(text).map(|duration| duration.as_secs_f64());
        let read = ["60m", "10s", "1h30m", "500ms", " 2d ", "1m1ms"].map(seconds);
        assert_eq!(
            read,
            [
                Some(3600.0),
                Some(10.0),
                Some(5400.0),
                Some(0.5),
                Some(172_800.0),
                Some(60.001)
            ]
        );
    }

    #[test]
    fn what_is_not_a_duration() {
        for text in [
            "",
            "10",
            "s",
            "-1s",
            "1.5s",
            "10 s",
            "1s1m",
            "1m1m",
            "1x",
            "1S",
            "99999999999999999999s",
            "1d9e9h",
        ] {
            assert_eq!(parse_duration(text), None, "{text}");
        }
        assert_eq!(
            parse_duration("400000000000000d"),
            None,
            "too long for milliseconds"
        );
    }

    #[test]
    fn sizes_as_people_write_them() {
        assert_eq!(
            ["4MiB", "10kB", "7B", "1GB"].map(parse_size),
            [4 << 20, 10_000, 7, 1_000_000_000].map(Some)
        );
        for text in ["", "4", "4mb", "MiB", "-4MiB", "1MiB1KiB", "99999999999GiB"] {
            assert_eq!(parse_size(text), None, "{text}");
        }
        assert_eq!(
            [4 << 20, 1500, 3 << 10, 0].map(render_size),
            ["4MiB", "1500B", "3KiB", "0B"]
        );
    }

    proptest! {
        #[test]
        fn a_duration_survives_writing_and_reading(ms in 0..u64::MAX / 2) {
            let duration = Duration::from_millis(ms);
            prop_assert_eq!(parse_duration(&render_duration(duration)), Some(duration));
        }

        #[test]
        fn money_survives_writing_and_reading(millionths in 0..u64::MAX / 2) {
            prop_assert_eq!(crate::core::usage::micros(&render_money(millionths)), Some(millionths));
        }

        #[test]
        fn a_size_survives_writing_and_reading(bytes: u64) {
            prop_assert_eq!(parse_size(&render_size(bytes)), Some(bytes));
        }

        #[test]
        fn any_text_is_read_or_refused(text in "\\PC{0,20}") {
            let _ = (parse_duration(&text), parse_size(&text));
        }
    }
}
