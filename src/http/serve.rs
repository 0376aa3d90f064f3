//! Our own serve loop: accept, bound, serve, drain.
//!
//! `axum::serve` sets no timers, so half-sent requests would stay open for ever. Here every connection has a permit, a pace
//! and an end: at most [`Bounds::connections`] are open at once (others wait in the kernel's backlog until one closes, and
//! while every permit is taken connections are not kept alive), and when the loop ends, every connection has ended.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::bounds::Bounds;
use super::connection::Connection;

/// Serves until `stop`, then closes the listener, lets requests in flight finish for [`Bounds::drain_time`] and ends the
/// rest. Returns when no connection is left; dropping it ends them all at once.
pub async fn serve(listener: TcpListener, router: Router, bounds: Bounds, stop: CancellationToken) {
    let permits = Arc::new(Semaphore::new(bounds.connections));
    let connections = TaskTracker::new();
    let end = CancellationToken::new();
    let _ends_all_when_dropped = end.clone().drop_guard();
    let bounds = Arc::new(bounds);
    while let Some((stream, _permit)) = next(&listener, &permits, &stop).await {
        let connection = Connection {
            router: router.clone(),
            bounds: Arc::clone(&bounds),
            permits: Arc::clone(&permits),
            _permit,
        };
        connections.spawn(connection.run(stream, stop.clone(), end.clone()));
    }
    drop(listener);
    connections.close();
    if tokio::time::timeout(bounds.drain_time, connections.wait())
        .await
        .is_err()
    {
        tracing::warn!(
            open = connections.len(),
            "requests were still open after the drain time; ending them"
        );
        end.cancel();
        connections.wait().await;
    }
}

type Permit = tokio::sync::OwnedSemaphorePermit;

/// The next connection and its permit; `None` once told to stop.
async fn next(
    listener: &TcpListener,
    permits: &Arc<Semaphore>,
    stop: &CancellationToken,
) -> Option<(TcpStream, Permit)> {
    let both = async {
        let permit = Arc::clone(permits)
            .acquire_owned()
            .await
            .expect("the semaphore is never closed");
        (accept(listener).await, permit)
    };
    stop.run_until_cancelled(both).await
}

/// Accepts in spite of errors: a connection that died in the backlog is skipped, and when the machine is out of file
/// descriptors or memory, waiting is the only thing that helps.
async fn accept(listener: &TcpListener) -> TcpStream {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => return stream,
            Err(error) if is_the_peers(&error) => {
                tracing::debug!(%error, "a connection died before it was accepted")
            }
            Err(error) => {
                tracing::error!(%error, "cannot accept connections; trying again in a second");
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
        }
    }
}

fn is_the_peers(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset, Interrupted};
    matches!(
        error.kind(),
        ConnectionAborted | ConnectionRefused | ConnectionReset | Interrupted
    )
}
