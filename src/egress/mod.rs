//! The only way out of a session: a proxy on a Unix socket of its own, which lets through what its list allows.
//!
//! Decisions are [`crate::core::egress`]'s; this module reads requests, resolves, connects and counts. It never connects to an
//! address that was not judged together with the name it was asked for, never resolves a name that is not on the list, never
//! passes on a byte of a tunnel before its first ones were compared with the host, and keeps nothing of what passes but counts.
//! TLS is not opened: what is inside is between the agent and the host.
//!
//! A session is served from [`Egress::open`] until its [`Handle`] is closed or dropped; then everything of it is closed.

mod answer;
mod bounds;
mod connection;
mod forward;
mod meter;
mod reach;
mod reading;
mod resolver;
mod session;
mod socket;
mod tunnel;
mod upstream;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio::sync::mpsc::UnboundedReceiver;
use tokio_util::sync::CancellationToken;

use crate::core::egress::{AllowList, Denial, Report, Rule};
use crate::core::network::Network;
use crate::core::time::Clock;
use session::{Parts, Session};
use upstream::Upstream;

pub use bounds::Bounds;
/// The name of the proxy's socket.
const NAME: &str = "egress.sock";

pub use resolver::{Resolve, Resolving, System};
pub use socket::listen;

/// Opens ways out; one for all sessions of a process.
#[derive(Clone)]
pub struct Egress {
    parts: Parts,
}

impl Egress {
    /// The way out of this machine, which may lead through the operator's own proxy.
    pub fn new(network: &Network, clock: Clock) -> Self {
        Self {
            parts: Parts {
                clock,
                bounds: Bounds::default(),
                resolver: Arc::new(System),
                upstream: Arc::new(Upstream::new(network)),
            },
        }
    }

    /// Other bounds.
    #[must_use]
    pub fn bounded(mut self, bounds: Bounds) -> Self {
        self.parts.bounds = bounds;
        self
    }

    /// Another way to find a host's addresses.
    #[must_use]
    pub fn resolving(mut self, resolver: Arc<dyn Resolve>) -> Self {
        self.parts.resolver = resolver;
        self
    }

    /// Serves one session on a socket in that folder, which must be the session's alone. Must be called within a runtime.
    pub fn open(&self, list: AllowList, folder: &Path) -> io::Result<Handle> {
        let (listener, path) = socket::listen(folder, NAME)?;
        let (session, denials) = Session::new(self.parts.clone(), list);
        let end = CancellationToken::new();
        let serving = tokio::spawn(connection::serve(
            listener,
            Arc::clone(&session),
            end.clone(),
        ));
        Ok(Handle {
            path,
            session,
            denials: Some(denials),
            end,
            serving: Some(serving),
        })
    }
}

/// One session's way out, open as long as this lives.
pub struct Handle {
    path: PathBuf,
    session: Arc<Session>,
    denials: Option<UnboundedReceiver<Denial>>,
    end: CancellationToken,
    serving: Option<tokio::task::JoinHandle<()>>,
}

impl Handle {
    /// The socket, to be shown to the session.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Each new refusal as it happens, and the same again at its 10th, 100th, … time. It ends with the session. There is one
    /// stream, for whoever asks first; what nobody takes is bounded.
    pub fn denials(&mut self) -> Option<UnboundedReceiver<Denial>> {
        self.denials.take()
    }

    /// Opens more, from the next request on: what a person said yes to.
    pub fn allow(&self, rules: impl IntoIterator<Item = Rule>) {
        self.session.allow(rules);
    }

    /// What the session asked for so far.
    pub fn report(&self) -> Report {
        self.session.report()
    }

    /// Closes the socket and all that is open through it; what it came to.
    pub async fn close(mut self) -> Report {
        self.end.cancel();
        if let Some(serving) = self.serving.take() {
            // It cannot be cancelled by anybody else, and a panic of it has been logged.
            let _ = serving.await;
        }
        self.session.report()
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        self.end.cancel();
        // The folder may be gone with the session.
        let _ = std::fs::remove_file(&self.path);
    }
}
