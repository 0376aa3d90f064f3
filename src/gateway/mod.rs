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
mod news;
mod session;
mod watched;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio::net::UnixListener;
use tokio_util::sync::CancellationToken;

use crate::core::budget::TurnBudget;
use crate::core::gateway::{Metered, Serving};
use crate::core::network::Network;
use crate::core::time::Clock;
use dial::Dial;
use session::{Parts, Session};

pub use bounds::Bounds;
pub use news::{News, Tell};

/// Opens gateways; one for all sessions of a process.
#[derive(Clone)]
pub struct Gateway {
    parts: Parts,
}

impl Gateway {
    /// The way to models from this machine, which may lead through the operator's own proxy.
    pub fn new(network: &Network, clock: Clock) -> Self {
        let parts = Parts {
            dial: Dial::new(network),
            clock,
            bounds: Bounds::default(),
        };
        Self { parts }
    }

    /// Other bounds.
    #[must_use]
    pub fn bounded(mut self, bounds: Bounds) -> Self {
        self.parts.bounds = bounds;
        self
    }

    /// Serves one start on that socket at that path, which must be the start's alone. Must be called within a runtime.
    pub fn open(
        &self,
        serving: Serving,
        (listener, path): (UnixListener, PathBuf),
        tell: Tell,
    ) -> Handle {
        let session = Session::new(self.parts.clone(), serving, tell);
        let end = CancellationToken::new();
        tokio::spawn(connection::serve(
            listener,
            Arc::clone(&session),
            end.clone(),
        ));
        Handle { path, session, end }
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
