//! What the operator allows and wishes, as the core sees it: everything `decide` may depend on besides task, event and time.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::base_rules::OnBaseRules;
use super::command::Names;
use super::gateway::Keys;
use super::glob;
use super::ids::UserId;
use super::issue_rules::IssueRules;
pub use super::limits::Limits;
pub use super::retention::Retention;
use super::role::{Implying, Role, RoleName};
use super::schedule::Caps;
use super::usage::Price;

/// The label whose adding starts work.
pub const GO_LABEL: &str = "agent:go";
/// The label that makes an agent plan first and change files only once the plan is approved.
pub const PLAN_LABEL: &str = "agent:plan";
/// The label that has an issue's sub-issues worked on.
pub const SPRINT_LABEL: &str = "agent:sprint";
/// The label of issues whose start a person has to agree to.
pub const CHECKPOINT_LABEL: &str = "checkpoint";

/// The label by which a person has an issue started in spite of everything that would hold it.
pub const OVERRIDE_LABEL: &str = "autonomy:override";

/// The operator's wishes. Made by `config`, completed with the App's identity by `app`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Policy {
    /// Who we are on GitHub.
    pub me: Me,
    /// The role of an issue without a role label.
    pub default_role: RoleName,
    /// What an issue may say about the work on it.
    pub issues: IssueRules,
    /// Roles of `skep.toml`, already layered over the built-in ones of the same name.
    pub roles: BTreeMap<RoleName, Role>,
    /// The agents that are configured, by name.
    pub agents: Vec<String>,
    /// The agent of roles that name none.
    pub default_agent: String,
    /// Numbers.
    pub limits: Limits,
    /// Sessions at once of an agent, by its name; an agent that is not named has no limit of its own.
    pub agent_sessions: BTreeMap<String, u32>,
    /// What a session of an agent is expected to need of the memory before one was seen, by the agent's name, bytes.
    #[serde(default)]
    pub agent_memory: BTreeMap<String, u64>,
    /// What tokens cost, by the name of an agent or of a model.
    #[serde(default)]
    pub prices: BTreeMap<String, Price>,
    /// Bots that may start work all the same.
    pub allowed_bots: Vec<UserId>,
    /// Protected paths that a pull request may touch all the same.
    pub allow_protected: AllowProtected,
    /// Globs over whole paths whose lines nobody has to read, besides tests and what programs write.
    #[serde(default)]
    pub uncounted: Vec<String>,
    /// Whether whoever opened the issue may answer questions about it without write access.
    pub author_answers: bool,
    /// When a draft becomes ready for review.
    pub ready: MakeReady,
    /// What is looked at before a session starts.
    #[serde(default)]
    pub readiness: Readiness,
    /// What is done where GitHub does not keep the App from a base branch.
    #[serde(default)]
    pub base_rules: OnBaseRules,
    /// What people must know about how agents are confined here; shown in every pull request when it is a warning.
    pub confinement_warning: Option<String>,
    /// Where each agent's keys are while it works, where it works in a sandbox; shown in the pull requests of those that have them inside.
    #[serde(default)]
    pub keys: BTreeMap<String, Keys>,
    /// Agents that share a credential.
    #[serde(default)]
    pub credentials: Vec<Vec<String>>,
}

impl Policy {
    /// The agents that are known to their provider by the same credential as this one, itself first: what it refuses one it refuses all.
    pub fn by_the_same_credential<'a>(&'a self, agent: &'a str) -> impl Iterator<Item = &'a str> {
        let shared = self.credentials.iter();
        let mut shared = shared.filter(move |agents| agents.iter().any(|one| one == agent));
        let others = shared.next().into_iter().flatten().map(String::as_str);
        std::iter::once(agent).chain(others.filter(move |other| *other != agent))
    }

