//! How it went: pull requests by what became of them, sessions by how they ended; as JSON, or as CSV for a table.

use axum::extract::{Request, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::asked::{Answered, in_time, query};
use super::csv;
use super::service::{AdminService, Span};
use super::state::Shared;
use super::types::{ErrorAnswer, OutcomesAnswer, ResultsAnswer};
use crate::core::ids::RepositoryName;
use crate::http::api_error::ApiError;
use crate::http::caller::Caller;

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct SpanQuery {
    /// Only from then on, epoch milliseconds; from the beginning, if not said.
    since: Option<i64>,
    /// Only there: `owner/name`.
    #[param(value_type = Option<String>)]
    repository: Option<RepositoryName>,
    /// JSON with everything, or a line of CSV for each.
    #[serde(default)]
    #[param(required = false)]
    format: TableFormat,
}

#[derive(Clone, Copy, Default, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum TableFormat {
    #[default]
    Json,
    Csv,
}

impl SpanQuery {
    fn span(self, caller: &Caller) -> Result<Span, ApiError> {
        Ok(Span {
            since: self.since.unwrap_or(0).max(0),
            repository: caller.within(self.repository)?,
        })
    }
}

fn as_csv(text: String) -> Response {
    ([(header::CONTENT_TYPE, "text/csv; charset=utf-8")], text).into_response()
}

/// What became of the pull requests that were opened since, and what they cost.
#[utoipa::path(get, path = "/api/v1/outcomes", tag = "looking", params(SpanQuery), responses(
    (status = 200, description = "The ledger", content(
        (OutcomesAnswer = "application/json"),
        (String = "text/csv"),
    )),
    (status = "default", description = "Why there is no answer", body = ErrorAnswer),
))]
pub(super) async fn outcomes<D: AdminService>(
    State(state): Shared<D>,
    Extension(caller): Extension<Caller>,
    request: Request,
) -> Answered {
    let asked: SpanQuery = query(&request)?;
    let format = asked.format;
    let answer = in_time(state.service.outcomes(asked.span(&caller)?)).await?;
    Ok(match format {
        TableFormat::Json => Json(answer).into_response(),
        TableFormat::Csv => as_csv(csv::outcomes(&answer.pulls)),
    })
}

/// How the sessions went that were queued since: each of them with its durations, and all of them added up: success rate, utilisation,
/// throughput, and when those that are left should be done.
#[utoipa::path(get, path = "/api/v1/results", tag = "looking", params(SpanQuery), responses(
    (status = 200, description = "The sessions and their sums", content(
        (ResultsAnswer = "application/json"),
        (String = "text/csv"),
    )),
    (status = "default", description = "Why there is no answer", body = ErrorAnswer),
))]
pub(super) async fn results<D: AdminService>(
    State(state): Shared<D>,
    Extension(caller): Extension<Caller>,
    request: Request,
) -> Answered {
    let asked: SpanQuery = query(&request)?;
    let format = asked.format;
    let answer = in_time(state.service.results(asked.span(&caller)?)).await?;
    Ok(match format {
        TableFormat::Json => Json(answer).into_response(),
        TableFormat::Csv => as_csv(csv::results(&answer.sessions)),
    })
}
