//! The agent module on real processes: the demo agent in a process of its own and on a pipe, hostile peers, the fence,
//! and (where they are installed) real agents against a scripted model.

mod asking;
mod cgroup;
mod container;
mod fence;
mod gateway;
mod hostile;
pub(crate) mod manners;
mod program_cache;
pub(crate) mod real;
mod refusals;
mod repository_command;
mod second_version;
mod services;
mod steering;
mod tools;
mod turns;
mod version_managers;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use skep::agent::{
    AgentError, Agents, AgentsConfig, Answer, Confinement, Identity, Launch, PermissionPolicy,
    Resources, SandboxChoice, TurnRequest, presets,
};
use skep::core::agent::{AgentSpec, TurnEnd, Update};
use skep::core::ids::SessionId;
use tempfile::TempDir;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

/// A data folder, the agents of a process and one session in it.
pub(crate) struct Bench {
    pub agents: Agents,
    pub root: TempDir,
    pub launch: Launch,
}

/// How the bench is set up.
pub(crate) struct Setup {
    pub sandbox: SandboxChoice,
    pub in_process: bool,
    pub agent: AgentSpec,
}

impl Setup {
    pub(crate) fn demo() -> Self {
        let agent = presets::demo(env!("CARGO_BIN_EXE_skep"));
        Self {
            sandbox: SandboxChoice::Bubblewrap,
            in_process: false,
            agent,
        }
    }

    pub(crate) fn command(argv: &[&str]) -> Self {
        let command = argv.iter().map(|part| (*part).to_owned()).collect();
        Self {
            agent: AgentSpec::new("custom", command),
            ..Self::demo()
        }
    }

    pub(crate) fn without_sandbox(self) -> Self {
        Self {
            sandbox: SandboxChoice::None,
            ..self
        }
    }

    pub(crate) fn in_process(self) -> Self {
        Self {
            in_process: true,
            ..self
        }
    }

    pub(crate) async fn bench(self) -> Bench {
        let root = tempfile::Builder::new()
            .prefix("agents")
            .tempdir_in(env!("CARGO_TARGET_TMPDIR"))
            .expect("a folder");
        let data = root.path().join("data");
        let (workspace, home) = (
            data.join("sessions/one/work"),
            data.join("sessions/one/home"),
        );
        for folder in [
            &workspace,
            &home,
            &data.join("sessions/two/work"),
            &data.join("mirror.git"),
        ] {
            std::fs::create_dir_all(folder).expect("folders");
        }
        let agents = Agents::open(config(&data, self.sandbox, self.in_process))
            .await
            .expect("agents");
        let launch = Launch {
            session: session(),
            agent: self.agent,
            workspace,
            home,
            visible: vec![data.join("mirror.git")],
            read_only: false,
            identity: Identity {
                name: "skep[bot]".into(),
                email: "skep@example.com".into(),
            },
            resources: Resources::default(),
            grants: Default::default(),
        };
        Bench {
            root,
            agents,
            launch,
        }
    }
}

pub(crate) fn config(data: &Path, sandbox: SandboxChoice, demo_in_process: bool) -> AgentsConfig {
    let path = std::env::var("PATH").expect("a path");
    AgentsConfig {
        data_dir: data.to_owned(),
        hide: vec![],
        sandbox,
        inner: env!("CARGO_BIN_EXE_skep").into(),
        egress: Default::default(),
        clock: skep::app::system_clock(),
        path,
        network: Default::default(),
        life: None,
        session_memory: None,
        demo_in_process,
    }
}

/// Whether agents are fenced in here; where they are not, that is said, and a failure where everything must be there.
pub(crate) fn fenced(agents: &Agents) -> bool {
    match agents.confinement() {
        Confinement::Bubblewrap(_) | Confinement::Container(_) => return true,
        Confinement::None { warning: why } | Confinement::Broken { why } => {
            crate::required::skip(&why);
        }
    }
    false
}

/// The sandbox is the fence.
pub(crate) fn allow_all() -> PermissionPolicy {
    PermissionPolicy {
        kinds: BTreeMap::new(),
        otherwise: Answer::Allow,
    }
}

pub(crate) fn session() -> SessionId {
    "1296269-12-1".parse().expect("a session id")
}

impl Bench {
    /// The same folder in a new life of skep.
    pub(crate) async fn reopened(self) -> Self {
        let config = config(&self.data(), SandboxChoice::Bubblewrap, false);
        let agents = Agents::open(config).await.expect("agents");
        Self { agents, ..self }
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.root.path().join("data")
    }

