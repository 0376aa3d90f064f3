//! What an operator reads about a time without skep.

use crate::downtime::DownTime;

/// GitHub has no list of these: whoever was not told never knows.
pub const UNTOLD: &str = "who ticked a box, and labels that were put on and taken off again";

/// Some deliveries failed again and again.
pub fn undeliverable(count: usize) -> String {
    format!(
        "what was in {} that GitHub could not deliver",
        super::count(count as u64, "webhook")
    )
}

/// The whole report on one line.
pub fn report(down: &DownTime) -> String {
    let recovered: Vec<String> = down
        .recovered
        .iter()
        .map(|(kind, number)| format!("{kind} ({number})"))
        .collect();
    let or_nothing = |words: Vec<String>| {
        if words.is_empty() {
            "nothing".to_owned()
        } else {
            words.join(", ")
        }
    };
    let when = match down.to - down.from {
        // Nobody was there before, so nothing was down.
        ..=0 => format!("first start at {}", moment(down.to)),
        span => format!(
            "skep was down from {} to {} ({})",
            moment(down.from),
            moment(down.to),
            super::span(span)
        ),
    };
    format!(
        "{when}; recovered: {}; cannot be known: {}",
        or_nothing(recovered),
        or_nothing(down.unknown.clone())
    )
}

fn moment(at: i64) -> String {
    let time = chrono::DateTime::from_timestamp_millis(at).unwrap_or_default();
    time.format("%Y-%m-%d %H:%M:%SZ").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_says_from_when_to_when_what_came_back_and_what_did_not() {
        let mut down = DownTime {
            from: 1_767_225_600_000,
            to: 1_767_232_800_000,
            ..DownTime::default()
        };
        insta::assert_snapshot!(report(&down), @"skep was down from 2026-01-01 00:00:00Z to 2026-01-01 02:00:00Z (2 h 0 m); recovered: nothing; cannot be known: nothing");
        let first = DownTime {
            from: down.to,
            recovered: [("labels".to_owned(), 1)].into(),
            ..down.clone()
        };
        insta::assert_snapshot!(report(&first), @"first start at 2026-01-01 02:00:00Z; recovered: labels (1); cannot be known: nothing");
        for kind in ["labels", "comments", "labels"] {
            down.found(kind);
        }
        down.unknown = vec![undeliverable(2), UNTOLD.to_owned()];
        insta::assert_snapshot!(report(&down), @"skep was down from 2026-01-01 00:00:00Z to 2026-01-01 02:00:00Z (2 h 0 m); recovered: comments (1), labels (2); cannot be known: what was in 2 webhooks that GitHub could not deliver, who ticked a box, and labels that were put on and taken off again");
    }
}
