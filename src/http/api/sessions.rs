//! Sessions: listed, looked into, stopped.

use axum::Extension;
use axum::extract::{Request, State};
use axum::http::header;
use axum::response::IntoResponse;
use serde::Deserialize;
use utoipa::IntoParams;

use super::admin_service::{AdminService, LogPage, SessionFilter};
use super::asked::{Answered, Named, at_most, in_time, json, query, session_id};
use super::state::{AdminState, Shared};
use super::types::{ErrorAnswer, LogAnswer, SessionAnswer, SessionsAnswer, StopAnswer};
use crate::core::ids::{RepositoryName, SessionId};
use crate::core::session::SessionState;
use crate::core::text::requests;
use crate::http::api_error::ApiError;
use crate::http::caller::Caller;

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct SessionsQuery {
    /// Only in this state, such as `running` or `completed`.
    #[param(value_type = Option<String>)]
    state: Option<String>,
    /// Only live ones (`true`) or only ended ones (`false`).
    live: Option<bool>,
    /// Only there: `owner/name`.
    #[param(value_type = Option<String>)]
    repository: Option<RepositoryName>,
    /// At most so many: 1 to 500, 50 if not said.
    limit: Option<i64>,
}

/// Sessions, newest first. With a repository, those among the newest 10,000.
#[utoipa::path(get, path = "/api/v1/sessions", tag = "looking", params(SessionsQuery), responses(
    (status = 200, description = "The sessions", body = SessionsAnswer),
    (status = "default", description = "Why there is no answer", body = ErrorAnswer),
))]
pub(super) async fn sessions<D: AdminService>(
    State(state): Shared<D>,
    Extension(caller): Extension<Caller>,
    request: Request,
) -> Answered {
    let asked: SessionsQuery = query(&request)?;
    let known = |word: &String| SessionState::ALL.iter().any(|state| state.name() == word);
    if let Some(word) = asked.state.as_ref().filter(|word| !known(word)) {
        let states = SessionState::ALL.map(SessionState::name).join(", ");
        let sentence = requests::invalid::state(word);
        return Err(ApiError::invalid(sentence).next(requests::invalid::one_of(&states)));
    }
    let filter = SessionFilter {
        state: asked.state,
        live: asked.live,
        repository: caller.within(asked.repository)?,
        limit: at_most(asked.limit, 50, 500),
    };
    json(state.service.sessions(filter)).await
}

/// One session: what it is, its events, the end of its log.
#[utoipa::path(get, path = "/api/v1/sessions/{id}", tag = "looking", params(("id" = String, Path, description = "Such as 1296269-12-1")), responses(
    (status = 200, description = "The session", body = SessionAnswer),
    (status = "default", description = "Why there is no answer", body = ErrorAnswer),
))]
pub(super) async fn session<D: AdminService>(
    State(state): Shared<D>,
    Extension(caller): Extension<Caller>,
    Named(id): Named<String>,
) -> Answered {
    let session = in_time(state.service.session(session_id(&id)?)).await?;
    caller.sees(session.line.repository.as_deref())?;
    json(async { Ok(session) }).await
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct LogQuery {
    /// Only those after this position; from the beginning, if not said.
    after: Option<i64>,
    /// At most so many: 1 to 1,000, 200 if not said.
    limit: Option<i64>,
}

impl LogQuery {
    pub(super) fn page(&self) -> LogPage {
        LogPage {
            after: self.after.unwrap_or(0).max(0),
            limit: at_most(self.limit, 200, 1000),
        }
    }
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct SessionLogQuery {
    /// Only those after this position; from the beginning, if not said.
    after: Option<i64>,
    /// At most so many: 1 to 1,000, 200 if not said.
    limit: Option<i64>,
    /// The last ones instead of the first ones.
    end: Option<bool>,
}

/// A part of a session's log, oldest first.
#[utoipa::path(get, path = "/api/v1/sessions/{id}/log", tag = "looking", params(("id" = String, Path, description = "Such as 1296269-12-1"), SessionLogQuery), responses(
    (status = 200, description = "The lines", body = LogAnswer),
    (status = "default", description = "Why there is no answer", body = ErrorAnswer),
))]
pub(super) async fn log<D: AdminService>(
    State(state): Shared<D>,
    Extension(caller): Extension<Caller>,
    Named(id): Named<String>,
    request: Request,
) -> Answered {
    let SessionLogQuery { after, limit, end } = query(&request)?;
    let page = LogQuery { after, limit }.page();
    let id = seen(&state, &caller, &id).await?;
    match end {
        Some(true) => json(state.service.log_end(id, page)).await,
        _ => json(state.service.log(id, page)).await,
    }
}

/// What a session changed, published or not, as a patch; as far as its commits are still here.
#[utoipa::path(get, path = "/api/v1/sessions/{id}/patch", tag = "looking", params(("id" = String, Path, description = "Such as 1296269-12-1")), responses(
    (status = 200, description = "The patch", body = String, content_type = "text/x-diff"),
    (status = "default", description = "Why there is no answer", body = ErrorAnswer),
))]
pub(super) async fn patch<D: AdminService>(
    State(state): Shared<D>,
    Extension(caller): Extension<Caller>,
    Named(id): Named<String>,
) -> Answered {
    let id = seen(&state, &caller, &id).await?;
    let patch = in_time(state.service.patch(id)).await?;
    Ok(([(header::CONTENT_TYPE, "text/x-diff")], patch).into_response())
}

/// Stops a session; its issue is told.
#[utoipa::path(post, path = "/api/v1/sessions/{id}/stop", tag = "orders", params(("id" = String, Path, description = "Such as 1296269-12-1")), responses(
    (status = 200, description = "What came of it", body = StopAnswer),
    (status = "default", description = "Why it was not done", body = ErrorAnswer),
))]
pub(super) async fn stop<D: AdminService>(
    State(state): Shared<D>,
    Extension(caller): Extension<Caller>,
    Named(id): Named<String>,
) -> Answered {
    let id = seen(&state, &caller, &id).await?;
    json(state.service.stop(id, caller.by().clone())).await
}

/// The id of a session that this caller may see. Only who has one repository costs a look.
async fn seen<D: AdminService>(
    state: &AdminState<D>,
    caller: &Caller,
    id: &str,
) -> Result<SessionId, ApiError> {
    let id = session_id(id)?;
    if caller.sees_all().is_err() {
        let session = in_time(state.service.session(id.clone())).await?;
        caller.sees(session.line.repository.as_deref())?;
    }
    Ok(id)
}
