//! From flags, environment and `skep.toml` (as typed) to [`Config`] (as meant), in that order of precedence.
//!
//! The only reader of environment and files of the operator. It reports everything that is wrong at once, each mistake
//! under the name the operator typed. It must never print a secret, and it never starts anything: even the data folder is
//! made only on request.

mod access;
mod agents;
mod args;
mod auto_start;
mod base_rules;
mod change;
mod credentials;
mod error;
mod github;
mod init;
mod issues;
mod limits;
mod logging;
mod network;
mod notify;
mod outside;
mod paths;
mod people;
mod prices;
mod reach;
mod readiness;
mod reference;
mod registered;
mod resolver;
mod role_rules;
mod roles;
mod sandbox;
mod shell_split;
mod show;
mod sources;
mod start;
mod terminal;
mod traces;
mod units;
mod words;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use secrecy::SecretString;

use crate::core::agent::{AgentSpec, SandboxChoice};
use crate::core::base_rules::OnBaseRules;
use crate::core::document::{self, Item, Value};
use crate::core::ids::UserId;
use crate::core::issue_rules::IssueRules;
use crate::core::network::Network;
use crate::core::notify::Target;
use crate::core::policy::{Limits, OldGit, Pace, Retention};
use crate::core::role::{Role, RoleName};
use crate::core::text::mistakes::value;
use crate::core::usage::Price;
use limits::Numbers;
use resolver::{Origin, Resolver};
use sources::Found;

pub use crate::core::policy::{AllowProtected, MakeReady, Readiness};
pub use access::AdminAccess;
pub use agents::Presets;
pub use args::Args;
pub use error::{ConfigError, Mistake};
pub use github::{
    EVENTS, GitHubSettings, Missing, PERMISSIONS, SignInSettings, api_of, is_offered, lacking,
};
pub use init::starter;
pub use logging::{LogFormat, Logging};
pub use network::Certificates;
pub use outside::PublicAddress;
pub use paths::{ADMIN_TOKEN_FILE, admin_url, try_data_dir};
pub use reference::{Setting, reference, reference_markdown};
pub use registered::{APP_FILE, RegisteredApp, write_private};
pub use sources::{Environment, Sources};
pub use terminal::TerminalWishes;
pub use traces::Traces;
pub use units::{parse_duration, parse_size, render_duration, render_size};

/// How long after an unknown outcome it is looked for.
const LOOK_AGAIN: Duration = Duration::from_secs(4);

/// The git program when nobody names one.
const GIT: &str = "git";

