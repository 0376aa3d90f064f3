//! The commands' names in events.

use crate::command::Command;

/// The word behind `/agent`.
pub(super) fn of(command: &Command) -> &'static str {
    match command {
        Command::Go => "go",
        Command::Stop => "stop",
        Command::Pause => "pause",
        Command::Resume => "resume",
        Command::Retry { .. } => "retry",
        Command::Status => "status",
        Command::Role(_) => "role",
        Command::Agent(_) => "agent",
        Command::Priority(_) => "priority",
        Command::Ask(_) => "ask",
        Command::Answer(_) => "answer",
        Command::Plan => "plan",
        Command::Approve => "approve",
        Command::Delegate(_) => "delegate",
        Command::Logs => "logs",
        Command::Help => "help",
    }
}
