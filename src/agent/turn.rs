//! One prompt turn: the clocks, the cancel, the delivery of updates, the end.
//!
//! A turn always ends: by the agent's answer, by one of its clocks, by a cancel or by the death of the agent. What it
//! reports is what the agent said; whether anything was done is for git to tell.

use std::sync::Arc;
use std::time::{Duration, Instant};

use futures::StreamExt;
use futures::future::BoxFuture;
use futures::stream::FuturesUnordered;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::core::agent::{TurnEnd, Update};
use crate::core::text::prompt::headed;

use super::client::{Ended, McpServer, Opened, Opening, takes_instructions};
use super::connection_state::Phase;
use super::end::{Answer, LOST, Why, conclude, has_lost_it, last_notes, never_begun};
use super::error::AgentError;
use super::launch::Launch;
use super::permission::PermissionPolicy;
use super::running_agent::Live;
use super::steer::{self, Outlet};
use super::tools::{Server, ToolHandler};

/// How often updates are delivered and clocks are read.
const BEAT: Duration = Duration::from_millis(200);
/// How long after a cancel open calls of the session's tools are left open.
const CALLS_GRACE: Duration = Duration::from_millis(500);
/// How long the reader of updates may take for the last of them.
const LAST_DELIVERY: Duration = Duration::from_secs(5);

/// One prompt for an agent, and the limits of working on it.
#[derive(Debug, Clone)]
pub struct TurnRequest {
    /// How to start the agent if none runs for the session.
    pub launch: Launch,
    /// An earlier session to go on with, and what is said then.
    pub resume: Option<Resume>,
    /// The model to ask the agent for, by its own id or name; none leaves the choice to it.
    pub model: Option<String>,
    /// What its role tells it: the session's system prompt where the agent takes one, else the beginning of `prompt`. Empty:
    /// nothing.
    pub instructions: String,
    /// What the agent is to do, for a session that starts from nothing: everything else it has to know.
    pub prompt: String,
    /// Servers of tools to offer it, besides the session's own.
    pub mcp: Vec<McpServer>,
    /// Who answers the session's tools in this turn; none in the turn that opens the session offers none.
    pub desk: Option<Arc<dyn ToolHandler>>,
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

/// How to go on with an earlier session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resume {
    /// The agent's id of it.
    pub session: String,
    /// What is said instead of [`TurnRequest::prompt`] when the session was loaded, or when the agent of the last turn is
    /// still alive: only what it does not know yet.
    pub prompt: String,
}

/// Runs the turn; the session is opened first if it is not yet.
pub(super) async fn run(
    (live, tools): (&Live, &Server),
    request: &TurnRequest,
    updates: &mpsc::Sender<Update>,
    cancel: &CancellationToken,
) -> Result<TurnEnd, AgentError> {
    let mut opened = live.opened.lock().await;
    let (mut session, loaded) = match opened.clone() {
        Some(session) => (
            Opened {
                resumed: true,
                ..session
            },
            false,
        ),
        None => {
            let earlier = request.resume.as_ref().map(|resume| &*resume.session);
            let opening = open(live, tools, request, earlier);
            let session = tokio::select! {
                session = opening => opened.insert(session?).clone(),
                () = cancel.cancelled() => return Ok(never_begun()),
            };
            let loaded = session.resumed;
            (session, loaded)
        }
    };
    begin(live, request);
    let (mut answer, mut why) = follow(live, request, &session, updates, cancel).await;
    if loaded && why.is_none() && has_lost_it(live, &answer) {
        over(live);
        live.connection
            .wire
            .state()
            .transcript
            .single(Update::Note {
                text: LOST.to_owned(),
            });
        session = opened
            .insert(open(live, tools, request, None).await?)
            .clone();
        begin(live, request);
        (answer, why) = follow(live, request, &session, updates, cancel).await;
    }
    over(live);
    let end = conclude(live, session, answer, why, request).await;
    last_notes(live, &end);
    deliver_all(live, updates).await;
    end
}

