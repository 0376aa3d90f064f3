//! What kind of worker a task gets: its prompt, tools, rights and limits, and how an issue chooses one.
//!
//! Three sources, in this order: the nine built in here, the operator's `skep.toml`, and the repository's own
//! `.github/agents/<role>.agent.md`. The operator decides rights; a repository file may reword a role or lower its
//! rights. It must never raise them: that file is written by whoever can merge, not by whoever runs the service.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::budget::Amounts;
use crate::ids::Malformed;
use crate::limits::Limits;

mod built_in;
mod choice;
mod file;
mod hint;
mod issue_type;
mod people;
mod router;
mod rules;

pub use built_in::{ORDER, all, built_in};
pub use choice::{Choice, Implied, Why, asked_for, choose, is_known, names, near};
pub use file::{PROMPT_MAX_CHARS, RoleFileError, from_agent_file};
pub use hint::{Hint, HintPlace};
pub use people::People;
pub use router::{Routed, Score};
pub use rules::{Implying, RoleRules};

/// The name behind `role:<name>` and of the file that overrides it: `[a-z0-9][a-z0-9-]{0,39}`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct RoleName(String);

impl RoleName {
    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RoleName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<RoleName> for String {
    fn from(name: RoleName) -> Self {
        name.0
    }
}

impl FromStr for RoleName {
    type Err = Malformed;
    fn from_str(text: &str) -> Result<Self, Malformed> {
        let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
        let mut bytes = text.bytes();
        let first = bytes.next().is_some_and(plain);
        if first && text.len() <= 40 && bytes.all(|b| plain(b) || b == b'-') {
            return Ok(Self(text.to_owned()));
        }
        Err(Malformed::new(
            text,
            "a role name such as swe (a-z, 0-9 and -, at most 40)",
        ))
    }
}

impl TryFrom<String> for RoleName {
    type Error = Malformed;
    fn try_from(text: String) -> Result<Self, Malformed> {
        text.parse()
    }
}

/// A kind of thing an agent may do. The kinds are ACP's tool-call kinds folded to what a policy can tell apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tool {
    /// Read files.
    Read,
    /// Search files and their names.
    Search,
    /// Create, change, move and delete files.
    Edit,
    /// Run commands.
    Execute,
    /// Reach the network.
    Fetch,
    /// Plan and reason; touches nothing.
    Think,
    /// Everything that has no kind of its own, sub-agents included.
    Other,
}

impl Tool {
    /// Every kind.
    pub const ALL: [Self; 7] = [
        Self::Read,
        Self::Search,
        Self::Edit,
        Self::Execute,
        Self::Fetch,
        Self::Think,
        Self::Other,
    ];

    /// The kind behind a tool name of Copilot's custom agents and its documented aliases, in any case. VS Code's
    /// `edit/editFiles` counts as `edit`.
    ///
    /// See <https://docs.github.com/en/copilot/reference/custom-agents-configuration#tool-aliases>.
    pub fn from_alias(name: &str) -> Option<Self> {
        let name = name.trim().to_ascii_lowercase();
        match name.split('/').next().unwrap_or_default() {
            "read" | "notebookread" | "view" => Some(Self::Read),
            "search" | "grep" | "glob" | "codebase" => Some(Self::Search),
            "edit" | "multiedit" | "write" | "notebookedit" | "editfiles" => Some(Self::Edit),
            "execute" | "shell" | "bash" | "powershell" | "terminal" | "runcommands" => {
                Some(Self::Execute)
            }
            "web" | "websearch" | "webfetch" | "fetch" => Some(Self::Fetch),
            "todo" | "todowrite" | "think" => Some(Self::Think),
            "agent" | "custom-agent" | "task" | "other" => Some(Self::Other),
            _ => None,
        }
    }
}

/// A set of tool kinds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Tools(BTreeSet<Tool>);

impl Tools {
    /// Every kind.
    pub fn all() -> Self {
        Self(Tool::ALL.into())
    }

    /// Whether the kind is in the set.
    pub fn contains(&self, tool: Tool) -> bool {
        self.0.contains(&tool)
    }

    /// What both sets hold.
    pub fn intersect(&self, other: &Self) -> Self {
        Self(self.0.intersection(&other.0).copied().collect())
    }

    /// The kinds in a fixed order.
    pub fn iter(&self) -> impl Iterator<Item = Tool> + '_ {
        self.0.iter().copied()
    }
}

impl Default for Tools {
    fn default() -> Self {
        Self::all()
    }
}

