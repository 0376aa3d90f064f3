//! Single things out of the database, and what the caller is told where they are not there or cannot be read.

use crate::core::ids::{SessionId, TaskKey};
use crate::core::task::Task;
use crate::core::text::requests;
use crate::http::ApiError;
use crate::store::{SessionRow, Store, StoreError};

/// The task, where skep knows it and can read it.
pub(super) async fn read_task(store: &Store, key: TaskKey) -> Result<Option<Task>, ApiError> {
    let row = store.task(key).await.map_err(|error| unread(&error))?;
    Ok(row.and_then(|row| serde_json::from_str(&row.body).ok()))
}

/// The session, or that there is none.
pub(super) async fn find_session(store: &Store, id: &SessionId) -> Result<SessionRow, ApiError> {
    let found = store.session(id).await.map_err(|error| unread(&error))?;
    found.ok_or_else(|| {
        ApiError::not_found(requests::absent::session(&id.to_string()))
            .next(requests::absent::SESSION_NEXT)
    })
}

/// The database failed: the log says how, the caller only that.
pub(super) fn unread(error: &StoreError) -> ApiError {
    tracing::error!(%error, "the admin address could not read the database");
    ApiError::busy(requests::DATABASE).next(requests::DATABASE_NEXT)
}
