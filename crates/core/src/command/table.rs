//! The commands: what each is, how it is written and what it takes, in one table. The parser knows no other, and the help
//! text shows all of it. What a command does is `decide`'s.

use serde::{Deserialize, Serialize};

use super::raise::Raise;
use super::word::plain;
use crate::consent;
use crate::role::RoleName;

/// A command.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Command {
    /// Start work.
    Go,
    /// Stop for good.
    Stop,
    /// Rest, to be resumed.
    Pause,
    /// Go on.
    Resume,
    /// Run again after an end.
    Retry {
        /// Without what the last session left.
        fresh: bool,
    },
    /// Say how it stands.
    Status,
    /// Work in this role.
    Role(String),
    /// Work with this agent.
    Agent(String),
    /// Start from this branch, and open the pull request there.
    Base(String),
    /// How soon.
    Priority(Priority),
    /// A question to the agent.
    Ask(String),
    /// An answer to the agent's questions, for [`crate::question::answers`].
    Answer(String),
    /// Plan first, change nothing before it is approved.
    Plan,
    /// The plan is good.
    Approve,
    /// What the session changed in protected paths is good: the first digits of its hash.
    ApprovePaths(String),
    /// Publish what the session made without what it changed in protected paths.
    DropPaths,
    /// Show what it has cost, or raise what it may cost.
    Budget(Option<Raise>),
    /// Let one more person command here: a login without `@`.
    Delegate(String),
    /// Show the log's end.
    Logs,
    /// Show the commands.
    Help,
}

/// How soon; the most urgent is the least.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Priority {
    /// Before the others.
    High,
    /// As they come.
    Medium,
    /// After the others.
    Low,
}

/// One command as people write it.
#[derive(Debug, Clone, Copy)]
pub struct Usage {
    /// Its word.
    pub word: &'static str,
    /// The whole line: `/agent retry [fresh]`.
    pub usage: &'static str,
    /// What it does, one line.
    pub meaning: &'static str,
    /// What stands behind its word.
    pub(super) takes: Takes,
}

/// What stands behind a command's word.
#[derive(Debug, Clone, Copy)]
pub(super) enum Takes {
    /// Nothing: a line with more is a sentence.
    Nothing(fn() -> Command),
    /// Words, which may not be what it needs.
    Words(fn(&str) -> Option<Command>),
    /// Words or nothing.
    Perhaps(fn(&str) -> Option<Command>),
}

