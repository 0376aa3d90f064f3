//! How results look in a terminal: plain aligned text, nothing that a terminal would act on.

use std::io::{self, ErrorKind, Write};

use chrono::DateTime;

/// Prints to standard output. A reader that went away (`skep sessions | head`) is not an error.
pub fn print(text: &str) -> io::Result<()> {
    print_bytes(text.as_bytes())
}

/// Prints bytes as they are.
pub fn print_bytes(bytes: &[u8]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    match out.write_all(bytes).and_then(|()| out.flush()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        printed => printed,
    }
}

/// Prints JSON, a value a line.
pub fn print_json(value: &serde_json::Value) -> io::Result<()> {
    print(&format!("{value}\n"))
}

/// Rows under headings, in columns as wide as their widest cell; the last column is not filled up.
pub fn table<const N: usize>(headings: [&str; N], rows: &[[String; N]]) -> String {
    let rows: Vec<[String; N]> = rows.iter().map(|row| row.clone().map(|cell| one_line(&cell))).collect();
    let width = |column: usize| {
        let cells = rows.iter().map(|row| row[column].chars().count());
        cells.chain([headings[column].chars().count()]).max().unwrap_or_default()
    };
    let widths: [usize; N] = std::array::from_fn(width);
    let line = |cells: [&str; N]| {
        let padded: Vec<String> = cells.iter().zip(widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
        format!("{}\n", padded.join("  ").trim_end())
    };
    let head = line(headings);
    rows.iter().fold(head, |text, row| text + &line(row.each_ref().map(String::as_str)))
}

/// `name: value` lines with the values below each other; rows without a value are left out.
pub fn facts(rows: &[(&str, String)]) -> String {
    let width = rows.iter().map(|(name, _)| name.len()).max().unwrap_or_default() + 1;
    let there = rows.iter().filter(|(_, value)| !value.is_empty());
    there.map(|(name, value)| format!("{:<width$}  {}\n", format!("{name}:"), one_line(value))).collect()
}

/// Text on one line, without characters a terminal would act on.
pub fn one_line(text: &str) -> String {
    text.chars().map(|c| if is_unsafe(c) { ' ' } else { c }).collect()
}

/// Text of several lines, each of them safe.
pub fn lines(text: &str) -> String {
    text.lines().map(|line| one_line(line) + "\n").collect()
}

/// Controls, and what turns the direction of writing around.
fn is_unsafe(c: char) -> bool {
    c.is_control() || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Epoch milliseconds as UTC, to the second.
pub fn moment(ms: i64) -> String {
    DateTime::from_timestamp_millis(ms).map_or_else(String::new, |at| at.format("%Y-%m-%d %H:%M:%SZ").to_string())
}

/// How long something took, in its two largest units.
pub fn span(ms: i64) -> String {
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
        let rows = [["1".to_owned(), "ä\u{1b}[31m".to_owned()], ["1234".to_owned(), "b\nc".to_owned()]];
        assert_eq!(table(["ID", "WHAT"], &rows), "ID    WHAT\n1     ä [31m\n1234  b c\n");
        assert_eq!(facts(&[("a", "1".into()), ("long", String::new()), ("bb", "2".into())]), "a:     1\nbb:    2\n");
        assert_eq!(lines("a\u{202e}b\r\nc"), "a b\nc\n");
    }

    #[test]
    fn times_are_short() {
        assert_eq!([0, 59_999, 61_000, 3_660_000, 90_000_000].map(span), ["0s", "59s", "1m01s", "1h01m", "1d01h"]);
        assert_eq!(moment(1_700_000_000_000), "2023-11-14 22:13:20Z");
    }
}
