//! The gateway between an agent in its sandbox and its model: a server on a Unix socket of one start's own, which adds the key that
//! the agent does not have.
//!
//! Which request goes through, and what an answer says, is [`crate::core::gateway`]'s; this module reads, forwards and counts. It
//! sends a key to no other address than the operator's for it, passes no credential of the agent's on, and writes neither bodies nor
//! keys anywhere. Answers pass as they come; nothing of them is kept but counts.
//!
//! A start is served from [`Gateway::open`] until its [`Handle`] is dropped; then everything of it is closed.

mod answer;
mod bounds;
mod connection;
mod dial;
mod exchange;
mod idle;
mod session;
mod watched;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use crate::core::budget::TurnBudget;
use crate::core::containment::Attempt;
use crate::core::gateway::{Metered, ModelRefusal, Serving};
use crate::core::network::Network;
use crate::core::time::Clock;
use dial::Dial;
use session::Session;

pub use bounds::Bounds;

/// The name of the gateway's socket.
const NAME: &str = "gateway.sock";

/// What happens at a gateway.
#[derive(Debug, Clone)]
pub enum News {
    /// What the answers of the turn come to so far.
    Counted(Metered),
    /// The model answers.
    Answers,
    /// The model was asked and gave no answer.
    Refused(ModelRefusal),
    /// A request was turned away because the turn's budget is used up.
    Spent,
    /// A request did not go through; how often by now.
    Attempted(Attempt, u64),
}

/// Who is told; called from the gateway's own tasks, and must not block.
pub type Tell = Arc<dyn Fn(News) + Send + Sync>;

/// Opens gateways; one for all sessions of a process.
#[derive(Clone)]
pub struct Gateway {
    dial: Dial,
    clock: Clock,
    bounds: Bounds,
}

impl Gateway {
    /// The way to models from this machine, which may lead through the operator's own proxy.
    pub fn new(network: &Network, clock: Clock) -> Self {
        Self {
            dial: Dial::new(network),
            clock,
            bounds: Bounds::default(),
        }
    }

    /// Other bounds.
    #[must_use]
    pub fn bounded(mut self, bounds: Bounds) -> Self {
        self.bounds = bounds;
        self
    }

    /// Serves one start on a socket in that folder, which must be the start's alone. Must be called within a runtime.
    pub fn open(&self, serving: Serving, folder: &Path, tell: Tell) -> io::Result<Handle> {
        let (listener, path) = crate::egress::listen(folder, NAME)?;
        let session = Session::new(self, serving, tell);
        let end = CancellationToken::new();
        tokio::spawn(connection::serve(
            listener,
            Arc::clone(&session),
            end.clone(),
        ));
        Ok(Handle { path, session, end })
    }
}

/// One start's gateway, open as long as this lives.
pub struct Handle {
    path: PathBuf,
    session: Arc<Session>,
    end: CancellationToken,
}

impl Handle {
    /// The socket, to be shown to the session.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// A turn begins that may use so much; answers with what was asked since the last one ended.
    pub fn begin(&self, budget: TurnBudget) -> Metered {
        self.session.begin(budget)
    }

    /// The turn is over: all that it came to, with a guess at answers that are still under way.
    pub fn finish(&self) -> Metered {
        self.session.finish()
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        self.end.cancel();
        // The folder may be gone with the session.
        let _ = std::fs::remove_file(&self.path);
    }
}
