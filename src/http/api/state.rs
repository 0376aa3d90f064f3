//! What the routes of the admin address share.

use std::sync::Arc;

use axum::extract::State;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use crate::http::body::Reader;

/// The service, and what bounds its callers.
pub(super) struct AdminState<D> {
    pub(super) service: Arc<D>,
    pub(super) reader: Reader,
    /// One for each stream of events that may be open.
    pub(super) streams: Arc<Semaphore>,
    /// Ends the streams.
    pub(super) stop: CancellationToken,
}

pub(super) type Shared<D> = State<Arc<AdminState<D>>>;
