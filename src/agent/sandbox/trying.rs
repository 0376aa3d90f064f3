//! Runs what is to become a fence once, with nothing in it, and says what came of it.

use std::process::{Command, Stdio};

/// What it prints; or, where it fails, what it says.
pub(super) fn run(
    command: &mut Command,
    environment: &[(String, String)],
) -> Result<String, String> {
    let output = command
        .env_clear()
        .envs(environment.iter().map(|(name, value)| (name, value)))
        .stdin(Stdio::null())
        .output()
        .map_err(|error| error.to_string())?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
    if output.status.success() {
        Ok(text(&output.stdout))
    } else {
        Err(text(&output.stderr))
    }
}
