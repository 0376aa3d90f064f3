//! Everything the composition needs, as values: made from the configuration by `serve`, and by hand in the demo and in
//! tests.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use secrecy::SecretString;
use url::Url;

use crate::agent::SandboxChoice;
use crate::config::Certificates;
use crate::core::agent::AgentSpec;
use crate::core::ids::UserId;
use crate::core::network::Network;
use crate::core::policy::{AllowProtected, Limits, MakeReady};
use crate::core::role::{Role, RoleName};
use crate::core::time::Clock;
use crate::git::OldGit;
use crate::github::{Pace, Timeouts};
use crate::runner::Timings;
use crate::webhook::Secrets;

/// What a skep is made of.
pub struct Setup {
    /// Where everything is kept.
    pub data_dir: PathBuf,
    /// `sqlite:///…` or `postgres://…`.
    pub database_url: String,
    /// Gives orders at the admin address; where there is none, one is kept in the data folder.
    pub admin_token: Option<SecretString>,
    /// GitHub and who we are there.
    pub github: GitHubSetup,
    /// The agents by name, their environment resolved.
    pub specs: BTreeMap<String, AgentSpec>,
    /// The agent of roles that name none.
    pub default_agent: String,
    /// The operator's roles.
    pub roles: BTreeMap<RoleName, Role>,
    /// The role of an issue without a role label.
    pub default_role: RoleName,
    /// Numbers.
    pub limits: Limits,
    /// Bots that may start work.
    pub allowed_bots: Vec<UserId>,
    /// Protected paths that a pull request may touch all the same.
    pub allow_protected: AllowProtected,
    /// Patterns of gitignore(5) that are added to the built-in ones.
    pub ignore: Vec<String>,
    /// Whether whoever opened an issue may answer questions about it.
    pub author_answers: bool,
    /// When a draft becomes ready for review.
    pub ready: MakeReady,
    /// The pace of changes on GitHub.
    pub pace: Pace,
    /// How long calls to GitHub may take.
    pub timeouts: Timeouts,
    /// How long one git process may take.
    pub git_timeout: Duration,
    /// What to do with a git that lacks security fixes.
    pub old_git: OldGit,
    /// The git program: a name that is looked up in fixed folders, or an absolute path.
    pub git: PathBuf,
    /// Proxies; its file of certificates is made by the composition.
    pub network: Network,
    /// Certificates besides the system's.
    pub certificates: Certificates,
    /// Whether agents are fenced in.
    pub sandbox: SandboxChoice,
    /// Files and folders agents must not see.
    pub hide: Vec<PathBuf>,
    /// The `PATH` of agents.
    pub path: String,
    /// Runs the demo agent inside this process: for stories.
    pub demo_in_process: bool,
    /// Numbers for the edges.
    pub timings: Timings,
    /// The clock.
    pub clock: Clock,
}

/// GitHub and who we are there.
pub struct GitHubSetup {
    /// The App's number.
    pub app_id: u64,
    /// Its private key, PEM.
    pub private_key: SecretString,
    /// The webhook secrets that are valid.
    pub secrets: Secrets,
    /// The REST root.
    pub api_url: Url,
    /// Where people and git go.
    pub web_url: Url,
}

/// Where to listen.
#[derive(Debug, Clone, Copy)]
pub struct Addresses {
    /// For GitHub.
    pub listen: SocketAddr,
    /// For the people at the machine.
    pub admin: SocketAddr,
}
