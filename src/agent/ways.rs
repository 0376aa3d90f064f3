//! The ways out of a sandbox, which has no network of its own: sockets in a folder of one start's own, to which the fence's inner half
//! carries connections. One leads to the proxy that decides what the agent may reach; one to the gateway that has the keys of its
//! model; one to skep's own tools; one more to each port of this machine's loopback that the operator listed (a model that runs here).
//! On another one is heard what the kernel refuses inside.
//!
//! It must never lead anywhere but there, and nothing of it is left when it is dropped.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::Write;
use std::net::{Ipv4Addr, SocketAddr};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio::net::{TcpStream, UnixListener};
use tokio::sync::Semaphore;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::task::AbortHandle;

use super::decoys::Decoys;
use super::error::AgentError;
use super::overheard::{self, Overheard};
use super::refusals::{self, Teller};
use super::session_word::WordKey;
use crate::core::agent::{AgentSpec, KeyPlace};
use crate::core::containment::Attempt;
use crate::core::effect::Grants;
use crate::core::egress::{AllowList, Rule, Whose, model_hosts};
use crate::core::gateway::{Served, Serving, served};
use crate::core::ids::SessionId;
use crate::core::network::{Network, ProxyUrl};
use crate::core::text::outside;
use crate::core::time::Clock;
use crate::egress::{Egress, Handle, listen};
use crate::fence::Refusals;
use crate::gateway::{self, Gateway, Tell};

/// Where the sandbox has the folder.
pub(super) const INSIDE: &str = "/run/skep";
/// The file with the variables of a program whose starter would show them to everybody.
pub(super) const ENVIRONMENT: &str = "environment";
/// The socket on which nothing is said: who is connected to it hears when skep is gone.
pub(super) const LIFE: &str = "life.sock";
/// The socket by which what the kernel refuses is heard.
const REFUSALS: &str = "refusals.sock";
/// The port on the sandbox's loopback on which the proxy is found: beyond those that the kernel gives out by itself.
const PROXY: u16 = 61_128;
/// The name of the gateway's socket.
const GATEWAY: &str = "gateway.sock";
/// So many connections at once to one port of this machine.
const MOST: usize = 256;

/// What every start needs for them.
pub(super) struct Outside {
    pub(super) egress: Egress,
    pub(super) gateway: Gateway,
    pub(super) clock: Clock,
    /// What stands inside where a key would.
    pub(super) words: WordKey,
    /// What all sessions may reach.
    pub(super) allowed: AllowList,
    /// Where the folders are made.
    pub(super) folder: PathBuf,
    /// skep's data folder, for which decoys stand in.
    pub(super) data_folder: PathBuf,
}

/// One start.
pub(super) struct Start<'a> {
    /// What its repository and people opened for it.
    pub(super) grants: &'a Grants,
    /// Of which session.
    pub(super) session: &'a SessionId,
    /// The start's own.
    pub(super) mark: &'a str,
    /// Where skep's tools listen; none for one that gets none.
    pub(super) tools: Option<SocketAddr>,
}

/// The ways out of one start, open as long as this lives.
pub(super) struct Ways {
    folder: PathBuf,
    pub(super) proxy: Handle,
    /// Where the agent's keys stay outside.
    pub(super) gateway: Option<gateway::Handle>,
    /// The agent's variables as they are inside.
    pub(super) environment: BTreeMap<String, String>,
    /// Where the providers are whose keys stay outside.
    pub(super) served: Vec<String>,
    relays: Vec<AbortHandle>,
    /// Open as long as this lives; nobody is let in.
    _life: UnixListener,
    /// What hears of refusals; none where nobody is told.
    heard: Option<Refusals>,
    /// None where nobody is told, or the machine can watch no more files.
    decoys: Option<Decoys>,
    /// What was heard and is kept for the end; none where it is told at once.
    attempts: Option<UnboundedReceiver<(Attempt, u64)>>,
    /// A port inside, and the name of the socket.
    carried: Vec<(u16, String)>,
    port: u16,
}

impl Outside {
    /// Opens them for a start. Where the agent's keys stay outside there is a gateway, which tells what it sees.
    pub(super) fn open(
        &self,
        agent: &AgentSpec,
        start: Start<'_>,
        tell: Tell,
    ) -> Result<Ways, AgentError> {
        let all = self.served(agent)?;
        let allowed = self.allowed_with(agent, start.grants, &all)?;
        let (mut ways, port) = self.open_to(allowed, start.mark, start.tools)?;
        let heard = self.hear(&ways.folder, &agent.name, &tell);
        ways.heard = Some(heard.map_err(|error| failed(&ways.folder, &error))?);
        ways.decoys = self.lay(&ways.folder, &tell);
        ways.environment.clone_from(&agent.environment);
        if all.is_empty() {
            return Ok(ways);
        }
        let addresses = all.iter().map(|served| served.address().to_owned());
        ways.served = addresses.collect();
        let word = self.words.word(start.session);
        let serving = Serving { all, word, port };
        ways.environment = serving.inside(agent);
        let socket = listen(&ways.folder, GATEWAY);
        let socket = socket.map_err(|error| failed(&ways.folder, &error))?;
        let gateway = self.gateway.open(serving, socket, tell);
        ways.carried.push((port, named(gateway.path())));
        ways.gateway = Some(gateway);
        Ok(ways)
    }

