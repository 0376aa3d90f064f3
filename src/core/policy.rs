//! What the operator allows and wishes, as the core sees it: everything `decide` may depend on besides task, event and time.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::glob;
use super::ids::UserId;
use super::role::{Role, RoleName};

/// The label whose adding starts work.
pub const GO_LABEL: &str = "agent:go";

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
    /// What people must know about how agents are confined here; shown in every pull request when it is a warning.
    pub confinement_warning: Option<String>,
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
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            sessions: 10,
            session_timeout_ms: 60 * 60_000,
            silence_ms: 10 * 60_000,
            start_attempts: 3,
            effect_attempts: 6,
            retry_base_ms: 1_000,
            status_interval_ms: 5_000,
            drain_ms: 30_000,
            max_files: 100,
            max_patch_bytes: 4 * 1024 * 1024,
            max_commits: 20,
        }
    }
}
