//! A page on its way out: in its frame, in the reader's colors, and with headers under which nothing foreign runs in it.

use axum::extract::Request;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::assets::OwnAssets;
use super::cookie;
use super::entrance::Visitor;
use super::sign_ins::SignIns;
use crate::core::ids::RepositoryId;
use crate::core::text::pages::{Frame, Line, Message, Page, Reader, Theme};
use crate::http::api_error::ApiError;

/// Nothing but what this host has, and no markup of ours runs anything.
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; \
    form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// What is known of a request while its page is made.
pub(super) struct Reply {
    path: String,
    theme: Theme,
    visitor: Visitor,
    csrf: Option<String>,
    news: Option<Line>,
    live: Option<String>,
    within: Option<RepositoryId>,
    assets: OwnAssets,
}

impl Reply {
    /// To a request.
    pub(super) fn to(request: &Request, assets: &OwnAssets) -> Self {
        let here = request.uri().path_and_query();
        let visitor = request.extensions().get::<Visitor>().cloned();
        let theme = cookie::value(request.headers(), cookie::THEME);
        Self {
            path: here.map_or("/", |here| here.as_str()).to_owned(),
            theme: theme.map(Theme::of).unwrap_or_default(),
            visitor: visitor.unwrap_or(Visitor::Looks),
            csrf: None,
            news: None,
            live: None,
            within: None,
            assets: assets.clone(),
        }
    }

    /// With the forms of somebody who signed in.
    #[must_use]
    pub(super) fn for_orders(mut self, sign_ins: &SignIns) -> Self {
        if let Visitor::SignedIn(one) = &self.visitor {
            self.csrf = sign_ins.csrf(&one.key);
        }
        self
    }

    /// With what came of an order.
    #[must_use]
    pub(super) fn news(mut self, news: Option<Line>) -> Self {
        self.news = news;
        self
    }

    /// About one repository.
    #[must_use]
    pub(super) fn within(mut self, repository: Option<RepositoryId>) -> Self {
        self.within = repository;
        self
    }

    /// With where its changes come from.
    #[must_use]
    pub(super) fn live(mut self, live: Option<String>) -> Self {
        self.live = live;
        self
    }

    /// The page.
    pub(super) fn with(self, status: StatusCode, page: &dyn Page) -> Response {
        let reader = match (self.csrf, &self.visitor) {
            (Some(csrf), Visitor::SignedIn(one)) => Reader::SignedIn {
                csrf,
                news: self.news,
                login: one.person.as_ref().map(|person| person.login.clone()),
                orders: match self.within {
                    Some(repository) => one.sight.orders(repository),
                    None => one.sight.is_all(),
                },
            },
            _ => Reader::Looks,
        };
        let frame = Frame {
            path: &self.path,
            live: self.live.as_deref(),
            theme: self.theme,
            reader: &reader,
            assets: self.assets.addresses(),
            version: env!("CARGO_PKG_VERSION"),
        };
        let html = frame.around(page);
        let kind = [
            (header::CONTENT_TYPE, "text/html; charset=utf-8"),
            (header::CACHE_CONTROL, "no-store"),
        ];
        (status, kind, html).into_response()
    }

    /// The page that says what did not go.
    pub(super) fn refusal(self, error: &ApiError) -> Response {
        let status =
            StatusCode::from_u16(error.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let next = error.next.as_deref().unwrap_or_default();
        let message = match status {
            StatusCode::NOT_FOUND => Message::not_found(&error.message, next),
            _ => Message::refused(&error.message, next),
        };
        self.with(status, &message)
    }
}

/// Whether a browser asks for a page.
pub(super) fn wants_page(request: &Request) -> bool {
    let accepts = request.headers().get(header::ACCEPT);
    accepts
        .and_then(|accepts| accepts.to_str().ok())
        .is_some_and(|accepts| accepts.contains("text/html"))
}

/// Adds the headers that every answer of the pages has.
pub(super) async fn secured(mut response: Response) -> Response {
    let headers = response.headers_mut();
    let fixed = [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "same-origin"),
        (header::X_FRAME_OPTIONS, "DENY"),
    ];
    for (name, value) in fixed {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

/// On to a page of ours.
pub(super) fn see(path: &str) -> Response {
    (StatusCode::SEE_OTHER, [(header::LOCATION, path.to_owned())]).into_response()
}

/// On to a page of ours, with a cookie.
pub(super) fn see_with(path: &str, cookie: String) -> Response {
    let headers = [
        (header::LOCATION, path.to_owned()),
        (header::SET_COOKIE, cookie),
    ];
    (StatusCode::SEE_OTHER, headers).into_response()
}