/// Everything the operator decided.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where webhooks arrive.
    pub listen: SocketAddr,
    /// Where the command line asks.
    pub admin_listen: SocketAddr,
    /// What orders at it must carry; where there is none, the data folder keeps one.
    pub admin_token: Option<SecretString>,
    /// Absolute; made by [`Config::make_data_dir`].
    pub data_dir: PathBuf,
    /// `sqlite:///…` or `postgres://…`; may hold a password.
    pub database_url: SecretString,
    /// Who we are on GitHub; `None` when something of it is [missing](Config::missing).
    pub github: Option<GitHubSettings>,
    /// How webhooks get here from outside.
    pub public: PublicAddress,
    /// Every agent that is configured or that something names, with inherited variables resolved.
    pub agents: BTreeMap<String, AgentSpec>,
    /// The agent of roles that name none: a key of `agents`.
    pub default_agent: Option<String>,
    /// What tokens cost, by the name of an agent or of a model.
    pub prices: BTreeMap<String, Price>,
    /// The roles of the file, laid over the built-in ones of their names.
    pub roles: BTreeMap<RoleName, Role>,
    /// The role of an issue without a role label; built in or in `roles`.
    pub default_role: RoleName,
    /// What an issue may say about the work on it.
    pub issues: IssueRules,
    /// Numbers.
    pub limits: Limits,
    /// How fast we change things on GitHub.
    pub pace: Pace,
    /// How long is kept what the work does not need any more.
    pub retention: Retention,
    /// Whether agents are fenced in.
    pub sandbox: SandboxChoice,
    /// Whether a git that looks unpatched may be used.
    pub old_git: OldGit,
    /// The git program: a name that is looked up in fixed folders, or an absolute path.
    pub git: PathBuf,
    /// Proxies, as far as the configuration names them.
    pub network: Network,
    /// Certificates besides the system's.
    pub certificates: Certificates,
    /// Bots that may start work all the same.
    pub allowed_bots: Vec<UserId>,
    /// Protected paths that a pull request may touch all the same.
    pub allow_protected: AllowProtected,
    /// Globs over paths whose lines nobody has to read, besides tests and what programs write.
    pub uncounted: Vec<String>,
    /// What tools leave beside the work, added to the built-in list: patterns of gitignore(5).
    pub ignore: Vec<String>,
    /// What every session may reach besides its agent's model, as it was written; every item can be read.
    pub egress_allow: Vec<String>,
    /// Whether whoever opened an issue may answer questions about it without write access.
    pub author_answers: bool,
    /// When a draft becomes ready for review.
    pub ready: MakeReady,
    /// What is looked at before a session starts.
    pub readiness: Readiness,
    /// What is done where GitHub does not keep the App from a base branch.
    pub base_rules: OnBaseRules,
    /// Pause before a marker is looked for after a call whose outcome is unknown.
    pub look_again: Duration,
    /// The `PATH` programs are looked for on.
    pub path: String,
    /// Files of the operator that no agent may see: the configuration and the key.
    pub hide: Vec<PathBuf>,
    /// Who is told outside GitHub.
    pub notify: Vec<Target>,
    /// What is logged.
    pub logging: Logging,
    /// Where traces are sent.
    pub traces: Option<Traces>,
    /// The file that was read.
    pub file: Option<PathBuf>,
    /// What `skep serve` needs and nobody gave.
    pub missing: Vec<Missing>,
    /// What is odd but allowed, for the log.
    pub warnings: Vec<String>,
    origins: BTreeMap<String, Origin>,
}

/// What `skep serve` cannot do without.
#[derive(Debug, Clone, Copy)]
pub struct Ready<'a> {
    /// Who we are on GitHub.
    pub github: &'a GitHubSettings,
    /// The agent of roles that name none.
    pub default_agent: &'a str,
}

impl Config {
    /// All defaults, no credentials, no agents: what the demo and tests start from. `data_dir` must be absolute.
    pub fn bare(data_dir: PathBuf, environment: &Environment) -> Self {
        let database_url = paths::sqlite_in(&data_dir).unwrap_or_default();
        Self {
            listen: paths::LISTEN,
            admin_listen: paths::ADMIN_LISTEN,
            admin_token: None,
            data_dir,
            database_url,
            github: None,
            public: PublicAddress::default(),
            agents: BTreeMap::new(),
            default_agent: None,
            prices: BTreeMap::new(),
            roles: BTreeMap::new(),
            default_role: swe(),
            issues: IssueRules::default(),
            limits: Limits::default(),
            pace: Pace::default(),
            retention: Retention::default(),
            sandbox: SandboxChoice::Bubblewrap,
            old_git: OldGit::Refuse,
            git: PathBuf::from(GIT),
            network: Network::default(),
            certificates: Certificates::default(),
            allowed_bots: Vec::new(),
            allow_protected: AllowProtected::Nothing,
            uncounted: Vec::new(),
            ignore: Vec::new(),
            egress_allow: Vec::new(),
            author_answers: false,
            ready: MakeReady::Green,
            readiness: Readiness::default(),
            base_rules: OnBaseRules::default(),
            look_again: LOOK_AGAIN,
            path: environment.path(),
            hide: Vec::new(),
            notify: Vec::new(),
            logging: Logging {
                filter: None,
                format: LogFormat::Text,
            },
            traces: None,
            file: None,
            missing: Vec::new(),
            warnings: Vec::new(),
            origins: BTreeMap::new(),
        }
    }

