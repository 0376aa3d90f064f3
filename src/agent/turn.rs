//! One prompt turn: the clocks, the cancel, the delivery of updates, the end.
//!
//! A turn always ends: by the agent's answer, by one of its clocks, by a cancel or by the death of the agent. What it
//! reports is what the agent said; whether anything was done is for git to tell.

use std::pin::pin;
use std::time::{Duration, Instant};

use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::core::agent::{Stop, TurnEnd, Update, error_in};

use super::client::{Ended, McpServer, Opened, Opening};
use super::error::AgentError;
use super::exchange::Phase;
use super::launch::Launch;
use super::live::Live;
use super::permission::PermissionPolicy;

/// How often updates are delivered and clocks are read.
const BEAT: Duration = Duration::from_millis(200);
/// How long the reader of updates may take for the last of them.
const LAST_DELIVERY: Duration = Duration::from_secs(5);

/// One prompt for an agent, and the limits of working on it.
#[derive(Debug, Clone)]
pub struct TurnRequest {
    /// How to start the agent if none runs for the session.
    pub launch: Launch,
    /// The agent's id of an earlier session to go on with.
    pub resume: Option<String>,
    /// The model to ask the agent for, by its own id or name; none leaves the choice to it.
    pub model: Option<String>,
    /// What the agent is to do.
    pub prompt: String,
    /// Servers of tools to offer it.
    pub mcp: Vec<McpServer>,
    /// What it may do without a human.
    pub permissions: PermissionPolicy,
    /// How long the turn may last.
    pub wall: Duration,
    /// How long it may stay silent.
    pub silence: Duration,
    /// How long it may take to answer the handshake and to open a session, each.
    pub initialize: Duration,
    /// How long it may take to confirm a cancel.
    pub cancel_grace: Duration,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Why {
    Cancelled,
    Wall,
    Silence,
}

enum Answer {
    Given(serde_json::Value),
    Missing(Ended),
    /// It did not confirm the cancel in time.
    Overdue,
}

/// Runs the turn; the session is opened first if it is not yet.
pub(super) async fn run(
    live: &Live,
    request: &TurnRequest,
    updates: &mpsc::Sender<Update>,
    cancel: &CancellationToken,
) -> Result<TurnEnd, AgentError> {
    let mut opened = live.opened.lock().await;
    let session = match opened.clone() {
        Some(session) => Opened { resumed: true, ..session },
        None => {
            let opening = open(live, request);
            let session = tokio::select! {
                session = opening => session,
                () = cancel.cancelled() => return Ok(never_begun()),
            };
            opened.insert(session?).clone()
        }
    };
    begin(live, request);
    let (answer, why) = follow(live, request, &session.id, updates, cancel).await;
    {
        let mut state = live.connection.wire.state();
        state.phase = Phase::Quiet;
        state.loaded = false;
    }
    let end = conclude(live, session, answer, why, request).await;
    if matches!(end, Err(AgentError::Crash { .. })) {
        live.connection.wire.state().transcript.single(Update::Stderr { text: live.stderr() });
    }
    deliver_all(live, updates).await;
    end
}

async fn open(live: &Live, request: &TurnRequest) -> Result<Opened, AgentError> {
    let Some(hello) = &live.hello else { return Err(AgentError::Closed) };
    let opening = Opening {
        workspace: &request.launch.workspace,
        mcp: &request.mcp,
        resume: request.resume.as_deref().filter(|_| request.launch.agent.resume),
        mode: request.launch.agent.mode.as_deref(),
        model: request.model.as_deref(),
        patience: request.initialize,
    };
    let opened = match live.connection.session(hello, &opening).await {
        Ok(opened) => opened,
        Err(ended) => return Err(live.explain(ended).await),
    };
    let (agent_name, version) = match &hello.agent_info {
        Some(info) => (info.name.clone(), info.version.clone()),
        None => (request.launch.agent.name.clone(), String::new()),
    };
    let started = Update::Started { agent_session: opened.id.clone(), agent_name, version, resumed: opened.resumed };
    let mut state = live.connection.wire.state();
    state.session = Some(opened.id.clone());
    state.transcript.single(started);
    Ok(opened)
}

fn begin(live: &Live, request: &TurnRequest) {
    let mut state = live.connection.wire.state();
    state.policy = request.permissions.clone();
    state.phase = Phase::Turn;
    state.active = Instant::now();
    state.transcript.next_turn();
}

async fn follow(
    live: &Live,
    request: &TurnRequest,
    session: &str,
    updates: &mpsc::Sender<Update>,
    cancel: &CancellationToken,
) -> (Answer, Option<Why>) {
    let connection = &live.connection;
    let mut prompt = pin!(connection.prompt(session, &request.prompt));
    let (began, mut cancelled): (Instant, Option<(Why, Instant)>) = (Instant::now(), None);
    let mut beat = tokio::time::interval(BEAT);
    let answer = loop {
        let why = tokio::select! {
            answer = &mut prompt => break answer.map_or_else(Answer::Missing, Answer::Given),
            () = connection.wire.broken() => break Answer::Missing(Ended::Gone),
            () = cancel.cancelled(), if cancelled.is_none() => Some(Why::Cancelled),
            _ = beat.tick() => {
                deliver(live, updates);
                overdue(live, request, began)
            }
        };
        match (why, cancelled) {
            (Some(why), None) => {
                connection.cancel(session);
                cancelled = Some((why, Instant::now()));
            }
            (_, Some((_, since))) if since.elapsed() >= request.cancel_grace => break Answer::Overdue,
            _ => {}
        }
    };
    (answer, cancelled.map(|(why, _)| why))
}

fn overdue(live: &Live, request: &TurnRequest, began: Instant) -> Option<Why> {
    let active = live.connection.wire.state().active;
    if began.elapsed() >= request.wall {
        return Some(Why::Wall);
    }
    (active.elapsed() >= request.silence).then_some(Why::Silence)
}

async fn conclude(
    live: &Live,
    session: Opened,
    answer: Answer,
    why: Option<Why>,
    request: &TurnRequest,
) -> Result<TurnEnd, AgentError> {
    match why {
        Some(Why::Wall) => return Err(AgentError::Timeout(request.wall)),
        Some(Why::Silence) => return Err(AgentError::Silence(request.silence)),
        Some(Why::Cancelled) | None => {}
    }
    let stop = match answer {
        Answer::Given(answer) => given(live, &answer)?,
        // An agent may answer a cancelled prompt with an error; it has ended all the same.
        Answer::Missing(Ended::Answered(_)) if why.is_some() => Stop::Cancelled,
        Answer::Missing(_) | Answer::Overdue if why.is_some() => Stop::Killed,
        Answer::Missing(ended) => return Err(live.explain(ended).await),
        Answer::Overdue => Stop::Killed,
    };
    let state = live.connection.wire.state();
    let message = state.transcript.last_message().to_owned();
    let error = error_in(&message);
    let usage = state.transcript.usage();
    Ok(TurnEnd { stop, message, usage, error, agent_session: session.id, resumed: session.resumed })
}

/// Reads the answer to a prompt: <https://agentclientprotocol.com/protocol/prompt-turn#stop-reasons>.
fn given(live: &Live, answer: &serde_json::Value) -> Result<Stop, AgentError> {
    let count = |name: &str| answer["usage"][name].as_u64().unwrap_or_default();
    let (input, output, total) = (count("inputTokens"), count("outputTokens"), count("totalTokens"));
    if total > 0 || input > 0 || output > 0 {
        live.connection.wire.state().transcript.count(input, output, total);
    }
    match answer["stopReason"].as_str() {
        Some("end_turn") => Ok(Stop::EndTurn),
        Some("max_tokens") => Ok(Stop::MaxTokens),
        Some("max_turn_requests") => Ok(Stop::MaxTurnRequests),
        Some("refusal") => Ok(Stop::Refusal),
        Some("cancelled") => Ok(Stop::Cancelled),
        _ => Err(AgentError::Protocol("the answer to the prompt has no known stop reason".to_owned())),
    }
}

/// Delivers what the reader has room for; the rest waits and is merged with what comes.
fn deliver(live: &Live, updates: &mpsc::Sender<Update>) {
    let mut state = live.connection.wire.state();
    while !state.transcript.is_delivered() {
        match updates.try_reserve() {
            Ok(room) => {
                if let Some(update) = state.transcript.pop() {
                    room.send(update);
                }
            }
            Err(mpsc::error::TrySendError::Full(())) => return,
            // Nobody listens: what was said is dropped, the turn goes on.
            Err(mpsc::error::TrySendError::Closed(())) => while state.transcript.pop().is_some() {},
        }
    }
}

async fn deliver_all(live: &Live, updates: &mpsc::Sender<Update>) {
    let all = async {
        loop {
            let next = live.connection.wire.state().transcript.pop();
            let Some(update) = next else { return };
            if updates.send(update).await.is_err() {
                return;
            }
        }
    };
    if tokio::time::timeout(LAST_DELIVERY, all).await.is_err() {
        tracing::warn!("the last updates of a turn were not taken in time");
    }
}

/// The end of a turn that was cancelled before the agent had its prompt.
pub(super) fn never_begun() -> TurnEnd {
    TurnEnd {
        stop: Stop::Cancelled,
        message: String::new(),
        usage: Default::default(),
        error: None,
        agent_session: String::new(),
        resumed: false,
    }
}