    /// Listens to what the kernel refuses inside.
    fn hear(&self, folder: &Path, agent: &str, tell: &Tell) -> std::io::Result<Refusals> {
        let (socket, _) = listen(folder, REFUSALS)?;
        refusals::listen(socket.into_std()?, Teller::new(tell.clone()), agent)
    }

    /// Lays the decoys. A start does without where they cannot be watched: what they stand for is not there either way.
    fn lay(&self, folder: &Path, tell: &Tell) -> Option<Decoys> {
        let shown = (folder, Path::new(INSIDE));
        let laid = Decoys::lay(shown, &self.data_folder, Teller::new(tell.clone()));
        laid.inspect_err(|error| {
            tracing::warn!(%error, "a session has no decoys, they cannot be watched (is fs.inotify.max_user_instances used up?)");
        })
        .ok()
    }

    /// Opens one that leads to what all sessions may reach and to what is granted, and to nothing of this machine.
    pub(super) fn open_plain(&self, grants: &Grants, mark: &str) -> Result<Ways, AgentError> {
        let mut allowed = AllowList::default();
        let all = self
            .allowed
            .rules()
            .iter()
            .cloned()
            .chain(granted(&grants.egress));
        allowed.extend(all.filter(|rule| rule.on_loopback().is_none()));
        self.open_overheard(allowed, mark, None)
    }

    /// Opens one that leads where the agent of a start may go, without the gateway to its model.
    pub(super) fn open_without_model(
        &self,
        agent: &AgentSpec,
        grants: &Grants,
        mark: &str,
    ) -> Result<Ways, AgentError> {
        self.open_overheard(self.allowed(agent, grants)?, mark, Some(&agent.name))
    }

    /// Opens one of which all that was refused is told at its end.
    fn open_overheard(
        &self,
        allowed: AllowList,
        mark: &str,
        agent: Option<&str>,
    ) -> Result<Ways, AgentError> {
        let (mut ways, _) = self.open_to(allowed, mark, None)?;
        let (tell, kept) = overheard::keeping();
        let heard = self.hear(&ways.folder, agent.unwrap_or("a command"), &tell);
        ways.heard = Some(heard.map_err(|error| failed(&ways.folder, &error))?);
        ways.decoys = self.lay(&ways.folder, &tell);
        ways.attempts = Some(kept);
        Ok(ways)
    }

    /// Opens what every start has; with them comes a port inside that is free.
    fn open_to(
        &self,
        allowed: AllowList,
        mark: &str,
        tools: Option<SocketAddr>,
    ) -> Result<(Ways, u16), AgentError> {
        let folder = self.folder.join(mark);
        let failed = |error: std::io::Error| failed(&folder, &error);
        std::fs::create_dir_all(&folder).map_err(failed)?;
        let mut ports: Vec<u16> = tools.iter().map(SocketAddr::port).collect();
        ports.extend(allowed.rules().iter().filter_map(|rule| rule.on_loopback()));
        ports.sort_unstable();
        ports.dedup();
        let mut free = (PROXY..u16::MAX).filter(|port| !ports.contains(port));
        let (port, at) = (free.next(), free.next());
        let (port, at) = (port.unwrap_or(PROXY), at.unwrap_or(PROXY + 1));
        let proxy = self.egress.open(allowed, &folder).map_err(failed)?;
        let (life, _) = listen(&folder, LIFE).map_err(failed)?;
        let mut ways = Ways {
            carried: vec![(port, named(proxy.path()))],
            folder: folder.clone(),
            proxy,
            gateway: None,
            environment: BTreeMap::new(),
            served: vec![],
            relays: vec![],
            _life: life,
            heard: None,
            decoys: None,
            attempts: None,
            port,
        };
        for port in ports {
            let name = format!("{port}.sock");
            let (listener, _) = listen(&folder, &name).map_err(failed)?;
            let relay = tokio::spawn(relay(listener, port));
            ways.relays.push(relay.abort_handle());
            ways.carried.push((port, name));
        }
        Ok((ways, at))
    }

    /// The providers whose keys stay outside.
    fn served(&self, agent: &AgentSpec) -> Result<Vec<Served>, AgentError> {
        if agent.key == KeyPlace::Inside {
            return Ok(Vec::new());
        }
        served(&agent.environment).map_err(|name| wrong(agent, &name))
    }

    /// What the agent of a start may reach by the proxy.
    pub(super) fn allowed(
        &self,
        agent: &AgentSpec,
        grants: &Grants,
    ) -> Result<AllowList, AgentError> {
        self.allowed_with(agent, grants, &self.served(agent)?)
    }