async fn open(
    live: &Live,
    tools: &Server,
    request: &TurnRequest,
    earlier: Option<&str>,
) -> Result<Opened, AgentError> {
    let Some(hello) = &live.hello else {
        return Err(AgentError::Closed);
    };
    let mut mcp = request.mcp.clone();
    if request.desk.is_some() {
        mcp.extend(offered(live, tools).await);
    }
    let opening = Opening {
        workspace: &request.launch.workspace,
        mcp: &mcp,
        resume: earlier.filter(|_| request.launch.agent.resume),
        mode: request.launch.agent.mode.as_deref(),
        model: request.model.as_deref(),
        instructions: &request.instructions,
        environment: &request.launch.agent.environment,
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
    let (agent_session, resumed, queues) =
        (opened.id.clone(), opened.resumed, steer::queues(hello));
    let started = Update::Started {
        agent_session,
        agent_name,
        version,
        resumed,
        queues,
    };
    let mut state = live.connection.wire.state();
    state.session = Some(opened.id.clone());
    state.transcript.single(started);
    Ok(opened)
}

/// The server of the session's tools, if the agent takes one; if not, that is said.
async fn offered(live: &Live, tools: &Server) -> Option<McpServer> {
    let mut registration = live.registration.lock().await;
    let takes = live
        .hello
        .as_ref()
        .is_some_and(|hello| hello.agent_capabilities.mcp_capabilities.http);
    let why = if !takes {
        "The agent takes no tools over HTTP, so it has none of skep's: it can ask by ending its turn with a question."
    } else {
        match tools.register(live.seat.clone()).await {
            Ok(registered) => return Some(registration.insert(registered).offered.clone()),
            Err(error) => {
                tracing::warn!(%error, "the session tools cannot be served");
                "The session's tools could not be served; the agent works without them."
            }
        }
    };
    live.connection
        .wire
        .state()
        .transcript
        .single(Update::Note {
            text: why.to_owned(),
        });
    None
}

fn begin(live: &Live, request: &TurnRequest) {
    live.seat.open(request.desk.clone());
    let mut state = live.connection.wire.state();
    state.policy = request.permissions.clone();
    state.phase = Phase::Turn;
    state.active = Instant::now();
    state.prompts = 0;
    state.transcript.next_turn();
}

/// Nothing the agent wants from now on is of this turn.
fn over(live: &Live) {
    live.seat.close();
    let mut state = live.connection.wire.state();
    state.close_forms();
    state.phase = Phase::Quiet;
    state.loaded = false;
}

/// What the agent is told first: less where it knows the rest.
fn first_words(live: &Live, request: &TurnRequest, session: &Opened) -> String {
    let apart = live.hello.as_ref().is_some_and(takes_instructions);
    match &request.resume {
        Some(resume) if session.resumed => resume.prompt.clone(),
        _ if apart => request.prompt.clone(),
        _ => headed(&request.instructions, &request.prompt),
    }
}

async fn follow(
    live: &Live,
    request: &TurnRequest,
    session: &Opened,
    updates: &mpsc::Sender<Update>,
    cancel: &CancellationToken,
) -> (Answer, Option<Why>) {
    let mut talk = Talk::new(live, session);
    talk.say(first_words(live, request, session));
    let (began, mut cancelled): (Instant, Option<(Why, Instant)>) = (Instant::now(), None);
    let mut beat = tokio::time::interval(BEAT);
    let answer = loop {
        let why = tokio::select! {
            answer = talk.on() => break answer,
            () = live.connection.wire.broken() => break Answer::Missing(Ended::Gone),
            () = cancel.cancelled(), if cancelled.is_none() => Some(Why::Cancelled),
            _ = beat.tick() => {
                deliver(live, updates);
                overdue(live, request, began)
            }
        };
        match (why, cancelled) {
            (Some(why), None) => {
                talk.close();
                live.seat.closing();
                live.connection.cancel(&session.id);
                cancelled = Some((why, Instant::now()));
            }
            (_, Some((_, since))) if since.elapsed() >= request.cancel_grace => {
                break Answer::Overdue;
            }
            // An agent that waits for its tool before it confirms must not wait for people.
            (_, Some((_, since))) if since.elapsed() >= CALLS_GRACE => live.seat.close(),
            _ => {}
        }
    };
    (answer, cancelled.map(|(why, _)| why))
}

type Prompted = Result<serde_json::Value, Ended>;

/// The prompts of one turn: the first, and those that steer.
struct Talk<'a> {
    live: &'a Live,
    session: &'a str,
    outlet: Outlet,
    prompts: FuturesUnordered<BoxFuture<'a, (usize, Prompted)>>,
    said: usize,
}

impl<'a> Talk<'a> {
    fn new(live: &'a Live, session: &'a Opened) -> Self {
        let (inlet, outlet) = steer::channel();
        if live.hello.as_ref().is_some_and(steer::queues) {
            *live.inlet() = Some(inlet);
        }
        Self {
            live,
            session: &session.id,
            outlet,
            prompts: FuturesUnordered::new(),
            said: 0,
        }
    }

    fn say(&mut self, text: String) {
        self.said += 1;
        let (number, connection, session) = (self.said, &self.live.connection, self.session);
        self.prompts.push(Box::pin(async move {
            (number, connection.prompt(session, &text).await)
        }));
    }

    /// Goes on until all prompts are answered; the last answer counts. May be dropped and called again.
    async fn on(&mut self) -> Answer {
        loop {
            let wire = &self.live.connection.wire;
            tokio::select! {
                Some((number, answer)) = self.prompts.next() => {
                    // What was answered was on the wire, also if its writer has not said so yet.
                    self.outlet.on_the_wire(number);
                    let gone = matches!(answer, Err(Ended::Gone | Ended::Failed(_)));
                    if gone || self.prompts.is_empty() && self.outlet.is_done() {
                        return answer.map_or_else(Answer::Missing, Answer::Given);
                    }
                }
                text = self.outlet.next() => self.say(text),
                () = wire.prompted() => {}
            }
            let written = self.live.connection.wire.state().prompts;
            self.outlet.on_the_wire(written);
        }
    }

    /// Takes no more words.
    fn close(&mut self) {
        *self.live.inlet() = None;
        self.outlet.close();
    }
}

impl Drop for Talk<'_> {
    fn drop(&mut self) {
        let written = self.live.connection.wire.state().prompts;
        self.outlet.on_the_wire(written);
        self.close();
    }
}

fn overdue(live: &Live, request: &TurnRequest, began: Instant) -> Option<Why> {
    let active = live.connection.wire.state().active;
    if began.elapsed() >= request.wall {
        return Some(Why::Wall);
    }
    (active.elapsed() >= request.silence).then_some(Why::Silence)
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
