//! Bodies on their way: a request's, which is bounded and counted, and an answer's, which is read as it passes.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use hyper::body::{Body, Frame, Incoming, SizeHint};
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::{Instant, Sleep};

use super::answer::Wrong;
use super::session::{Session, Underway};

/// A request's body.
pub(super) struct Sent {
    pub(super) body: Incoming,
    /// Bytes that passed.
    pub(super) passed: Arc<AtomicU64>,
    pub(super) most: u64,
    /// Until when it must be there.
    pub(super) until: Pin<Box<Sleep>>,
}

impl Sent {
    pub(super) fn new(body: Incoming, session: &Session, passed: Arc<AtomicU64>) -> Self {
        let until = Instant::now() + session.parts.bounds.body_time;
        Self {
            body,
            passed,
            most: session.parts.bounds.body_bytes,
            until: Box::pin(tokio::time::sleep_until(until)),
        }
    }
}

impl Body for Sent {
    type Data = Bytes;
    type Error = Wrong;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Wrong>>> {
        let next = match Pin::new(&mut self.body).poll_frame(cx) {
            Poll::Ready(next) => next,
            Poll::Pending if self.until.as_mut().poll(cx).is_ready() => {
                return Poll::Ready(Some(Err("the request was not there in time".into())));
            }
            Poll::Pending => return Poll::Pending,
        };
        let Some(frame) = next else {
            return Poll::Ready(None);
        };
        let frame = frame?;
        // Trailers may carry what headers may not.
        let Ok(data) = frame.into_data() else {
            return Poll::Ready(None);
        };
        let length = data.len() as u64;
        let before = self.passed.fetch_add(length, Ordering::Relaxed);
        if before.saturating_add(length) > self.most {
            return Poll::Ready(Some(Err("the request is too large".into())));
        }
        Poll::Ready(Some(Ok(Frame::data(data))))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// An answer's body.
pub(super) struct Watched {
    pub(super) body: Incoming,
    pub(super) underway: Underway,
    pub(super) _place: OwnedSemaphorePermit,
}

impl Body for Watched {
    type Data = Bytes;
    type Error = Wrong;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Wrong>>> {
        let next = ready!(Pin::new(&mut self.body).poll_frame(cx));
        match next {
            Some(Ok(frame)) => {
                if let Some(data) = frame.data_ref() {
                    self.underway.read(data);
                }
                // Some clients leave without reading that nothing more comes.
                if self.body.is_end_stream() {
                    self.underway.ended();
                }
                Poll::Ready(Some(Ok(frame)))
            }
            Some(Err(error)) => {
                self.underway.broke();
                Poll::Ready(Some(Err(error.into())))
            }
            None => {
                self.underway.ended();
                Poll::Ready(None)
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
