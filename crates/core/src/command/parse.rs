//! One command line.

use super::nearest::nearest;
use super::spoken::{LINES, Line};
use super::table::{self, Command, Takes, Usage};
use super::word::plain;
use crate::markdown::{Kind, Row};

/// What was heard so far.
pub(super) struct Heard<'w> {
    word: &'w str,
    pub(super) lines: Vec<Line>,
    pub(super) left_out: usize,
}

/// What stands behind the command word, if the row is a command line.
pub(super) fn command_line<'a>(row: &Row<'a>, prefix_word: &str) -> Option<&'a str> {
    if row.kind != Kind::Words {
        return None;
    }
    let line = row.text.trim_start_matches(' ');
    let prefix = line.get(..prefix_word.len())?;
    let rest = &line[prefix_word.len()..];
    let ours = row.text.len() - line.len() <= 3 && prefix.eq_ignore_ascii_case(prefix_word);
    (ours && (rest.is_empty() || rest.starts_with(char::is_whitespace))).then_some(rest.trim())
}

impl<'w> Heard<'w> {
    /// Nothing was heard; commands begin with this word.
    pub(super) fn new(word: &'w str) -> Self {
        Self {
            word,
            lines: Vec::new(),
            left_out: 0,
        }
    }

    /// Takes a command line; `below` are the rows under it. Says how many of them belong to it.
    pub(super) fn line(&mut self, words: &str, below: &[Row<'_>]) -> usize {
        let (word, rest) = words.split_once(char::is_whitespace).unwrap_or((words, ""));
        let rest = rest.trim();
        let bare = word
            .trim_end_matches(['.', ',', ':', ';', '!'])
            .to_ascii_lowercase();
        if bare == "answer" && rest.is_empty() {
            let rows = below
                .iter()
                .take_while(|row| command_line(row, self.word).is_none());
            let rows: Vec<&str> = rows.map(|row| row.text).collect();
            if let Some(usage) = table::find("answer") {
                self.push(understood(usage, rows.join("\n").trim()));
            }
            return rows.len();
        }
        self.push(match table::find(&bare) {
            Some(usage) => understood(usage, rest),
            None => unknown(&bare, word, rest),
        });
        0
    }

    fn push(&mut self, line: Line) {
        if self.lines.len() < LINES {
            self.lines.push(line);
        } else {
            self.left_out += 1;
        }
    }
}

/// A line whose first word is a command's.
fn understood(usage: &Usage, rest: &str) -> Line {
    let Usage {
        word, usage, takes, ..
    } = *usage;
    let read = match takes {
        Takes::Nothing(command) => return by_itself(word, command(), rest),
        Takes::Words(_) if rest.is_empty() => None,
        Takes::Words(read) | Takes::Perhaps(read) => read(rest),
    };
    read.map_or_else(
        || Line::Faulty {
            command: word,
            usage,
            rest: rest.to_owned(),
        },
        Line::Command,
    )
}

/// A line whose first word is none.
fn unknown(bare: &str, word: &str, rest: &str) -> Line {
    Line::Unknown {
        word: word.chars().take(60).collect(),
        nearest: nearest(bare),
        rest: rest_behind(word, rest),
    }
}

/// A command without words, if it stands alone on its line; else a sentence that begins like it.
fn by_itself(word: &'static str, command: Command, rest: &str) -> Line {
    let words = || {
        rest.split_whitespace()
            .map(|word| plain(word).to_lowercase())
            .filter(|word| !word.is_empty())
    };
    let mut meant = words().filter(|word| {
        !COURTESIES.contains(&word.as_str()) && word.contains(char::is_alphanumeric)
    });
    match (command, meant.next().as_deref(), meant.next()) {
        (command, None, _) => Line::Command(command),
        (Command::Retry { .. }, Some("fresh"), None) => {
            Line::Command(Command::Retry { fresh: true })
        }
        _ => Line::Sentence {
            command: word,
            words: format!("{word} {rest}"),
        },
    }
}

/// Words that make no sentence of a command.
const COURTESIES: [&str; 14] = [
    "please", "pls", "plz", "thanks", "thank", "you", "thx", "now", "bitte", "danke", "merci",
    "gracias", "svp", "again",
];

/// A word that was cut keeps its end with the rest, so that nothing is lost.
fn rest_behind(word: &str, rest: &str) -> String {
    let end: String = word.chars().skip(60).collect();
    if end.is_empty() {
        rest.to_owned()
    } else {
        format!("{end} {rest}").trim_end().to_owned()
    }
}
