//! The tools on standard input and output, for an assistant that started this process. Nothing but the protocol goes to standard output.

use std::io;
use std::sync::Arc;

use rmcp::service::serve_server;

use super::offer::Offer;
use super::swarm::Swarm;

/// Serves until the assistant closes its end.
///
/// # Errors
/// The assistant does not speak the protocol, or went away before it began.
pub async fn serve_stdio(swarm: Arc<dyn Swarm>) -> io::Result<()> {
    let ends = (tokio::io::stdin(), tokio::io::stdout());
    let running = serve_server(Offer { swarm }, ends).await;
    let running = running.map_err(io::Error::other)?;
    running.waiting().await.map_err(io::Error::other)?;
    Ok(())
}
