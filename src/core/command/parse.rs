//! One command line.

use super::nearest::nearest;
use super::{Command, LINES, Line, Priority, usage};
use crate::core::markdown::{Kind, Row};
use crate::core::role::RoleName;

/// What was heard so far.
#[derive(Default)]
pub(super) struct Heard {
    pub(super) lines: Vec<Line>,
    pub(super) left_out: usize,
}

/// What one command line took.
pub(super) struct Taken<'a> {
    /// How many of the rows below belong to it.
    pub(super) rows: usize,
    /// Words behind a command that takes none: they are for the agent.
    pub(super) remark: Option<&'a str>,
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
    /// Takes a command line; `below` are the rows under it.
    pub(super) fn line<'a>(&mut self, words: &'a str, below: &[Row<'_>]) -> Taken<'a> {
        let (word, rest) = words.split_once(char::is_whitespace).unwrap_or((words, ""));
        let rest = rest.trim();
        let bare = word.trim_end_matches(['.', ',', ':', ';', '!']).to_ascii_lowercase();
        if bare == "answer" && rest.is_empty() {
            let rows = below.iter().take_while(|row| command_line(row).is_none());
            let rows: Vec<&str> = rows.map(|row| row.text).collect();
            self.push(needing(rows.join("\n").trim(), "answer", |text| Some(Command::Answer(text.to_owned()))));
            return Taken { rows: rows.len(), remark: None };
        }
        let (line, remark) = read(&bare, word, rest);
        self.push(line);
        Taken { rows: 0, remark: remark.filter(|words| words.contains(char::is_alphanumeric)) }
    }

    fn push(&mut self, line: Line) {
        if self.lines.len() < LINES {
            self.lines.push(line);
        } else {
            self.left_out += 1;
        }
    }
}

/// Reads a line; words behind a command that takes none come back.
fn read<'a>(bare: &str, word: &str, rest: &'a str) -> (Line, Option<&'a str>) {
    let plain = match bare {
        "go" => Command::Go,
        "stop" => Command::Stop,
        "pause" => Command::Pause,
        "resume" => Command::Resume,
        "status" => Command::Status,
        "plan" => Command::Plan,
        "approve" => Command::Approve,
        "logs" => Command::Logs,
        "help" => Command::Help,
        "" if rest.is_empty() => Command::Help,
        "retry" => {
            let (first, after) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
            let fresh = self::plain(first).eq_ignore_ascii_case("fresh");
            return (Line::Command(Command::Retry { fresh }), Some(if fresh { after } else { rest }));
        }
        _ => return (with_words(bare, word, rest), None),
    };
    (Line::Command(plain), Some(rest))
}

/// Reads a command that needs words, or none at all.
fn with_words(bare: &str, word: &str, rest: &str) -> Line {
    match bare {
        "role" => needing(rest, "role", |rest| role(rest).map(Command::Role)),
        "agent" => needing(rest, "agent", |rest| name(rest).map(Command::Agent)),
        "priority" => needing(rest, "priority", |rest| priority(rest).map(Command::Priority)),
        "ask" => needing(rest, "ask", |rest| Some(Command::Ask(rest.to_owned()))),
        "answer" => needing(rest, "answer", |rest| Some(Command::Answer(rest.to_owned()))),
        "delegate" => needing(rest, "delegate", |rest| login(rest).map(Command::Delegate)),
        _ => {
            let cut = word.chars().take(60).collect();
            Line::Unknown { word: cut, nearest: nearest(bare), rest: rest_behind(word, rest) }
        }
    }
}

fn role(rest: &str) -> Option<String> {
    name(plain(rest).to_ascii_lowercase().trim_start_matches("role:"))
}

/// A word that was cut keeps its end with the rest, so that nothing is lost.
fn rest_behind(word: &str, rest: &str) -> String {
    let end: String = word.chars().skip(60).collect();
    if end.is_empty() { rest.to_owned() } else { format!("{end} {rest}").trim_end().to_owned() }
}

fn needing(rest: &str, command: &'static str, read: impl Fn(&str) -> Option<Command>) -> Line {
    let read = if rest.is_empty() { None } else { read(rest) };
    let usage = usage::find(command).map_or("", |usage| usage.usage);
    read.map_or(Line::Faulty { command, usage }, Line::Command)
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
    let shape = login.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'));
    let fits = (1..=39).contains(&login.len()) && !login.starts_with(['-', '_']) && !login.ends_with('-');
    (shape && fits).then(|| login.to_owned())
}

/// A word without quotation marks, code marks and final punctuation.
fn plain(word: &str) -> &str {
    word.trim_matches(|c: char| c.is_whitespace() || "`\"'*<>".contains(c)).trim_end_matches(['.', ',', '!', ';'])
}
