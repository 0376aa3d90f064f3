//! The overview: what the dashboard's first page says, for programs and for `skep top`.
//!
//! Its service is a trait of its own because it reads what the dashboard reads: what a caller with one repository may see is narrowed there,
//! by the repository's identity.

use std::future::Future;

use axum::Extension;
use axum::extract::State;

use super::admin_service::{AdminService, Answer};
use super::asked::{Answered, json};
use super::state::Shared;
use super::types::{ErrorAnswer, OverviewAnswer};
use crate::core::ids::RepositoryName;
use crate::http::caller::Caller;

/// Who reads it. It has 60 seconds.
pub trait OverviewService: AdminService {
    /// What goes on in a repository, or everywhere.
    fn overview(
        &self,
        repository: Option<RepositoryName>,
    ) -> impl Future<Output = Answer<OverviewAnswer>> + Send;
}

/// What needs a person, what is at work, what waits, what is in review, what failed. A token for one repository sees what is there.
#[utoipa::path(get, path = "/api/v1/overview", tag = "looking", responses(
    (status = 200, description = "What goes on", body = OverviewAnswer),
    (status = "default", description = "Why there is no answer", body = ErrorAnswer),
))]
pub(super) async fn overview<D: OverviewService>(
    State(state): Shared<D>,
    Extension(caller): Extension<Caller>,
) -> Answered {
    let only = caller.within(None)?;
    json(state.service.overview(only)).await
}
