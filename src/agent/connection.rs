//! The client side of the protocol for one agent: its connection, the handshake, prompts and the cancel.
//! (<https://agentclientprotocol.com/protocol/overview>)
//!
//! It offers the agent no file system and no terminal: both would run outside the sandbox, with skep's rights. Such
//! requests get "method not found".

use std::sync::Arc;
use std::time::Duration;

use agent_client_protocol::schema::ProtocolVersion;
use agent_client_protocol::v1::ConnectionTo;
use agent_client_protocol::v1::schema::{
    CancelNotification, ClientCapabilities, ContentBlock, CreateElicitationRequest,
    ElicitationCapabilities, ElicitationFormCapabilities, ImageContent, Implementation,
    InitializeRequest, InitializeResponse, PromptRequest, RequestPermissionRequest,
};
use agent_client_protocol::{
    Agent, Client, Error, JsonRpcRequest, Lines, UntypedMessage, is_connection_terminated,
    is_incoming_transport_closed,
};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::{Mutex, oneshot};
use tokio::task::{AbortHandle, JoinHandle};
use tokio_util::sync::CancellationToken;

use crate::core::agent::classify;

use super::connection_state::OpenForm;
use super::elicitation;
use super::error::AgentError;
use super::framing::{Wire, incoming, outgoing};
use super::picture::Picture;

/// What an agent answers that speaks no version as low as the one it was asked for.
const UNSUPPORTED_VERSION: i32 = -32022;

/// A running conversation.
pub(super) struct Connection {
    pub(super) wire: Arc<Wire>,
    peer: ConnectionTo<Agent>,
    stop: CancellationToken,
    driver: Mutex<Option<JoinHandle<()>>>,
    abort: AbortHandle,
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

    /// The handshake; an agent that speaks another version of the protocol is refused, if it was not by `framing` already. One
    /// that cannot even answer an offer of version 2 is asked for version 1 alone.
    pub(super) async fn initialize(&self, patience: Duration) -> Result<InitializeResponse, Ended> {
        let mut answer = self.hello(patience).await;
        if matches!(answer, Err(Ended::Answered(_))) && self.wire.state().dialect.withdraw() {
            answer = self.hello(patience).await;
        }
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

    async fn hello(&self, patience: Duration) -> Result<InitializeResponse, Ended> {
        let forms = ElicitationCapabilities::new().form(ElicitationFormCapabilities::new());
        let request = InitializeRequest::new(ProtocolVersion::V1)
            .client_capabilities(ClientCapabilities::new().elicitation(forms))
            .client_info(Implementation::new("skep", env!("CARGO_PKG_VERSION")));
        self.ask("initialize", request, patience).await
    }

    /// Sends a prompt and waits for the answer that ends the turn, as JSON: token counts are not in the stable types.
    pub(super) async fn prompt(
        &self,
        session: &str,
        text: &str,
        pictures: &[Picture],
    ) -> Result<serde_json::Value, Ended> {
        let picture =
            |one: &Picture| ContentBlock::Image(ImageContent::new(one.data.clone(), one.media));
        let mut content = vec![ContentBlock::from(text)];
        content.extend(pictures.iter().map(picture));
        let request = PromptRequest::new(session.to_owned(), content);
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

async fn drive(
    transport: impl agent_client_protocol::ConnectTo<Client> + 'static,
    wire: Arc<Wire>,
    found: oneshot::Sender<ConnectionTo<Agent>>,
    stop: CancellationToken,
) {
    let forms = wire.clone();
    let ended = Client
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
    if let Err(error) = ended {
        tracing::debug!(code = ?error.code, "the connection to an agent ended");
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
    let (opened, gate) = {
        let mut state = wire.state();
        (
            state.form(form.session.as_deref(), responder),
            state.gate.clone(),
        )
    };
    let Some(number) = opened else { return Ok(()) };
    let wire = wire.clone();
    peer.spawn(async move {
        let reply = gate.ask(form.asked.clone()).await;
        let answer = form.answer(&reply);
        if let Some(words) = form.unfitting(&reply) {
            gate.unfitting(words).await;
        }
        let open = wire.state().take_form(number);
        open.map_or(Ok(()), |responder| responder.respond(answer))
    })
}
