//! One connection: HTTP/1.1 by hyper, with a clock on every silence of the peer.
//!
//! hyper's own header timer also runs between requests, so it cannot tell ten seconds for a header from sixty for an idle
//! connection; the clocks here sit below it, where bytes arrive. A body's clock is with its reader (`body.rs`).

use std::convert::Infallible;
use std::future::{Future, poll_fn};
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderValue, Response, header};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadBuf};
use tokio::net::TcpStream;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, Sleep, sleep};
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

use super::serve::Bounds;

/// How long an answer that the peer did not wait for (a 413 to a body still coming) stays readable to it.
const LINGER: Duration = Duration::from_secs(1);

/// What a connection needs to be served.
pub(super) struct Connection {
    pub router: Router,
    pub bounds: Arc<Bounds>,
    pub seats: Arc<Semaphore>,
    pub seat: OwnedSemaphorePermit,
}

impl Connection {
    /// Serves requests until the peer is done, a clock runs out, or `stop` (after the request in flight) or `end` (at once).
    pub async fn run(self, stream: TcpStream, stop: CancellationToken, end: CancellationToken) {
        let Self { router, bounds, seats, seat } = self;
        let served = end.run_until_cancelled(exchange(router, &bounds, seats, stream, stop)).await;
        if let Some(Err(error)) = served {
            tracing::debug!(%error, "a connection ended early");
        }
        drop(seat);
    }
}

async fn exchange(
    router: Router,
    bounds: &Bounds,
    seats: Arc<Semaphore>,
    stream: TcpStream,
    stop: CancellationToken,
) -> hyper::Result<()> {
    // Answers are single small segments; waiting to merge them only delays them. A failure costs latency, nothing else.
    let _ = stream.set_nodelay(true);
    let phase = Arc::new(Phase::default());
    let paced = Paced::new(stream, Arc::clone(&phase), bounds);
    let (serving, full) = (Arc::clone(&phase), seats);
    let service = service_fn(move |request| {
        serving.set(Phase::SERVING);
        let answering = router.clone().oneshot(request);
        let (serving, full) = (Arc::clone(&serving), Arc::clone(&full));
        Box::pin(async move {
            let mut response = answering.await?;
            if full.available_permits() == 0 {
                response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
            }
            serving.set(Phase::ANSWERED);
            Ok::<Response<Body>, Infallible>(response)
        })
    });
    let mut connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(None)
        .max_buf_size(64 * 1024)
        .max_header_size(bounds.header_bytes)
        .serve_connection(TokioIo::new(paced), service);
    let mut was_idle = false;
    tokio::select! {
        served = poll_fn(|cx| connection.poll_without_shutdown(cx)) => served?,
        () = stop.cancelled() => {
            was_idle = phase.get() == Phase::IDLE;
            Pin::new(&mut connection).graceful_shutdown();
            poll_fn(|cx| connection.poll_without_shutdown(cx)).await?;
        }
    }
    let Paced { mut stream, peer_done, .. } = connection.into_parts().io.into_inner();
    // The peer may be gone already; there is nobody left to tell.
    let _ = stream.shutdown().await;
    if !peer_done && !was_idle {
        linger(stream).await;
    }
    Ok(())
}

/// Closing with unread bytes would reset the connection and could take the answer with it, so what still comes is thrown
/// away for a moment.
async fn linger(mut stream: TcpStream) {
    let mut waste = vec![0; 16 * 1024];
    let throw_away = async { while matches!(stream.read(&mut waste).await, Ok(1..)) {} };
    // However it ends, the connection is closed next.
    let _ = tokio::time::timeout(LINGER, throw_away).await;
}

/// What a connection is waiting for.
#[derive(Default)]
struct Phase(AtomicU8);

impl Phase {
    /// The rest of a header.
    const HEADER: u8 = 0;
    /// The router: no clock of ours.
    const SERVING: u8 = 1;
    /// The answer is made; the next read waits for another request.
    const ANSWERED: u8 = 2;
    /// The first byte of another request.
    const IDLE: u8 = 3;

    // Set and read by the one task of the connection; atomic only because the value is shared.
    fn get(&self) -> u8 {
        self.0.load(Ordering::Relaxed)
    }

    fn set(&self, phase: u8) {
        self.0.store(phase, Ordering::Relaxed);
    }
}

/// A stream whose reads and writes fail when the peer is silent for too long.
struct Paced {
    stream: TcpStream,
    phase: Arc<Phase>,
    header_time: Duration,
    idle_time: Duration,
    read_clock: Pin<Box<Sleep>>,
    /// The peer will send nothing more.
    peer_done: bool,
    /// Only there while a write waits.
    write_clock: Option<Pin<Box<Sleep>>>,
}

impl Paced {
    fn new(stream: TcpStream, phase: Arc<Phase>, bounds: &Bounds) -> Self {
        let &Bounds { header_time, idle_time, .. } = bounds;
        let read_clock = Box::pin(sleep(header_time));
        Self { stream, phase, header_time, idle_time, read_clock, peer_done: false, write_clock: None }
    }

    fn start(&mut self, phase: u8, time: Duration) {
        self.phase.set(phase);
        self.read_clock.as_mut().reset(Instant::now() + time);
    }

    fn watch_write<T>(&mut self, cx: &mut Context<'_>, written: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if written.is_ready() {
            self.write_clock = None;
            return written;
        }
        let clock = self.write_clock.get_or_insert_with(|| Box::pin(sleep(self.idle_time)));
        ready!(clock.as_mut().poll(cx));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl AsyncRead for Paced {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = &mut *self;
        if this.phase.get() == Phase::ANSWERED {
            this.start(Phase::IDLE, this.idle_time);
        }
        let before = buffer.filled().len();
        let read = Pin::new(&mut this.stream).poll_read(cx, buffer);
        let got_bytes = buffer.filled().len() > before;
        this.peer_done |= read.is_ready() && !got_bytes;
        match (&read, this.phase.get()) {
            (Poll::Pending, Phase::SERVING) => Poll::Pending,
            (Poll::Pending, _) => {
                ready!(this.read_clock.as_mut().poll(cx));
                Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
            }
            (Poll::Ready(_), Phase::IDLE) if got_bytes => {
                this.start(Phase::HEADER, this.header_time);
                read
            }
            (Poll::Ready(_), _) => read,
        }
    }
}

impl AsyncWrite for Paced {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.watch_write(cx, written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(cx, slices);
        self.watch_write(cx, written)
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
