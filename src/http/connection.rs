//! One connection: HTTP/1.1 by hyper, with a clock on every silence of the peer.
//!
//! hyper's own header timer also runs between requests, so it cannot tell ten seconds for a header from sixty for an idle
//! connection; ours is set by what happens on the stream and in the router. A body's clock is with its reader (`body.rs`).

use std::convert::Infallible;
use std::future::{Future, poll_fn};
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderValue, Request, Response, header};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadBuf};
use tokio::net::TcpStream;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, Sleep, sleep};
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

use super::bounds::Bounds;

/// How long an answer that the peer did not wait for (a 413 to a body still coming) stays readable to it.
const LINGER: Duration = Duration::from_secs(1);

/// What a connection needs to be served.
pub(super) struct Connection {
    pub router: Router,
    pub bounds: Arc<Bounds>,
    pub permits: Arc<Semaphore>,
    /// Given back when the connection has ended.
    pub _permit: OwnedSemaphorePermit,
}

impl Connection {
    /// Serves requests until the peer is done, a clock runs out, or `stop` (after the request in flight) or `end` (at once).
    pub(super) async fn run(
        self,
        stream: TcpStream,
        stop: CancellationToken,
        end: CancellationToken,
    ) {
        if let Some(Err(error)) = end.run_until_cancelled(self.exchange(stream, stop)).await {
            tracing::debug!(%error, "a connection ended early");
        }
    }

    async fn exchange(&self, stream: TcpStream, stop: CancellationToken) -> Result<(), Ended> {
        // Answers are single small segments; waiting to merge them only delays them. Failing costs latency, nothing else.
        let _ = stream.set_nodelay(true);
        let phase = Arc::new(Phase::default());
        let watched = WatchedStream {
            stream,
            phase: Arc::clone(&phase),
            peer_done: false,
        };
        let mut clock = Clock::new(Arc::clone(&phase), &self.bounds);
        let mut connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(None)
            .max_buf_size(64 * 1024)
            .max_header_size(self.bounds.header_bytes)
            .serve_connection(
                TokioIo::new(watched),
                service_fn(|request| Box::pin(self.answer(request, &phase))),
            );
        let mut was_idle = false;
        tokio::select! {
            served = poll_fn(|cx| clock.watch(cx, |cx| connection.poll_without_shutdown(cx))) => served?,
            () = stop.cancelled() => {
                was_idle = phase.is(Phase::ANSWERED);
                Pin::new(&mut connection).graceful_shutdown();
                poll_fn(|cx| clock.watch(cx, |cx| connection.poll_without_shutdown(cx))).await?;
            }
        }
        let WatchedStream {
            mut stream,
            peer_done,
            ..
        } = connection.into_parts().io.into_inner();
        // The peer may be gone already; there is nobody left to tell.
        let _ = stream.shutdown().await;
        if !peer_done && !was_idle {
            linger(stream).await;
        }
        Ok(())
    }

    /// While every permit is taken, an answer gives its own up: whoever waits comes first.
    async fn answer(
        &self,
        request: Request<Incoming>,
        phase: &Phase,
    ) -> Result<Response<Body>, Infallible> {
        phase.set(Phase::SERVING);
        let mut response = self.router.clone().oneshot(request).await?;
        if self.permits.available_permits() == 0 {
            response
                .headers_mut()
                .insert(header::CONNECTION, HeaderValue::from_static("close"));
        }
        phase.set(match is_stream(&response) {
            true => Phase::STREAMING,
            false => Phase::ANSWERED,
        });
        Ok(response)
    }
}

/// Whether an answer goes on as long as something happens.
fn is_stream(response: &Response<Body>) -> bool {
    let kind = response.headers().get(header::CONTENT_TYPE);
    kind.is_some_and(|kind| kind.as_bytes().starts_with(b"text/event-stream"))
}

