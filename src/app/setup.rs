//! Everything the composition needs, as values. The one place where the configuration becomes that; the demo and the tests
//! begin with [`Setup::new`] and say only what differs.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use url::Url;

use super::clock::system_clock;
use crate::config::{Certificates, Config, Environment, SignInSettings, Traces};
use crate::core::agent::{AgentSpec, SandboxChoice};
use crate::core::base_rules::OnBaseRules;
use crate::core::egress::{AllowList, Whose};
use crate::core::ids::UserId;
use crate::core::issue_rules::IssueRules;
use crate::core::network::Network;
use crate::core::notify::{Patience, Target};
use crate::core::policy::{AllowProtected, Limits, MakeReady, OldGit, Pace, Readiness, Retention};
use crate::core::role::{Role, RoleName};
use crate::core::time::Clock;
use crate::core::usage::Price;
use crate::github::{Timeouts, steady_clock};
use crate::notify::Waits;
use crate::runner::Timings;
use crate::sweep::Hearing;
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
    /// What tokens cost, by the name of an agent or of a model.
    pub prices: BTreeMap<String, Price>,
    /// The operator's roles.
    pub roles: BTreeMap<RoleName, Role>,
    /// The role of an issue without a role label.
    pub default_role: RoleName,
    /// What an issue may say about the work on it.
    pub issues: IssueRules,
    /// Numbers.
    pub limits: Limits,
    /// Bots that may start work.
    pub allowed_bots: Vec<UserId>,
    /// Protected paths that a pull request may touch all the same.
    pub allow_protected: AllowProtected,
    /// Globs over paths whose lines nobody has to read, besides tests and what programs write.
    pub uncounted: Vec<String>,
    /// Patterns of gitignore(5) that are added to the built-in ones.
    pub ignore: Vec<String>,
    /// Whether whoever opened an issue may answer questions about it.
    pub author_answers: bool,
    /// When a draft becomes ready for review.
    pub ready: MakeReady,
    /// What is looked at before a session starts.
    pub readiness: Readiness,
    /// What is done where GitHub does not keep the App from a base branch.
    pub base_rules: OnBaseRules,
    /// The pace of changes on GitHub.
    pub pace: Pace,
    /// How long is kept what the work does not need any more.
    pub retention: Retention,
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
    /// How agents are fenced in.
    pub sandbox: SandboxChoice,
    /// What every session may reach, besides the hosts of its agent's model.
    pub egress: AllowList,
    /// The program of skep itself, which is started once more inside each sandbox.
    pub program: PathBuf,
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
    /// The clock by which the pace is kept, which never jumps.
    pub ticks: Clock,
    /// How news of GitHub gets here.
    pub hearing: Hearing,
    /// Who is told outside GitHub.
    pub notify: Vec<Target>,
    /// How often a notification that failed is tried, and how long a try may take.
    pub notify_patience: (Patience, Waits),
    /// A digest of what the operator configured, secrets left out: whether it is the same as another time.
    pub configured: Option<String>,
    /// Where traces are sent, if anywhere.
    pub traces: Option<Traces>,
}

/// How long one git process may take; the first fetch of a repository has a limit of its own.
const GIT_TIMEOUT: Duration = Duration::from_secs(600);

impl Setup {
    /// A skep in this folder, for this GitHub, with this one agent; the rest as it is configured when nobody says anything.
    pub fn new(data_dir: PathBuf, github: GitHubSetup, agent: AgentSpec) -> Self {
        let config = Config::bare(data_dir, &Environment::default());
        Self {
            default_agent: agent.name.clone(),
            specs: BTreeMap::from([(agent.name.clone(), agent)]),
            ..Self::of(config, github)
        }
    }

