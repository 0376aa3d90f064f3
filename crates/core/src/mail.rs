//! Comments written by mail: what its author wrote, without the copy of older mail that mail programs put below (or above),
//! and without signatures. GitHub takes such a reply as it came: a `>` quote in the best case, a bare copy in the worst, and
//! a command or an answer in the copy is nobody's wish.
//!
//! A comment written on the web is Markdown, where a rule, a `>` quote or a line that ends with a colon is ordinary text. So
//! nothing goes here without what only mail has: a dated line that says who wrote, a block of headers, GitHub's footer, a
//! signature's mark, the words of a telephone. Code is never touched, and neither are quotes, unless a mail program says
//! that they are its copy.

mod attribution;
mod closing;
mod evidence;
mod header;

use super::markdown::{Kind, Row, rows};

/// The author's own words of a comment that is clean already ([`super::sanitise::inbound`]). Where nothing is their own (a
/// mail that was only forwarded), all of it, as a quote: to be read, and no command or answer.
pub fn own(text: &str) -> String {
    let rows = rows(text);
    let end = copy_begins(&rows).unwrap_or(rows.len());
    let mut kept: Vec<Row<'_>> = closing::without(&rows[..end]).to_vec();
    if let Some((attribution, end)) = quoted_tail(&kept) {
        kept.drain(attribution.start..end.unwrap_or(attribution.end));
        kept = closing::without(&kept).to_vec();
    }
    let says = |rows: &[Row<'_>]| rows.iter().any(|row| row.kind != Kind::Blank);
    if !says(&kept) && says(&rows) {
        return text
            .lines()
            .map(|line| format!("> {line}"))
            .collect::<Vec<_>>()
            .join("\n");
    }
    if kept.len() == rows.len() {
        return text.to_owned();
    }
    kept.iter()
        .map(|row| row.text)
        .collect::<Vec<_>>()
        .join("\n")
}

/// Where the bare copy of older mail, or GitHub's footer below it, begins.
fn copy_begins(rows: &[Row<'_>]) -> Option<usize> {
    let words = rows
        .iter()
        .enumerate()
        .filter(|(_, row)| row.kind == Kind::Words);
    let begins = |at: usize| {
        header::begins(rows, at)
            || header::separates(rows[at].text)
            || closing::is_footer(rows, at)
            || attribution::of_a_copy(rows, at)
    };
    let at = words.map(|(at, _)| at).find(|at| begins(*at))?;
    let above = attribution::starts(rows, at);
    Some(header::with_the_rule_above(rows, above))
}

/// The line that says who wrote what is quoted below it, with the end of that quote where it is nothing but a copy: it ends
/// the comment, and the line is no person's.
fn quoted_tail(rows: &[Row<'_>]) -> Option<(std::ops::Range<usize>, Option<usize>)> {
    let ends = (0..rows.len()).find(|at| attribution::of_a_quote(rows, *at))?;
    let starts = attribution::starts(rows, ends);
    let rest = rows[ends + 1..]
        .iter()
        .all(|row| matches!(row.kind, Kind::Blank | Kind::Quote));
    let copy = rest && attribution::is_sure(rows, starts..ends + 1);
    Some((starts..ends + 1, copy.then_some(rows.len())))
}

#[cfg(test)]
mod tests;
