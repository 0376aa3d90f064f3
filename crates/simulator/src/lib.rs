//! A GitHub on loopback and an agent that follows a script: what `skep demo` and the tests need in place of the world.
//!
//! It exists so that the whole pipeline runs on real parts without a network: this GitHub answers and refuses as GitHub
//! does. It must never be lenient where GitHub is strict, listen beyond its address, or know the types of its users: what
//! reaches it are HTTP requests and git, as they would reach GitHub. `FIDELITY.md` lists every known departure.
//!
//! # The simulator, in reading order
//!
//! - [`Simulator`] is the handle ([`handle`]): what users do (`user`, `user_issues`, `user_pulls`, `ci`), how the App and its installations are
//!   set
//!   up (`admin`), what a test looks at (`views`).
//! - [`world`] holds the facts and the rules; every change makes its webhook. [`behaviour`] names each rule, so that tests
//!   can switch it off. [`api_error`] is how a rule refuses.
//! - `server` takes connections and plays faults ([`fault`]); `attachment` answers where files are attached. Behind it: `rest` (routes, permissions, limits), `json` (what
//!   objects look like), [`git`] (clone, fetch, push), `control` (the simulator's own addresses).
//! - `delivery` sends webhooks; [`call_log`] and [`exchange`] remember what was seen on the wire.
//!
//! Where it knows less than GitHub it says 404 and writes the call down ([`Simulator::unknown_calls`]); what a
//! well-behaved App never does is written down too ([`Simulator::violations`]).
//!
//! # The demo agent
//!
//! [`demo_agent`] speaks the Agent Client Protocol on a pair of streams and does what a script in its prompt says.

pub mod api_error;
mod attachment;
mod auth;
pub mod behaviour;
pub mod call_log;
mod control;
pub mod delivery;
pub mod demo_agent;
pub mod exchange;
pub mod fault;
pub mod git;
pub mod handle;
pub mod ids;
mod json;
mod registration_page;
mod rest;
mod server;
mod sign_in_page;
mod state;
pub mod thread;
mod time;
mod wire;
pub mod world;

pub use handle::ci::{CheckView, JobEnd, Required, StatusDraft};
pub use handle::simulator::{EVENTS, PERMISSIONS, Simulator, SimulatorConfig, SimulatorError};
pub use handle::user::{RepositorySeed, Saying};
pub use handle::views::{CommentView, IssueView, PullView};
