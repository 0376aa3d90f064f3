//! One agent that runs: its process (or, in stories, the demo agent on a pipe), the connection to it, its session.
//!
//! Whatever goes wrong here ends the process tree; no error leaves an agent running that nobody knows of.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex as StdMutex, MutexGuard, PoisonError};
use std::time::Duration;

use agent_client_protocol::v1::schema::InitializeResponse;
use skep_simulator::demo_agent;
use tokio::sync::Mutex;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::task::JoinHandle;

use super::connection::{Connection, Ended, answered};
use super::connection_state::Exchange;
use super::error::AgentError;
use super::framing::Wire;
use super::launch::{Launch, LaunchContext};
use super::opening::Opened;
use super::own_settings;
use super::permission::PermissionPolicy;
use super::presets::DEMO;
use super::process::Process;
use super::side_services;
use super::steer::PromptQueue;
use super::tools::{Registration, ToolGate};
use super::ways::Ways;
use crate::core::agent::Update;
use crate::core::egress::{Denial, Outcome, Rule};
use crate::core::text;
use crate::core::time::Clock;
use crate::gateway::{self, News, Tell};

/// How long an agent may take to leave after its input was closed, and again after SIGTERM. The agents keep their
/// sessions on disk as they go, so that nothing is lost by being short.
const GRACE: Duration = Duration::from_millis(300);
/// How long a process whose output ended may take until its exit status is there.
const LAST_WORDS: Duration = Duration::from_secs(1);
/// Lines of its error stream that are told besides.
const STDERR_LINES: usize = 5;

enum Body {
    Process(Process),
    InMemory(JoinHandle<()>),
}

/// A running agent.
pub(super) struct Live {
    body: Body,
    pub(super) connection: Connection,
    pub(super) hello: Option<InitializeResponse>,
    /// The agent's session, once it is open; locked for the length of a turn.
    pub(super) opened: Mutex<Option<Opened>>,
    /// Where the session's questions go.
    pub(super) gate: Arc<ToolGate>,
    /// The tools' address and token, once they were offered.
    pub(super) registration: Mutex<Option<Registration>>,
    queue: StdMutex<Option<PromptQueue>>,
    /// What leads out of its sandbox.
    ways: Option<Ways>,
}

/// How an agent is started, besides what is its session's own.
pub(super) struct Starts {
    /// The demo agent runs inside this process.
    pub(super) in_process: bool,
    /// Where skep's tools listen; none for one that gets none.
    pub(super) tools: Option<SocketAddr>,
    /// How long it may take to shake hands.
    pub(super) patience: Duration,
}

impl Live {
    /// Starts the agent and shakes hands.
    pub(super) async fn start(
        context: &LaunchContext,
        launch: &Launch,
        starts: &Starts,
    ) -> Result<Self, AgentError> {
        let wire = Wire::new(Exchange::new(PermissionPolicy::read_only()));
        let gate = wire.state().gate.clone();
        let mut ways = None;
        let (body, connection) = if starts.in_process && launch.agent.name == DEMO {
            let (ours, theirs) = tokio::io::duplex(64 * 1024);
            let variables = &launch.agent.environment;
            let is_on = |name| variables.get(name).is_some_and(|value| value == "1");
            let environment = demo_agent::Environment {
                home: launch.home.clone(),
                variables: Some(demo_variables(context, launch)),
                queues: is_on(demo_agent::QUEUE),
                takes_system_prompt: is_on(demo_agent::SYSTEM_PROMPT),
                second_version: is_on(demo_agent::SECOND_VERSION),
            };
            let (reader, writer) = tokio::io::split(theirs);
            let agent = tokio::spawn(demo_agent::serve(reader, writer, environment));
            let (reader, writer) = tokio::io::split(ours);
            (
                Body::InMemory(agent),
                Connection::open(reader, writer, wire).await?,
            )
        } else {
            let launch = own_settings::prepare(launch)?;
            let tell = model_news(wire.clone(), context.outside.clock.clone());
            ways = context.ways(&launch, starts.tools, tell)?;
            let prepared = context.agent(&launch, ways.as_ref())?;
            let (process, streams) = Process::start(prepared.order, prepared.mark).await?;
            let what = launch.agent.name.clone();
            let input = streams.input.ok_or(AgentError::Spawn {
                what,
                why: "no input stream".to_owned(),
            })?;
            (
                Body::Process(process),
                Connection::open(streams.output, input, wire).await?,
            )
        };
        let (registration, queue) = (Mutex::new(None), StdMutex::default());
        let mut live = Self {
            body,
            connection,
            hello: None,
            opened: Mutex::new(None),
            gate,
            registration,
            queue,
            ways,
        };
        if let Some(denials) = live.ways.as_mut().and_then(|ways| ways.proxy.denials()) {
            tokio::spawn(listen_to(denials, live.connection.wire.clone()));
        }
        if launch.agent.draft_protocol {
            live.connection.wire.state().dialect.offer();
        }
        match live.connection.initialize(starts.patience).await {
            Ok(hello) => live.hello = Some(hello),
            Err(ended) => {
                let error = live.explain(ended).await;
                live.end(Duration::ZERO).await?;
                return Err(error);
            }
        }
        if live.connection.wire.state().dialect.is_second() {
            live.note(text::session_log::SECOND_VERSION);
        }
        Ok(live)
    }

