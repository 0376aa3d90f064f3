//! From "start this agent for this session" to a command line, an environment and a fence.
//!
//! The environment is built from nothing: a short list of our own, the identity for git, and what the operator set for
//! the agent. Nothing of skep's own environment is ever read here.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use crate::core::agent::AgentSpec;
use crate::core::effect::Grants;
use crate::core::ids::SessionId;
use crate::core::network::Network;
use crate::fence;
use crate::gateway::Tell;

use super::cgroup::Cgroups;
use super::error::AgentError;
use super::executable;
use super::guard;
use super::network_variables::way_out;
use super::process_tree;
use super::resources::Resources;
use super::sandbox::{Confinement, Enclosure, Fence, Told};
use super::spawn::Order;
use super::ways::{ENVIRONMENT, INSIDE, LIFE, Outside, Start, Ways};

/// Everything needed to start an agent for one session.
#[derive(Debug, Clone)]
pub struct Launch {
    /// The session it works for.
    pub session: SessionId,
    /// The agent, its inherited variables already resolved into its environment.
    pub agent: AgentSpec,
    /// The working copy: an existing folder, which must stay the same folder (it is mounted by inode).
    pub workspace: PathBuf,
    /// The session's own home: an existing folder that survives restarts, so that the agent can load its session.
    pub home: PathBuf,
    /// Further folders to see, read-only: the mirror the working copy borrows its objects from.
    pub visible: Vec<PathBuf>,
    /// True mounts the working copy read-only (roles that only analyse).
    pub read_only: bool,
    /// Who the agent's commits are by.
    pub identity: Identity,
    /// Limits on the agent's processes.
    pub resources: Resources,
    /// What its repository, and people who were asked, open and set for it.
    pub grants: Grants,
}

/// A name and an address for commits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// Such as `skep[bot]`.
    pub name: String,
    /// Such as `1+skep[bot]@users.noreply.github.com`.
    pub email: String,
}

/// What is the same for every start.
pub(super) struct LaunchContext {
    pub(super) fence: Fence,
    pub(super) data_dir: PathBuf,
    pub(super) hide: Vec<PathBuf>,
    pub(super) path: String,
    pub(super) network: Network,
    pub(super) outside: Outside,
    pub(super) life: Option<String>,
    /// Those of skep's own, or why there are none.
    pub(super) cgroups: Result<Cgroups, String>,
}

/// A start that is ready to go, and the mark its processes carry.
pub(super) struct Prepared {
    pub(super) order: Order,
    pub(super) mark: String,
    /// What it sees, and the names of the variables it gets.
    pub(super) enclosure: Enclosure,
    pub(super) variables: Vec<String>,
}

impl LaunchContext {
    /// Prepares the agent itself.
    pub(super) fn agent(
        &self,
        launch: &Launch,
        ways: Option<&Ways>,
    ) -> Result<Prepared, AgentError> {
        // What a repository sets replaces nothing.
        let mut environment: BTreeMap<String, String> = launch.grants.environment.clone();
        match ways {
            // What the operator sets for the agent wins over the way out that holds for all.
            None => {
                let own = launch.agent.environment.clone();
                environment.extend(way_out(&self.network).chain(own));
            }
            // There is one way out of a sandbox.
            Some(ways) => {
                let network = ways.network(&self.network);
                let own = ways.environment.clone();
                environment.extend(own.into_iter().chain(way_out(&network)));
            }
        }
        let mut prepared = self.prepare(
            launch,
            (&launch.agent.command, environment.into_iter().collect()),
            ways,
        )?;
        prepared.order.input = true;
        Ok(prepared)
    }

    /// Prepares a command of skep's own in the agent's fence; the agent's variables (its keys) are not in its environment.
    pub(super) fn command(&self, launch: &Launch, argv: &[String]) -> Result<Prepared, AgentError> {
        self.prepare(&launch.alone(), (argv, vec![]), None)
    }

    /// Prepares a command of a repository's own: no agent's variables, no services, and the one way out that was opened for it.
    pub(super) fn outsider(
        &self,
        launch: &Launch,
        argv: &[String],
        ways: Option<&Ways>,
    ) -> Result<Prepared, AgentError> {
        let network = ways.map(|ways| ways.network(&self.network));
        let environment = network.iter().flat_map(way_out).collect();
        self.prepare(&launch.alone(), (argv, environment), ways)
    }

    /// The way out of the sandbox of such a command: to what all sessions may reach and its repository grants; to no model, and to no
    /// port of this machine.
    pub(super) fn plain_ways(&self, launch: &Launch) -> Result<Option<Ways>, AgentError> {
        let mark = mark(&launch.session);
        self.where_fenced(|outside| outside.open_plain(&launch.grants, &mark))
    }

    /// Ways out where there is a sandbox; none where there is none, which shares the machine's network.
    pub(super) fn where_fenced(
        &self,
        open: impl FnOnce(&Outside) -> Result<Ways, AgentError>,
    ) -> Result<Option<Ways>, AgentError> {
        // A fence that is mended between here and the start must not find itself without a way out.
        match self.fence.now() {
            Confinement::Broken { why } => Err(AgentError::Sandbox(why)),
            Confinement::None { .. } => Ok(None),
            Confinement::Bubblewrap(_) | Confinement::Container(_) => open(&self.outside).map(Some),
        }
    }