    /// How many sessions may be at work at once, and for whom.
    pub fn caps(&self) -> Caps {
        Caps {
            sessions: self.limits.sessions,
            installation: self.limits.sessions_per_account,
            repository: self.limits.sessions_per_repository,
            roles: self
                .roles
                .values()
                .filter_map(|role| Some((role.name.to_string(), role.limits.sessions?)))
                .collect(),
            agents: self.agent_sessions.clone(),
            person_per_day: self.limits.sessions_per_person,
        }
    }

    /// How we are spoken to.
    pub fn names(&self) -> Names<'_> {
        Names {
            slug: &self.me.slug,
            word: self.issues.words.command(),
        }
    }

    /// Chooses the role of issues without a role label.
    pub fn implying(&self) -> Implying<'_> {
        Implying {
            rules: &self.issues.roles,
            default: &self.default_role,
            own: &self.roles,
        }
    }
}

/// Everything that is not the task itself.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// The operator's wishes.
    pub policy: &'a Policy,
    /// Epoch milliseconds.
    pub now: i64,
}

/// Who we are on GitHub.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Me {
    /// The App's number.
    pub app_id: i64,
    /// The App's slug: people mention `@slug`.
    pub slug: String,
    /// The bot's login, `slug[bot]`.
    pub login: String,
}

/// Protected paths that a pull request may touch all the same.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AllowProtected {
    /// None.
    #[default]
    Nothing,
    /// All.
    Everything,
    /// Those that match one of these [globs](glob); at least one.
    Matching(Vec<String>),
}

impl AllowProtected {
    /// Whether the operator lets a pull request touch this path.
    pub fn allows(&self, path: &str) -> bool {
        match self {
            Self::Nothing => false,
            Self::Everything => true,
            Self::Matching(globs) => globs.iter().any(|glob| glob::matches(glob, path)),
        }
    }
}

/// When a draft pull request becomes ready for review.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MakeReady {
    /// When its checks are green: the required ones, or all where none is required. Without any check it stays a draft.
    #[default]
    Green,
    /// Never: a person does it.
    Never,
}

/// What is looked at before a session starts: whether its agent starts and answers, and whether the App may do in its repository
/// what it must.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Readiness {
    /// All of it; a fault holds back what needs what has it.
    #[default]
    Block,
    /// All of it; a fault is told to the operator, and sessions start all the same.
    Warn,
    /// Nothing.
    Off,
}

impl Readiness {
    /// Those an operator may choose, by their names in `skep.toml`.
    pub const CHOICES: [(&str, Self); 3] = [
        ("block", Self::Block),
        ("warn", Self::Warn),
        ("off", Self::Off),
    ];

    /// Its name in `skep.toml`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Block => "block",
            Self::Warn => "warn",
            Self::Off => "off",
        }
    }
}

/// What to do with a git that lacks security fixes by its number.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum OldGit {
    /// Do not start.
    #[default]
    Refuse,
    /// Start; the operator vouches for the patches. The floor of features (2.38) still holds.
    Allow,
}

/// How fast we change things on GitHub, for each installation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// Changes that may follow each other at once after a rest.
    pub burst: u32,
    /// Changes a second after that.
    pub per_second: u32,
    /// Content creations in any minute.
    pub per_minute: u32,
    /// Content creations in any hour.
    pub per_hour: u32,
    /// What all calls of any minute may cost: a read one point, a change five. GitHub allows 900.
    pub points_per_minute: u32,
    /// How long a call waits for the pause between two changes before it gives the time back to its caller. For a minute's or
    /// an hour's creations none waits: what is of higher worth could come meanwhile.
    pub patience: Duration,
}

impl Pace {
    /// How many of `most` creations may be of low worth: a sixth, so that at least five of six in a full hour are what people
    /// wait for. One is allowed in any case.
    pub fn of_low_worth(most: u32) -> u32 {
        (most / 6).max(1)
    }
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            burst: 10,
            per_second: 1,
            per_minute: 60,
            per_hour: 400,
            points_per_minute: 840,
            patience: Duration::from_secs(20),
        }
    }
}
