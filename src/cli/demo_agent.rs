//! `skep demo-agent`: the agent of the demo, which speaks ACP on its standard streams as real ones do.

use super::Ended;

/// Be the demo's coding agent on standard input and output; `skep demo` starts it.
#[derive(Debug, clap::Args)]
pub struct DemoAgent {}

pub(super) async fn run() -> Ended {
    Ok(start().await?)
}

async fn start() -> anyhow::Result<()> {
    anyhow::bail!("`skep demo-agent` is not wired in this build")
}
