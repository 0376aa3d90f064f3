//! The demo agent: a real agent that speaks the protocol and follows a script instead of a model.
//!
//! It takes its steps from the last fenced block marked `skep-demo` in the prompt (see [`HELP`] for the language), so
//! that the demo, the stories and the hostile tests share one vocabulary. It reports its work as real agents do (tool
//! calls, plans, messages, token counts), keeps its sessions in its home and loads them again. It must never need a
//! network, a key or a model, and it does nothing that the prompt does not say.

mod ask;
mod environment;
mod files;
mod mcp_client;
mod prompt;
mod question;
mod script;
mod script_runner;
mod second_version;
mod server;
mod session_store;
mod sessions;
mod shell;
mod spending;
mod substitution;

pub use environment::{Environment, QUEUE, SECOND_VERSION, SYSTEM_PROMPT};
pub use mcp_client::{ANSWERED, SERVER_NAME};
pub use prompt::{ANSWER, STILL_OPEN};
pub use script::HELP;
pub use server::{serve, serve_stdio};
