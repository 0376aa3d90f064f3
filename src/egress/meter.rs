//! Counts what passes on one connection, for whom, and when something last did.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::Instant;

use super::session::Session;
use crate::core::egress::{Denied, Sighting};

/// The counts of one connection.
pub(super) struct Meter {
    session: Arc<Session>,
    state: Mutex<State>,
}

struct State {
    /// What the bytes belong to: the last request that was let through.
    of: Option<Sighting>,
    sent: u64,
    received: u64,
    last: Instant,
}

impl Meter {
    pub(super) fn new(session: Arc<Session>) -> Arc<Self> {
        let state = State {
            of: None,
            sent: 0,
            received: 0,
            last: Instant::now(),
        };
        Arc::new(Self {
            session,
            state: Mutex::new(state),
        })
    }

    /// From here on bytes belong to that request.
    pub(super) fn belongs_to(&self, sighting: Sighting) {
        let mut state = self.state();
        self.settle(&mut state);
        state.of = Some(sighting);
    }

    /// Answers once nothing has moved for as long as it may.
    pub(super) async fn silence(&self) {
        let idle = self.session.parts.bounds.idle;
        loop {
            let until = self.state().last + idle;
            if until <= Instant::now() {
                return;
            }
            tokio::time::sleep_until(until).await;
        }
    }

    fn add(&self, sent: usize, received: usize) -> io::Result<()> {
        let (sent, received) = (sent as u64, received as u64);
        if sent + received > 0 {
            let mut state = self.state();
            state.sent += sent;
            state.received += received;
            state.last = Instant::now();
        }
        if self.session.count(sent + received) {
            return Ok(());
        }
        self.session.deny(None, &Denied::Bytes);
        Err(io::ErrorKind::QuotaExceeded.into())
    }

    fn settle(&self, state: &mut State) {
        let bytes = (
            std::mem::take(&mut state.sent),
            std::mem::take(&mut state.received),
        );
        if let Some(sighting) = &state.of {
            self.session.moved(sighting, bytes);
        }
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Meter {
    fn drop(&mut self) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        self.settle(&mut state);
    }
}

/// A stream with a meter.
pub(super) struct Metered<S> {
    pub(super) stream: S,
    pub(super) meter: Arc<Meter>,
}

impl<S: AsyncRead + Unpin> AsyncRead for Metered<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        ready!(Pin::new(&mut self.stream).poll_read(cx, buffer))?;
        Poll::Ready(self.meter.add(buffer.filled().len() - before, 0))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Metered<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = ready!(Pin::new(&mut self.stream).poll_write(cx, bytes))?;
        self.meter.add(0, written)?;
        Poll::Ready(Ok(written))
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
