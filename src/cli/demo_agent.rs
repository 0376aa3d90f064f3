//! `skep demo-agent`: the agent of the demo, which speaks ACP on its standard streams as real ones do.

use skep_simulator::demo_agent::{HELP, QUEUE, SECOND_VERSION, SYSTEM_PROMPT, serve_stdio};

use super::command_error::CommandResult;

/// Be the demo's coding agent on standard input and output; `skep demo` starts it.
#[derive(Debug, clap::Args)]
#[command(after_long_help = HELP)]
pub(super) struct DemoAgent {
    /// Take a further prompt while working on one (`1` switches it on).
    #[arg(long, env = QUEUE, hide = true, default_value = "", num_args = 0..=1, default_missing_value = "1")]
    queue: String,
    /// Take a system prompt (`1` switches it on).
    #[arg(long, env = SYSTEM_PROMPT, hide = true, default_value = "", num_args = 0..=1, default_missing_value = "1")]
    system_prompt: String,
    /// Speak version 2 of the protocol with a client that asks for it (`1` switches it on).
    #[arg(long, env = SECOND_VERSION, hide = true, default_value = "", num_args = 0..=1, default_missing_value = "1")]
    second_version: String,
}

pub(super) async fn run(agent: DemoAgent) -> CommandResult {
    let is_on = |value: &str| value == "1";
    serve_stdio(
        is_on(&agent.queue),
        is_on(&agent.system_prompt),
        is_on(&agent.second_version),
    )
    .await;
    Ok(())
}
