//! The connections of one start: each is served until it is done, silent for too long, or the start ends.

use std::convert::Infallible;
use std::sync::Arc;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{UnixListener, UnixStream};
use tokio_util::sync::CancellationToken;

use super::exchange;
use super::idle::{Last, Noted};
use super::session::Session;
use crate::local_socket;

/// Headers of one request.
const HEADERS: usize = 100;

/// Serves the start until `end`; then everything is closed at once.
pub(super) async fn serve(listener: UnixListener, session: Arc<Session>, end: CancellationToken) {
    local_socket::serve(listener, end, |stream| {
        let place = session.enter()?;
        let session = Arc::clone(&session);
        Some(async move {
            talk(stream, session).await;
            drop(place);
        })
    })
    .await;
}

async fn talk(stream: UnixStream, session: Arc<Session>) {
    let last = Last::now();
    let stream = Noted {
        stream,
        last: last.clone(),
    };
    let bounds = &session.parts.bounds;
    let service = service_fn(|request| async {
        Ok::<_, Infallible>(exchange::answer(&session, request).await)
    });
    let served = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(bounds.header_time)
        .max_headers(HEADERS)
        .max_buf_size(bounds.header_bytes.max(8 * 1024) * 2)
        .max_header_size(bounds.header_bytes)
        .serve_connection(TokioIo::new(stream), service);
    tokio::select! {
        // One that breaks off, or cannot be read, is over.
        _ = served => {}
        () = last.silence(bounds.idle) => {}
    }
}
