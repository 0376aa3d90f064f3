//! The sessions of one connection: what the server and the turns at work share.
//!
//! It must never hold a lock across an await.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use agent_client_protocol::Error;
use agent_client_protocol::v1::Responder;
use agent_client_protocol::v1::schema::PromptResponse;
use futures::channel::mpsc;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use super::environment::Environment;
use super::mcp_client::McpClient;
use super::session_store::Memory;

/// All sessions of one connection.
pub(super) struct DemoServer {
    pub(super) environment: Environment,
    pub(super) raw: mpsc::Sender<String>,
    pub(super) sessions: Mutex<HashMap<String, DemoSession>>,
    /// Prompts that came while another was worked on, for each session that is at work.
    pub(super) waiting: Mutex<HashMap<String, Vec<Responder<PromptResponse>>>>,
    /// Whether the client fills in forms.
    pub(super) forms: AtomicBool,
    pub(super) stubborn: AtomicBool,
    pub(super) gone: CancellationToken,
}

#[derive(Clone)]
pub(super) struct DemoSession {
    pub(super) folder: PathBuf,
    pub(super) memory: Memory,
    pub(super) cancel: CancellationToken,
    /// The way to the session's tools.
    pub(super) tools: Option<McpClient>,
    /// A permit for each further prompt of this turn.
    pub(super) heard: Arc<Semaphore>,
}

impl DemoSession {
    pub(super) fn new(folder: PathBuf, memory: Memory, tools: Option<McpClient>) -> Self {
        Self {
            folder,
            memory,
            cancel: CancellationToken::new(),
            tools,
            heard: Arc::new(Semaphore::new(0)),
        }
    }
}

impl DemoServer {
    pub(super) fn new(environment: Environment, raw: mpsc::Sender<String>) -> Self {
        Self {
            environment,
            raw,
            sessions: Mutex::default(),
            waiting: Mutex::default(),
            forms: AtomicBool::new(false),
            stubborn: AtomicBool::new(false),
            gone: CancellationToken::new(),
        }
    }

    pub(super) fn takes_forms(&self) -> bool {
        self.forms.load(Ordering::Acquire)
    }

    pub(super) fn find(&self, id: &str) -> Result<DemoSession, Error> {
        let unknown = || Error::invalid_params().data("no such session");
        self.sessions().get(id).cloned().ok_or_else(unknown)
    }

    pub(super) fn keep(&self, id: &str, session: DemoSession) {
        // A home that cannot be written costs the loading later, not the session now.
        if let Err(error) = session.memory.save(&self.environment.home, id) {
            tracing::debug!(%error, "a demo session was not saved");
        }
        self.sessions().insert(id.to_owned(), session);
    }

    pub(super) fn remember(&self, id: &str, text: &str) {
        self.memory(id, |memory| memory.add(false, text));
    }

    /// Changes what is kept of a session, and saves it.
    pub(super) fn memory<T>(&self, id: &str, change: impl FnOnce(&mut Memory) -> T) -> Option<T> {
        let mut sessions = self.sessions();
        let session = sessions.get_mut(id)?;
        let changed = change(&mut session.memory);
        drop(session.memory.save(&self.environment.home, id));
        Some(changed)
    }

    pub(super) fn waiting(
        &self,
    ) -> MutexGuard<'_, HashMap<String, Vec<Responder<PromptResponse>>>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn sessions(&self) -> MutexGuard<'_, HashMap<String, DemoSession>> {
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Ends this agent: its process, or in a story only its side of the pipe.
    pub(super) fn leave(&self, code: i32) {
        if self.environment.variables.is_none() {
            std::process::exit(code);
        }
        self.gone.cancel();
    }
}