    /// What serving needs, or what of it is missing.
    pub fn ready(&self) -> Result<Ready<'_>, &[Missing]> {
        match (&self.github, &self.default_agent) {
            (Some(github), Some(default_agent)) => Ok(Ready {
                github,
                default_agent,
            }),
            _ => Err(&self.missing),
        }
    }

    /// Whether nothing at all is said of an App: it is still to be registered.
    pub fn has_no_app(&self) -> bool {
        let lacks = |key: &'static str| self.missing.contains(&Missing::of(key));
        let unneeded = |key: &str| key == "webhook_secret" && self.public.only_polls();
        ["app_id", "private_key_file", "webhook_secret"]
            .into_iter()
            .filter(|key| !unneeded(key))
            .all(lacks)
    }

    /// Where webhooks are taken; `None` where news is asked for and no secret could prove one.
    pub fn webhook_listen(&self) -> Option<SocketAddr> {
        let github = self.github.as_ref();
        let proves = match github {
            Some(github) => !github.webhook_secrets().is_empty(),
            None => !self.public.only_polls(),
        };
        (self.public.poll.is_none() || proves).then_some(self.listen)
    }

    /// Makes the data folder with mode 700. The answer is what the operator should know about it.
    pub fn make_data_dir(&self) -> Result<Option<String>, ConfigError> {
        paths::make_private(&self.data_dir)
    }
}

impl Sources {
    /// Understands everything, or says everything that is wrong.
    pub fn config(&self, presets: Presets<'_>) -> Result<Config, ConfigError> {
        let mut resolver = Resolver::new(self);
        let config = understand(&mut resolver, presets);
        let mut mistakes = std::mem::take(&mut resolver.mistakes);
        let root = std::mem::take(&mut resolver.root);
        root.finish(&reference::keys_under(""), &mut mistakes);
        match config {
            Some(config) if mistakes.is_empty() => Ok(Config {
                warnings: resolver.warnings,
                origins: resolver.origins,
                ..config
            }),
            _ => Err(ConfigError(mistakes)),
        }
    }
}

fn look_again(resolver: &mut Resolver<'_>) -> Duration {
    let pause = resolver.meant("look_again", |found| pause(&found.text));
    pause.unwrap_or(LOOK_AGAIN)
}