    /// What the operator decided, if credentials and an agent are there.
    ///
    /// # Errors
    ///
    /// Credentials or the agent are missing, or a webhook secret is none.
    pub fn from_config(mut config: Config) -> anyhow::Result<Self> {
        let (Some(github), Some(_)) = (config.github.take(), &config.default_agent) else {
            anyhow::bail!("credentials or agent are missing")
        };
        let github = GitHubSetup {
            app_id: github.app_id,
            secrets: Secrets::new(github.webhook_secrets())?,
            private_key: github.private_key,
            sign_in: github.sign_in,
            api_url: github.api_url,
            web_url: github.web_url,
        };
        let hearing = match (config.public.poll, github.secrets.texts().is_empty()) {
            (None, _) => Hearing::Webhooks,
            (Some(every), true) => Hearing::Polls(every),
            (Some(every), false) => Hearing::Both(every),
        };
        Ok(Self {
            configured: Some(digest(&config.show())),
            hearing,
            ..Self::of(config, github)
        })
    }

    fn of(config: Config, github: GitHubSetup) -> Self {
        Self {
            data_dir: config.data_dir,
            database_url: config.database_url.expose_secret().to_owned(),
            github,
            specs: config.agents,
            default_agent: config.default_agent.unwrap_or_default(),
            prices: config.prices,
            roles: config.roles,
            default_role: config.default_role,
            issues: config.issues,
            limits: config.limits,
            allowed_bots: config.allowed_bots,
            allow_protected: config.allow_protected,
            uncounted: config.uncounted,
            ignore: config.ignore,
            author_answers: config.author_answers,
            ready: config.ready,
            readiness: config.readiness,
            base_rules: config.base_rules,
            pace: config.pace,
            retention: config.retention,
            timeouts: Timeouts::default(),
            git_timeout: GIT_TIMEOUT,
            old_git: config.old_git,
            admin_token: config.admin_token,
            git: config.git,
            network: config.network,
            certificates: config.certificates,
            sandbox: config.sandbox.clone(),
            egress: allowed(&config.egress_allow),
            program: own_program(),
            hide: config.hide,
            path: config.path,
            demo_in_process: false,
            timings: Timings {
                look_again: config.look_again,
                ..Timings::default()
            },
            clock: system_clock(),
            ticks: steady_clock(),
            hearing: Hearing::Webhooks,
            notify: config.notify,
            notify_patience: Default::default(),
            configured: None,
            traces: config.traces,
        }
    }
}

/// SHA-256 of the values; where each comes from stands behind it and does not count.
fn digest(shown: &str) -> String {
    let values = shown.lines().map(|line| {
        let value = line.rsplit_once("  # ");
        value.map_or(line, |(value, _)| value)
    });
    hex::encode(Sha256::digest(Vec::from_iter(values).join("\n")))
}

/// What the operator opened for all, every item of which was read before.
pub(super) fn allowed(items: &[String]) -> AllowList {
    AllowList::parse(items.iter().map(String::as_str), Whose::Operator).unwrap_or_default()
}

/// Where skep's own program lies. The system's name for one that was replaced by a newer one since tells so at its end; the newer one
/// does as well.
pub(super) fn own_program() -> PathBuf {
    let path = std::env::current_exe().unwrap_or_else(|_| "/proc/self/exe".into());
    let text = path.to_string_lossy();
    match text.strip_suffix(" (deleted)") {
        Some(newer) => newer.into(),
        None => path,
    }
}

/// GitHub and who we are there.
pub struct GitHubSetup {
    /// The App's number.
    pub app_id: u64,
    /// Its private key, PEM.
    pub private_key: SecretString,
    /// The webhook secrets that are valid.
    pub secrets: Secrets,
    /// What people sign in with on the dashboard, if they can.
    pub sign_in: Option<SignInSettings>,
    /// The REST root.
    pub api_url: Url,
    /// Where people and git go.
    pub web_url: Url,
}

/// Where to listen.
#[derive(Debug, Clone, Copy)]
pub struct Addresses {
    /// For GitHub; `None` where no webhook is to come.
    pub listen: Option<SocketAddr>,
    /// For the people at the machine.
    pub admin: SocketAddr,
}