impl FromIterator<Tool> for Tools {
    fn from_iter<I: IntoIterator<Item = Tool>>(tools: I) -> Self {
        Self(tools.into_iter().collect())
    }
}

/// A role's own limits, times in seconds; `None` means the operator's general limit.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RoleLimits {
    /// Longest time one session may take.
    pub session_timeout_s: Option<u64>,
    /// Longest time the agent may say nothing.
    pub silence_s: Option<u64>,
    /// How many sessions of the role may be at work at once; only the operator says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sessions: Option<u32>,
    /// Sessions of one issue.
    pub issue_attempts: Option<u64>,
    /// Longest time agents may work on one issue in all.
    pub issue_time_s: Option<u64>,
    /// Tokens of one issue.
    pub issue_tokens: Option<u64>,
    /// Money of one issue, millionths of a dollar. None of them is ever 0.
    pub issue_cost: Option<u64>,
}

impl RoleLimits {
    /// What a session has under the operator's general limits: a role may only be tighter.
    pub fn within(self, general: &Limits) -> Clocks {
        let tighter = |own: Option<u64>, cap: i64| {
            own.map_or(cap, |s| {
                cap.min(i64::try_from(s).unwrap_or(i64::MAX).saturating_mul(1000))
            })
        };
        Clocks {
            wall_ms: tighter(self.session_timeout_s, general.session_timeout_ms),
            silence_ms: tighter(self.silence_s, general.silence_ms),
        }
    }

    /// What an issue may cost under the operator's general limits: a role may only be tighter. 0 is no limit.
    pub fn caps(self, general: &Limits) -> Amounts {
        let tighter = |own: Option<u64>, cap: u64| match (own, cap) {
            (None, cap) => cap,
            (Some(own), 0) => own,
            (Some(own), cap) => own.min(cap),
        };
        let time_ms = self.issue_time_s.map(|s| s.saturating_mul(1_000));
        let general_ms = u64::try_from(general.issue_time_ms).unwrap_or_default();
        Amounts {
            attempts: tighter(self.issue_attempts, general.issue_attempts.into()),
            time_ms: tighter(time_ms, general_ms),
            tokens: tighter(self.issue_tokens, general.issue_tokens),
            cost: tighter(self.issue_cost, general.issue_cost),
        }
    }

    /// The tighter of both, limit by limit.
    #[must_use]
    pub fn at_most(self, ceiling: Self) -> Self {
        self.each(ceiling, |own, cap| match (own, cap) {
            (Some(own), Some(cap)) => Some(own.min(cap)),
            (own, cap) => own.or(cap),
        })
    }

    /// These, and where they say nothing those.
    #[must_use]
    pub fn or(self, others: Self) -> Self {
        self.each(others, Option::or)
    }

    fn each(self, other: Self, with: fn(Option<u64>, Option<u64>) -> Option<u64>) -> Self {
        Self {
            session_timeout_s: with(self.session_timeout_s, other.session_timeout_s),
            silence_s: with(self.silence_s, other.silence_s),
            sessions: self.sessions.or(other.sessions),
            issue_attempts: with(self.issue_attempts, other.issue_attempts),
            issue_time_s: with(self.issue_time_s, other.issue_time_s),
            issue_tokens: with(self.issue_tokens, other.issue_tokens),
            issue_cost: with(self.issue_cost, other.issue_cost),
        }
    }
}

/// The clocks of a session, in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Clocks {
    /// Longest time it may take.
    pub wall_ms: i64,
    /// Longest time the agent may say nothing.
    pub silence_ms: i64,
}

/// Who wrote a role's words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RoleSource {
    /// Shipped in the binary.
    BuiltIn,
    /// The operator's `skep.toml`.
    Config,
    /// A file on the repository's default branch.
    Repository {
        /// Its path in the repository.
        path: String,
    },
}

/// A kind of worker, ready to be given to a session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Role {
    /// What `role:<name>` calls it.
    pub name: RoleName,
    /// One sentence for people.
    pub description: String,
    /// What the agent is told about its job; Markdown.
    pub prompt: String,
    /// The operator's name of an agent; `None` is the default agent.
    pub agent: Option<String>,
    /// The agents that take its work while that one starts nothing, the best first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fallbacks: Vec<String>,
    /// The operator's wish for a model, in the agent's own words.
    pub model: Option<String>,
    /// What the agent may do; all kinds by default.
    pub tools: Tools,
    /// May change files, which become a pull request; otherwise its answer becomes a comment.
    pub writes: bool,
    /// Makes a plan first, and changes files only once a person approved it.
    #[serde(default)]
    pub plan: bool,
    /// A person has to agree before it starts.
    #[serde(default)]
    pub approve: bool,
    /// May propose labels, a type and a duplicate for a person to decide.
    #[serde(default)]
    pub suggest: bool,
    /// Its own clocks.
    pub limits: RoleLimits,
    /// Who is assigned, and who is asked for a review.
    #[serde(default, skip_serializing_if = "People::is_empty")]
    pub people: People,
    /// Who wrote the prompt.
    pub source: RoleSource,
}

