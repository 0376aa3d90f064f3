//! A server of the Model Context Protocol for operators' own assistants: what the command line can ask and order, as six tools.
//!
//! It speaks to a running skep as the command line does, by its admin address and with a token of theirs ([`Swarm`]), and never to the
//! database. What comes back may hold words of issues and agents: `result` marks them as data, and nothing here ever acts on them.
//! Over HTTP ([`HttpServer`]) it answers this machine alone unless the operator names a host, refuses foreign hosts and origins (DNS
//! rebinding), and says nothing to whoever brings no token that skep knows.
//! <https://modelcontextprotocol.io/specification/2025-11-25/basic/transports#security-warning>

mod ask;
mod http;
mod offer;
mod result;
mod stdio;
mod swarm;

pub use ask::Ask;
pub use http::{HttpServer, NotListening};
pub use stdio::serve_stdio;
pub use swarm::{Gate, Swarm, Unknown};

/// What an assistant calls the server.
const SERVER_NAME: &str = "skep";