    /// What the agent of a start may reach: its model's hosts but for those that are served, what the operator opened for it and for all,
    /// and what is public of what its repository and people who were asked opened.
    fn allowed_with(
        &self,
        agent: &AgentSpec,
        grants: &Grants,
        served: &[Served],
    ) -> Result<AllowList, AgentError> {
        let mut allowed = self.allowed.clone();
        let served: Vec<&str> = served.iter().map(Served::name).collect();
        let model = model_hosts(&agent.name, &agent.environment, &served);
        let model = model.map_err(|(name, _)| wrong(agent, &name))?;
        allowed.extend(model.rules().iter().cloned());
        let own = agent.egress.iter().map(String::as_str);
        let own = AllowList::parse(own, Whose::Operator);
        let own = own.map_err(|_| wrong(agent, "egress_allow"))?;
        allowed.extend(own.rules().iter().cloned());
        allowed.extend(granted(&grants.egress));
        Ok(allowed)
    }
}

/// What grants open. They were read before they came here; what could not be read opens nothing.
pub(super) fn granted(items: &[String]) -> Vec<Rule> {
    let rules = items.iter().filter_map(|item| {
        let list = AllowList::parse([item.as_str()], Whose::Repository);
        list.ok().map(|list| list.rules().to_vec())
    });
    rules.flatten().collect()
}

fn wrong(agent: &AgentSpec, name: &str) -> AgentError {
    AgentError::Spawn {
        what: agent.name.clone(),
        why: outside::wrong_host(name),
    }
}

fn failed(folder: &Path, error: &std::io::Error) -> AgentError {
    AgentError::Spawn {
        what: folder.display().to_string(),
        why: error.to_string(),
    }
}

fn named(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default();
    name.to_string_lossy().into_owned()
}

impl Ways {
    /// What is heard of refusals, for whoever looks at it when all is over. It is given once.
    pub(super) fn overheard(&mut self) -> Overheard {
        Overheard {
            denials: self.proxy.denials(),
            attempts: self.attempts.take(),
        }
    }

    /// The folder with the sockets.
    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// What the fence's inner half has to do with them, as words of its command line.
    pub(super) fn words(&self) -> Vec<OsString> {
        let carried = self.carried.iter().flat_map(|(port, socket)| {
            ["--carry".into(), format!("{port}={INSIDE}/{socket}").into()]
        });
        let heard = self.heard.iter();
        let heard = heard.flat_map(|_| ["--tell".into(), format!("{INSIDE}/{REFUSALS}").into()]);
        carried.chain(heard).collect()
    }

    /// Links to the decoys that are to be laid for the start, as they are called inside, and where they are to lie.
    pub(super) fn decoys(&self) -> Vec<(PathBuf, PathBuf)> {
        let decoys = self.decoys.as_ref();
        decoys.map_or_else(Vec::new, |decoys| decoys.links.clone())
    }

    /// Takes in which decoys were opened until now.
    pub(super) fn look_at_decoys(&self) {
        if let Some(decoys) = &self.decoys {
            decoys.look();
        }
    }

    /// Writes down the variables of what is started, for skep's user alone.
    pub(super) fn tell(&self, environment: &[(String, String)]) -> Result<(), AgentError> {
        let file = self.folder.join(ENVIRONMENT);
        let written = || {
            let mut options = std::fs::OpenOptions::new();
            let mut file = options
                .write(true)
                .create(true)
                .truncate(true)
                .mode(0o600)
                .open(&file)?;
            for (name, value) in environment {
                file.write_all(format!("{name}={value}\0").as_bytes())?;
            }
            Ok(())
        };
        written().map_err(|error: std::io::Error| AgentError::Spawn {
            what: file.display().to_string(),
            why: error.to_string(),
        })
    }

    /// The network as it is inside: one proxy for everything, and the certificates that hold outside.
    pub(super) fn network(&self, outside: &Network) -> Network {
        let proxy = ProxyUrl::parse(&format!("http://127.0.0.1:{}", self.port)).ok();
        Network {
            https_proxy: proxy.clone(),
            http_proxy: proxy,
            no_proxy: String::new(),
            ca_bundle: outside.ca_bundle.clone(),
        }
    }
}

impl Drop for Ways {
    fn drop(&mut self) {
        self.relays.iter().for_each(AbortHandle::abort);
        if let Err(error) = std::fs::remove_dir_all(&self.folder) {
            tracing::debug!(%error, "the sockets of a session were not removed");
        }
    }
}

/// Connects whoever comes to a port of this machine's loopback.
async fn relay(listener: UnixListener, port: u16) {
    let room = Arc::new(Semaphore::new(MOST));
    while let Ok((mut inside, _)) = listener.accept().await {
        let Ok(permit) = room.clone().try_acquire_owned() else {
            continue;
        };
        tokio::spawn(async move {
            if let Ok(mut outside) = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await {
                drop(tokio::io::copy_bidirectional(&mut inside, &mut outside).await);
            }
            drop(permit);
        });
    }
}
