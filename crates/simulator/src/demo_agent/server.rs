//! The demo agent's end of the protocol: sessions made and loaded, prompts taken in, cancels.
//!
//! It must never do a step of a script itself: `script_runner` does.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use agent_client_protocol::v1::schema::{
    AgentCapabilities, CancelNotification, ContentBlock, ContentChunk, Implementation,
    InitializeRequest, InitializeResponse, LoadSessionRequest, LoadSessionResponse,
    McpCapabilities, NewSessionRequest, NewSessionResponse, PromptCapabilities, PromptRequest,
    PromptResponse, SessionCapabilities, SessionConfigOption, SessionConfigOptionCategory,
    SessionConfigSelectOption, SessionMode, SessionModeState, SessionNotification,
    SessionSystemPromptCapabilities, SessionUpdate, SetSessionConfigOptionRequest,
    SetSessionConfigOptionResponse, SetSessionModeRequest, SetSessionModeResponse, SystemPrompt,
};
use agent_client_protocol::v1::{ConnectionTo, Responder};
use agent_client_protocol::{Agent, Client, Error, Lines};
use futures::StreamExt;
use futures::channel::mpsc;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use super::environment::Environment;
use super::mcp_client::McpClient;
use super::script_runner::{Ending, ScriptRunner};
use super::second_version::SecondVersion;
use super::session_store::Memory;
use super::sessions::{DemoServer, DemoSession};

/// Serves one client on standard input and output until the input ends: `skep demo-agent`.
pub async fn serve_stdio(queues: bool, takes_system_prompt: bool, second_version: bool) {
    let home = std::env::home_dir().unwrap_or_else(|| PathBuf::from("."));
    serve(
        tokio::io::stdin(),
        tokio::io::stdout(),
        Environment {
            home,
            variables: None,
            queues,
            takes_system_prompt,
            second_version,
        },
    )
    .await;
}

/// Serves one client over two streams until the reading one ends.
pub async fn serve(
    reader: impl AsyncRead + Send + Unpin + 'static,
    writer: impl AsyncWrite + Send + Unpin + 'static,
    environment: Environment,
) {
    let (lines, queue) = mpsc::channel::<String>(64);
    let edge = Arc::new(Mutex::new(SecondVersion::new(environment.second_version)));
    let server = Arc::new(DemoServer::new(environment, lines.clone()));
    let heard = (BufReader::new(reader), lines.clone(), edge.clone());
    let incoming = futures::stream::unfold(heard, |(mut reader, mut first, edge)| async move {
        let mut line = String::new();
        match reader.read_line(&mut line).await {
            Ok(1..) => {
                let (line, answers) = locked(&edge).heard(line);
                for answer in answers {
                    // Nobody reads any more: then nobody waits for it.
                    drop(futures::SinkExt::send(&mut first, answer).await);
                }
                Some((Ok(line), (reader, first, edge)))
            }
            Ok(0) | Err(_) => None,
        }
    });
    let outgoing = futures::SinkExt::sink_map_err(lines, std::io::Error::other);
    let served = serve_protocol(
        Lines::new(Box::pin(outgoing), Box::pin(incoming)),
        server.clone(),
    );
    let end = tokio::select! {
        end = served => end,
        () = write(writer, queue, &edge) => Ok(()),
        () = server.gone.cancelled() => Ok(()),
    };
    if let Err(error) = end {
        tracing::debug!(code = ?error.code, "the client went away");
    }
    if server.stubborn.load(Ordering::Acquire) && server.environment.variables.is_none() {
        std::future::pending::<()>().await;
    }
}

fn locked(edge: &Mutex<SecondVersion>) -> MutexGuard<'_, SecondVersion> {
    edge.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn write(
    mut writer: impl AsyncWrite + Unpin,
    mut queue: mpsc::Receiver<String>,
    edge: &Mutex<SecondVersion>,
) {
    while let Some(line) = queue.next().await {
        let lines = locked(edge).said(line);
        let written = async {
            for line in lines {
                writer.write_all(line.as_bytes()).await?;
                writer.write_all(b"\n").await?;
            }
            writer.flush().await
        };
        if written.await.is_err() {
            return;
        }
    }
}

