//! Notifications outside GitHub: how the targets are and what was given up; sent after all; tried.

use axum::Extension;
use axum::extract::{Request, State};

use super::admin_service::AdminService;
use super::asked::{Answered, Named, json, order_body};
use super::state::Shared;
use super::types::{ErrorAnswer, NotificationsAnswer, RetriedAnswer, RetryOrder, TestedAnswer};
use crate::http::caller::Caller;

/// Those who are told outside GitHub, and what was given up.
#[utoipa::path(get, path = "/api/v1/notifications", tag = "looking", responses(
    (status = 200, description = "Targets, and what was given up", body = NotificationsAnswer),
    (status = "default", description = "Why there is no answer", body = ErrorAnswer),
))]
pub(super) async fn notifications<D: AdminService>(
    State(state): Shared<D>,
    Extension(caller): Extension<Caller>,
) -> Answered {
    caller.sees_all()?;
    json(state.service.notifications()).await
}

/// Has what was given up sent after all. It needs the scope `admin`.
#[utoipa::path(post, path = "/api/v1/notifications/retry", tag = "orders", request_body = RetryOrder, responses(
    (status = 200, description = "How many", body = RetriedAnswer),
    (status = "default", description = "Why nothing is sent", body = ErrorAnswer),
))]
pub(super) async fn retry<D: AdminService>(
    State(state): Shared<D>,
    Extension(caller): Extension<Caller>,
    request: Request,
) -> Answered {
    caller.sees_all()?;
    let order: RetryOrder = order_body(&state.reader, request).await?;
    json(state.service.retry_notifications(order)).await
}

/// Sends one harmless message to a target, and says what it answered. It needs the scope `admin`.
#[utoipa::path(post, path = "/api/v1/notifications/{name}/test", tag = "orders", params(("name" = String, Path, description = "The target")), responses(
    (status = 200, description = "What came of it", body = TestedAnswer),
    (status = "default", description = "Why nothing was sent", body = ErrorAnswer),
))]
pub(super) async fn test<D: AdminService>(
    State(state): Shared<D>,
    Extension(caller): Extension<Caller>,
    Named(name): Named<String>,
) -> Answered {
    caller.sees_all()?;
    json(state.service.test_notification(name)).await
}