/// Why a connection ended before its time.
#[derive(Debug, thiserror::Error)]
enum Ended {
    #[error("the peer was silent for too long")]
    Silent,
    #[error(transparent)]
    Protocol(#[from] hyper::Error),
}

/// Closing with unread bytes would reset the connection and could take the answer with it, so what still comes is thrown
/// away for a moment.
async fn linger(mut stream: TcpStream) {
    let mut waste = vec![0; 16 * 1024];
    let throw_away = async { while matches!(stream.read(&mut waste).await, Ok(1..)) {} };
    // However it ends, the connection is closed next.
    let _ = tokio::time::timeout(LINGER, throw_away).await;
}

/// What a connection is waiting for, and how often that has changed: two bits for the one, the rest for the other.
#[derive(Default)]
struct Phase(AtomicU32);

impl Phase {
    /// The rest of a header.
    const HEADER: u32 = 0;
    /// The router: no clock of ours.
    const SERVING: u32 = 1;
    /// The peer, to read the answer and to ask again.
    const ANSWERED: u32 = 2;
    /// The peer, to read what a stream says: the clock begins anew with everything that it takes.
    const STREAMING: u32 = 3;

    // Set and read by the one task of the connection; atomic only because the value is shared.
    fn stamp(&self) -> u32 {
        self.0.load(Ordering::Relaxed)
    }

    fn is(&self, phase: u32) -> bool {
        self.stamp() & 3 == phase
    }

    /// The peer took something of an answer.
    fn taken(&self) {
        if self.is(Self::STREAMING) {
            self.set(Self::STREAMING);
        }
    }

    fn set(&self, phase: u32) {
        let changes = (self.stamp() >> 2).wrapping_add(1);
        self.0.store(changes << 2 | phase, Ordering::Relaxed);
    }
}

/// The clock of the present phase. It is looked at whenever hyper was, because hyper need not read again (where a clock
/// of the stream itself would be) after it has answered.
struct Clock {
    phase: Arc<Phase>,
    set_for: u32,
    header_time: Duration,
    idle_time: Duration,
    sleep: Pin<Box<Sleep>>,
}

impl Clock {
    fn new(phase: Arc<Phase>, bounds: &Bounds) -> Self {
        let &Bounds {
            header_time,
            idle_time,
            ..
        } = bounds;
        let set_for = phase.stamp();
        Self {
            phase,
            set_for,
            header_time,
            idle_time,
            sleep: Box::pin(sleep(header_time)),
        }
    }

    /// Lets `serve` go on, then looks whether the peer has been silent for too long.
    fn watch(
        &mut self,
        cx: &mut Context<'_>,
        mut serve: impl FnMut(&mut Context<'_>) -> Poll<hyper::Result<()>>,
    ) -> Poll<Result<(), Ended>> {
        if let Poll::Ready(served) = serve(cx) {
            return Poll::Ready(served.map_err(Ended::from));
        }
        if self.phase.is(Phase::SERVING) {
            return Poll::Pending;
        }
        if self.set_for != self.phase.stamp() {
            self.set_for = self.phase.stamp();
            let time = if self.phase.is(Phase::HEADER) {
                self.header_time
            } else {
                self.idle_time
            };
            self.sleep.as_mut().reset(Instant::now() + time);
        }
        ready!(self.sleep.as_mut().poll(cx));
        Poll::Ready(Err(Ended::Silent))
    }
}

/// A stream that notices when the next request begins and when the peer is done.
struct WatchedStream {
    stream: TcpStream,
    phase: Arc<Phase>,
    /// The peer will send nothing more.
    peer_done: bool,
}

impl AsyncRead for WatchedStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        ready!(Pin::new(&mut self.stream).poll_read(cx, buffer))?;
        if buffer.filled().len() == before {
            self.peer_done = true;
        } else if self.phase.is(Phase::ANSWERED) || self.phase.is(Phase::STREAMING) {
            self.phase.set(Phase::HEADER);
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for WatchedStream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = ready!(Pin::new(&mut self.stream).poll_write(cx, bytes));
        self.phase.taken();
        Poll::Ready(written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = ready!(Pin::new(&mut self.stream).poll_write_vectored(cx, slices));
        self.phase.taken();
        Poll::Ready(written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
