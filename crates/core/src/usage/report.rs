//! What an agent tells of its tokens and its money, and what its numbers mean.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Tokens of each kind. The parts do not overlap: what was read from a cache or written to one is not in `input`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Tokens {
    /// Sent to the model and read by it anew.
    pub input: u64,
    /// Sent to the model and known to it from a cache.
    pub cached_read: u64,
    /// Sent to the model and written to a cache.
    pub cached_write: u64,
    /// Received from the model.
    pub output: u64,
}

impl Tokens {
    /// All of them.
    pub fn total(self) -> u64 {
        self.input
            .saturating_add(self.cached_read)
            .saturating_add(self.cached_write)
            .saturating_add(self.output)
    }

    /// Both together.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        self.each(other, u64::saturating_add)
    }

    /// What is more here than there; `None` where any kind is less.
    pub fn since(self, before: Self) -> Option<Self> {
        let grown = self.input >= before.input
            && self.cached_read >= before.cached_read
            && self.cached_write >= before.cached_write
            && self.output >= before.output;
        grown.then(|| self.each(before, u64::saturating_sub))
    }

    /// The greater of both, kind by kind.
    #[must_use]
    pub fn at_least(self, other: Self) -> Self {
        self.each(other, u64::max)
    }

    fn each(self, other: Self, with: fn(u64, u64) -> u64) -> Self {
        Self {
            input: with(self.input, other.input),
            cached_read: with(self.cached_read, other.cached_read),
            cached_write: with(self.cached_write, other.cached_write),
            output: with(self.output, other.output),
        }
    }
}

/// What an agent's token counts are counts of.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scope {
    /// The last answer of its model: a turn of several answers costs more.
    LastAnswer,
    /// The turn.
    Turn,
    /// All turns of its session so far.
    Session,
    /// It tells none, or none that mean anything.
    None,
    /// Nobody has said. Whichever of the first three it is, the session has cost at least the greatest.
    #[default]
    Unsaid,
}

impl Scope {
    /// Those an operator may choose, by their names in `skep.toml`.
    pub const CHOICES: [(&'static str, Self); 4] = [
        ("turn", Self::Turn),
        ("session", Self::Session),
        ("last-answer", Self::LastAnswer),
        ("none", Self::None),
    ];

    /// Its name in `skep.toml`.
    pub fn name(self) -> &'static str {
        let known = Self::CHOICES.iter().find(|(_, scope)| *scope == self);
        known.map_or("unsaid", |(name, _)| name)
    }
}

/// Where an agent counts what its model knew from a cache.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CachedPart {
    /// Also among the tokens sent.
    Inside,
    /// Taken out of the tokens sent.
    Apart,
    /// Nobody has said: taken out where that makes the sum the agent names, else among them.
    #[default]
    Unsaid,
}

/// What an agent's numbers mean.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Meaning {
    /// What they count.
    pub scope: Scope,
    /// Where the cached part is.
    pub cached: CachedPart,
}

/// Who counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// The agent itself.
    #[default]
    Agent,
    /// The gateway between the agent and its model, from the provider's own numbers.
    Gateway,
}

impl Source {
    fn is_agent(&self) -> bool {
        *self == Self::Agent
    }
}

/// What an agent has told of one turn, so far or in all.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Report {
    /// What its token counts are counts of.
    pub scope: Scope,
    /// Tokens; `None` where it told none.
    pub tokens: Option<Tokens>,
    /// Who counted them.
    #[serde(skip_serializing_if = "Source::is_agent")]
    pub source: Source,
    /// The same by model, where a gateway saw which it was.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub models: BTreeMap<String, Tokens>,
    /// Whether it said how many of them its model knew from a cache.
    pub cached_told: bool,
    /// What its session has cost so far by its own account, in millionths of a dollar; `None` where it names nothing, or
    /// nothing but zero.
    pub money: Option<u64>,
    /// Its own id of the session whose turns it counts.
    pub session: String,
    /// Its session was loaded by a process that was started for this turn: whether a count over the session goes on from
    /// where it was, nobody knows.
    pub loaded: bool,
    /// The turn was cut short, or was tried before: more may have been spent than was told.
    pub partial: bool,
    /// How full its context was, in tokens; for people.
    pub context: u64,
    /// How long it worked, milliseconds.
    pub worked_ms: i64,
    /// When the turn was planned, epoch milliseconds.
    pub began: i64,
    /// The most memory that it and all it started took at once, bytes; 0 where nobody measured it.
    #[serde(skip_serializing_if = "is_zero")]
    pub memory: u64,
}

fn is_zero(bytes: &u64) -> bool {
    *bytes == 0
}

impl Report {
    /// Of a turn in which nothing was asked of a model.
    pub fn nothing() -> Self {
        Self {
            scope: Scope::Turn,
            tokens: Some(Tokens::default()),
            cached_told: true,
            ..Self::default()
        }
    }
}
