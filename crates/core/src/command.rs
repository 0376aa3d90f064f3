//! What a comment says to skep: `/agent <word> …` lines, whom it addresses, and what is left for the agent. Total, one
//! pass; which words exist is one list ([`table::ALL`]), which the help text prints too.
//!
//! A command counts only where its author wrote it as such: at the start of a line of the text a person sees, not in
//! code, in a quote, in hidden text, or in the copy of older mail below a reply.

mod address;
mod nearest;
mod parse;
mod raise;
mod spoken;
pub mod table;
mod word;

use super::markdown::{Kind, Row, rows};
use super::{mail, sanitise};

pub use raise::Raise;
pub use spoken::{Addressed, LINES, Line, Spoken};
pub use table::{Command, Priority};

/// Longest comment that is read, bytes: all that GitHub takes.
const MAX_BYTES: usize = 4 * 65_536;

/// How we are spoken to.
#[derive(Debug, Clone, Copy)]
pub struct Names<'a> {
    /// Our App's name, without `@`.
    pub slug: &'a str,
    /// The word that commands begin with: `/agent`.
    pub word: &'a str,
}

/// Reads a comment.
pub fn read(body: &str, names: Names<'_>) -> Spoken {
    let own = mail::own(&sanitise::inbound(body, MAX_BYTES));
    let rows = rows(&own);
    let mut heard = parse::Heard::new(names.word);
    let mut kept: Vec<Row<'_>> = Vec::with_capacity(rows.len());
    let mut at = 0;
    while at < rows.len() {
        let words = parse::command_line(&rows[at], names.word);
        at += 1;
        match words {
            Some(words) => at += heard.line(words, &rows[at..]),
            None => kept.push(rows[at - 1]),
        }
    }
    let addressed = address::addressed(&kept, names.slug);
    let first = kept
        .iter()
        .position(|row| row.kind != Kind::Blank)
        .unwrap_or(kept.len());
    let text: Vec<&str> = kept[first..].iter().map(|row| row.text).collect();
    let text = text.join("\n").trim_end().to_owned();
    Spoken {
        lines: heard.lines,
        left_out: heard.left_out,
        text,
        addressed,
    }
}

#[cfg(test)]
mod tests;
