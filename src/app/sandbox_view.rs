//! What a session of a role may read, write and reach: told from the configuration, with folders of no session. Nothing is started.

use std::path::Path;
use std::time::Duration;

use super::clock::system_clock;
use super::fence_line::shown;
use super::local_repository::LocalRepository;
use super::scratch::Scratch;
use super::setup::{allowed, own_program};
use crate::agent::{Agents, AgentsConfig, Confinement, Identity, Launch, Resources};
use crate::config::{Config, render_duration, render_size};
use crate::core::agent::AgentSpec;
use crate::core::effect::Grants;
use crate::core::repository_policy::{RepositoryPolicy, Service};
use crate::core::role::{self, Role, RoleName};
use crate::core::text::sight::{self as text, HOME, MIRROR, Shown, WORKSPACE};

/// Tells it of a role's agent, or of a command in its place.
///
/// # Errors
/// There is no such role, no agent for it, no such program, or no sandbox that works.
pub async fn sandbox_shown(
    config: Config,
    role: &str,
    command: &[String],
) -> anyhow::Result<Shown> {
    let Found { role, agent } = found(&config, role)?;
    let local = LocalRepository::here()?;
    let scratch = Scratch::new()?;
    let launch = launch(agent, &role, (scratch.path(), &local.policy))?;
    let limits = limits(&config, &role);
    let agents = Agents::open(agents_config(config, scratch.path())).await?;
    let sight = agents.sight(&launch, command)?;
    let places = [
        (&launch.workspace, WORKSPACE),
        (&launch.home, HOME),
        (&launch.visible[0], MIRROR),
    ];
    let named = |path: &Path| {
        let name = places.iter().find(|(place, _)| place.as_path() == path);
        name.map_or_else(
            || path.display().to_string(),
            |(_, name)| (*name).to_owned(),
        )
    };
    let list = |paths: &[std::path::PathBuf]| paths.iter().map(|path| named(path)).collect();
    Ok(Shown {
        role: role.name.to_string(),
        agent: launch.agent.name.clone(),
        sandbox: shown(&sight.confinement),
        holds: !matches!(sight.confinement, Confinement::None { .. }),
        system: list(&sight.places.system),
        reads: list(&sight.places.reads),
        writes: list(&sight.places.writes),
        memory: list(&sight.places.memory),
        hidden: list(&sight.places.hidden),
        services: launch.grants.services.iter().map(service).collect(),
        reaches: sight.reaches,
        variables: sight.variables,
        limits,
        line: (!command.is_empty()).then(|| sight.line.join(" ")),
    })
}

/// As it is shown.
fn service((name, service): (&String, &Service)) -> String {
    text::service(name, service.port, &service.command)
}

/// Whose session it would be.
pub(super) struct Found {
    pub(super) role: Role,
    pub(super) agent: AgentSpec,
}

/// The role of that name, and its agent.
pub(super) fn found(config: &Config, role: &str) -> anyhow::Result<Found> {
    let role = role_of(config, role)?;
    let agent = role.agent.clone().or_else(|| config.default_agent.clone());
    let agent = agent.and_then(|name| config.agents.get(&name).cloned());
    let agent = agent.ok_or_else(|| anyhow::anyhow!(text::no_agent(role.name.as_str())))?;
    Ok(Found { role, agent })
}

fn role_of(config: &Config, name: &str) -> anyhow::Result<Role> {
    let known = name.parse::<RoleName>().ok();
    let own = known
        .as_ref()
        .and_then(|name| config.roles.get(name).cloned());
    let found = own.or_else(|| role::built_in(known.as_ref()?));
    found.ok_or_else(|| {
        let near = role::near(name, &config.roles);
        let said = text::no_role(name, near.as_deref(), &role::names(&config.roles));
        anyhow::anyhow!(said)
    })
}

/// A session of nobody's, in folders that stand for those of one, of a repository with that policy.
pub(super) fn launch(
    agent: AgentSpec,
    role: &Role,
    (folder, policy): (&Path, &RepositoryPolicy),
) -> anyhow::Result<Launch> {
    let folder = folder.canonicalize()?;
    let below = |name: &str| {
        let path = folder.join("sessions").join(name);
        std::fs::create_dir_all(&path).map(|()| path)
    };
    Ok(Launch {
        session: "1-1-1".parse()?,
        agent,
        workspace: below("workspace")?,
        home: below("home")?,
        visible: vec![below("mirror")?],
        read_only: !role.writes,
        identity: Identity {
            name: "skep".to_owned(),
            email: "skep@localhost".to_owned(),
        },
        resources: Resources::default(),
        grants: Grants {
            egress: policy.egress_allow.clone(),
            environment: policy.env.clone(),
            services: policy.services.clone(),
        },
    })
}

pub(super) fn agents_config(config: Config, folder: &Path) -> AgentsConfig {
    let mut hide = config.hide;
    hide.push(config.data_dir);
    AgentsConfig {
        data_dir: folder.to_owned(),
        hide,
        sandbox: config.sandbox,
        inner: own_program(),
        egress: allowed(&config.egress_allow),
        clock: system_clock(),
        life: None,
        session_memory: None,
        path: config.path,
        network: config.network,
        demo_in_process: false,
    }
}

/// What one session of the role may take, as people write it.
fn limits(config: &Config, role: &Role) -> Vec<(String, String)> {
    let clocks = role.limits.within(&config.limits);
    let duration = |ms: i64| render_duration(Duration::from_millis(ms.unsigned_abs()));
    let Resources {
        file_bytes,
        open_files,
        processes,
    } = Resources::default();
    let count = |number: Option<u64>| {
        number.map_or_else(|| text::NO_LIMIT.to_owned(), |number| number.to_string())
    };
    let all = [
        (text::limit::TIME, duration(clocks.wall_ms)),
        (text::limit::SILENCE, duration(clocks.silence_ms)),
        (
            text::limit::MEMORY,
            render_size(config.limits.session_memory_bytes),
        ),
        (
            text::limit::DISK,
            render_size(config.limits.workspace_bytes),
        ),
        (text::limit::PROCESSES, count(processes)),
        (text::limit::OPEN_FILES, count(open_files)),
        (
            text::limit::FILE,
            file_bytes.map_or_else(|| text::NO_LIMIT.to_owned(), render_size),
        ),
    ];
    all.map(|(name, limit)| (name.to_owned(), limit)).to_vec()
}
