//! The OpenAPI document, made of the handlers and types themselves. `docs/openapi.json` is a copy that a test holds equal.

use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa::{Modify, OpenApi};

use super::{events, queue, results, sessions, status, tasks, tokens};

/// The document.
pub fn openapi() -> utoipa::openapi::OpenApi {
    Document::openapi()
}

#[derive(OpenApi)]
#[openapi(
    info(
        title = "skep",
        description = "The admin address of skep. Times are milliseconds since 1970 (UTC), marked by the format epoch-ms. Looking needs no \
            token on loopback; everything else carries one as `Authorization: Bearer …`: the admin token, or one with a scope \
            (`skep token add`). A field that is here stays. A refusal is always an `ErrorAnswer`.",
        license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0"),
        contact(),
    ),
    paths(
        status::status,
        status::openapi,
        sessions::sessions,
        sessions::session,
        sessions::log,
        sessions::patch,
        sessions::stop,
        tasks::task,
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
        events::newest,
        events::audit,
        tokens::tokens,
        tokens::add,
        tokens::revoke,
    ),
    tags(
        (name = "looking", description = "Questions. A token with the scope `read` is enough."),
        (name = "orders", description = "Orders about work. They need the scope `orders`."),
        (name = "tokens", description = "Tokens. They need the scope `admin`."),
    ),
    security((), ("token" = [])),
    modifiers(&Bearer),
)]
struct Document;

/// How a token is sent.
struct Bearer;

impl Modify for Bearer {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let scheme = SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer));
        let components = document.components.get_or_insert_default();
        components.add_security_scheme("token", scheme);
    }
}
