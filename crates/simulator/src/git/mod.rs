//! The git side: repositories on disk, commands on them, the protocol, comparing and merging.
//!
//! It exists because a GitHub answers questions about trees and merges. It must never run git with a client's configuration.

pub mod git_commands;
pub mod host;
pub mod inspect;
pub mod merging;
pub mod protocol;