async fn serve_protocol(
    transport: impl agent_client_protocol::ConnectTo<Agent> + 'static,
    server: Arc<DemoServer>,
) -> Result<(), Error> {
    let (first, create, load) = (server.clone(), server.clone(), server.clone());
    let (mode, model) = (server.clone(), server.clone());
    let (prompt, cancel) = (server.clone(), server);
    Agent
        .v1()
        .name("skep-demo")
        .on_receive_request(
            async move |request: InitializeRequest, responder, _peer| {
                responder.respond(first.hello(&request))
            },
            agent_client_protocol::on_receive_request!(),
        )
        .on_receive_request(
            async move |request: NewSessionRequest, responder, _peer| {
                responder.respond(create.create(request))
            },
            agent_client_protocol::on_receive_request!(),
        )
        .on_receive_request(
            async move |request: LoadSessionRequest, responder, peer: ConnectionTo<Client>| {
                responder.respond_with_result(load.load(request, &peer))
            },
            agent_client_protocol::on_receive_request!(),
        )
        .on_receive_request(
            async move |request: SetSessionModeRequest, responder, _peer| {
                responder.respond_with_result(mode.set_mode(&request))
            },
            agent_client_protocol::on_receive_request!(),
        )
        .on_receive_request(
            async move |request: SetSessionConfigOptionRequest, responder, _peer| {
                responder.respond_with_result(model.set_option(&request))
            },
            agent_client_protocol::on_receive_request!(),
        )
        .on_receive_request(
            async move |request: PromptRequest, responder, peer: ConnectionTo<Client>| {
                prompt.clone().prompt(&request, responder, peer)
            },
            agent_client_protocol::on_receive_request!(),
        )
        .on_receive_notification(
            async move |notice: CancelNotification, _peer| {
                cancel.cancel(&notice.session_id.0);
                Ok(())
            },
            agent_client_protocol::on_receive_notification!(),
        )
        .connect_to(transport)
        .await
}

const MODES: [(&str, &str); 2] = [("approve", "Ask before commands"), ("auto", "Never ask")];
/// It has no mind; the names are there to be chosen.
const MODELS: [(&str, &str); 2] = [("demo-small", "Demo, small"), ("demo-large", "Demo, large")];
const MODEL: &str = "model";

impl DemoServer {
    fn hello(&self, request: &InitializeRequest) -> InitializeResponse {
        let forms = request
            .client_capabilities
            .elicitation
            .as_ref()
            .is_some_and(|forms| forms.supports_form());
        self.forms.store(forms, Ordering::Release);
        let mut capabilities = AgentCapabilities::new()
            .load_session(true)
            .prompt_capabilities(PromptCapabilities::new().image(true))
            .mcp_capabilities(McpCapabilities::new().http(true));
        if self.environment.takes_system_prompt {
            let taken = SessionSystemPromptCapabilities::new();
            capabilities =
                capabilities.session_capabilities(SessionCapabilities::new().system_prompt(taken));
        }
        if self.environment.queues {
            capabilities = capabilities.meta(serde_json::Map::from_iter([(
                "promptQueueing".to_owned(),
                true.into(),
            )]));
        }
        InitializeResponse::new(request.protocol_version)
            .agent_capabilities(capabilities)
            .agent_info(Implementation::new("skep-demo", env!("CARGO_PKG_VERSION")))
    }

    fn create(&self, request: NewSessionRequest) -> NewSessionResponse {
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        let since = std::time::SystemTime::UNIX_EPOCH
            .elapsed()
            .map(|time| time.as_micros())
            .unwrap_or_default();
        let id = format!("demo-{since:x}-{}", NUMBER.fetch_add(1, Ordering::Relaxed));
        let (mode, model) = (MODES[0].0.to_owned(), MODELS[0].0.to_owned());
        let memory = Memory {
            mode,
            model,
            instructions: instructions(request.system_prompt.as_ref()),
            ..Memory::default()
        };
        let (modes, options) = (modes(&memory), options(&memory));
        self.keep(
            &id,
            DemoSession::new(request.cwd, memory, McpClient::among(&request.mcp_servers)),
        );
        NewSessionResponse::new(id)
            .modes(modes)
            .config_options(options)
    }

    /// History goes out before the answer, as most agents do it.
    fn load(
        &self,
        request: LoadSessionRequest,
        peer: &ConnectionTo<Client>,
    ) -> Result<LoadSessionResponse, Error> {
        let id = request.session_id.to_string();
        let mut memory = Memory::load(&self.environment.home, &id).ok_or_else(|| {
            Error::new(-32002, "Resource not found").data(serde_json::json!({ "sessionId": id }))
        })?;
        // As an agent that stores none: what counts is what it is given now.
        memory.instructions = instructions(request.system_prompt.as_ref());
        for line in &memory.said {
            let chunk = ContentChunk::new(ContentBlock::from(line.text.as_str()));
            let update = if line.by_user {
                SessionUpdate::UserMessageChunk
            } else {
                SessionUpdate::AgentMessageChunk
            };
            peer.send_notification(SessionNotification::new(id.clone(), update(chunk)))?;
        }
        let (modes, options) = (modes(&memory), options(&memory));
        self.keep(
            &id,
            DemoSession::new(request.cwd, memory, McpClient::among(&request.mcp_servers)),
        );
        Ok(LoadSessionResponse::new()
            .modes(modes)
            .config_options(options))
    }