    /// The ways out of the sandbox of a start.
    pub(super) fn ways(
        &self,
        launch: &Launch,
        tools: Option<SocketAddr>,
        tell: Tell,
    ) -> Result<Option<Ways>, AgentError> {
        let start = Start {
            session: &launch.session,
            grants: &launch.grants,
            mark: &mark(&launch.session),
            tools,
        };
        self.where_fenced(|outside| outside.open(&launch.agent, start, tell))
    }

    pub(super) fn prepare(
        &self,
        launch: &Launch,
        (argv, extra): (&[String], Vec<(String, String)>),
        ways: Option<&Ways>,
    ) -> Result<Prepared, AgentError> {
        for folder in [&launch.workspace, &launch.home, &home(launch)] {
            if !folder.is_dir() {
                let what = folder.display().to_string();
                return Err(AgentError::Spawn {
                    what,
                    why: "the folder is not there".to_owned(),
                });
            }
        }
        let name = argv.first().map(String::as_str).unwrap_or_default();
        let confinement = match self.fence.now() {
            Confinement::Broken { why } => return Err(AgentError::Sandbox(why)),
            found => found,
        };
        let program = match confinement.brings_programs() {
            true => PathBuf::from(name),
            false => executable::find(name, &self.path).ok_or_else(|| AgentError::NotFound {
                agent: launch.agent.name.clone(),
                program: name.to_owned(),
            })?,
        };
        let mark = mark(&launch.session);
        let mut environment = self.environment(launch, extra, &mark);
        for (_, path) in environment
            .iter_mut()
            .filter(|(name, value)| name == "PATH" && *value == self.path)
        {
            *path = self.path_for(&program, &confinement);
        }
        let mut enclosure =
            self.enclosure(launch, self.needed(launch, argv, &program, &confinement));
        enclosure.ways = ways.map(|ways| ways.folder().to_owned());
        enclosure.decoys = ways.map_or_else(Vec::new, Ways::decoys);
        let mut inner = self.inner(launch, &enclosure, &confinement);
        inner.extend(ways.map_or_else(Vec::new, Ways::words));
        inner.push("--".into());
        inner.extend(self.attended(launch));
        inner.push(self.shown(&program, &confinement).into());
        inner.extend(argv.iter().skip(1).map(OsString::from));
        let directory = launch.workspace.clone();
        let variables = environment.iter().map(|(name, _)| name.clone()).collect();
        let (argv, environment) = match &confinement {
            Confinement::Container(container) => {
                // The image knows where its programs are.
                environment.retain(|(name, value)| name != "PATH" || *value != self.path);
                let client = [container.client(), &marks(&environment)].concat();
                let told = match ways {
                    Some(ways) => {
                        ways.tell(&environment)?;
                        Told::InFile(ENVIRONMENT)
                    }
                    None => Told::InLine(&environment),
                };
                let line = container.around(&enclosure, launch.resources, told, inner);
                (line, client)
            }
            _ => (confinement.wrap(&enclosure, inner), environment),
        };
        let mut order = Order {
            argv,
            environment,
            directory,
            input: false,
            group: None,
        };
        self.hold(&mut order, (launch, &mark), &confinement)?;
        Ok(Prepared {
            order,
            mark,
            enclosure,
            variables,
        })
    }

    /// What of this machine's programs must be in sight.
    fn needed(
        &self,
        launch: &Launch,
        argv: &[String],
        program: &Path,
        confinement: &Confinement,
    ) -> Vec<PathBuf> {
        let ours = self.fence.inner().to_owned();
        if confinement.brings_programs() {
            return vec![ours];
        }
        let needed = executable::needs(program, &self.path).into_iter();
        // The operator's own words, not those of a command of ours.
        let words = argv.iter().skip(1).filter(|_| argv == launch.agent.command);
        let needed = needed.chain(words.filter_map(|word| executable::named(word)));
        let hidden = self.hidden();
        let needed = needed.chain([ours]);
        needed
            .filter(|needed| confinement.hides(needed, &hidden))
            .collect()
    }

    /// The line of the fence's inner half, up to the program.
    fn inner(
        &self,
        launch: &Launch,
        enclosure: &Enclosure,
        confinement: &Confinement,
    ) -> Vec<OsString> {
        let mut line: Vec<OsString> = vec![self.fence.inner().into(), fence::WORD.into()];
        let Resources {
            file_bytes,
            open_files,
            processes,
        } = launch.resources;
        for (name, limit) in [("fsize", file_bytes), ("nofile", open_files)] {
            let limit = limit.map(|limit| ["--limit".into(), format!("{name}={limit}").into()]);
            line.extend(limit.into_iter().flatten());
        }
        if confinement.holds() {
            if let Some(most) = processes {
                // The kernel's own counts threads, and is the second one to hold.
                let threads = format!("nproc={}", most.saturating_mul(8));
                line.extend(["--limit".into(), threads.into()]);
                line.extend(["--processes".into(), most.to_string().into()]);
            }
            if confinement.brings_programs() && enclosure.ways.is_some() {
                line.extend(["--life".into(), format!("{INSIDE}/{LIFE}").into()]);
            }
            line.push("--confine".into());
            let writable = enclosure.writable().into_iter();
            line.extend(writable.flat_map(|path| ["--write".into(), path.into()]));
        }
        line
    }

