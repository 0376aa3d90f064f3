//! Reading a request's body without trusting its sender: bounded in size, in time and, over all requests, in memory.
//!
//! Small bodies cost nothing to admit, because the connection cap already bounds them (1,024 × 64 KiB = 64 MiB). Larger
//! ones share a fixed number of places and a fixed amount of memory (64 MiB more) and are refused when that is gone, so a
//! flood of unsigned large bodies can neither exhaust memory nor slow the small ones down. Nothing here looks at the
//! content.

use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, HttpBody};
use axum::http::{HeaderMap, header};
use http_body_util::BodyExt;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::core::text::requests::body as text;

/// What a router takes before it refuses.
#[derive(Debug, Clone)]
pub struct Caps {
    /// The largest body, bytes. GitHub sends none above 25 MB; 26,214,400.
    pub body: usize,
    /// Up to here a body is small, bytes; 64 KiB.
    pub small_body: usize,
    /// How many larger bodies may be in memory at once; 32.
    pub large_bodies: usize,
    /// How many bytes they may take together; 64 MiB.
    pub large_memory: usize,
    /// From here on, signatures are checked off the async threads, bytes; 256 KiB.
    pub offload: usize,
    /// How long a whole body may take; 10 s.
    pub body_time: Duration,
    /// How long the intake may take to make a delivery durable; 5 s, half of what GitHub waits.
    pub accept_time: Duration,
    /// How long the readiness probe may take; 1 s.
    pub ready_time: Duration,
}

impl Default for Caps {
    fn default() -> Self {
        Self {
            body: 26_214_400,
            small_body: 64 * 1024,
            large_bodies: 32,
            large_memory: 64 * 1024 * 1024,
            offload: 256 * 1024,
            body_time: Duration::from_secs(10),
            accept_time: Duration::from_secs(5),
            ready_time: Duration::from_secs(1),
        }
    }
}

/// Why a body was not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum BodyError {
    #[error("{}", text::TOO_LARGE)]
    TooLarge,
    #[error("{}", text::ENCODED)]
    Encoded,
    #[error("{}", text::SLOW)]
    Slow,
    #[error("{}", text::BROKEN)]
    Broken,
    #[error("{}", text::CROWDED)]
    Crowded,
}

/// Memory is handed out in these pieces, bytes.
const PIECE: usize = 64 * 1024;

/// Reads bodies within [`Caps`]; shared by all requests of a router.
pub(super) struct Reader {
    caps: Caps,
    places: Arc<Semaphore>,
    pieces: Arc<Semaphore>,
}

/// A whole body, and its share of the memory for as long as it lives.
pub(super) struct WholeBody {
    pub bytes: Vec<u8>,
    pub share: Share,
}

/// What a body holds of the shared memory; given back when dropped.
#[derive(Default)]
pub(super) struct Share {
    place: Option<OwnedSemaphorePermit>,
    pieces: Option<OwnedSemaphorePermit>,
}

impl Reader {
    pub(super) fn new(caps: Caps) -> Self {
        let places = Arc::new(Semaphore::new(caps.large_bodies));
        let pieces = Arc::new(Semaphore::new(caps.large_memory / PIECE));
        Self {
            caps,
            places,
            pieces,
        }
    }

    pub(super) fn caps(&self) -> &Caps {
        &self.caps
    }

    /// What can be refused by the headers alone, before a byte of the body is read.
    pub(super) fn check(&self, headers: &HeaderMap, body: &Body) -> Result<(), BodyError> {
        let stated = headers
            .get(header::CONTENT_LENGTH)
            .and_then(|value| value.to_str().ok());
        let stated = stated
            .and_then(|text| text.parse::<u64>().ok())
            .unwrap_or(0);
        if stated.max(body.size_hint().lower()) > self.caps.body as u64 {
            return Err(BodyError::TooLarge);
        }
        let plain =
            |value: &axum::http::HeaderValue| value.as_bytes().eq_ignore_ascii_case(b"identity");
        if !headers.get_all(header::CONTENT_ENCODING).iter().all(plain) {
            return Err(BodyError::Encoded);
        }
        Ok(())
    }

    /// Reads the whole body. What was [checked](Self::check) is not checked again; what was not stated is found out here.
    pub(super) async fn read(&self, body: Body) -> Result<WholeBody, BodyError> {
        match tokio::time::timeout(self.caps.body_time, self.collect(body)).await {
            Ok(read) => read,
            Err(_elapsed) => Err(BodyError::Slow),
        }
    }

    async fn collect(&self, mut body: Body) -> Result<WholeBody, BodyError> {
        let mut whole = WholeBody {
            bytes: Vec::new(),
            share: Share::default(),
        };
        if let Some(length) = body.size_hint().exact() {
            let length = usize::try_from(length).map_err(|_| BodyError::TooLarge)?;
            self.reserve(&mut whole, length)?;
        }
        while let Some(frame) = body.frame().await {
            let Ok(data) = frame.map_err(|_| BodyError::Broken)?.into_data() else {
                continue;
            };
            let length = whole.bytes.len() + data.len();
            let capacity = whole.bytes.capacity();
            if length > capacity {
                self.reserve(&mut whole, length.max((2 * capacity).min(self.caps.body)))?;
            }
            whole.bytes.extend_from_slice(&data);
        }
        Ok(whole)
    }

    /// Gets the share first and the memory afterwards.
    fn reserve(&self, whole: &mut WholeBody, capacity: usize) -> Result<(), BodyError> {
        if capacity > self.caps.body {
            return Err(BodyError::TooLarge);
        }
        if capacity > self.caps.small_body {
            self.extend(&mut whole.share, capacity)?;
        }
        whole.bytes.reserve_exact(capacity - whole.bytes.len());
        Ok(())
    }

    fn extend(&self, share: &mut Share, capacity: usize) -> Result<(), BodyError> {
        let crowded = |_| BodyError::Crowded;
        if share.place.is_none() {
            share.place = Some(
                Arc::clone(&self.places)
                    .try_acquire_owned()
                    .map_err(crowded)?,
            );
        }
        let held = share
            .pieces
            .as_ref()
            .map_or(0, OwnedSemaphorePermit::num_permits);
        let wanted = u32::try_from(capacity.div_ceil(PIECE).saturating_sub(held))
            .map_err(|_| BodyError::TooLarge)?;
        let more = Arc::clone(&self.pieces)
            .try_acquire_many_owned(wanted)
            .map_err(crowded)?;
        match &mut share.pieces {
            Some(pieces) => pieces.merge(more),
            none => *none = Some(more),
        }
        Ok(())
    }
}
