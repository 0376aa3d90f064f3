//! `/api/v1` on the admin address: questions about the work, and the two orders `dispatch` and `stop`.
//!
//! It reads requests and writes answers; every fact comes from the [`AdminService`]. It must never be reachable on the public
//! address.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::Router;
use axum::extract::{Path, Query, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tower_http::catch_panic::CatchPanicLayer;

use super::admin_service::{
    AdminService, Answer, ApiError, EventPage, LogPage, SessionFilter, Target, TargetLine,
    WavesQuestion,
};
use super::answer;
use super::body::{BodyError, Caps, Reader};
use super::guard::Guard;
use super::outcome_csv::csv;
use super::plan_types::PlanOrder;
use super::queue_types::GraphFormat;
use crate::core::ids::{IssueNumber, RepositoryName, SessionId};
use crate::core::text::requests;

/// How long the service may take for an answer.
const ANSWER_TIME: Duration = Duration::from_secs(60);
/// How long a caller may wait for an event.
const LONGEST_WAIT: Duration = Duration::from_secs(30);
/// The largest body of an order, bytes.
const BODY_CAP: usize = 1024 * 1024;

/// The questions and orders of the admin address; all else is 404 or 405. Its pages are [`super::with_pages`].
pub fn admin_router<D: AdminService>(service: Arc<D>, guard: Guard) -> Router {
    let reader = Reader::new(Caps {
        body: BODY_CAP,
        small_body: BODY_CAP,
        ..Caps::default()
    });
    Router::new()
        .route("/api/v1/status", get(status::<D>))
        .route("/api/v1/sessions", get(sessions::<D>))
        .route("/api/v1/sessions/{id}", get(session::<D>))
        .route("/api/v1/sessions/{id}/log", get(log::<D>))
        .route("/api/v1/sessions/{id}/patch", get(patch::<D>))
        .route("/api/v1/sessions/{id}/stop", post(stop::<D>))
        .route("/api/v1/tasks/{owner}/{repo}/{n}", get(task::<D>))
        .route("/api/v1/tasks/{owner}/{repo}/{n}/orders", post(order::<D>))
        .route("/api/v1/queue", get(queue::<D>))
        .route("/api/v1/graph", get(graph::<D>))
        .route("/api/v1/waves", get(waves::<D>))
        .route("/api/v1/plan", post(plan::<D>))
        .route("/api/v1/queue/pause", post(pause::<D>))
        .route("/api/v1/queue/resume", post(resume::<D>))
        .route("/api/v1/outcomes", get(outcomes::<D>))
        .route("/api/v1/audit", get(audit::<D>))
        .route("/api/v1/events", get(events::<D>))
        .route("/api/v1/dispatch", post(dispatch::<D>))
        .fallback(answer::no_such_page)
        .method_not_allowed_fallback(answer::wrong_method)
        .layer(axum::middleware::from_fn_with_state(
            guard,
            super::guard::check,
        ))
        .layer(CatchPanicLayer::custom(answer::after_panic))
        .with_state(Arc::new(AdminState { service, reader }))
}

struct AdminState<D> {
    service: Arc<D>,
    reader: Reader,
}

type Shared<D> = State<Arc<AdminState<D>>>;
type Answered = Result<Response, ApiError>;

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        answer::error(status, self.code, &self.message, self.next.as_deref())
    }
}

impl From<BodyError> for ApiError {
    fn from(error: BodyError) -> Self {
        let (status, code) = match error {
            BodyError::TooLarge => (413, "too_large"),
            BodyError::Encoded => (415, "encoded"),
            BodyError::Slow => (408, "slow"),
            BodyError::Broken => (400, "broken"),
            BodyError::Crowded => (503, "crowded"),
        };
        Self::new(status, code, error.to_string())
    }
}

