//! One prompt turn: the clocks, the cancel, the delivery of updates, the end.
//!
//! A turn always ends: by the agent's answer, by one of its clocks, by a cancel or by the death of the agent. What it
//! reports is what the agent said; whether anything was done is for git to tell.

use std::time::{Duration, Instant};

use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::core::agent::{TurnEnd, Update};
use crate::core::text::prompt::headed;
use crate::core::text::session_log;

use super::connection::Ended;
use super::connection_state::Phase;
use super::end::{Answer, Conclusion, Why, has_lost_it, last_notes, never_begun};
use super::error::AgentError;
use super::model_health::ModelHealth;
use super::opening::{McpServer, Opened, Opening, takes_instructions};
use super::picture::Picture;
use super::prompts::Prompts;
use super::running_agent::Live;
use super::steer;
use super::tools::Server;
use super::transcript::TEXT_KEPT;
use super::turn_request::TurnRequest;
use super::usage::TurnUsage;

/// How often clocks are read, and updates delivered while many come: the first after a pause is delivered at once.
const BEAT: Duration = Duration::from_millis(200);
/// How long after a cancel open calls of the session's tools are left open.
const CALLS_GRACE: Duration = Duration::from_millis(500);
/// How long the reader of updates may take for the last of them.
const LAST_DELIVERY: Duration = Duration::from_secs(5);

/// A turn of a running agent.
pub(super) struct Turn<'a> {
    /// The agent.
    pub(super) live: &'a Live,
    /// Who serves the session's tools.
    pub(super) tools: &'a Server,
    /// What is asked of it, within which limits.
    pub(super) request: &'a TurnRequest,
    /// Who hears of what it does.
    pub(super) updates: &'a mpsc::Sender<Update>,
    /// Ends it early.
    pub(super) cancel: &'a CancellationToken,
}

