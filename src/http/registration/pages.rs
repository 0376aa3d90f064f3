//! The routes of the set-up: who may see what, and what every answer carries.

use std::sync::Arc;

use axum::extract::{Query, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::get;
use axum::{Json, Router};
use serde::Deserialize;
use tower_http::catch_panic::CatchPanicLayer;

use super::{Page, Registration, cookie};
use crate::core::text::registration_page as text;
use crate::http::answer;

/// The longest code, state or key that is looked at.
const LONGEST: usize = 256;

/// The set-up alone, for a skep that has no App yet; all else is 404.
pub fn registration_router<R: Registration>(registration: Arc<R>) -> Router {
    routes(registration)
        .route("/", get(async || Redirect::to("/setup")))
        .fallback(answer::no_such_page)
        .layer(CatchPanicLayer::custom(answer::after_panic))
}

/// The set-up before another router, which has its own guard.
pub fn with_registration<R: Registration>(registration: Arc<R>, other: Router) -> Router {
    routes(registration)
        .layer(CatchPanicLayer::custom(answer::after_panic))
        .fallback_service(other)
}

fn routes<R: Registration>(registration: Arc<R>) -> Router {
    Router::new()
        .route("/setup", get(page::<R>))
        .route("/setup/callback", get(callback::<R>))
        .route("/setup/progress", get(progress::<R>))
        .route("/setup/checklist.js", get(script))
        .with_state(registration)
}

#[derive(Deserialize)]
struct PageQuery {
    key: Option<String>,
}

#[derive(Deserialize)]
struct CallbackQuery {
    #[serde(default)]
    code: String,
    #[serde(default)]
    state: String,
}

fn shown(registration: &impl Registration, page: Page) -> Response {
    let status = StatusCode::from_u16(page.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = (status, Html(page.html)).into_response();
    let policy = format!(
        "default-src 'none'; style-src 'unsafe-inline'; script-src 'self'; connect-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action 'self' {}",
        registration.forms_lead_to()
    );
    let headers = response.headers_mut();
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    for (name, value) in [
        (header::CACHE_CONTROL, "no-store"),
        (header::REFERRER_POLICY, "strict-origin"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

fn locked(registration: &impl Registration) -> Response {
    let page = Page {
        status: 403,
        html: text::locked(),
    };
    shown(registration, page)
}

fn is_let_in(registration: &impl Registration, headers: &HeaderMap) -> bool {
    let bearer = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
    let key = bearer.map(str::to_owned).or_else(|| cookie::read(headers));
    key.is_some_and(|key| key.len() <= LONGEST && registration.opens(&key))
}

/// The key leaves the address as soon as it has become a cookie.
async fn page<R: Registration>(
    State(registration): State<Arc<R>>,
    Query(query): Query<PageQuery>,
    request: Request,
) -> Response {
    if let Some(key) = query.key.filter(|key| key.len() <= LONGEST) {
        if !registration.opens(&key) {
            return locked(&*registration);
        }
        let mut response = Redirect::to("/setup").into_response();
        if let Ok(value) = HeaderValue::from_str(&cookie::setting(&key)) {
            response.headers_mut().insert(header::SET_COOKIE, value);
        }
        return response;
    }
    if !is_let_in(&*registration, request.headers()) {
        return locked(&*registration);
    }
    let page = registration.page().await;
    shown(&*registration, page)
}

async fn callback<R: Registration>(
    State(registration): State<Arc<R>>,
    Query(query): Query<CallbackQuery>,
) -> Response {
    let CallbackQuery {
        mut code,
        mut state,
    } = query;
    // What is too long is none of ours, and is refused as such.
    code.truncate(code.floor_char_boundary(LONGEST));
    state.truncate(state.floor_char_boundary(LONGEST));
    match registration.returned(code, state).await {
        Ok(to) => Redirect::to(&to).into_response(),
        Err(page) => shown(&*registration, page),
    }
}

/// The page's only script, which holds nothing of anybody's.
async fn script() -> Response {
    let kind = [
        (header::CONTENT_TYPE, "text/javascript; charset=utf-8"),
        (header::CACHE_CONTROL, "no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (kind, include_str!("checklist.js")).into_response()
}

async fn progress<R: Registration>(
    State(registration): State<Arc<R>>,
    request: Request,
) -> Response {
    if !is_let_in(&*registration, request.headers()) {
        return locked(&*registration);
    }
    Json(registration.progress().await).into_response()
}
