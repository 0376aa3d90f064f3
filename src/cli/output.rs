//! How results look in a terminal: plain aligned text, nothing that a terminal would act on.

use std::io::{self, ErrorKind, IsTerminal, Write};
use std::time::SystemTime;

use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::Value;

/// Narrower columns say nothing.
const NARROWEST: usize = 4;

/// Prints to standard output. A reader that went away (`skep sessions | head`) is not an error.
pub(super) fn print(text: &str) -> io::Result<()> {
    print_bytes(text.as_bytes())
}

pub(super) fn print_bytes(bytes: &[u8]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    match out.write_all(bytes).and_then(|()| out.flush()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        printed => printed,
    }
}

/// Prints JSON, a value a line, its keys in alphabetical order and its times as ISO 8601.
pub(super) fn print_json(value: &Value) -> io::Result<()> {
    print(&format!("{}\n", with_iso_times(value.clone())))
}

/// Prints JSON as it is: where somebody's hash is over it.
pub(super) fn print_json_as_it_is(value: &Value) -> io::Result<()> {
    print(&format!("{value}\n"))
}

/// What the API says in milliseconds, in words that every program reads the same: `2026-11-30T10:00:00.000Z`. What an event or a line of
/// a log says of itself stays as it is.
pub(super) fn with_iso_times(value: Value) -> Value {
    match value {
        Value::Array(values) => values.into_iter().map(with_iso_times).collect(),
        Value::Object(fields) => {
            let field = |(name, value): (String, Value)| {
                let value = match (TIMES.contains(&name.as_str()), value.as_i64()) {
                    (true, Some(ms)) => iso(ms).map_or(value, Value::String),
                    _ if OPEN.contains(&name.as_str()) => value,
                    _ => with_iso_times(value),
                };
                (name, value)
            };
            // Whether a map keeps the order of its fields is a feature that any crate may switch on.
            let mut fields: Vec<(String, Value)> = fields.into_iter().map(field).collect();
            fields.sort_by(|one, other| one.0.cmp(&other.0));
            Value::Object(fields.into_iter().collect())
        }
        value => value,
    }
}

/// The fields of the API that hold moments; a test holds them against its document.
pub const TIMES: [&str; 21] = [
    "at",
    "created_at",
    "digest_at",
    "done_at",
    "ended_at",
    "expires_at",
    "failing_since",
    "from",
    "last_ping",
    "last_poll",
    "measured_at",
    "opened_at",
    "over_at",
    "queued_at",
    "sent_at",
    "since",
    "started_at",
    "starts_at",
    "time",
    "to",
    "until",
];
/// Fields of whatever shape.
const OPEN: [&str; 2] = ["details", "body"];

fn iso(ms: i64) -> Option<String> {
    let at = DateTime::from_timestamp_millis(ms)?;
    Some(at.to_rfc3339_opts(SecondsFormat::Millis, true))
}

/// How wide the terminal is; nothing where standard output is none, and nothing has to fit.
pub(super) fn width() -> Option<usize> {
    let out = io::stdout();
    let size = out
        .is_terminal()
        .then(|| rustix::termios::tcgetwinsize(&out).ok())
        .flatten()?;
    Some(usize::from(size.ws_col)).filter(|columns| *columns > 0)
}

/// Rows under headings, in columns as wide as their widest cell; the last column is not filled up. On a terminal that is too
/// narrow for them, the widest cells are cut.
pub(super) fn table<const N: usize>(headings: [&str; N], rows: &[[String; N]]) -> String {
    table_within(width(), headings, rows)
}

/// A table that fits, if it can: the first column, by which a row is named, is never cut.
pub(super) fn table_within<const N: usize>(
    columns: Option<usize>,
    headings: [&str; N],
    rows: &[[String; N]],
) -> String {
    let rows: Vec<[String; N]> = rows
        .iter()
        .map(|row| row.clone().map(|cell| one_line(&cell)))
        .collect();
    let width = |column: usize| {
        let cells = rows.iter().map(|row| row[column].chars().count());
        cells
            .chain([headings[column].chars().count()])
            .max()
            .unwrap_or_default()
    };
    let mut widths: [usize; N] = std::array::from_fn(width);
    let narrowest = |column: usize| headings[column].chars().count().max(NARROWEST);
    while columns
        .is_some_and(|columns| widths.iter().sum::<usize>() + 2 * N.saturating_sub(1) > columns)
    {
        let wide = (1..N)
            .filter(|column| widths[*column] > narrowest(*column))
            .max_by_key(|column| widths[*column]);
        let Some(wide) = wide else { break };
        widths[wide] -= 1;
    }
    let line = |cells: [&str; N]| {
        let padded: Vec<String> = cells
            .iter()
            .zip(widths)
            .map(|(cell, width)| format!("{:<width$}", cut(cell, width)))
            .collect();
        format!("{}\n", padded.join("  ").trim_end())
    };
    let head = line(headings);
    rows.iter().fold(head, |text, row| {
        text + &line(row.each_ref().map(String::as_str))
    })
}

