//! Installing an agent by the command that its makers document, for a person who asked for it and sees what it says.
//!
//! It is no part of a session: it has the person's environment and rights, and runs what others wrote. It must never be called unasked.

use super::error::AgentError;

/// Runs the command with the terminal of whoever asked; the answer is its exit code, -1 after a signal.
///
/// # Errors
/// The program is not there.
pub async fn install(command: &[String]) -> Result<i32, AgentError> {
    let (program, arguments) = command
        .split_first()
        .map_or(("", &[][..]), |(program, rest)| (program.as_str(), rest));
    let status = tokio::process::Command::new(program)
        .args(arguments)
        .status()
        .await;
    let status = status.map_err(|error| AgentError::Spawn {
        what: program.to_owned(),
        why: error.to_string(),
    })?;
    Ok(status.code().unwrap_or(-1))
}
