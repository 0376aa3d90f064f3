//! The queue: what waits, how it hangs together, and whether anything starts.

use axum::Extension;
use axum::extract::{Request, State};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::asked::{Answered, at_most, json, order_body, query};
use super::service::{AdminService, QueueQuestion, WavesQuestion};
use super::state::Shared;
use super::types::{ErrorAnswer, GraphAnswer, GraphFormat, OrderAnswer, QueueAnswer, WavesAnswer};
use crate::core::ids::RepositoryName;
use crate::http::caller::Caller;

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct QueueQuery {
    /// At most so many: 1 to 10,000, 100 if not said.
    limit: Option<i64>,
    /// Only there: `owner/name`.
    #[param(value_type = Option<String>)]
    repository: Option<RepositoryName>,
}

/// What waits, in the order in which it would start.
#[utoipa::path(get, path = "/api/v1/queue", tag = "looking", params(QueueQuery), responses(
    (status = 200, description = "The queue", body = QueueAnswer),
    (status = "default", description = "Why there is no answer", body = ErrorAnswer),
))]
pub(super) async fn queue<D: AdminService>(
    State(state): Shared<D>,
    Extension(caller): Extension<Caller>,
    request: Request,
) -> Answered {
    let QueueQuery { limit, repository } = query(&request)?;
    let question = QueueQuestion {
        limit: at_most(limit, 100, 10_000),
        repository: caller.within(repository)?,
    };
    json(state.service.queue(question)).await
}

/// What waits in a repository, in waves of which each can be done at once.
#[utoipa::path(get, path = "/api/v1/waves", tag = "looking", params(WavesQuestion), responses(
    (status = 200, description = "The waves", body = WavesAnswer),
    (status = "default", description = "Why there is no answer", body = ErrorAnswer),
))]
pub(super) async fn waves<D: AdminService>(
    State(state): Shared<D>,
    Extension(caller): Extension<Caller>,
    request: Request,
) -> Answered {
    let question: WavesQuestion = query(&request)?;
    caller.within(Some(question.repository.clone()))?;
    json(state.service.waves(question)).await
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct GraphQuery {
    /// Where: `owner/name`.
    #[param(value_type = String)]
    repository: RepositoryName,
    /// How it is drawn.
    #[serde(default)]
    #[param(required = false)]
    format: GraphFormat,
}

/// A drawing of which issue of a repository waits for which.
#[utoipa::path(get, path = "/api/v1/graph", tag = "looking", params(GraphQuery), responses(
    (status = 200, description = "The drawing", body = GraphAnswer),
    (status = "default", description = "Why there is no answer", body = ErrorAnswer),
))]
pub(super) async fn graph<D: AdminService>(
    State(state): Shared<D>,
    Extension(caller): Extension<Caller>,
    request: Request,
) -> Answered {
    let GraphQuery { repository, format } = query(&request)?;
    caller.within(Some(repository.clone()))?;
    json(state.service.graph(repository, format)).await
}

/// Where.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PauseBody {
    /// `owner/name`; everywhere, if not said.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    repository: Option<RepositoryName>,
}

/// Lets nothing start in a repository, or anywhere; sessions at work go on.
#[utoipa::path(post, path = "/api/v1/queue/pause", tag = "orders", request_body = PauseBody, responses(
    (status = 200, description = "What came of it", body = OrderAnswer),
    (status = "default", description = "Why it was not done", body = ErrorAnswer),
))]
pub(super) async fn pause<D: AdminService>(
    State(state): Shared<D>,
    Extension(caller): Extension<Caller>,
    request: Request,
) -> Answered {
    let PauseBody { repository } = order_body(&state.reader, request).await?;
    let repository = caller.within(repository)?;
    json(state.service.pause(repository, caller.by().clone())).await
}

/// Lets it start again.
#[utoipa::path(post, path = "/api/v1/queue/resume", tag = "orders", request_body = PauseBody, responses(
    (status = 200, description = "What came of it", body = OrderAnswer),
    (status = "default", description = "Why it was not done", body = ErrorAnswer),
))]
pub(super) async fn resume<D: AdminService>(
    State(state): Shared<D>,
    Extension(caller): Extension<Caller>,
    request: Request,
) -> Answered {
    let PauseBody { repository } = order_body(&state.reader, request).await?;
    let repository = caller.within(repository)?;
    json(state.service.resume(repository, caller.by().clone())).await
}
