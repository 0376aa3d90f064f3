//! Everything `serve` does up to listening, tried out and taken back: one finding for each part, with what to do.
//!
//! It leaves nothing behind and starts no work. A part that fails does not hide the next one.

use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use tokio::net::TcpListener;

use super::finding::Finding;
use super::scratch::Scratch;
use super::setup::{Addresses, Setup};
use super::{ca_bundle, check_repositories, identity};
use crate::agent::{Agents, Confinement, registry};
use crate::config::{lacking, try_data_dir};
use crate::core::agent::AgentSpec;
use crate::core::gated_pulls::GatedPulls;
use crate::core::gateway::keys;
use crate::core::sanitise::HeldSecrets;
use crate::core::text::disk::{Shortage, told};
use crate::core::text::{check, gateway};
use crate::git::Git;
use crate::github::GitHub;
use crate::runner::Disk;
use crate::store::{self, Backend, StoreError};

/// How long an agent may take to shake hands.
const HANDSHAKE: Duration = Duration::from_secs(30);

/// Tries everything on this machine, and GitHub unless it must not be asked.
pub async fn check(mut setup: Setup, addresses: Addresses, offline: bool) -> Vec<Finding> {
    let mut found = Vec::new();
    let folder = data_folder(&setup.data_dir);
    let running = matches!(&folder, (_, InUse::ByAnother));
    found.push(folder.0);
    found.push(disk(&setup));
    if running {
        found.push(Finding::odd("addresses", check::ADDRESSES_IN_USE));
    } else {
        if let Some(listen) = addresses.listen {
            found.push(address("webhooks", listen).await);
        }
        found.push(address("admin", addresses.admin).await);
    }
    found.push(database(&setup.database_url).await);
    found.push(git(&setup).await);
    match Scratch::new() {
        Ok(scratch) => {
            match ca_bundle::write(&setup.certificates, scratch.path()) {
                Ok(bundle) => setup.network.ca_bundle = bundle,
                Err(error) => found.push(Finding::wrong("certificates", format!("{error:#}"))),
            }
            found.extend(agents(&setup, scratch.path()).await);
            if offline {
                found.push(Finding::odd("GitHub", check::NOT_ASKED));
            } else {
                found.extend(github(&setup).await);
            }
        }
        Err(error) => found.push(Finding::wrong(
            "scratch",
            check::no_scratch(&format!("{error:#}")),
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
                check::folder_in_use(&folder.display().to_string()),
            ),
            InUse::ByAnother,
        ),
        Ok(()) => (
            Finding::right("data folder", folder.display().to_string()),
            InUse::Free,
        ),
    }
}

/// The room under the data folder, or under the folder that it will be made in.
fn disk(setup: &Setup) -> Finding {
    let mut above = setup.data_dir.ancestors();
    let there = above.find(|folder| folder.exists());
    let wanted = setup.limits.disk_reserve_bytes;
    match Disk::of(there.unwrap_or(Path::new("/"))) {
        Err(error) => Finding::odd("disk", check::no_look(&error.to_string())),
        Ok(disk) if disk.is_short(wanted) => {
            let kept = disk.reserve(wanted);
            Finding::odd("disk", told(disk.free, Some(Shortage::Free { kept })))
        }
        Ok(disk) => Finding::right("disk", told(disk.free, None)),
    }
}

async fn address(part: &str, address: SocketAddr) -> Finding {
    match TcpListener::bind(address).await {
        Ok(_) => Finding::right(part, address.to_string()),
        Err(error) => {
            let what = check::cannot_listen(&address.to_string(), &error.to_string());
            Finding::wrong(part, what)
        }
    }
}

