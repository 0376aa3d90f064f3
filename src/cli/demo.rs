//! `skep demo`: the whole story on this machine, without GitHub and without a model.

use super::Ended;

/// Watch issues become pull requests: a GitHub, an agent and skep, all on this machine.
#[derive(Debug, clap::Args)]
pub struct Demo {
    #[command(flatten)]
    options: DemoOptions,
}

/// How the demo runs.
#[derive(Debug, Clone, PartialEq, Eq, clap::Args)]
pub struct DemoOptions {
    /// Leave it running afterwards and print its addresses.
    #[arg(long)]
    pub keep: bool,
    /// Print one event a line, as JSON.
    #[arg(long)]
    pub json: bool,
    /// The port of the webhook address on loopback; a free one if not said.
    #[arg(long, value_name = "NUMBER", default_value_t = 0)]
    pub port: u16,
}

impl Demo {
    pub(super) async fn run(self) -> Ended {
        Ok(start(self.options).await?)
    }
}

async fn start(_options: DemoOptions) -> anyhow::Result<()> {
    anyhow::bail!("`skep demo` is not wired in this build")
}