    /// The program as it is called inside. A link that is out of sight would be missing there; what it points to is mounted.
    fn shown(&self, program: &Path, confinement: &Confinement) -> PathBuf {
        let hidden = !confinement.brings_programs() && confinement.hides(program, &self.hidden());
        let real = hidden.then(|| program.canonicalize().ok()).flatten();
        real.unwrap_or_else(|| program.to_owned())
    }

    fn enclosure(&self, launch: &Launch, needed: Vec<PathBuf>) -> Enclosure {
        let mut visible = launch.visible.clone();
        visible.extend(launch.agent.expose.iter().map(PathBuf::from));
        visible.extend(self.network.ca_bundle.clone());
        visible.extend(needed);
        Enclosure {
            workspace: launch.workspace.clone(),
            home: home(launch),
            read_only: launch.read_only,
            visible,
            hide: self.hidden(),
            ways: None,
            decoys: vec![],
        }
    }

    /// The `PATH` for the program: what interprets it is found by name, also where the folder that links to it is hidden.
    fn path_for(&self, program: &Path, confinement: &Confinement) -> String {
        if confinement.brings_programs() {
            return self.path.clone();
        }
        let folder = executable::interpreter(program, &self.path)
            .and_then(|interpreter| Some(interpreter.canonicalize().ok()?.parent()?.to_owned()))
            .filter(|folder| confinement.hides(folder, &self.hidden()));
        folder.map_or_else(
            || self.path.clone(),
            |folder| format!("{}:{}", folder.display(), self.path),
        )
    }

    fn hidden(&self) -> Vec<PathBuf> {
        let mut hidden = vec![self.data_dir.clone()];
        hidden.extend(self.hide.iter().cloned());
        hidden
    }

    pub(super) fn environment(
        &self,
        launch: &Launch,
        extra: Vec<(String, String)>,
        mark: &str,
    ) -> Vec<(String, String)> {
        let home = home(launch).to_string_lossy().into_owned();
        // Outside a sandbox the system's temporary folder is shared with everybody.
        let temporary = match self.fence.now().holds() {
            true => "/tmp".to_owned(),
            false => home.clone(),
        };
        let ours = [
            ("PATH", self.path.clone()),
            ("HOME", home),
            ("TERM", "dumb".to_owned()),
            ("LANG", "C.UTF-8".to_owned()),
            ("TMPDIR", temporary),
            ("GIT_TERMINAL_PROMPT", "0".to_owned()),
            ("GIT_AUTHOR_NAME", launch.identity.name.clone()),
            ("GIT_AUTHOR_EMAIL", launch.identity.email.clone()),
            ("GIT_COMMITTER_NAME", launch.identity.name.clone()),
            ("GIT_COMMITTER_EMAIL", launch.identity.email.clone()),
        ];
        let life = self.life.clone().map(|life| (guard::LIFE, life));
        let owner = self.data_dir.to_string_lossy().into_owned();
        let marks = [
            (process_tree::SESSION, launch.session.to_string()),
            (process_tree::TREE, mark.to_owned()),
            (process_tree::OWNER, owner),
        ];
        let marks: Vec<(&str, String)> = marks.into_iter().chain(life).collect();
        let mut all: Vec<(String, String)> = ours
            .into_iter()
            .map(|(key, value)| (key.to_owned(), value))
            .collect();
        all.retain(|(key, _)| !extra.iter().any(|(other, _)| other == key));
        all.extend(
            extra
                .into_iter()
                .filter(|(key, _)| !marks.iter().any(|(mark, _)| mark == key)),
        );
        all.extend(
            marks
                .into_iter()
                .map(|(key, value)| (key.to_owned(), value)),
        );
        all
    }
}

/// Those by which a session's processes are found.
fn marks(environment: &[(String, String)]) -> Vec<(String, String)> {
    let names = [
        process_tree::SESSION,
        process_tree::TREE,
        process_tree::OWNER,
    ];
    let marks = environment
        .iter()
        .filter(|(name, _)| names.contains(&name.as_str()));
    marks.cloned().collect()
}

fn home(launch: &Launch) -> PathBuf {
    launch
        .agent
        .home
        .as_ref()
        .map_or_else(|| launch.home.clone(), PathBuf::from)
}

/// A start's own, by which its processes are known.
pub(super) fn mark(session: &SessionId) -> String {
    static STARTS: AtomicU64 = AtomicU64::new(0);
    format!(
        "{session}.{}.{}",
        std::process::id(),
        STARTS.fetch_add(1, Ordering::Relaxed)
    )
}
