//! The client side of the protocol for one agent: `initialize`, opening or loading a session, prompting, cancelling.
//! (<https://agentclientprotocol.com/protocol/overview>)
//!
//! It offers the agent no file system and no terminal: both would run outside the sandbox, with skep's rights. Such
//! requests get "method not found".

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use agent_client_protocol::schema::ProtocolVersion;
use agent_client_protocol::v1::ConnectionTo;
use agent_client_protocol::v1::schema::{
    CancelNotification, ClientCapabilities, ContentBlock, CreateElicitationRequest,
    ElicitationCapabilities, ElicitationFormCapabilities, HttpHeader, Implementation,
    InitializeRequest, InitializeResponse, LoadSessionRequest, McpServer as WireServer,
    McpServerHttp, NewSessionRequest, PromptRequest, RequestPermissionRequest,
    ResumeSessionRequest, SessionConfigOption, SetSessionConfigOptionRequest,
    SetSessionModeRequest, SystemPrompt,
};
use agent_client_protocol::{
    Agent, Client, Error, JsonRpcRequest, Lines, UntypedMessage, is_connection_terminated,
    is_incoming_transport_closed,
};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::{Mutex, oneshot};
use tokio::task::{AbortHandle, JoinHandle};
use tokio_util::sync::CancellationToken;

use crate::core::agent::{Update, classify};

use super::connection_state::{OpenForm, Phase};
use super::elicitation;
use super::error::AgentError;
use super::framing::{Wire, incoming, outgoing};
use super::login::Login;
use super::model::{Choice, choose};

/// How long an agent's late history may take, and the pause in it that counts as its end.
const HISTORY_PATIENCE: Duration = Duration::from_secs(10);
const HISTORY_PAUSE: Duration = Duration::from_millis(250);

/// What an agent answers that speaks no version as low as the one it was asked for.
const UNSUPPORTED_VERSION: i32 = -32022;

/// A server of tools for the agent, over streamable HTTP (<https://modelcontextprotocol.io>): the only transport that all
/// known agents take.
#[derive(Clone, PartialEq, Eq)]
pub struct McpServer {
    /// What the agent calls it.
    pub name: String,
    /// Its address.
    pub url: String,
    /// Headers to send along, such as the session's token.
    pub headers: Vec<(String, String)>,
}

/// Headers carry tokens, so only their names are shown.
impl std::fmt::Debug for McpServer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let names: Vec<&String> = self.headers.iter().map(|(name, _)| name).collect();
        f.debug_struct("McpServer")
            .field("name", &self.name)
            .field("url", &self.url)
            .field("headers", &names)
            .finish()
    }
}

/// A running conversation.
pub(super) struct Connection {
    pub(super) wire: Arc<Wire>,
    peer: ConnectionTo<Agent>,
    stop: CancellationToken,
    driver: Mutex<Option<JoinHandle<()>>>,
    abort: AbortHandle,
}

/// How a session was asked for.
pub(super) struct Opening<'a> {
    pub(super) workspace: &'a Path,
    pub(super) mcp: &'a [McpServer],
    pub(super) resume: Option<&'a str>,
    pub(super) mode: Option<&'a str>,
    pub(super) model: Option<&'a str>,
    /// The role's, for an agent that takes them apart from the prompt.
    pub(super) instructions: &'a str,
    /// The agent's environment: a key in it may be its login.
    pub(super) environment: &'a BTreeMap<String, String>,
    pub(super) patience: Duration,
}

impl Opening<'_> {
    /// The instructions as the protocol has them, added to the agent's own; none for an agent that does not say that it
    /// takes them, which must not be sent any. A loaded session gets them again: not every agent stores them.
    fn system_prompt(&self, agent: &InitializeResponse) -> Option<SystemPrompt> {
        let wanted = takes_instructions(agent) && !self.instructions.is_empty();
        wanted.then(|| SystemPrompt::new(vec![ContentBlock::from(self.instructions)]))
    }
}

/// Whether the agent takes instructions apart from the prompt.
/// (<https://agentclientprotocol.com/protocol/session-setup>)
pub(super) fn takes_instructions(agent: &InitializeResponse) -> bool {
    let capabilities = &agent.agent_capabilities.session_capabilities;
    capabilities.system_prompt.is_some()
}