impl Turn<'_> {
    /// Runs the turn; the session is opened first if it is not yet.
    pub(super) async fn run(self) -> Result<TurnEnd, AgentError> {
        let live = self.live;
        let mut opened = live.opened.lock().await;
        let (mut session, mut loaded) = match opened.clone() {
            Some(session) => (
                Opened {
                    resumed: true,
                    ..session
                },
                false,
            ),
            None => {
                let resume = self.request.resume.as_ref();
                let opening = self.open(resume.map(|resume| &*resume.session));
                let session = tokio::select! {
                    session = opening => opened.insert(session?).clone(),
                    () = self.cancel.cancelled() => return Ok(never_begun()),
                };
                let loaded = session.resumed;
                (session, loaded)
            }
        };
        self.begin(&session, loaded).await;
        let (mut answer, mut why) = self.follow(&session).await;
        if loaded && why.is_none() && has_lost_it(live, &answer) {
            over(live);
            live.note(session_log::SESSION_LOST);
            session = opened.insert(self.open(None).await?).clone();
            loaded = session.resumed;
            self.begin(&session, loaded).await;
            (answer, why) = self.follow(&session).await;
        }
        over(live);
        let mut answers = 0;
        if let Some(gateway) = live.gateway() {
            let all = gateway.finish();
            answers = all.answers;
            live.connection.wire.state().transcript.metered(all);
        }
        let hosts = live.reached(answers > 0);
        if !hosts.is_empty() {
            let reached = Update::Reached { hosts };
            live.connection.wire.state().transcript.single(reached);
        }
        let conclusion = Conclusion {
            session,
            answer,
            why,
        };
        let end = conclusion.reach(live, self.request).await;
        live.look_at_decoys();
        last_notes(live, &end);
        self.deliver_all().await;
        end
    }

    async fn open(&self, earlier: Option<&str>) -> Result<Opened, AgentError> {
        let (live, request) = (self.live, self.request);
        let Some(hello) = &live.hello else {
            return Err(AgentError::Closed);
        };
        let mut mcp = request.mcp.clone();
        if request.handler.is_some() {
            mcp.extend(self.offered().await);
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
        let started = Update::Started {
            agent_session: opened.id.clone(),
            agent_name,
            version,
            resumed: opened.resumed,
            queues: steer::queues(hello),
        };
        let mut state = live.connection.wire.state();
        state.session = Some(opened.id.clone());
        state.transcript.single(started);
        Ok(opened)
    }

    /// The server of the session's tools, if the agent takes one; if not, that is said.
    async fn offered(&self) -> Option<McpServer> {
        let live = self.live;
        let mut registration = live.registration.lock().await;
        let takes = live
            .hello
            .as_ref()
            .is_some_and(|hello| hello.agent_capabilities.mcp_capabilities.http);
        if !takes {
            live.note(session_log::NO_TOOLS_OVER_HTTP);
            return None;
        }
        live.gate.offers(self.request.handler.as_deref());
        match self.tools.register(live.gate.clone()).await {
            Ok(registered) => Some(registration.insert(registered).offered.clone()),
            Err(error) => {
                tracing::warn!(%error, "the session tools cannot be served");
                live.note(session_log::TOOLS_NOT_SERVED);
                None
            }
        }
    }

    /// The turn begins: that the agent is there is on its way to whoever follows it before it can ask or do anything.
    async fn begin(&self, session: &Opened, loaded: bool) {
        self.live.gate.open(self.request.handler.clone());
        {
            let mut state = self.live.connection.wire.state();
            state.policy = self.request.permissions.clone();
            state.phase = Phase::Turn;
            state.active = Instant::now();
            state.prompts = 0;
            state.transcript.next_turn();
            let means = self.request.launch.agent.usage;
            let usage = TurnUsage::new(means, &session.id, loaded);
            state.transcript.count(usage);
            state.model = ModelHealth::default();
        }
        if let Some(gateway) = self.live.gateway() {
            let budget = self.request.budget.clone();
            let before = gateway.begin(budget);
            self.live.connection.wire.state().transcript.metered(before);
        }
        self.deliver_all().await;
    }

    /// What the agent is told first: less where it knows the rest.
    fn first_words(&self, session: &Opened) -> String {
        let request = self.request;
        let apart = self.live.hello.as_ref().is_some_and(takes_instructions);
        match &request.resume {
            Some(resume) if session.resumed => resume.prompt.clone(),
            _ if apart => request.prompt.clone(),
            _ => headed(&request.instructions, &request.prompt),
        }
    }

    /// What it is shown first: nothing where it does not say that it takes pictures, or has seen them.
    fn pictures(&self, session: &Opened) -> Vec<Picture> {
        let hello = self.live.hello.as_ref();
        let takes = hello.is_some_and(|hello| hello.agent_capabilities.prompt_capabilities.image);
        match takes && !session.resumed {
            true => self.request.pictures.clone(),
            false => Vec::new(),
        }
    }

    async fn follow(&self, session: &Opened) -> (Answer, Option<Why>) {
        let live = self.live;
        let mut prompts = Prompts::new(live, session);
        let words = self.first_words(session);
        let kept = words.floor_char_boundary(TEXT_KEPT);
        let text = words[..kept].to_owned();
        live.connection
            .wire
            .state()
            .transcript
            .single(Update::Prompt { text });
        prompts.show(words, self.pictures(session));
        let (began, mut cancelled): (Instant, Option<(Why, Instant)>) = (Instant::now(), None);
        let mut beat = tokio::time::interval(BEAT);
        let mut delivered: Option<Instant> = None;
        let answer = loop {
            let why = tokio::select! {
                answer = prompts.answered() => break answer,
                () = live.connection.wire.broken() => break Answer::Missing(Ended::Gone),
                () = self.cancel.cancelled(), if cancelled.is_none() => Some(Why::Cancelled),
                () = live.connection.wire.updated(), if delivered.is_none_or(|at| at.elapsed() >= BEAT) => {
                    delivered = self.deliver().then(Instant::now).or(delivered);
                    None
                }
                _ = beat.tick() => {
                    delivered = self.deliver().then(Instant::now).or(delivered);
                    self.overdue(began)
                }
            };
            match (why, cancelled) {
                (Some(why), None) => {
                    prompts.close();
                    live.gate.closing();
                    live.connection.cancel(&session.id);
                    cancelled = Some((why, Instant::now()));
                }
                (_, Some((_, since))) if since.elapsed() >= self.request.cancel_grace => {
                    break Answer::Overdue;
                }
                // An agent that waits for its tool before it confirms must not wait for people.
                (_, Some((_, since))) if since.elapsed() >= CALLS_GRACE => live.gate.close(),
                _ => {}
            }
        };
        (answer, cancelled.map(|(why, _)| why))
    }

    fn overdue(&self, began: Instant) -> Option<Why> {
        let (active, hidden) = {
            let state = self.live.connection.wire.state();
            (state.active, state.model.is_hidden())
        };
        if hidden {
            return Some(Why::Model);
        }
        if began.elapsed() >= self.request.wall {
            return Some(Why::Wall);
        }
        (active.elapsed() >= self.request.silence).then_some(Why::Silence)
    }

    /// Delivers what the reader has space for; the rest waits and is merged with what comes. True if anything was delivered.
    fn deliver(&self) -> bool {
        let mut state = self.live.connection.wire.state();
        let mut any = false;
        while !state.transcript.is_delivered() {
            match self.updates.try_reserve() {
                Ok(permit) => {
                    if let Some(update) = state.transcript.pop() {
                        permit.send(update);
                        any = true;
                    }
                }
                Err(mpsc::error::TrySendError::Full(())) => return any,
                // Nobody listens: what was said is dropped, the turn goes on.
                Err(mpsc::error::TrySendError::Closed(())) => {
                    while state.transcript.pop().is_some() {}
                }
            }
        }
        any
    }

    async fn deliver_all(&self) {
        let all = async {
            loop {
                let next = self.live.connection.wire.state().transcript.pop();
                let Some(update) = next else { return };
                if self.updates.send(update).await.is_err() {
                    return;
                }
            }
        };
        if tokio::time::timeout(LAST_DELIVERY, all).await.is_err() {
            tracing::warn!("the last updates of a turn were not taken in time");
        }
    }
}

/// Nothing the agent wants from now on is of this turn.
fn over(live: &Live) {
    live.gate.close();
    let mut state = live.connection.wire.state();
    state.close_forms();
    state.phase = Phase::Quiet;
    state.loaded = false;
}