/// Every command, in the order of the help text.
pub const ALL: &[Usage] = &[
    usage(
        "go",
        "/agent go",
        "start work on this issue, as the label `agent:go` does",
        Takes::Nothing(|| Command::Go),
    ),
    usage(
        "stop",
        "/agent stop",
        "stop for good; the branch stays if there is work on it",
        Takes::Nothing(|| Command::Stop),
    ),
    usage(
        "pause",
        "/agent pause",
        "rest now and keep everything",
        Takes::Nothing(|| Command::Pause),
    ),
    usage(
        "resume",
        "/agent resume",
        "go on after a pause",
        Takes::Nothing(|| Command::Resume),
    ),
    usage(
        "retry",
        "/agent retry [fresh]",
        "run again; `fresh` begins without what the last session left",
        Takes::Nothing(|| Command::Retry { fresh: false }),
    ),
    usage(
        "status",
        "/agent status",
        "say how it stands",
        Takes::Nothing(|| Command::Status),
    ),
    usage(
        "role",
        "/agent role <name>",
        "work in this role",
        Takes::Words(|rest| role(rest).map(Command::Role)),
    ),
    usage(
        "agent",
        "/agent agent <name>",
        "work with this agent",
        Takes::Words(|rest| name(rest).map(Command::Agent)),
    ),
    usage(
        "base",
        "/agent base <branch>",
        "start from this branch; the pull request goes there",
        Takes::Words(|rest| word(rest).map(Command::Base)),
    ),
    usage(
        "priority",
        "/agent priority high|medium|low",
        "say how soon",
        Takes::Words(|rest| priority(rest).map(Command::Priority)),
    ),
    usage(
        "ask",
        "/agent ask <question>",
        "ask the agent something; it answers and changes nothing",
        Takes::Words(|rest| Some(Command::Ask(rest.to_owned()))),
    ),
    usage(
        "answer",
        "/agent answer <text>",
        "answer the agent's open question in your own words",
        Takes::Words(|rest| Some(Command::Answer(rest.to_owned()))),
    ),
    usage(
        "plan",
        "/agent plan",
        "let the agent plan first and wait for your approval",
        Takes::Nothing(|| Command::Plan),
    ),
    usage(
        "approve",
        "/agent approve",
        "approve the plan; the agent begins",
        Takes::Nothing(|| Command::Approve),
    ),
    usage(
        "approve-paths",
        "/agent approve-paths <hash>",
        "publish exactly the changes of protected paths that were shown with this hash",
        Takes::Words(|rest| consent::digits(plain(rest)).map(Command::ApprovePaths)),
    ),
    usage(
        "drop-paths",
        "/agent drop-paths",
        "publish the result without its changes of protected paths",
        Takes::Nothing(|| Command::DropPaths),
    ),
    usage(
        "budget",
        "/agent budget [+n]",
        "show what the issue has cost; `+500k tokens`, `+$5`, `+2 attempts` or `+30m` raises what it may cost",
        Takes::Perhaps(budget),
    ),
    usage(
        "delegate",
        "/agent delegate @user",
        "let one more person command here, on this issue only",
        Takes::Words(|rest| login(rest).map(Command::Delegate)),
    ),
    usage(
        "logs",
        "/agent logs",
        "show the end of the session's log",
        Takes::Nothing(|| Command::Logs),
    ),
    usage(
        "help",
        "/agent help",
        "show this list",
        Takes::Nothing(|| Command::Help),
    ),
];

const fn usage(
    word: &'static str,
    usage: &'static str,
    meaning: &'static str,
    takes: Takes,
) -> Usage {
    Usage {
        word,
        usage,
        meaning,
        takes,
    }
}

/// The command with this word, in lower case; `/agent` alone asks for help.
pub fn find(word: &str) -> Option<&'static Usage> {
    let word = if word.is_empty() { "help" } else { word };
    ALL.iter().find(|usage| usage.word == word)
}

impl Command {
    /// Its word, as people write it.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Go => "go",
            Self::Stop => "stop",
            Self::Pause => "pause",
            Self::Resume => "resume",
            Self::Retry { .. } => "retry",
            Self::Status => "status",
            Self::Role(_) => "role",
            Self::Agent(_) => "agent",
            Self::Base(_) => "base",
            Self::Priority(_) => "priority",
            Self::Ask(_) => "ask",
            Self::Answer(_) => "answer",
            Self::Plan => "plan",
            Self::Approve => "approve",
            Self::ApprovePaths(_) => "approve-paths",
            Self::DropPaths => "drop-paths",
            Self::Budget(_) => "budget",
            Self::Delegate(_) => "delegate",
            Self::Logs => "logs",
            Self::Help => "help",
        }
    }
}

fn role(rest: &str) -> Option<String> {
    name(plain(rest).to_ascii_lowercase().trim_start_matches("role:"))
}

/// One word that can name a role or an agent.
fn name(rest: &str) -> Option<String> {
    let name: RoleName = plain(rest).to_ascii_lowercase().parse().ok()?;
    Some(name.as_str().to_owned())
}

/// One word, in its own letter case.
fn word(rest: &str) -> Option<String> {
    let word = plain(rest);
    (!word.is_empty() && !word.contains(char::is_whitespace)).then(|| word.to_owned())
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

/// Nothing, or an amount with its sign.
fn budget(rest: &str) -> Option<Command> {
    match rest {
        "" => Some(Command::Budget(None)),
        amount => Raise::parse(amount).map(|raise| Command::Budget(Some(raise))),
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