/// A session that stands.
#[derive(Debug, Clone)]
pub(super) struct Opened {
    pub(super) id: String,
    pub(super) resumed: bool,
}

impl Connection {
    /// Starts to talk over the two streams; the connection lives until [`Connection::close`].
    pub(super) async fn open(
        reader: impl AsyncRead + Send + Unpin + 'static,
        writer: impl AsyncWrite + Send + Unpin + 'static,
        wire: Arc<Wire>,
    ) -> Result<Self, AgentError> {
        let stop = CancellationToken::new();
        let (found, peer) = oneshot::channel();
        let transport = Lines::new(
            Box::pin(outgoing(writer, wire.clone())),
            Box::pin(incoming(reader, wire.clone())),
        );
        let driver = tokio::spawn(drive(transport, wire.clone(), found, stop.clone()));
        let peer = peer.await.map_err(|_| AgentError::Closed)?;
        Ok(Self {
            wire,
            peer,
            stop,
            abort: driver.abort_handle(),
            driver: Mutex::new(Some(driver)),
        })
    }

    /// The handshake; an agent that speaks another version of the protocol is refused, if it was not by `framing` already.
    pub(super) async fn initialize(&self, patience: Duration) -> Result<InitializeResponse, Ended> {
        let forms = ElicitationCapabilities::new().form(ElicitationFormCapabilities::new());
        let request = InitializeRequest::new(ProtocolVersion::V1)
            .client_capabilities(ClientCapabilities::new().elicitation(forms))
            .client_info(Implementation::new("skep", env!("CARGO_PKG_VERSION")));
        let answer = self.ask("initialize", request, patience).await;
        answer.map_err(|ended| match ended {
            Ended::Answered(error) if i32::from(error.code) == UNSUPPORTED_VERSION => {
                let said = error.message.chars().take(300).collect::<String>();
                Ended::Failed(AgentError::Protocol(format!(
                    "it does not speak version 1 of it ({said})"
                )))
            }
            other => other,
        })
    }

    /// Opens a session: the earlier one where that is wanted and works, a new one otherwise.
    pub(super) async fn session(
        &self,
        agent: &InitializeResponse,
        opening: &Opening<'_>,
    ) -> Result<Opened, Ended> {
        let login = Login {
            offered: &agent.auth_methods,
            environment: opening.environment,
        };
        let earlier = match opening.resume {
            Some(id) => self.restore(agent, id, opening).await?,
            None => None,
        };
        let (opened, options) = match earlier {
            Some(restored) => restored,
            None => {
                let request = NewSessionRequest::new(opening.workspace)
                    .mcp_servers(opening.mcp.iter().map(server).collect())
                    .system_prompt(opening.system_prompt(agent));
                let answer = self
                    .ask_in("session/new", request, login, opening.patience)
                    .await?;
                let opened = Opened {
                    id: answer.session_id.to_string(),
                    resumed: false,
                };
                (opened, answer.config_options.unwrap_or_default())
            }
        };
        if let Some(mode) = opening.mode {
            let request = SetSessionModeRequest::new(opened.id.clone(), mode.to_owned());
            self.ask("session/set_mode", request, opening.patience)
                .await?;
        }
        if let Some(model) = opening.model {
            self.set_model(&opened.id, &options, model, opening.patience)
                .await?;
        }
        Ok(opened)
    }

    /// Asks for a model. One that cannot be had is said, and the agent works with its own.
    async fn set_model(
        &self,
        session: &str,
        options: &[SessionConfigOption],
        wanted: &str,
        patience: Duration,
    ) -> Result<(), Ended> {
        let said = match choose(options, wanted) {
            Choice::Current => return Ok(()),
            Choice::Not(why) => why,
            Choice::Set { option, value } => {
                let request = SetSessionConfigOptionRequest::new(session.to_owned(), option, value);
                match self
                    .ask("session/set_config_option", request, patience)
                    .await
                {
                    Ok(_) => return Ok(()),
                    Err(Ended::Answered(error)) => {
                        let why = error.message.chars().take(200).collect::<String>();
                        format!(
                            "The agent refused the model {wanted} ({why}); it works with its own."
                        )
                    }
                    Err(ended) => return Err(ended),
                }
            }
        };
        self.wire
            .state()
            .transcript
            .single(Update::Note { text: said });
        Ok(())
    }

