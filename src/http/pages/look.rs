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
use crate::http::page_service::{PageAddress, PageService};

/// One of the pages.
pub(super) async fn show<D: PageService>(State(state): Shared<D>, request: Request) -> Response {
    let reply = Reply::to(&request, &state.assets).for_orders(&state.sign_ins);
    let Some(address) = address::of(request.uri()) else {
        let nothing = Message::not_found(requests::NO_SUCH_PAGE, "");
        return reply.with(StatusCode::NOT_FOUND, &nothing);
    };
    let live = address::is_live(&address).then(|| address::live(request.uri()));
    let news = match request.extensions().get::<Visitor>() {
        Some(Visitor::SignedIn(key)) => state.sign_ins.take_news(key),
        _ => None,
    };
    match orders::in_time(state.service.page(&address)).await {
        Ok(page) => reply
            .live(live)
            .news(news)
            .with(StatusCode::OK, page.as_ref()),
        Err(error) => reply.refusal(&error),
    }
}

/// The changes of a page, as they come.
pub(super) async fn live<D: PageService>(State(state): Shared<D>, request: Request) -> Response {
    let uri = asked(&request, "page").and_then(|page| page.parse().ok());
    let address = uri.as_ref().and_then(address::of);
    let Some(mut address) = address.filter(address::is_live) else {
        return answer::error(
            StatusCode::NOT_FOUND,
            "not_found",
            requests::NO_SUCH_PAGE,
            None,
        );
    };
    if let PageAddress::Session { touched, .. } = &mut address {
        // That is a walk through a whole working copy.
        *touched = false;
    }
    let Some(body) = feeds::stream(&state.feeds, &address) else {
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
