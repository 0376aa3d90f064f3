//! Everything `serve` does up to listening, tried out and taken back: one finding for each part, with what to do.
//!
//! It leaves nothing behind and starts no work. A part that fails does not hide the next one.

use std::fmt;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::net::TcpListener;

use super::{Addresses, Setup, agents_config, github_config, identity, secret, trust};
use crate::agent::{Agents, Confinement, SandboxChoice};
use crate::config::{lacking, try_data_dir};
use crate::core::agent::AgentSpec;
use crate::git::Git;
use crate::github::GitHub;
use crate::store::{self, Backend};

/// How long an agent may take to shake hands.
const HANDSHAKE: Duration = Duration::from_secs(30);

/// How a part of the installation is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Right.
    Right,
    /// Odd, and no reason not to start.
    Odd,
    /// Wrong: `skep serve` cannot start, or cannot work.
    Wrong,
}

/// What was found out about one part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// How it is.
    pub verdict: Verdict,
    /// The part, in a word or two.
    pub part: String,
    /// What was found, and what to do.
    pub text: String,
}

impl Finding {
    fn right(part: impl Into<String>, text: impl Into<String>) -> Self {
        Self {
            verdict: Verdict::Right,
            part: part.into(),
            text: text.into(),
        }
    }

    fn odd(part: impl Into<String>, text: impl Into<String>) -> Self {
        Self {
            verdict: Verdict::Odd,
            part: part.into(),
            text: text.into(),
        }
    }

    fn wrong(part: impl Into<String>, text: impl Into<String>) -> Self {
        Self {
            verdict: Verdict::Wrong,
            part: part.into(),
            text: text.into(),
        }
    }

    /// What the configuration warns of.
    pub fn warning(text: &str) -> Self {
        Self::odd("setting", text)
    }
}

/// `✓ git          2.47.3`.
impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mark = match self.verdict {
            Verdict::Right => '✓',
            Verdict::Odd => '!',
            Verdict::Wrong => '✗',
        };
        write!(f, "{mark} {:<12} {}", self.part, self.text)
    }
}

/// Tries everything on this machine, and GitHub unless it must not be asked.
pub async fn check(mut setup: Setup, addresses: Addresses, offline: bool) -> Vec<Finding> {
    let mut found = Vec::new();
    let folder = data_folder(&setup.data_dir);
    let running = matches!(&folder, (_, InUse::ByAnother));
    found.push(folder.0);
    if running {
        found.push(Finding::odd(
            "addresses",
            "not tried: a skep is running on this data folder",
        ));
    } else {
        found.push(address("webhooks", addresses.listen).await);
        found.push(address("admin", addresses.admin).await);
    }
    found.push(database(&setup.database_url).await);
    found.push(git(&setup).await);
    match Scratch::new() {
        Ok(scratch) => {
            match trust::write(&setup.certificates, &scratch.0) {
                Ok(bundle) => setup.network.ca_bundle = bundle,
                Err(error) => found.push(Finding::wrong("certificates", format!("{error:#}"))),
            }
            found.extend(agents(&setup, &scratch.0).await);
            if offline {
                found.push(Finding::odd("GitHub", "not asked (--offline)"));
            } else {
                found.extend(github(&setup).await);
            }
        }
        Err(error) => found.push(Finding::wrong(
            "scratch",
            format!("no folder can be made to try things in: {error:#}"),
        )),
    }
    found
}

/// Whether a skep runs on the folder already.
#[derive(PartialEq, Eq)]
enum InUse {
    Free,
    ByAnother,
}

fn data_folder(folder: &Path) -> (Finding, InUse) {
    match try_data_dir(folder) {
        Err(what) => (Finding::wrong("data folder", what), InUse::Free),
        Ok(()) if store::is_locked(folder) => (
            Finding::right(
                "data folder",
                format!("{} (a skep is running on it)", folder.display()),
            ),
            InUse::ByAnother,
        ),
        Ok(()) => (
            Finding::right("data folder", folder.display().to_string()),
            InUse::Free,
        ),
    }
}

async fn address(part: &str, address: SocketAddr) -> Finding {
    match TcpListener::bind(address).await {
        Ok(_) => Finding::right(part, address.to_string()),
        Err(error) => {
            let what = format!(
                "cannot listen on {address}: {error}; end what listens there, or name another address"
            );
            Finding::wrong(part, what)
        }
    }
}

async fn database(url: &str) -> Finding {
    match store::probe(url).await {
        Ok(Backend::Sqlite) => Finding::right("database", "SQLite"),
        Ok(Backend::Postgres) => Finding::right("database", "Postgres"),
        Err(error) => Finding::wrong("database", format!("{error}; check SKEP_DATABASE_URL")),
    }
}

async fn git(setup: &Setup) -> Finding {
    match Git::probe(setup.git.clone(), setup.old_git).await {
        Ok(version) => Finding::right("git", version),
        Err(error) => Finding::wrong("git", error.to_string()),
    }
}