/// Every part is read even when an earlier one is wrong; `None` only with a mistake noted.
fn understand(resolver: &mut Resolver<'_>, presets: Presets<'_>) -> Option<Config> {
    let mut missing = Vec::new();
    let (listen, admin_listen) = paths::addresses(resolver);
    let admin_token = paths::admin_token(resolver);
    let data_dir = paths::data_dir(resolver);
    let database_url = paths::database_url(resolver, data_dir.as_deref());
    let way = outside::read(resolver);
    let github = github::read(resolver, &mut missing, (data_dir.as_deref(), way.proof()));
    let roles = roles::read(resolver);
    let mut agents = agents::read(resolver, presets);
    let default_agent = agents::read_default(resolver, &mut agents, presets);
    if default_agent.is_none() {
        missing.push(Missing::of("agent"));
    }
    for (at, name) in &roles.agents {
        let found = agents::require(resolver, agents::Mention { name, at }, &mut agents, presets);
        resolver.noted(found);
    }
    agents::resolve(resolver, &mut agents);
    let prices = prices::read(resolver);
    let numbers = numbers(resolver);
    let default_role = roles::read_default(resolver, &roles.by_name);
    let sandbox = sandbox::read(resolver);
    let old_git = resolver
        .meant("old_git", |found| old_git(&found.text))
        .unwrap_or_default();
    let git = resolver.meant("git", git);
    let (network, certificates) = network::read(resolver);
    let allowed_bots = resolver.of_file("allowed_bots", bots).unwrap_or_default();
    let paths = change::read(resolver);
    let ready = resolver.of_file("ready", ready).unwrap_or_default();
    let readiness = resolver.of_file("readiness", readiness::readiness);
    let base_rules = resolver.of_file("base_rules", base_rules::base_rules);
    let (look_again, logging) = (look_again(resolver), logging::read(resolver));
    Some(Config {
        listen,
        admin_listen,
        admin_token,
        database_url: database_url?,
        data_dir: data_dir?,
        github,
        public: way,
        agents,
        default_agent,
        prices,
        issues: issues::read(resolver, &roles.by_name),
        roles: roles.by_name,
        default_role: default_role.unwrap_or_else(swe),
        limits: numbers.limits,
        pace: numbers.pace,
        retention: numbers.retention,
        sandbox,
        old_git,
        git: git.unwrap_or_else(|| PathBuf::from(GIT)),
        network,
        certificates,
        allowed_bots,
        allow_protected: paths.allow_protected,
        uncounted: paths.uncounted,
        ignore: paths.ignore,
        egress_allow: reach::of_all(resolver),
        author_answers: resolver
            .of_file("author_answers", Item::switch)
            .unwrap_or_default(),
        ready,
        readiness: readiness.unwrap_or_default(),
        base_rules: base_rules.unwrap_or_default(),
        look_again,
        path: resolver.sources.environment().path(),
        hide: hidden_files(resolver),
        notify: notify::read(resolver),
        logging,
        traces: traces::read(resolver),
        file: resolver.sources.file().map(Path::to_owned),
        missing,
        warnings: Vec::new(),
        origins: BTreeMap::new(),
    })
}

fn numbers(resolver: &mut Resolver<'_>) -> Numbers {
    let mut numbers = Numbers::default();
    for (name, settings) in limits::TABLES {
        let table = resolver.root.take_table(name, &mut resolver.mistakes);
        resolver.note_table(name, &table);
        limits::read(table, settings, &mut numbers, &mut resolver.mistakes);
    }
    numbers
}

fn hidden_files(resolver: &Resolver<'_>) -> Vec<PathBuf> {
    let key = resolver
        .sources
        .find("private_key_file")
        .ok()
        .flatten()
        .map(|found| found.path());
    let file = resolver.sources.file().map(Path::to_owned);
    file.into_iter()
        .chain(key)
        .chain(notify::secret_files(resolver.sources))
        .filter_map(|path| std::path::absolute(path).ok())
        .collect()
}

fn swe() -> RoleName {
    "swe"
        .parse()
        .expect("`swe` is a role name; the tests read it")
}

fn old_git(text: &str) -> Result<OldGit, String> {
    match text.trim() {
        "refuse" => Ok(OldGit::Refuse),
        "allow" => Ok(OldGit::Allow),
        other => Err(value::one_of(&["refuse", "allow"], other)),
    }
}

fn git(found: &Found) -> Result<PathBuf, String> {
    let path = PathBuf::from(found.text.trim());
    if path.is_absolute() {
        Ok(path)
    } else {
        Err(value::PROGRAM.to_owned())
    }
}

fn pause(text: &str) -> Result<Duration, String> {
    let fits = parse_duration(text).filter(|pause| *pause <= Duration::from_secs(60));
    fits.ok_or_else(|| value::PAUSE.to_owned())
}

fn bots(item: Item) -> Result<Vec<UserId>, Mistake> {
    let bot = |item: Item| {
        let at = item.at.clone();
        let id = item.integer()?;
        if id > 0 {
            Ok(UserId(id))
        } else {
            Err(Mistake::new(at, value::BOT))
        }
    };
    item.list()?.into_iter().map(bot).collect()
}

fn ready(item: Item) -> Result<MakeReady, Mistake> {
    match &item.value {
        Value::Text(text) if text == "green" => Ok(MakeReady::Green),
        Value::Text(text) if text == "never" => Ok(MakeReady::Never),
        _ => Err(item.wrong(value::READY)),
    }
}