/// At most so many characters; where some had to go, a sign of it. An issue's number stays.
pub(super) fn cut(cell: &str, width: usize) -> String {
    if cell.chars().count() <= width {
        return cell.to_owned();
    }
    let number = cell
        .rfind('#')
        .and_then(|at| cell.get(at..))
        .filter(|number| number.len() + 2 <= width);
    let number = number.unwrap_or_default();
    let head: String = cell
        .chars()
        .take(width.saturating_sub(1 + number.len()))
        .collect();
    format!("{head}…{number}")
}

/// `name: value` lines with the values below each other; rows without a value are left out.
pub(super) fn facts(rows: &[(&str, String)]) -> String {
    let width = rows
        .iter()
        .map(|(name, _)| name.len())
        .max()
        .unwrap_or_default()
        + 1;
    let there = rows.iter().filter(|(_, value)| !value.is_empty());
    there
        .map(|(name, value)| format!("{:<width$}  {}\n", format!("{name}:"), one_line(value)))
        .collect()
}

/// Text on one line, without characters a terminal would act on.
pub(super) fn one_line(text: &str) -> String {
    text.chars()
        .map(|c| if is_unsafe(c) { ' ' } else { c })
        .collect()
}

/// Text of several lines, each of them safe.
pub(super) fn lines(text: &str) -> String {
    text.lines().map(|line| one_line(line) + "\n").collect()
}

/// Controls, and what turns the direction of writing around.
fn is_unsafe(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Now in epoch milliseconds, for "how long so far".
pub(super) fn now() -> i64 {
    DateTime::<Utc>::from(SystemTime::now()).timestamp_millis()
}

/// Epoch milliseconds as UTC, to the second.
pub(super) fn moment(ms: i64) -> String {
    DateTime::from_timestamp_millis(ms).map_or_else(String::new, |at| {
        at.format("%Y-%m-%d %H:%M:%SZ").to_string()
    })
}

/// How long something took, in its two largest units.
pub(super) fn span(ms: i64) -> String {
    let seconds = ms.max(0) / 1000;
    match seconds {
        0..60 => format!("{seconds}s"),
        60..3600 => format!("{}m{:02}s", seconds / 60, seconds % 60),
        3600..86_400 => format!("{}h{:02}m", seconds / 3600, seconds / 60 % 60),
        _ => format!("{}d{:02}h", seconds / 86_400, seconds / 3600 % 24),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_stand_below_each_other_and_nothing_escapes() {
        let rows = [
            ["1".to_owned(), "ä\u{1b}[31m".to_owned()],
            ["1234".to_owned(), "b\nc".to_owned()],
        ];
        assert_eq!(
            table_within(None, ["ID", "WHAT"], &rows),
            "ID    WHAT\n1     ä [31m\n1234  b c\n"
        );
        assert_eq!(
            facts(&[
                ("a", "1".into()),
                ("long", String::new()),
                ("bb", "2".into())
            ]),
            "a:     1\nbb:    2\n"
        );
        assert_eq!(lines("a\u{202e}b\r\nc"), "a b\nc\n");
    }

    #[test]
    fn what_is_too_wide_is_cut_where_it_is_widest() {
        let rows = [["1296269-1-1", "octo/a-very-long-name#12", "swe"].map(str::to_owned)];
        assert_eq!(
            table_within(Some(32), ["SESSION", "ISSUE", "ROLE"], &rows),
            "SESSION      ISSUE          ROLE\n1296269-1-1  octo/a-ve…#12  swe\n"
        );
        let all = table_within(Some(3), ["SESSION", "ISSUE", "ROLE"], &rows);
        assert!(all.contains("1296269-1-1  o…#12  swe"), "{all}");
    }

    #[test]
    fn json_has_iso_times_and_a_stable_order() {
        let answer = serde_json::json!({
            "b": [{ "created_at": 1_700_000_000_123_i64, "ended_at": null }],
            "a": { "since": 0, "took_ms": 5 },
            "time": 1_700_000_000_000_i64,
            "details": { "until": 7 },
        });
        assert_eq!(
            with_iso_times(answer).to_string(),
            r#"{"a":{"since":"1970-01-01T00:00:00.000Z","took_ms":5},"b":[{"created_at":"2023-11-14T22:13:20.123Z","ended_at":null}],"details":{"until":7},"time":"2023-11-14T22:13:20.000Z"}"#
        );
    }

    #[test]
    fn times_are_short() {
        assert_eq!(
            [0, 59_999, 61_000, 3_660_000, 90_000_000].map(span),
            ["0s", "59s", "1m01s", "1h01m", "1d01h"]
        );
        assert_eq!(moment(1_700_000_000_000), "2023-11-14 22:13:20Z");
    }
}