    fn set_mode(&self, request: &SetSessionModeRequest) -> Result<SetSessionModeResponse, Error> {
        let mode = request.mode_id.to_string();
        if !MODES.iter().any(|(id, _)| *id == mode) {
            return Err(Error::invalid_params().data(format!("no mode {mode}")));
        }
        let mut session = self.find(&request.session_id.0)?;
        session.memory.mode = mode;
        self.keep(&request.session_id.0, session);
        Ok(SetSessionModeResponse::new())
    }

    fn set_option(
        &self,
        request: &SetSessionConfigOptionRequest,
    ) -> Result<SetSessionConfigOptionResponse, Error> {
        let wanted = request
            .value
            .as_value_id()
            .map(|value| value.to_string())
            .unwrap_or_default();
        if &*request.config_id.0 != MODEL || !MODELS.iter().any(|(id, _)| *id == wanted) {
            return Err(Error::invalid_params().data(format!("no {} {wanted}", request.config_id)));
        }
        let mut session = self.find(&request.session_id.0)?;
        session.memory.model = wanted;
        let options = options(&session.memory);
        self.keep(&request.session_id.0, session);
        Ok(SetSessionConfigOptionResponse::new(options))
    }

    fn prompt(
        self: Arc<Self>,
        request: &PromptRequest,
        responder: Responder<PromptResponse>,
        peer: ConnectionTo<Client>,
    ) -> Result<(), Error> {
        let id = request.session_id.to_string();
        let mut session = self.find(&id)?;
        let texts = request.prompt.iter().filter_map(|block| match block {
            ContentBlock::Text(text) => Some(text.text.as_str()),
            _ => None,
        });
        let prompt = texts.collect::<Vec<_>>().join("\n");
        let pictures = request.prompt.iter().filter_map(|block| match block {
            ContentBlock::Image(image) => {
                Some(format!("{} of {}", image.mime_type, image.data.len()))
            }
            _ => None,
        });
        session.memory.pictures.extend(pictures);
        let Some(responder) = self.queue(&id, &prompt, responder) else {
            return Ok(());
        };
        session.cancel = CancellationToken::new();
        session.heard = Arc::new(Semaphore::new(0));
        session.memory.turns += 1;
        session.memory.spending.begin();
        session.memory.add(true, &prompt);
        let has_work = session.memory.hear(&prompt);
        self.keep(&id, session.clone());
        let runner = ScriptRunner::new(self.clone(), id.clone(), session, peer.clone());
        // Outside the dispatch loop, or the cancel could not come in.
        peer.spawn(async move {
            let ending = runner.run(&prompt, has_work).await;
            let further = self.waiting().remove(&id).unwrap_or_default();
            for responder in std::iter::once(responder).chain(further) {
                match &ending {
                    Ending::Answer(answer) => responder.respond(answer.clone())?,
                    Ending::Error(error) => responder.respond_with_error(error.clone())?,
                }
            }
            Ok(())
        })
    }

    /// Keeps a prompt for the end of the one that is worked on; gives the responder back when none is.
    fn queue(
        &self,
        id: &str,
        prompt: &str,
        responder: Responder<PromptResponse>,
    ) -> Option<Responder<PromptResponse>> {
        let mut waiting = self.waiting();
        let Some(queue) = waiting.get_mut(id).filter(|_| self.environment.queues) else {
            waiting.insert(id.to_owned(), vec![]);
            return Some(responder);
        };
        queue.push(responder);
        self.memory(id, |memory| {
            memory.add(true, prompt);
            memory.overhear(prompt);
        });
        if let Some(session) = self.sessions().get(id) {
            session.heard.add_permits(1);
        }
        None
    }

    fn cancel(&self, id: &str) {
        if let Some(session) = self.sessions().get(id) {
            session.cancel.cancel();
        }
    }
}

fn instructions(prompt: Option<&SystemPrompt>) -> String {
    let blocks = prompt.map(|prompt| prompt.content.as_slice());
    let texts = blocks
        .unwrap_or_default()
        .iter()
        .filter_map(|block| match block {
            ContentBlock::Text(text) => Some(text.text.as_str()),
            _ => None,
        });
    texts.collect::<Vec<_>>().join("\n")
}

fn modes(memory: &Memory) -> SessionModeState {
    let all = MODES
        .iter()
        .map(|(id, name)| SessionMode::new(*id, *name))
        .collect();
    SessionModeState::new(memory.mode.clone(), all)
}

fn options(memory: &Memory) -> Vec<SessionConfigOption> {
    let all: Vec<_> = MODELS
        .iter()
        .map(|(id, name)| SessionConfigSelectOption::new(*id, *name))
        .collect();
    let model = SessionConfigOption::select(MODEL, "Model", memory.model.clone(), all);
    vec![model.category(SessionConfigOptionCategory::Model)]
}
