//! A Unix socket of one session: whoever connects is served until it is done or the session ends.
//!
//! It must never outlive its session with a connection, and never let one connection keep another waiting.

use std::time::Duration;

use tokio::net::{UnixListener, UnixStream};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

/// Serves each connection by what `begin` makes of it, or closes it where that is nothing; at `end` everything is closed at once.
pub(crate) async fn serve<Serving>(
    listener: UnixListener,
    end: CancellationToken,
    begin: impl Fn(UnixStream) -> Option<Serving>,
) where
    Serving: Future<Output = ()> + Send + 'static,
{
    let mut connections = JoinSet::new();
    loop {
        let accepted = tokio::select! {
            () = end.cancelled() => break,
            accepted = listener.accept() => accepted,
            // Finished ones are taken out as they end.
            Some(_) = connections.join_next() => continue,
        };
        match accepted {
            Ok((stream, _)) => {
                if let Some(serving) = begin(stream) {
                    connections.spawn(serving);
                }
            }
            // Out of files, as a rule: others must close theirs first.
            Err(_) => tokio::time::sleep(Duration::from_millis(100)).await,
        }
    }
    drop(listener);
    connections.shutdown().await;
}