/// What one source wants changed about a role; `None` leaves the layer below as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoleOverride {
    /// Who wants it.
    pub source: RoleSource,
    /// One sentence for people.
    pub description: Option<String>,
    /// The prompt, whole; prompts are replaced, never appended.
    pub prompt: Option<String>,
    /// The operator's name of an agent (operator only).
    pub agent: Option<String>,
    /// The agents after it, which come with it (operator only).
    pub fallbacks: Vec<String>,
    /// A model (operator only).
    pub model: Option<String>,
    /// The allowed kinds.
    pub tools: Option<Tools>,
    /// Whether files may change.
    pub writes: Option<bool>,
    /// Whether a plan comes first (operator only).
    pub plan: Option<bool>,
    /// Whether a person has to agree before it starts (operator only).
    pub approve: Option<bool>,
    /// Whether it may propose labels, a type and a duplicate.
    pub suggest: Option<bool>,
    /// Clocks (operator only).
    pub limits: RoleLimits,
    /// Assignees and reviewers (operator only).
    pub people: People,
    /// What was written but has no effect here, each entry fit to be shown: `mcp-servers`, `tools: github/*`.
    pub ignored: Vec<String>,
}

impl RoleOverride {
    /// An override that changes nothing yet.
    pub fn empty(source: RoleSource) -> Self {
        Self {
            source,
            description: None,
            prompt: None,
            agent: None,
            fallbacks: vec![],
            model: None,
            tools: None,
            writes: None,
            plan: None,
            approve: None,
            suggest: None,
            limits: RoleLimits::default(),
            people: People::default(),
            ignored: Vec::new(),
        }
    }
}

/// The most the operator grants to any role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ceiling {
    /// The widest set of tools.
    pub tools: Tools,
    /// Whether any role may change files.
    pub writes: bool,
    /// The longest clocks.
    pub limits: RoleLimits,
}

impl Default for Ceiling {
    fn default() -> Self {
        Self {
            tools: Tools::all(),
            writes: true,
            limits: RoleLimits::default(),
        }
    }
}

/// Puts one layer over a role. Words always change; rights are set by the operator's layers and only lowered by a
/// repository's; nothing passes the ceiling.
pub fn layer(base: Role, over: RoleOverride, ceiling: &Ceiling) -> Role {
    let mut role = match over.source {
        RoleSource::Repository { .. } => lowered(&base, &over),
        RoleSource::BuiltIn | RoleSource::Config => granted(&base, &over),
    };
    role.tools = role.tools.intersect(&ceiling.tools);
    role.writes = role.writes && ceiling.writes;
    role.limits = role.limits.at_most(ceiling.limits);
    if let Some(description) = over.description {
        role.description = description;
    }
    if let Some(prompt) = over.prompt {
        role.prompt = prompt;
        role.source = over.source;
    }
    role
}

fn lowered(base: &Role, over: &RoleOverride) -> Role {
    let mut role = base.clone();
    if let Some(tools) = &over.tools {
        role.tools = role.tools.intersect(tools);
    }
    role.writes = role.writes && over.writes.unwrap_or(true);
    role.suggest = role.suggest && over.suggest.unwrap_or(true);
    role
}

fn granted(base: &Role, over: &RoleOverride) -> Role {
    Role {
        agent: over.agent.clone().or_else(|| base.agent.clone()),
        fallbacks: match over.agent {
            Some(_) => over.fallbacks.clone(),
            None => base.fallbacks.clone(),
        },
        model: over.model.clone().or_else(|| base.model.clone()),
        tools: over.tools.clone().unwrap_or_else(|| base.tools.clone()),
        writes: over.writes.unwrap_or(base.writes),
        plan: over.plan.unwrap_or(base.plan),
        approve: over.approve.unwrap_or(base.approve),
        suggest: over.suggest.unwrap_or(base.suggest),
        limits: over.limits.or(base.limits),
        people: over.people.clone(),
        ..base.clone()
    }
}

#[cfg(test)]
mod tests;
