//! The OpenAPI document, made of the handlers and types themselves. `docs/openapi.json` is a copy that a test holds equal.

use axum::Json;
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa::openapi::tag::TagBuilder;
use utoipa::{Modify, OpenApi};

use super::types::ErrorAnswer;
use super::{events, notifications, overview, queue, results, sessions, status, tasks, tokens};
use crate::core::text::api;

/// This document.
#[utoipa::path(get, path = "/api/v1/openapi.json", tag = "looking", responses(
    (status = 200, description = "OpenAPI 3.1", body = Object, content_type = "application/json"),
    (status = "default", description = "Why there is no answer", body = ErrorAnswer),
))]
pub(super) async fn document() -> Json<utoipa::openapi::OpenApi> {
    Json(openapi())
}

/// The document.
pub fn openapi() -> utoipa::openapi::OpenApi {
    Document::openapi()
}

#[derive(OpenApi)]
#[openapi(
    info(
        title = "skep",
        license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0"),
        contact(),
    ),
    paths(
        status::status,
        overview::overview,
        document,
        sessions::sessions,
        sessions::session,
        sessions::log,
        sessions::patch,
        sessions::stop,
        tasks::task,
        tasks::dry_run,
        tasks::order,
        tasks::dispatch,
        tasks::plan,
        queue::queue,
        queue::graph,
        queue::waves,
        queue::pause,
        queue::resume,
        results::outcomes,
        results::results,
        events::events,
        events::newest_event,
        events::audit,
        notifications::notifications,
        notifications::retry,
        notifications::test,
        tokens::tokens,
        tokens::add_token,
        tokens::revoke_token,
    ),
    security((), ("token" = [])),
    modifiers(&Words, &Bearer),
)]
struct Document;

/// What people read of it as a whole.
struct Words;

impl Modify for Words {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        document.info.description = Some(api::DOCUMENT.to_owned());
        let tag = |(name, meaning): (&str, &str)| {
            let tag = TagBuilder::new().name(name).description(Some(meaning));
            tag.build()
        };
        document.tags = Some(api::TAGS.map(tag).into());
    }
}

/// How a token is sent.
struct Bearer;

impl Modify for Bearer {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let scheme = SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer));
        let components = document.components.get_or_insert_default();
        components.add_security_scheme("token", scheme);
    }
}
