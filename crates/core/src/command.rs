//! What a comment says to skep: `/agent <word> …` lines, whom it addresses, and what is left for the agent. Total, one
//! pass; which words exist is one list ([`table::ALL`]), which the help text prints too.
//!
//! A command counts only where its author wrote it as such: at the start of a line of the text a person sees, not in
//! code, in a quote, in hidden text, or in the copy of older mail below a reply.

mod address;
mod nearest;
mod parse;
pub mod table;

use super::markdown::{Kind, Row, rows};
use super::{mail, sanitise};

pub use table::{Command, Priority};

/// Most commands of one comment.
pub const LINES: usize = 10;

/// Longest comment that is read, bytes: all that GitHub takes.
const MAX_BYTES: usize = 4 * 65_536;

/// One command line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Line {
    /// A command.
    Command(Command),
    /// The first word is no command.
    Unknown {
        /// The word as written, at most 60 characters.
        word: String,
        /// A command spelled almost the same.
        nearest: Option<&'static str>,
        /// The rest of the line, without the word.
        rest: String,
    },
    /// A command without what it needs.
    Faulty {
        /// Its word.
        command: &'static str,
        /// How it is written.
        usage: &'static str,
        /// What stands behind its word instead.
        rest: String,
    },
    /// A sentence that begins like a command which takes no words: `/agent stop using tabs` stops nothing.
    Sentence {
        /// Its word.
        command: &'static str,
        /// All of it, without `/agent`.
        words: String,
    },
}

/// A comment, understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spoken {
    /// The command lines in order, at most [`LINES`].
    pub lines: Vec<Line>,
    /// How many more there were.
    pub left_out: usize,
    /// What is left for the agent, cleaned of hidden text: everything but the command lines; quotes and code stay.
    pub text: String,
    /// Whom it addresses.
    pub addressed: Addressed,
}

/// Whom a comment addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Addressed {
    /// Nobody by name.
    Nobody,
    /// Us: our name stands in it, outside code and quotes.
    Us,
    /// Somebody else: it begins with their name, and ours stands nowhere.
    Others,
}

/// Reads a comment. `slug` is our App's name, without `@`.
pub fn read(body: &str, slug: &str) -> Spoken {
    let own = mail::own(&sanitise::inbound(body, MAX_BYTES));
    let rows = rows(&own);
    let mut heard = parse::Heard::default();
    let mut kept: Vec<Row<'_>> = Vec::with_capacity(rows.len());
    let mut at = 0;
    while at < rows.len() {
        let words = parse::command_line(&rows[at]);
        at += 1;
        match words {
            Some(words) => at += heard.line(words, &rows[at..]),
            None => kept.push(rows[at - 1]),
        }
    }
    let addressed = address::addressed(&kept, slug);
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