    pub(crate) fn request(&self, steps: &str) -> TurnRequest {
        TurnRequest {
            launch: self.launch.clone(),
            resume: None,
            model: None,
            instructions: String::new(),
            prompt: format!("Please do this.\n\n```skep-demo\n{steps}\n```\n"),
            pictures: vec![],
            mcp: vec![],
            handler: None,
            permissions: allow_all(),
            budget: Default::default(),
            wall: Duration::from_secs(120),
            silence: Duration::from_secs(120),
            initialize: Duration::from_secs(60),
            cancel_grace: Duration::from_secs(10),
        }
    }

    /// Runs a turn to its end.
    pub(crate) async fn turn(
        &self,
        request: TurnRequest,
    ) -> (Result<TurnEnd, AgentError>, Vec<Update>) {
        self.turn_until(request, |_| false).await
    }

    pub(crate) async fn play(&self, steps: &str) -> (TurnEnd, Vec<Update>) {
        let (end, updates) = self.turn(self.request(steps)).await;
        (end.expect("the turn ends"), updates)
    }

    /// Runs a turn and cancels it at the first update that `cancel_at` likes.
    pub(crate) async fn turn_until(
        &self,
        request: TurnRequest,
        cancel_at: impl Fn(&Update) -> bool,
    ) -> (Result<TurnEnd, AgentError>, Vec<Update>) {
        let (sender, mut receiver) = mpsc::channel(64);
        let cancel = CancellationToken::new();
        let collect = async {
            let mut updates = vec![];
            while let Some(update) = receiver.recv().await {
                if cancel_at(&update) {
                    cancel.cancel();
                }
                updates.push(update);
            }
            updates
        };
        tokio::join!(self.agents.turn(request, sender, cancel.clone()), collect)
    }

    /// Kills everything that runs here, and waits until it is gone.
    pub(crate) async fn kill(&self) {
        let all = self.processes();
        all.iter().copied().for_each(kill);
        // A dying process loses its environment before it is dead.
        until("the death of the agent", || {
            self.processes().is_empty() && !all.iter().any(|number| runs(*number))
        })
        .await;
    }

    /// What is in a file of the working copy.
    pub(crate) fn file(&self, name: &str) -> Option<String> {
        std::fs::read_to_string(self.launch.workspace.join(name)).ok()
    }

    /// Numbers of the living processes that carry this data folder's mark.
    pub(crate) fn processes(&self) -> Vec<u32> {
        marked(&self.data())
    }
}

fn runs(number: u32) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{number}/stat")).unwrap_or_default();
    stat.rsplit_once(')')
        .is_some_and(|(_, rest)| !rest.trim_start().starts_with(['Z', 'X']))
}

/// Living processes whose environment names this data folder.
pub(crate) fn marked(data: &Path) -> Vec<u32> {
    let mark = format!(
        "SKEP_HOME={}",
        data.canonicalize().expect("it is there").display()
    );
    let entries = std::fs::read_dir("/proc").expect("proc").flatten();
    let numbers = entries.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    let carries = |number: &u32| {
        let environment = std::fs::read(format!("/proc/{number}/environ")).unwrap_or_default();
        environment
            .split(|byte| *byte == 0)
            .any(|variable| variable == mark.as_bytes())
    };
    numbers.filter(carries).collect()
}

/// Waits until something holds, asking often; the only clock is the limit.
pub(crate) async fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(30);
    while !holds() {
        assert!(Instant::now() < deadline, "{what} did not happen");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// Sends SIGKILL by number.
pub(crate) fn kill(number: u32) {
    let pid = i32::try_from(number)
        .ok()
        .and_then(rustix::process::Pid::from_raw)
        .expect("a process number");
    // It may have ended with one that was killed before.
    let killed = rustix::process::kill_process(pid, rustix::process::Signal::KILL);
    assert!(
        matches!(killed, Ok(()) | Err(rustix::io::Errno::SRCH)),
        "{killed:?}"
    );
}

/// The text of the last message among the updates.
pub(crate) fn messages(updates: &[Update]) -> Vec<String> {
    let mut texts: Vec<(String, String)> = vec![];
    for update in updates {
        if let Update::Message { id, text } = update {
            match texts.iter_mut().find(|(known, _)| known == id) {
                Some((_, earlier)) => earlier.clone_from(text),
                None => texts.push((id.clone(), text.clone())),
            }
        }
    }
    texts.into_iter().map(|(_, text)| text).collect()
}
