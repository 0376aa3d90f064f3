//! A comment, understood: its command lines, whom it addresses, and the rest.

use super::table::Command;

/// Most commands of one comment.
pub const LINES: usize = 10;

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