    /// True while the agent can be spoken to.
    pub(super) fn is_alive(&self) -> bool {
        let gone = match &self.body {
            Body::Process(process) => process.has_exited(),
            Body::InMemory(agent) => agent.is_finished(),
        };
        !gone && self.connection.wire.state().verdict.is_none()
    }

    /// The gateway to its model; none where its key is with it.
    pub(super) fn gateway(&self) -> Option<&gateway::Handle> {
        self.ways.as_ref()?.gateway.as_ref()
    }

    /// The way into the running turn; none between turns.
    pub(super) fn queue(&self) -> MutexGuard<'_, Option<PromptQueue>> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Opens more for it, where it is in a sandbox.
    pub(super) fn allow(&self, rules: Vec<Rule>) {
        if let Some(ways) = &self.ways {
            ways.proxy.allow(rules);
        }
    }

    /// The hosts that it was let through to so far, and those that serve its model, once they have.
    pub(super) fn reached(&self, model: bool) -> Vec<String> {
        let Some(ways) = &self.ways else {
            return Vec::new();
        };
        let report = ways.proxy.report();
        let allowed = report
            .entries
            .iter()
            .filter(|entry| !matches!(entry.sighting.outcome, Outcome::Denied(_)));
        let hosts = allowed.filter_map(|entry| entry.sighting.target.as_ref());
        let mut hosts: Vec<String> = hosts.map(ToString::to_string).collect();
        hosts.extend(ways.served.iter().filter(|_| model).cloned());
        hosts.sort();
        hosts.dedup();
        hosts
    }

    /// Writes into the session's log what is worth knowing of the agent.
    pub(super) fn note(&self, text: impl Into<String>) {
        self.connection.wire.state().transcript.note(text);
    }

    /// The end of what it printed among its messages, then the end of its error stream: some agents say on the one why they
    /// will not go on, some on the other.
    pub(super) fn last_words(&self) -> String {
        let stderr = match &self.body {
            Body::Process(process) => process.stderr(),
            Body::InMemory(_) => String::new(),
        };
        let printed = self.connection.wire.state().strays.text();
        let lines: Vec<&str> = stderr
            .lines()
            .filter(|line| !line.trim().is_empty())
            .collect();
        let last = &lines[lines.len().saturating_sub(STDERR_LINES)..];
        format!("{printed}\n{}", last.join("\n"))
    }

    /// Takes in which decoys were opened until now.
    pub(super) fn look_at_decoys(&self) {
        if let Some(ways) = &self.ways {
            ways.look_at_decoys();
        }
    }

    /// Why there was no answer, as far as it can be found out.
    pub(super) async fn explain(&self, ended: Ended) -> AgentError {
        if let Some(verdict) = self.connection.wire.state().verdict.clone() {
            return verdict;
        }
        match ended {
            Ended::Failed(AgentError::NoAnswer { step, after, .. }) => AgentError::NoAnswer {
                step,
                after,
                said: self.last_words(),
            },
            Ended::Failed(error) => error,
            Ended::Answered(error) => answered(&error),
            Ended::Gone => self.crash().await,
        }
    }

    async fn crash(&self) -> AgentError {
        let Body::Process(process) = &self.body else {
            return AgentError::Crash {
                status: "the pipe was closed".to_owned(),
                said: String::new(),
            };
        };
        let status = match tokio::time::timeout(LAST_WORDS, process.exited()).await {
            Ok(exit) => {
                process.all_said().await;
                if let Some(limit) = process.ran_out_of_memory() {
                    return AgentError::Memory { limit };
                }
                if let Some(no_service) = side_services::trouble(&exit, &process.stderr()) {
                    return no_service.into();
                }
                exit.to_string()
            }
            Err(_) => "it closed its output and went on".to_owned(),
        };
        AgentError::Crash {
            status,
            said: self.last_words(),
        }
    }

