//! Signing in, with the token or by a link that works once, signing out, and the colors.

use axum::Json;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::entrance::{Base, Visitor};
use super::form::{Fields, asked};
use super::reply::{self, Reply};
use super::sign_ins::{LASTS, Who};
use super::state::{PageState, Shared};
use super::{address, cookie};
use crate::core::text::pages::{self, Line, SignIn, Theme};
use crate::core::text::requests::access;
use crate::http::api_error::ApiError;
use crate::http::page_service::PageService;

/// The colors are remembered for a year.
const YEAR: u64 = 365 * 24 * 3_600;

fn over_tls(request: &Request) -> bool {
    let base = request.extensions().get::<Base>();
    base.is_some_and(|base| base.secure)
}

impl<D> PageState<D> {
    fn form(&self, back: &str, wrong: Line) -> SignIn {
        SignIn {
            back: address::back(back).to_owned(),
            wrong,
            github: self.door.is_some(),
        }
    }

    /// Signs in, and leads on.
    fn begin(&self, back: &str, secure: bool) -> Response {
        match self
            .sign_ins
            .begin(Who::Operator, LASTS, pages::signed_in())
        {
            Ok(key) => {
                let cookie = cookie::set(cookie::SIGNED_IN, &key, LASTS.as_secs(), secure);
                reply::see_with(address::back(back), cookie)
            }
            Err(error) => {
                tracing::error!(%error, "nobody can sign in");
                ApiError::internal().into_response()
            }
        }
    }
}

/// The page to sign in; with a link's word, that is done at once.
pub(super) async fn ask<D: PageService>(State(state): Shared<D>, request: Request) -> Response {
    let back = asked(&request, "back").unwrap_or_default();
    let reply = Reply::to(&request, &state.assets).for_orders(&state.sign_ins);
    match asked(&request, "link") {
        None => {
            let form = state.form(&back, Line::default());
            reply.with(StatusCode::OK, &form)
        }
        Some(word) if state.sign_ins.use_link(&word) => state.begin(&back, over_tls(&request)),
        Some(_) => {
            let form = state.form(&back, pages::wrong_link());
            reply.with(StatusCode::FORBIDDEN, &form)
        }
    }
}

/// Signs in with the token.
pub(super) async fn sign_in<D: PageService>(State(state): Shared<D>, request: Request) -> Response {
    let reply = Reply::to(&request, &state.assets);
    let secure = over_tls(&request);
    match Fields::of(&state.reader, request).await {
        Err(error) => reply.refusal(&error),
        Ok(fields) if state.guard.is_token(fields.get("token").trim()) => {
            state.begin(fields.get("back"), secure)
        }
        Ok(fields) => {
            let form = state.form(fields.get("back"), pages::wrong_token());
            reply.with(StatusCode::FORBIDDEN, &form)
        }
    }
}

/// A link that signs in once, for whoever holds the token.
pub(super) async fn link<D: PageService>(State(state): Shared<D>, request: Request) -> Response {
    if !matches!(request.extensions().get::<Visitor>(), Some(Visitor::Token)) {
        let refused = ApiError::new(401, "no_token", access::NO_TOKEN).next(access::NO_TOKEN_NEXT);
        return refused.into_response();
    }
    match state.sign_ins.link() {
        Ok(word) => Json(json!({ "path": format!("/sign-in?link={word}") })).into_response(),
        Err(error) => {
            tracing::error!(%error, "no link can be made");
            ApiError::internal().into_response()
        }
    }
}

/// Signs out.
pub(super) async fn sign_out<D: PageService>(
    State(state): Shared<D>,
    request: Request,
) -> Response {
    let reply = Reply::to(&request, &state.assets);
    let visitor = request.extensions().get::<Visitor>().cloned();
    let fields = match Fields::of(&state.reader, request).await {
        Ok(fields) => fields,
        Err(error) => return reply.refusal(&error),
    };
    if let Some(Visitor::SignedIn(one)) = visitor
        && state.sign_ins.proves(&one.key, fields.get("csrf"))
    {
        let ended = state.sign_ins.end(&one.key);
        if let (Some(Who::Person(member)), Some(door)) = (ended, &state.door) {
            member.leave(door.people.as_ref()).await;
        }
    }
    reply::see_with("/", cookie::set(cookie::SIGNED_IN, "", 0, false))
}

/// Sets the colors.
pub(super) async fn theme<D: PageService>(State(state): Shared<D>, request: Request) -> Response {
    let reply = Reply::to(&request, &state.assets);
    match Fields::of(&state.reader, request).await {
        Err(error) => reply.refusal(&error),
        Ok(fields) => {
            let theme = Theme::of(fields.get("theme")).word();
            let cookie = cookie::set(cookie::THEME, theme, YEAR, false);
            reply::see_with(address::back(fields.get("back")), cookie)
        }
    }
}
