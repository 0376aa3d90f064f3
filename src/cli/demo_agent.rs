//! `skep demo-agent`: the agent of the demo, which speaks ACP on its standard streams as real ones do.

use super::Ended;
use crate::agent::demo::{HELP, serve_stdio};

/// Be the demo's coding agent on standard input and output; `skep demo` starts it.
#[derive(Debug, clap::Args)]
#[command(after_long_help = HELP)]
pub struct DemoAgent {}

pub(super) async fn run() -> Ended {
    serve_stdio().await;
    Ok(())
}
