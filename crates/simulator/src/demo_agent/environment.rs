//! What surrounds a demo agent: its home, the environment of its commands, how it treats further prompts.
//!
//! It must never read its own process's environment: whoever starts the agent says what there is.

use std::path::PathBuf;

/// The variable that makes it take a further prompt while it works on one, when it is `1`.
pub const QUEUE: &str = "SKEP_DEMO_QUEUE";
/// The variable that makes it take a system prompt, when it is `1`.
pub const SYSTEM_PROMPT: &str = "SKEP_DEMO_SYSTEM_PROMPT";
/// The variable that makes it speak version 2 of the protocol with a client that asks for it, when it is `1`.
pub const SECOND_VERSION: &str = "SKEP_DEMO_PROTOCOL_2";

/// Where the demo agent lives.
#[derive(Debug, Clone)]
pub struct Environment {
    /// Where it keeps its sessions.
    pub home: PathBuf,
    /// The whole environment for the commands it runs; none: its own, as a process of its own has.
    pub variables: Option<Vec<(String, String)>>,
    /// Whether it takes a further prompt while it works on one.
    pub queues: bool,
    /// Whether it takes a system prompt.
    pub takes_system_prompt: bool,
    /// Whether it speaks version 2 of the protocol with a client that asks for it.
    pub second_version: bool,
}