    /// Without replay if the agent can, else with; none if neither works, which is no failure.
    async fn restore(
        &self,
        agent: &InitializeResponse,
        id: &str,
        opening: &Opening<'_>,
    ) -> Result<Option<(Opened, Vec<SessionConfigOption>)>, Ended> {
        {
            let mut state = self.wire.state();
            state.phase = Phase::Loading;
            state.replayed = 0;
        }
        let login = Login {
            offered: &agent.auth_methods,
            environment: opening.environment,
        };
        let servers: Vec<WireServer> = opening.mcp.iter().map(server).collect();
        let mut outcome = None;
        if agent
            .agent_capabilities
            .session_capabilities
            .resume
            .is_some()
        {
            let request = ResumeSessionRequest::new(id.to_owned(), opening.workspace)
                .mcp_servers(servers.clone())
                .system_prompt(opening.system_prompt(agent));
            let answer = self
                .ask_in("session/resume", request, login, opening.patience)
                .await;
            outcome = Some(answer.map(|answer| answer.config_options));
        }
        if agent.agent_capabilities.load_session
            && !matches!(outcome, Some(Ok(_) | Err(Ended::Failed(_))))
        {
            let request = LoadSessionRequest::new(id.to_owned(), opening.workspace)
                .mcp_servers(servers)
                .system_prompt(opening.system_prompt(agent));
            let answer = self
                .ask_in("session/load", request, login, opening.patience)
                .await;
            outcome = Some(answer.map(|answer| answer.config_options));
            if matches!(outcome, Some(Ok(_))) {
                self.let_history_pass().await;
            }
        }
        self.wire.state().phase = Phase::Quiet;
        match outcome {
            Some(Ok(options)) => {
                self.wire.state().loaded = true;
                Ok(Some((
                    Opened {
                        id: id.to_owned(),
                        resumed: true,
                    },
                    options.unwrap_or_default(),
                )))
            }
            Some(Err(Ended::Failed(error))) => Err(Ended::Failed(error)),
            Some(Err(Ended::Gone)) => Err(Ended::Gone),
            Some(Err(Ended::Answered(error))) => {
                let why = error.message.chars().take(200).collect::<String>();
                let text = format!(
                    "The agent could not load its earlier session ({why}); a new one was opened."
                );
                self.wire.state().transcript.single(Update::Note { text });
                Ok(None)
            }
            None => Ok(None),
        }
    }

    /// Some agents replay a loaded session only after they have answered. One that has replayed nothing so far is given a
    /// moment: its history must have passed before the prompt, or it could not be told from the answer.
    async fn let_history_pass(&self) {
        if self.wire.state().replayed > 0 {
            return;
        }
        let began = Instant::now();
        let mut seen = 0;
        while began.elapsed() < HISTORY_PATIENCE {
            tokio::time::sleep(HISTORY_PAUSE).await;
            let now = self.wire.state().replayed;
            if now == seen {
                return;
            }
            seen = now;
        }
    }

    /// Sends a prompt and waits for the answer that ends the turn, as JSON: token counts are not in the stable types.
    pub(super) async fn prompt(
        &self,
        session: &str,
        text: &str,
    ) -> Result<serde_json::Value, Ended> {
        let request = PromptRequest::new(session.to_owned(), vec![ContentBlock::from(text)]);
        let message = UntypedMessage::new("session/prompt", request).map_err(Ended::Answered)?;
        self.peer
            .send_request(message)
            .block_task()
            .await
            .map_err(Ended::from)
    }

    /// Asks the agent to end the turn; all requests for permission from now on are answered `cancelled`, and so are open
    /// forms, after the notice: an agent must not take the answer for a reason to go on.
    pub(super) fn cancel(&self, session: &str) {
        self.wire.state().cancel();
        // An agent that is gone takes neither; its turn has ended then anyway.
        drop(
            self.peer
                .send_notification(CancelNotification::new(session.to_owned())),
        );
        self.wire.state().close_forms();
    }

    /// Stops talking: both streams are closed when this returns.
    pub(super) async fn close(&self) {
        self.stop.cancel();
        self.abort.abort();
        if let Some(driver) = self.driver.lock().await.take() {
            // Cancelled or finished: either way the streams are dropped.
            drop(driver.await);
        }
    }

