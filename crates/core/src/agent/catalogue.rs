//! Who knows agents by one word: the configuration asks, and the module `agent` answers.
//!
//! A list alone: it must never say whether an agent is installed.

use super::AgentSpec;

/// A list of agents that need no table of their own in `skep.toml`.
pub trait Catalogue {
    /// The agent of that name, with no value inherited yet; `None` where nobody knows it, or nobody knows its command.
    fn agent(&self, name: &str) -> Option<AgentSpec>;

    /// Those that skep itself knows how to start well, in the order in which they are proposed.
    fn presets(&self) -> Vec<&'static str>;

    /// All other names.
    fn others(&self) -> Vec<&'static str>;
}
