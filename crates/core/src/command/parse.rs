//! One command line.

use super::nearest::nearest;
use super::{Command, LINES, Line, Priority, usage};
use crate::markdown::{Kind, Row};
use crate::role::RoleName;

/// What was heard so far.
#[derive(Default)]
pub(super) struct Heard {
    pub(super) lines: Vec<Line>,
    pub(super) left_out: usize,
}

/// What stands behind `/agent`, if the row is a command line.
pub(super) fn command_line<'a>(row: &Row<'a>) -> Option<&'a str> {
    const PREFIX: &str = "/agent";
    if row.kind != Kind::Words {
        return None;
    }
    let line = row.text.trim_start_matches(' ');
    let prefix = line.get(..PREFIX.len())?;
    let rest = &line[PREFIX.len()..];
    let ours = row.text.len() - line.len() <= 3 && prefix.eq_ignore_ascii_case(PREFIX);
    (ours && (rest.is_empty() || rest.starts_with(char::is_whitespace))).then_some(rest.trim())
}

impl Heard {
    /// Takes a command line; `below` are the rows under it. Says how many of them belong to it.
    pub(super) fn line(&mut self, words: &str, below: &[Row<'_>]) -> usize {
        let (word, rest) = words.split_once(char::is_whitespace).unwrap_or((words, ""));
        let rest = rest.trim();
        let bare = word
            .trim_end_matches(['.', ',', ':', ';', '!'])
            .to_ascii_lowercase();
        if bare == "answer" && rest.is_empty() {
            let rows = below.iter().take_while(|row| command_line(row).is_none());
            let rows: Vec<&str> = rows.map(|row| row.text).collect();
            self.push(needing(rows.join("\n").trim(), "answer", |text| {
                Some(Command::Answer(text.to_owned()))
            }));
            return rows.len();
        }
        let line = match alone(&bare) {
            Some((word, command)) => by_itself(word, command, rest),
            None => with_words(&bare, word, rest),
        };
        self.push(line);
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

/// The commands that take no words, or none but `fresh`.
fn alone(bare: &str) -> Option<(&'static str, Command)> {
    Some(match bare {
        "go" => ("go", Command::Go),
        "stop" => ("stop", Command::Stop),
        "pause" => ("pause", Command::Pause),
        "resume" => ("resume", Command::Resume),
        "retry" => ("retry", Command::Retry { fresh: false }),
        "status" => ("status", Command::Status),
        "plan" => ("plan", Command::Plan),
        "approve" => ("approve", Command::Approve),
        "logs" => ("logs", Command::Logs),
        "help" | "" => ("help", Command::Help),
        _ => return None,
    })
}

/// Such a command, if it stands alone on its line; else a sentence that begins like it.
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

/// Reads a command that needs words, or none at all.
fn with_words(bare: &str, word: &str, rest: &str) -> Line {
    match bare {
        "role" => needing(rest, "role", |rest| role(rest).map(Command::Role)),
        "agent" => needing(rest, "agent", |rest| name(rest).map(Command::Agent)),
        "priority" => needing(rest, "priority", |rest| {
            priority(rest).map(Command::Priority)
        }),
        "ask" => needing(rest, "ask", |rest| Some(Command::Ask(rest.to_owned()))),
        "answer" => needing(rest, "answer", |rest| {
            Some(Command::Answer(rest.to_owned()))
        }),
        "delegate" => needing(rest, "delegate", |rest| login(rest).map(Command::Delegate)),
        _ => {
            let cut = word.chars().take(60).collect();
            Line::Unknown {
                word: cut,
                nearest: nearest(bare),
                rest: rest_behind(word, rest),
            }
        }
    }
}

fn role(rest: &str) -> Option<String> {
    name(plain(rest).to_ascii_lowercase().trim_start_matches("role:"))
}

/// A word that was cut keeps its end with the rest, so that nothing is lost.
fn rest_behind(word: &str, rest: &str) -> String {
    let end: String = word.chars().skip(60).collect();
    if end.is_empty() {
        rest.to_owned()
    } else {
        format!("{end} {rest}").trim_end().to_owned()
    }
}

fn needing(rest: &str, command: &'static str, read: impl Fn(&str) -> Option<Command>) -> Line {
    let read = if rest.is_empty() { None } else { read(rest) };
    let usage = usage::find(command).map_or("", |usage| usage.usage);
    read.map_or_else(
        || Line::Faulty {
            command,
            usage,
            rest: rest.to_owned(),
        },
        Line::Command,
    )
}

/// One word that can name a role or an agent.
fn name(rest: &str) -> Option<String> {
    let name: RoleName = plain(rest).to_ascii_lowercase().parse().ok()?;
    Some(name.as_str().to_owned())
}

fn priority(rest: &str) -> Option<Priority> {
    let word = plain(rest).to_ascii_lowercase();
    match word.strip_prefix("priority:").unwrap_or(&word) {
        "high" => Some(Priority::High),
        "medium" => Some(Priority::Medium),
        "low" => Some(Priority::Low),
        _ => None,
    }
}

/// A login: letters, digits and single hyphens, 39 at most; managed users have an underscore.
fn login(rest: &str) -> Option<String> {
    let login = plain(rest);
    let login = login.strip_prefix('@').unwrap_or(login);
    let shape = login
        .bytes()
        .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'));
    let fits =
        (1..=39).contains(&login.len()) && !login.starts_with(['-', '_']) && !login.ends_with('-');
    (shape && fits).then(|| login.to_owned())
}

/// A word without quotation marks, code marks and final punctuation.
fn plain(word: &str) -> &str {
    word.trim_matches(|c: char| c.is_whitespace() || "`\"'*<>".contains(c))
        .trim_end_matches(['.', ',', '!', ';'])
}
