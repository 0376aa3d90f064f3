//! Looking: a page, its changes, and the style and script of all of them.

use axum::extract::{Path, Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::entrance::Visitor;
use super::form::asked;
use super::reply::Reply;
use super::state::Shared;
use super::{address, assets, live as feeds, orders};
use crate::core::text::pages::Message;
use crate::core::text::requests::{self, access};
use crate::http::answer;
use crate::http::api_error::ApiError;
use crate::http::page_service::PageService;
use crate::http::sight::Sight;

/// One of the pages.
pub(super) async fn show<D: PageService>(State(state): Shared<D>, request: Request) -> Response {
    let reply = Reply::to(&request, &state.assets).for_orders(&state.sign_ins);
    let Some(address) = address::of(request.uri()) else {
        let nothing = Message::not_found(requests::NO_SUCH_PAGE, "");
        return reply.with(StatusCode::NOT_FOUND, &nothing);
    };
    let live = address::is_live(&address).then(|| address::live(request.uri()));
    let sight = sight(&request);
    if !address.is_for(&sight) {
        return reply.refusal(&for_operators());
    }
    let news = match request.extensions().get::<Visitor>() {
        Some(Visitor::SignedIn(one)) => state.sign_ins.take_news(&one.key),
        _ => None,
    };
    match orders::in_time(state.service.page(&address, &sight)).await {
        Ok(shown) => reply
            .live(live)
            .news(news)
            .within(shown.within)
            .with(StatusCode::OK, shown.page.as_ref()),
        Err(error) => reply.refusal(&error),
    }
}

/// What whoever asks may see.
fn sight(request: &Request) -> Sight {
    let visitor = request.extensions().get::<Visitor>();
    visitor.map_or_else(Sight::nothing, Visitor::sight)
}

fn for_operators() -> ApiError {
    ApiError::new(403, "for_operators", access::FOR_OPERATORS).next(access::FOR_OPERATORS_NEXT)
}

/// The changes of a page, as they come.
pub(super) async fn live<D: PageService>(State(state): Shared<D>, request: Request) -> Response {
    let uri = asked(&request, "page").and_then(|page| page.parse().ok());
    let address = uri.as_ref().and_then(address::of);
    let Some(address) = address.filter(address::is_live) else {
        return answer::error(
            StatusCode::NOT_FOUND,
            "not_found",
            requests::NO_SUCH_PAGE,
            None,
        );
    };
    let sight = sight(&request);
    // Whoever may not see a page at all need not be told what else there is.
    let refused = match address.is_for(&sight) {
        false => Some(for_operators()),
        true if sight.is_all() => None,
        true => orders::in_time(state.service.page(&address, &sight))
            .await
            .err(),
    };
    if let Some(error) = refused {
        return error.into_response();
    }
    let watched = (address, sight);
    let Some(body) = feeds::stream(&state.feeds, &watched) else {
        return answer::error(
            StatusCode::SERVICE_UNAVAILABLE,
            "crowded",
            access::CROWDED,
            Some(access::CROWDED_NEXT),
        );
    };
    let kind = [
        (header::CONTENT_TYPE, "text/event-stream"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    (kind, body).into_response()
}

/// Style, script or icon.
pub(super) async fn asset<D: PageService>(
    State(state): Shared<D>,
    Path(name): Path<String>,
) -> Response {
    let Some((kind, keep, text)) = assets::found(&state.assets, &name) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let headers = [(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, keep)];
    (headers, text).into_response()
}
