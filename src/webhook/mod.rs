//! What GitHub sends us, proved and understood: the signature over the raw bytes, then the one event inside.
//!
//! A webhook is a hint and a stranger's text until both steps are done. This module never stores, never answers, never
//! awaits: bytes in, values out. Shapes: <https://docs.github.com/en/webhooks/webhook-events-and-payloads>.

mod access;
mod branch;
mod exported;
mod gate;
mod issue;
mod outcome;
mod parse;
mod payload;
mod recurring;
mod relation;
mod verify;

#[cfg(fuzzing)]
pub(crate) use parse::fuzzed::delivery as fuzzed;

pub use access::Turned;
pub use exported::{Exported, exported};
pub use gate::{Gated, gated};
pub use outcome::{Notice, Parsed};
pub use parse::{Ours, concerns_nobody, notice, parse, second_bot, turned};
pub use verify::{Secrets, Signature, Verified, WebhookError};
