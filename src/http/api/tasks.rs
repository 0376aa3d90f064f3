//! Issues: what is known of one, orders for it, and starting some.

use axum::extract::{Request, State};
use axum::response::IntoResponse;
use axum::{Extension, Json};
use serde::Deserialize;
use utoipa::ToSchema;

use super::admin_service::{AdminService, Batch, Target, TargetLine};
use super::asked::{Answered, Named, in_time, issue_of, json, order_body};
use super::state::Shared;
use super::types::{DryRunAnswer, ErrorAnswer, OrderAnswer, PlanAnswer, PlanOrder, TaskAnswer};
use crate::core::text::requests;
use crate::http::api_error::ApiError;
use crate::http::caller::Caller;

/// What is known of an issue: its task, with its timeline.
#[utoipa::path(get, path = "/api/v1/tasks/{owner}/{repo}/{n}", tag = "looking", params(
    ("owner" = String, Path, description = "The repository's owner"),
    ("repo" = String, Path, description = "Its name"),
    ("n" = i64, Path, description = "The issue", minimum = 1),
), responses(
    (status = 200, description = "The task", body = TaskAnswer),
    (status = "default", description = "Why there is no answer", body = ErrorAnswer),
))]
pub(super) async fn task<D: AdminService>(
    State(state): Shared<D>,
    Extension(caller): Extension<Caller>,
    Named(path): Named<(String, String, String)>,
) -> Answered {
    let at = issue_of(path)?;
    caller.within(Some(at.repository.clone()))?;
    json(state.service.task(at)).await
}

/// What would come of an issue if the operator had it started now: role, agent, gates, prompt, limits, what it may cost. Nothing is done.
#[utoipa::path(get, path = "/api/v1/tasks/{owner}/{repo}/{n}/plan", tag = "looking", params(
    ("owner" = String, Path, description = "The repository's owner"),
    ("repo" = String, Path, description = "Its name"),
    ("n" = i64, Path, description = "The issue", minimum = 1),
), responses(
    (status = 200, description = "What would come of it", body = DryRunAnswer),
    (status = "default", description = "Why there is no answer", body = ErrorAnswer),
))]
pub(super) async fn dry_run<D: AdminService>(
    State(state): Shared<D>,
    Extension(caller): Extension<Caller>,
    Named(path): Named<(String, String, String)>,
) -> Answered {
    let at = issue_of(path)?;
    caller.within(Some(at.repository.clone()))?;
    json(state.service.dry_run(at)).await
}

/// An order for one issue.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct OrderBody {
    /// In the words of a command: `stop`, `pause`, `resume`, `retry`, `retry fresh`, `approve`, `answer WORDS`, `priority high`.
    order: String,
}

/// Gives an order for one issue, in the words of a command.
#[utoipa::path(post, path = "/api/v1/tasks/{owner}/{repo}/{n}/orders", tag = "orders", request_body = OrderBody, params(
    ("owner" = String, Path, description = "The repository's owner"),
    ("repo" = String, Path, description = "Its name"),
    ("n" = i64, Path, description = "The issue", minimum = 1),
), responses(
    (status = 200, description = "What came of it", body = OrderAnswer),
    (status = "default", description = "Why it was not done", body = ErrorAnswer),
))]
pub(super) async fn order<D: AdminService>(
    State(state): Shared<D>,
    Extension(caller): Extension<Caller>,
    Named(path): Named<(String, String, String)>,
    request: Request,
) -> Answered {
    let at = issue_of(path)?;
    caller.within(Some(at.repository.clone()))?;
    let OrderBody { order } = order_body(&state.reader, request).await?;
    json(state.service.order(at, order, caller.by().clone())).await
}

/// What is to be started.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct DispatchOrder {
    /// At least one.
    #[schema(min_items = 1)]
    targets: Vec<TargetLine>,
}

/// Starts issues as if they had been labeled. An issue that cannot be started fails alone.
#[utoipa::path(post, path = "/api/v1/dispatch", tag = "orders", request_body = DispatchOrder, responses(
    (status = 200, description = "Which were started, and which were not", body = Batch),
    (status = "default", description = "Why none was", body = ErrorAnswer),
))]
pub(super) async fn dispatch<D: AdminService>(
    State(state): Shared<D>,
    Extension(caller): Extension<Caller>,
    request: Request,
) -> Answered {
    let order: DispatchOrder = order_body(&state.reader, request)
        .await
        .map_err(|error| error.next(requests::invalid::ORDER))?;
    let lines = order.targets.into_iter();
    let targets: Vec<Target> = lines.map(Target::try_from).collect::<Result<_, _>>()?;
    if targets.is_empty() {
        return Err(ApiError::invalid(requests::invalid::NO_TARGET));
    }
    for target in &targets {
        let (Target::Issues { repository, .. } | Target::Labeled { repository, .. }) = target;
        caller.within(Some(repository.clone()))?;
    }
    let started = state.service.dispatch(targets, caller.by().clone());
    Ok(Json(in_time(started).await?).into_response())
}

/// What becomes of a repository's task list; with `create`, issues are made of it.
#[utoipa::path(post, path = "/api/v1/plan", tag = "orders", request_body = PlanOrder, responses(
    (status = 200, description = "The tasks of the list", body = PlanAnswer),
    (status = "default", description = "Why there is no answer", body = ErrorAnswer),
))]
pub(super) async fn plan<D: AdminService>(
    State(state): Shared<D>,
    Extension(caller): Extension<Caller>,
    request: Request,
) -> Answered {
    let order: PlanOrder = order_body(&state.reader, request).await?;
    caller.within(Some(order.repository.clone()))?;
    json(state.service.plan(order, caller.by().clone())).await
}