async fn status<D: AdminService>(State(state): Shared<D>) -> Answered {
    json(state.service.status()).await
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SessionsQuery {
    state: Option<String>,
    live: Option<bool>,
    limit: Option<u32>,
}

async fn sessions<D: AdminService>(State(state): Shared<D>, request: Request) -> Answered {
    let asked: SessionsQuery = query(&request)?;
    let filter = SessionFilter {
        state: asked.state,
        live: asked.live,
        limit: asked.limit.unwrap_or(50).clamp(1, 500),
    };
    json(state.service.sessions(filter)).await
}

async fn session<D: AdminService>(State(state): Shared<D>, Path(id): Path<String>) -> Answered {
    json(state.service.session(session_id(&id)?)).await
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LogQuery {
    after: Option<i64>,
    limit: Option<u32>,
}

async fn log<D: AdminService>(
    State(state): Shared<D>,
    Path(id): Path<String>,
    request: Request,
) -> Answered {
    let LogQuery { after, limit } = query(&request)?;
    let page = LogPage {
        after: after.unwrap_or(0).max(0),
        limit: limit.unwrap_or(200).clamp(1, 1000),
    };
    json(state.service.log(session_id(&id)?, page)).await
}

async fn audit<D: AdminService>(State(state): Shared<D>, request: Request) -> Answered {
    let LogQuery { after, limit } = query(&request)?;
    let page = LogPage {
        after: after.unwrap_or(0).max(0),
        limit: limit.unwrap_or(200).clamp(1, 1000),
    };
    let lines: Vec<Value> = in_time(state.service.audit(page)).await?;
    Ok(answer::json_lines(&lines))
}

async fn patch<D: AdminService>(State(state): Shared<D>, Path(id): Path<String>) -> Answered {
    let patch = in_time(state.service.patch(session_id(&id)?)).await?;
    Ok(([(header::CONTENT_TYPE, "text/x-diff")], patch).into_response())
}

async fn stop<D: AdminService>(State(state): Shared<D>, Path(id): Path<String>) -> Answered {
    json(state.service.stop(session_id(&id)?)).await
}

async fn task<D: AdminService>(
    State(state): Shared<D>,
    Path(path): Path<(String, String, String)>,
) -> Answered {
    let (repository, issue) = issue_of(path)?;
    json(state.service.task(repository, issue)).await
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OrderBody {
    order: String,
}

async fn order<D: AdminService>(
    State(state): Shared<D>,
    Path(path): Path<(String, String, String)>,
    request: Request,
) -> Answered {
    let (repository, issue) = issue_of(path)?;
    let OrderBody { order } = order_body(&state.reader, request).await?;
    json(state.service.order(repository, issue, order)).await
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct QueueQuery {
    limit: Option<u32>,
}

async fn queue<D: AdminService>(State(state): Shared<D>, request: Request) -> Answered {
    let QueueQuery { limit } = query(&request)?;
    json(state.service.queue(limit.unwrap_or(100).clamp(1, 10_000))).await
}

async fn waves<D: AdminService>(State(state): Shared<D>, request: Request) -> Answered {
    let question: WavesQuestion = query(&request)?;
    json(state.service.waves(question)).await
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct GraphQuery {
    repository: RepositoryName,
    #[serde(default)]
    format: GraphFormat,
}

async fn graph<D: AdminService>(State(state): Shared<D>, request: Request) -> Answered {
    let GraphQuery { repository, format } = query(&request)?;
    json(state.service.graph(repository, format)).await
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OutcomesQuery {
    since: Option<i64>,
    #[serde(default)]
    format: OutcomesFormat,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "lowercase")]
enum OutcomesFormat {
    #[default]
    Json,
    Csv,
}

async fn outcomes<D: AdminService>(State(state): Shared<D>, request: Request) -> Answered {
    let OutcomesQuery { since, format } = query(&request)?;
    let answer = in_time(state.service.outcomes(since.unwrap_or(0).max(0))).await?;
    Ok(match format {
        OutcomesFormat::Json => Json(answer).into_response(),
        OutcomesFormat::Csv => {
            let kind = [(header::CONTENT_TYPE, "text/csv; charset=utf-8")];
            (kind, csv(&answer.pulls)).into_response()
        }
    })
}

async fn plan<D: AdminService>(State(state): Shared<D>, request: Request) -> Answered {
    let order: PlanOrder = order_body(&state.reader, request).await?;
    json(state.service.plan(order)).await
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PauseBody {
    #[serde(default)]
    repository: Option<RepositoryName>,
}

async fn pause<D: AdminService>(State(state): Shared<D>, request: Request) -> Answered {
    let PauseBody { repository } = order_body(&state.reader, request).await?;
    json(state.service.pause(repository)).await
}

async fn resume<D: AdminService>(State(state): Shared<D>, request: Request) -> Answered {
    let PauseBody { repository } = order_body(&state.reader, request).await?;
    json(state.service.resume(repository)).await
}

fn issue_of(path: (String, String, String)) -> Result<(RepositoryName, IssueNumber), ApiError> {
    let (owner, name, number) = path;
    let repository: RepositoryName = format!("{owner}/{name}")
        .parse()
        .map_err(|error| ApiError::invalid(format!("{error}")))?;
    let number = number.parse().ok().filter(|number| *number > 0);
    let number = number.ok_or_else(|| ApiError::invalid(requests::invalid::ISSUE_NUMBER))?;
    Ok((repository, IssueNumber(number)))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EventsQuery {
    after: Option<i64>,
    limit: Option<u32>,
    wait: Option<u64>,
}

async fn events<D: AdminService>(State(state): Shared<D>, request: Request) -> Answered {
    let EventsQuery { after, limit, wait } = query(&request)?;
    let page = EventPage {
        after: after.unwrap_or(0).max(0),
        limit: limit.unwrap_or(500).clamp(1, 1000),
        wait: Duration::from_secs(wait.unwrap_or(0)).min(LONGEST_WAIT),
    };
    let lines: Vec<Value> = in_time(state.service.events(page)).await?;
    Ok(answer::json_lines(&lines))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DispatchOrder {
    targets: Vec<TargetLine>,
}

/// What an order says.
async fn order_body<T: DeserializeOwned>(reader: &Reader, request: Request) -> Result<T, ApiError> {
    let (head, body) = request.into_parts();
    if !is_json(&head.headers) {
        return Err(ApiError::new(415, "not_json", requests::invalid::NOT_JSON));
    }
    reader.check(&head.headers, &body)?;
    let body = reader.read(body).await?;
    serde_json::from_slice(&body.bytes)
        .map_err(|error| ApiError::invalid(requests::invalid::body(&error.to_string())))
}

async fn dispatch<D: AdminService>(State(state): Shared<D>, request: Request) -> Answered {
    let order: DispatchOrder = order_body(&state.reader, request)
        .await
        .map_err(|error| error.next(requests::invalid::ORDER))?;
    let targets: Vec<Target> = order
        .targets
        .into_iter()
        .map(Target::try_from)
        .collect::<Result<_, _>>()?;
    if targets.is_empty() {
        return Err(ApiError::invalid(requests::invalid::NO_TARGET));
    }
    Ok(Json(in_time(state.service.dispatch(targets)).await?).into_response())
}

async fn json(asked: impl Future<Output = Answer>) -> Answered {
    Ok(Json(in_time(asked).await?).into_response())
}

async fn in_time<T>(asked: impl Future<Output = Result<T, ApiError>>) -> Result<T, ApiError> {
    let slow = |_| ApiError::new(504, "slow", requests::SLOW);
    tokio::time::timeout(ANSWER_TIME, asked)
        .await
        .map_err(slow)?
}

fn query<T: DeserializeOwned>(request: &Request) -> Result<T, ApiError> {
    match Query::try_from_uri(request.uri()) {
        Ok(Query(query)) => Ok(query),
        Err(error) => Err(ApiError::invalid(requests::invalid::query(
            &error.to_string(),
        ))),
    }
}

fn session_id(text: &str) -> Result<SessionId, ApiError> {
    text.parse()
        .map_err(|error| ApiError::invalid(format!("{error}")))
}

fn is_json(headers: &HeaderMap) -> bool {
    let content_type = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let essence = content_type.split(';').next().unwrap_or_default();
    essence.trim().eq_ignore_ascii_case("application/json")
}
