//! What the operator allows and wishes, as the core sees it: everything `decide` may depend on besides task, event and time.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::glob;
use super::ids::UserId;
use super::role::{Role, RoleName};

/// The label whose adding starts work.
pub const GO_LABEL: &str = "agent:go";
/// The label that makes an agent plan first and change files only once the plan is approved.
pub const PLAN_LABEL: &str = "agent:plan";

/// The operator's wishes. Made by `config`, completed with the App's identity by `app`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Policy {
    /// Who we are on GitHub.
    pub me: Me,
    /// The role of an issue without a role label.
    pub default_role: RoleName,
    /// Roles of `skep.toml`, already layered over the built-in ones of the same name.
    pub roles: BTreeMap<RoleName, Role>,
    /// The agents that are configured, by name.
    pub agents: Vec<String>,
    /// The agent of roles that name none.
    pub default_agent: String,
    /// Numbers.
    pub limits: Limits,
    /// Bots that may start work all the same.
    pub allowed_bots: Vec<UserId>,
    /// Protected paths that a pull request may touch all the same.
    pub allow_protected: AllowProtected,
    /// Whether whoever opened the issue may answer questions about it without write access.
    pub author_answers: bool,
    /// When a draft becomes ready for review.
    pub ready: MakeReady,
    /// What people must know about how agents are confined here; shown in every pull request when it is a warning.
    pub confinement_warning: Option<String>,
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

/// Numbers under `[limits]`. Every one has a test that fails when it is ignored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// Sessions at once on this machine.
    pub sessions: u32,
    /// Wall clock of a session, milliseconds.
    pub session_timeout_ms: i64,
    /// How long an agent may say nothing, milliseconds.
    pub silence_ms: i64,
    /// How often a failed start (working copy, spawn, initialize) is tried in all.
    pub start_attempts: i64,
    /// How often a model that fails for now (429, 500, a broken connection) is tried in all.
    pub model_attempts: u32,
    /// The first pause before a failed model is tried again, milliseconds; doubles each time, at most 15 minutes.
    pub model_retry_ms: i64,
    /// How often another effect is tried in all before a person hears of it.
    pub effect_attempts: i64,
    /// The first pause between tries, milliseconds; doubles each time, at most 5 minutes.
    pub retry_base_ms: i64,
    /// The pause between two edits of a status comment that show mere progress, milliseconds.
    pub status_interval_ms: i64,
    /// How long a graceful stop waits for agents, milliseconds.
    pub drain_ms: i64,
    /// Files a session may change.
    pub max_files: u32,
    /// Size of the patch, bytes.
    pub max_patch_bytes: u64,
    /// Commits above the base.
    pub max_commits: u32,
    /// What the files of one session may take of the disk, bytes.
    pub workspace_bytes: u64,
    /// What is kept free of the disk, bytes, but never more than a tenth of it.
    pub disk_reserve_bytes: u64,
    /// How long a tool that asks people waits for a quick answer, milliseconds.
    pub quick_answer_ms: i64,
    /// How long a session that waits for an answer keeps its process and its slot, milliseconds.
    pub park_ms: i64,
    /// When people are reminded of an open question, milliseconds after it.
    pub remind_ms: i64,
    /// When an open question expires, milliseconds after it.
    pub expire_ms: i64,
    /// Rounds of mending failed checks without a word of a person.
    pub check_rounds: u32,
    /// Revisions of one pull request in all.
    pub rounds: u32,
    /// Our comments in one session.
    pub comments: u32,
    /// Comments of bots that are taken in a row.
    pub bot_rounds: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            sessions: 10,
            session_timeout_ms: 60 * 60_000,
            silence_ms: 10 * 60_000,
            start_attempts: 3,
            model_attempts: 6,
            model_retry_ms: 30_000,
            effect_attempts: 6,
            retry_base_ms: 1_000,
            status_interval_ms: 5_000,
            drain_ms: 30_000,
            max_files: 100,
            max_patch_bytes: 4 * 1024 * 1024,
            max_commits: 20,
            workspace_bytes: 10 << 30,
            disk_reserve_bytes: 5 << 30,
            quick_answer_ms: 20_000,
            park_ms: 5 * 60_000,
            remind_ms: 24 * 3_600_000,
            expire_ms: 7 * 24 * 3_600_000,
            check_rounds: 3,
            rounds: 10,
            comments: 20,
            bot_rounds: 3,
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
    /// How long a call waits for its turn before it gives the time back to its caller.
    pub patience: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            burst: 10,
            per_second: 1,
            per_minute: 60,
            per_hour: 400,
            patience: Duration::from_secs(20),
        }
    }
}