    pub(super) async fn ask<R: JsonRpcRequest>(
        &self,
        step: &'static str,
        request: R,
        patience: Duration,
    ) -> Result<R::Response, Ended> {
        let answer = self.peer.send_request(request).block_task();
        tokio::select! {
            answer = tokio::time::timeout(patience, answer) => match answer {
                Ok(answer) => answer.map_err(Ended::from),
                Err(_) => Err(Ended::Failed(AgentError::NoAnswer { step, after: patience, said: String::new() })),
            },
            () = self.wire.broken() => Err(Ended::Gone),
        }
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.abort.abort();
    }
}

/// Why there is no answer.
#[derive(Debug)]
pub(super) enum Ended {
    /// The agent answered with an error.
    Answered(Error),
    /// The connection is gone: the wire's verdict or the process's exit tells why.
    Gone,
    /// skep gave up.
    Failed(AgentError),
}

impl From<Error> for Ended {
    fn from(error: Error) -> Self {
        if is_incoming_transport_closed(&error) || is_connection_terminated(&error) {
            return Self::Gone;
        }
        Self::Answered(error)
    }
}

/// An error of the agent's own, with its class.
pub(super) fn answered(error: &Error) -> AgentError {
    let data = error
        .data
        .as_ref()
        .map(|data| format!(": {data}"))
        .unwrap_or_default();
    let text: String = format!("{}{data}", error.message)
        .chars()
        .take(2_000)
        .collect();
    AgentError::Answered {
        class: classify(code(error), &text),
        text,
    }
}

/// The number of an error.
pub(super) fn code(error: &Error) -> Option<i64> {
    serde_json::to_value(error.code)
        .ok()
        .and_then(|code| code.as_i64())
}

fn server(server: &McpServer) -> WireServer {
    let headers = server
        .headers
        .iter()
        .map(|(name, value)| HttpHeader::new(name.clone(), value.clone()))
        .collect();
    WireServer::Http(McpServerHttp::new(server.name.clone(), server.url.clone()).headers(headers))
}

async fn drive(
    transport: impl agent_client_protocol::ConnectTo<Client> + 'static,
    wire: Arc<Wire>,
    found: oneshot::Sender<ConnectionTo<Agent>>,
    stop: CancellationToken,
) {
    let forms = wire.clone();
    let talk = Client
        .v1()
        .name("skep")
        .on_receive_request(
            async move |request: CreateElicitationRequest, responder, peer: ConnectionTo<Agent>| {
                elicit(&forms, request, responder, &peer)
            },
            agent_client_protocol::on_receive_request!(),
        )
        .on_receive_request(
            async move |request: RequestPermissionRequest, responder, _peer| {
                let answer = wire.state().permission(request);
                responder.respond(answer)
            },
            agent_client_protocol::on_receive_request!(),
        )
        .connect_with(transport, async move |peer| {
            // Nobody waits for it any more: then `stop` is on its way.
            drop(found.send(peer));
            stop.cancelled().await;
            Ok(())
        })
        .await;
    if let Err(error) = talk {
        tracing::debug!(code = ?error.code, "the talk with an agent ended");
    }
}

/// Has people asked, outside the dispatch loop; the answer goes out if the form is still open then.
fn elicit(
    wire: &Arc<Wire>,
    request: CreateElicitationRequest,
    responder: OpenForm,
    peer: &ConnectionTo<Agent>,
) -> Result<(), Error> {
    let Some(form) = elicitation::read(request) else {
        return responder.respond(elicitation::cancelled());
    };
    let (opened, seat) = {
        let mut state = wire.state();
        (
            state.form(form.session.as_deref(), responder),
            state.seat.clone(),
        )
    };
    let Some(number) = opened else { return Ok(()) };
    let wire = wire.clone();
    peer.spawn(async move {
        let reply = seat.ask(form.asked.clone()).await;
        let answer = form.answer(&reply);
        if let Some(words) = form.unfitting(&reply) {
            seat.unfitting(words).await;
        }
        let open = wire.state().take_form(number);
        open.map_or(Ok(()), |responder| responder.respond(answer))
    })
}