async fn agents(setup: &Setup, scratch: &Path) -> Vec<Finding> {
    let config = crate::agent::AgentsConfig {
        data_dir: scratch.to_owned(),
        ..agents_config(setup)
    };
    let room = match Agents::open(config).await {
        Ok(room) => room,
        Err(error) => return vec![Finding::wrong("agents", error.to_string())],
    };
    let mut found = vec![match (room.confinement(), setup.sandbox) {
        (Confinement::Bubblewrap(_), _) => Finding::right("sandbox", "bubblewrap"),
        (Confinement::ProcessGroup { warning }, SandboxChoice::Off) => {
            Finding::odd("sandbox", warning)
        }
        (Confinement::ProcessGroup { warning }, SandboxChoice::Auto) => Finding::odd(
            "sandbox",
            format!("{warning} Install bubblewrap, and allow user namespaces."),
        ),
    }];
    for (number, spec) in setup.specs.values().enumerate() {
        found.push(agent(&room, spec, &scratch.join(number.to_string())).await);
        found.extend(keyless(spec));
    }
    found
}

async fn agent(room: &Agents, spec: &AgentSpec, scratch: &Path) -> Finding {
    let part = format!("agent {}", spec.name);
    let program = spec.command.first().map(String::as_str).unwrap_or_default();
    let Some(path) = room.find_program(program) else {
        return Finding::wrong(
            part,
            format!("`{program}` is not installed, or not on the PATH that skep has"),
        );
    };
    match room.try_out(spec, scratch, HANDSHAKE).await {
        Ok(said) if said.is_empty() => Finding::right(part, format!("{} answers", path.display())),
        Ok(said) => Finding::right(part, format!("{said} ({})", path.display())),
        Err(error) => Finding::wrong(
            part,
            format!("{} does not speak ACP: {error}", path.display()),
        ),
    }
}

/// Whether an agent that takes a key by its environment got none.
fn keyless(spec: &AgentSpec) -> Option<Finding> {
    let is_key = |name: &str| ["KEY", "TOKEN"].iter().any(|word| name.contains(word));
    // An agent with a home of its own may be logged in there; a model of one's own may need no key.
    let elsewhere = spec.home.is_some()
        || spec
            .environment
            .keys()
            .any(|name| name.contains("BASE_URL") || name.contains("HOST"));
    if spec.inherit.is_empty() || elsewhere || spec.environment.keys().any(|name| is_key(name)) {
        return None;
    }
    let text = format!(
        "no key for its model is set; it takes {} from skep's environment",
        spec.inherit.join(", ")
    );
    Some(Finding::odd(format!("agent {}", spec.name), text))
}

async fn github(setup: &Setup) -> Vec<Finding> {
    let github = match GitHub::new(github_config(setup)) {
        Ok(github) => github,
        Err(error) => return vec![Finding::wrong("GitHub", error.to_string())],
    };
    let api = &setup.github.api_url;
    let identity = match github.app().await {
        Ok(identity) => identity,
        Err(error) => {
            let no = identity::definite(&error, api).map(|no| no.to_string());
            let away = || {
                format!(
                    "cannot be asked at {api}: {error}; check the network, HTTPS_PROXY and SKEP_GITHUB_URL"
                )
            };
            return vec![Finding::wrong("GitHub", no.unwrap_or_else(away))];
        }
    };
    let mut found = vec![Finding::right(
        "GitHub",
        format!("{api} knows the App {}", identity.slug),
    )];
    found.extend(
        identity::shortfall(&identity)
            .into_iter()
            .map(|what| Finding::wrong("App", what)),
    );
    match github.installations().await {
        Ok(all) if all.is_empty() => found.push(Finding::odd(
            "App",
            "it is installed nowhere yet: README, step 5",
        )),
        Ok(all) => found.extend(all.iter().map(installation)),
        Err(error) => found.push(Finding::wrong("App", error.to_string())),
    }
    found
}

fn installation(installation: &crate::github::Installation) -> Finding {
    let account = if installation.account.is_empty() {
        "an account"
    } else {
        &installation.account
    };
    let (permissions, _) = lacking(&installation.permissions, &[]);
    if installation.suspended {
        return Finding::odd("App", format!("it is suspended on {account}"));
    }
    if permissions.is_empty() {
        return Finding::right("App", format!("installed on {account}"));
    }
    let what = format!(
        "on {account} it lacks {}: the owner accepts new permissions under Settings → Applications → Installed GitHub Apps",
        permissions.join(", ")
    );
    Finding::wrong("App", what)
}

/// A folder to try things in; it goes with the check.
struct Scratch(PathBuf);

impl Scratch {
    fn new() -> anyhow::Result<Self> {
        let folder = std::env::temp_dir().join(secret("skep-check")?);
        std::fs::create_dir_all(&folder)?;
        Ok(Self(folder))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_dir_all(&self.0) {
            tracing::warn!(%error, folder = %self.0.display(), "the check's folder stays");
        }
    }
}