async fn database(url: &str) -> Finding {
    match store::probe(url).await {
        Ok(Backend::Sqlite) => Finding::right("database", "SQLite"),
        Ok(Backend::Postgres) => Finding::right("database", "Postgres"),
        Err(error @ StoreError::Newer { .. }) => Finding::wrong("database", error.to_string()),
        Err(error) => Finding::wrong("database", check::database(&error.to_string())),
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
        // Nothing is to be moved for a look.
        session_memory: None,
        ..setup.agents_config(None)
    };
    let agents = match Agents::open(config).await {
        Ok(agents) => agents,
        Err(error) => return vec![Finding::wrong("agents", error.to_string())],
    };
    let mut found = vec![match agents.confinement() {
        Confinement::Bubblewrap(_) => Finding::right("sandbox", "bubblewrap"),
        Confinement::Container(container) => Finding::right("sandbox", container.name()),
        Confinement::None { warning } => Finding::odd("sandbox", warning),
        Confinement::Broken { why } => Finding::wrong("sandbox", why),
    }];
    let fenced = agents.confinement().holds();
    for (number, spec) in setup.specs.values().enumerate() {
        found.push(agent(&agents, spec, &scratch.join(number.to_string())).await);
        found.extend(keyless(spec));
        found.extend(placed(spec).filter(|_| fenced));
    }
    found
}

async fn agent(agents: &Agents, spec: &AgentSpec, scratch: &Path) -> Finding {
    let part = format!("agent {}", spec.name);
    let program = spec.command.first().map(String::as_str).unwrap_or_default();
    let Some(path) = agents.find_program(program) else {
        return Finding::wrong(part, check::no_program(program, registry::name_of(program)));
    };
    let path = path.display().to_string();
    match agents.try_out(spec, scratch, HANDSHAKE).await {
        Ok(name) if name.is_empty() => Finding::right(part, check::answers(&path)),
        Ok(name) => Finding::right(part, check::introduces_itself(&name, &path)),
        Err(error) => Finding::wrong(part, check::no_acp(&path, &error.to_string())),
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
    let part = format!("agent {}", spec.name);
    Some(Finding::odd(part, check::no_key(&spec.inherit)))
}

/// Where its keys are while it works.
fn placed(spec: &AgentSpec) -> Option<Finding> {
    let keys = keys(spec);
    let place = gateway::place(&keys)?;
    let part = format!("key of {}", spec.name);
    Some(match keys.are_inside() {
        false => Finding::right(part, place),
        true => Finding::odd(part, place),
    })
}

async fn github(setup: &Setup) -> Vec<Finding> {
    let github = match GitHub::new(setup.github_config(&HeldSecrets::default())) {
        Ok(github) => github,
        Err(error) => return vec![Finding::wrong("GitHub", error.to_string())],
    };
    let api = &setup.github.api_url;
    let gated = setup.issues.pull_gate;
    let identity = match github.app().await {
        Ok(identity) => identity,
        Err(error) => {
            let no = identity::definite(&error, api).map(|no| no.to_string());
            let away = || check::unreachable(api.as_str(), &error.to_string());
            return vec![Finding::wrong("GitHub", no.unwrap_or_else(away))];
        }
    };
    let mut found = vec![Finding::right(
        "GitHub",
        check::known(api.as_str(), &identity.slug),
    )];
    found.extend(
        identity::shortfall(&identity, gated, setup.hearing)
            .into_iter()
            .map(|what| Finding::wrong("App", what)),
    );
    match github.installations().await {
        Ok(all) if all.is_empty() => found.push(Finding::odd("App", check::NOT_INSTALLED_YET)),
        Ok(all) => {
            found.extend(all.iter().map(|one| installation(one, gated)));
            found.extend(check_repositories::check(&github, &all, setup.base_rules).await);
        }
        Err(error) => found.push(Finding::wrong("App", error.to_string())),
    }
    found
}

fn installation(installation: &crate::github::Installation, gated: GatedPulls) -> Finding {
    let account = if installation.account.is_empty() {
        check::AN_ACCOUNT
    } else {
        &installation.account
    };
    let (permissions, _) = lacking(&installation.permissions, &[], gated);
    if installation.suspended {
        return Finding::odd("App", check::suspended(account));
    }
    if permissions.is_empty() {
        return Finding::right("App", check::installed(account));
    }
    Finding::wrong("App", check::installation_lacks(account, &permissions))
}
