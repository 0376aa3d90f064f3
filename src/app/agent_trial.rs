//! `skep agents --try`: starts one agent as a session would, in its sandbox, and asks it a word.

use std::time::Duration;

use super::ca_bundle;
use super::finding::Finding;
use super::sandbox_view::agents_config;
use super::scratch::Scratch;
use crate::agent::{Agents, registry};
use crate::config::Config;
use crate::core::text::{agents as text, check};

/// To shake hands, and to answer.
const HANDSHAKE: Duration = Duration::from_secs(30);
const ANSWER: Duration = Duration::from_secs(120);

/// What came of it, a line for each step; the agent must be one of the configuration.
///
/// # Errors
/// There is no such agent, or nothing can be started here.
pub async fn try_agent(mut config: Config, name: &str) -> anyhow::Result<Vec<Finding>> {
    let spec = config.agents.get(name).cloned();
    let spec = spec.ok_or_else(|| anyhow::anyhow!(check::no_program(name, None)))?;
    let scratch = Scratch::new()?;
    config.network.ca_bundle = ca_bundle::write(&config.certificates, scratch.path())?;
    let agents = Agents::open(agents_config(config, scratch.path())).await?;
    let part = format!("agent {name}");
    let program = spec.command.first().map(String::as_str).unwrap_or_default();
    let Some(path) = agents.find_program(program) else {
        let why = check::no_program(program, registry::name_of(program));
        return Ok(vec![Finding::wrong(part, why)]);
    };
    let path = path.display().to_string();
    let mut found = match agents
        .try_out(&spec, &scratch.path().join("hello"), HANDSHAKE)
        .await
    {
        Ok(said) => vec![Finding::right(
            &part,
            check::introduces_itself(&said, &path),
        )],
        Err(error) => {
            return Ok(vec![Finding::wrong(
                part,
                check::no_acp(&path, &error.to_string()),
            )]);
        }
    };
    let folder = scratch.path().join("prompt");
    let asked = agents.ask_once(&spec, &folder, text::PROMPT, ANSWER);
    found.push(match asked.await {
        Ok(words) if words.trim().is_empty() => Finding::wrong(part, text::silent(text::NO_WORDS)),
        Ok(words) => Finding::right(part, text::answered(&words)),
        Err(error) => Finding::wrong(part, text::silent(&error.to_string())),
    });
    Ok(found)
}

/// Where a program is on a `PATH`.
pub fn find_program(name: &str, path: &str) -> Option<std::path::PathBuf> {
    crate::agent::find_program(name, path)
}