    /// Ends the whole tree; returns when it is gone.
    pub(super) async fn end(&self, grace: Duration) -> Result<(), AgentError> {
        self.gate.close();
        self.connection.close().await;
        match &self.body {
            Body::Process(process) => process.end(grace).await,
            Body::InMemory(agent) => {
                agent.abort();
                Ok(())
            }
        }
    }

    /// Ends the whole tree, letting the agent leave by itself first.
    pub(super) async fn end_gently(&self) -> Result<(), AgentError> {
        self.end(GRACE).await
    }
}

/// Takes what happens at the gateway to where the turn looks.
fn model_news(wire: Arc<Wire>, clock: Clock) -> Tell {
    Arc::new(move |news| {
        let mut state = wire.state();
        match news {
            News::Counted(metered) => state.transcript.metered(metered),
            News::Answers => state.model.answers(),
            News::Refused(refusal) => state.model.refused(refusal, clock()),
            News::Spent => state.model.spent = true,
            News::Attempted(attempt, count) => {
                let refused = Update::Refused { attempt, count };
                state.transcript.single(refused);
            }
            News::Unheard(why) => {
                let text = text::syscall::unheard(&why);
                state.transcript.single(Update::Note { text });
            }
        }
    })
}

/// Writes what the proxy refuses into the session's log, from where whoever follows the turn is told; ends with the proxy.
async fn listen_to(mut denials: UnboundedReceiver<Denial>, wire: Arc<Wire>) {
    while let Some(denial) = denials.recv().await {
        let (attempt, count) = (denial.attempt(), denial.count);
        let refused = Update::Refused { attempt, count };
        wire.state().transcript.single(refused);
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        self.gate.close();
        if let Body::InMemory(agent) = &self.body {
            agent.abort();
        }
    }
}

fn demo_variables(context: &LaunchContext, launch: &Launch) -> Vec<(String, String)> {
    let granted = launch.grants.environment.clone().into_iter().collect();
    context.environment(launch, granted, &format!("{}.memory", launch.session))
}

/// What an agent wrote to its standard streams and how it ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Output {
    /// True for exit status 0.
    pub success: bool,
    /// The exit in words, such as `exit status: 1`.
    pub status: String,
    /// At most 1 MiB.
    pub stdout: Vec<u8>,
    /// True when more was written to the standard output than is kept.
    pub truncated: bool,
    /// The last 64 KiB.
    pub stderr: String,
}

const OUTPUT_KEPT: usize = 1 << 20;

/// Runs one command in the fence of a session, to its end or until `timeout`; nothing of it is left afterwards.
pub(super) async fn run(
    context: &LaunchContext,
    launch: &Launch,
    argv: &[String],
    timeout: Duration,
) -> Result<Output, AgentError> {
    let prepared = context.command(launch, argv)?;
    let (process, mut streams) = Process::start(prepared.order, prepared.mark).await?;
    let work = async {
        let (stdout, truncated) = capped(&mut streams.output).await;
        (stdout, truncated, process.exited().await)
    };
    let outcome = tokio::time::timeout(timeout, work).await;
    process.kill().await?;
    let (stdout, truncated, exit) = outcome.map_err(|_| AgentError::Timeout(timeout))?;
    Ok(Output {
        success: exit.is_success(),
        status: exit.to_string(),
        stdout,
        truncated,
        stderr: process.stderr(),
    })
}

async fn capped(stream: &mut (impl tokio::io::AsyncRead + Unpin)) -> (Vec<u8>, bool) {
    use tokio::io::AsyncReadExt;
    let (mut kept, mut truncated, mut chunk) = (Vec::new(), false, vec![0; 64 * 1024]);
    while let Ok(count @ 1..) = stream.read(&mut chunk).await {
        let room = (OUTPUT_KEPT - kept.len()).min(count);
        kept.extend_from_slice(&chunk[..room]);
        truncated |= room < count;
    }
    (kept, truncated)
}

/// A folder as the file system knows it, so that marks and mounts mean the same folder.
pub(super) fn real(path: PathBuf) -> PathBuf {
    path.canonicalize().unwrap_or(path)
}
