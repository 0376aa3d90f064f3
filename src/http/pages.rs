//! The dashboard: pages for people, on the admin address.
//!
//! It reads addresses and forms and sends what [`crate::core::text::pages`] makes of the values that a [`PageService`] reads. Pages hold
//! no script and no style of their own, and the policy that is sent with them forbids both. Whoever has not signed in may look where
//! looking is open, and gives no order; whoever signed in with GitHub sees and orders what they may on GitHub.

mod address;
mod assets;
mod cookie;
mod entrance;
mod flows;
mod form;
mod live;
mod look;
mod member;
mod orders;
mod reply;
mod sign_in;
mod sign_ins;
mod state;
mod way;

use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;
use tower_http::catch_panic::CatchPanicLayer;
use url::Url;

use super::answer;
use super::body::{Caps, Reader as BodyReader};
use super::guard::Guard;
use super::page_service::PageService;
use super::people::People;
use crate::core::text::pages::Message;
use crate::core::text::requests;
use crate::core::time::Clock;
use assets::OwnAssets;
use entrance::Entrance;
use flows::Door;
use live::Feeds;
use reply::Reply;
use sign_ins::SignIns;
use state::PageState;

/// The largest form, bytes.
const FORM: usize = 64 * 1024;

/// What the pages are given.
pub struct Pages<D> {
    /// Reads what they show, and takes orders.
    pub service: Arc<D>,
    /// Who may look.
    pub guard: Guard,
    /// Where people reach them from elsewhere, where the operator said so.
    pub address: Option<Url>,
    /// GitHub, where people can sign in with it.
    pub people: Option<Arc<dyn People>>,
    /// The wall clock.
    pub clock: Clock,
    /// So many may follow pages live at once.
    pub viewers: usize,
    /// When it is cancelled, what is live ends.
    pub stop: CancellationToken,
}

impl<D> Pages<D> {
    /// As many viewers as there may be when nobody says.
    pub const VIEWERS: usize = 1_000;
}

/// The admin address with its pages; what is no page goes to `admin`.
pub fn with_pages<D: PageService>(admin: Router, pages: Pages<D>) -> Router {
    let sign_ins = Arc::new(SignIns::default());
    let entrance = Entrance {
        guard: pages.guard.clone(),
        sign_ins: sign_ins.clone(),
        address: pages.address,
        people: pages.people.clone(),
        clock: pages.clock.clone(),
    };
    let state = Arc::new(PageState {
        feeds: Feeds::new(pages.service.clone(), pages.viewers, pages.stop),
        service: pages.service,
        assets: OwnAssets::new(),
        sign_ins,
        door: pages.people.and_then(Door::to),
        clock: pages.clock,
        guard: pages.guard,
        reader: BodyReader::new(Caps {
            body: FORM,
            small_body: FORM,
            ..Caps::default()
        }),
    });
    Router::new()
        .route("/", get(look::show::<D>))
        .route(
            "/tasks/{owner}/{repo}/{n}",
            get(look::show::<D>).post(orders::task::<D>),
        )
        .route("/sessions/{id}", get(look::show::<D>))
        .route("/sessions/{id}/patch", get(orders::patch::<D>))
        .route("/graph/{owner}/{repo}", get(look::show::<D>))
        .route("/queue", get(look::show::<D>).post(orders::queue::<D>))
        .route("/repositories", get(look::show::<D>))
        .route("/agents", get(look::show::<D>))
        .route("/deliveries", get(look::show::<D>))
        .route("/outcomes", get(look::show::<D>))
        .route("/live", get(look::live::<D>))
        .route("/theme", post(sign_in::theme::<D>))
        .route(
            "/sign-in",
            get(sign_in::ask::<D>).post(sign_in::sign_in::<D>),
        )
        .route("/sign-in/link", post(sign_in::link::<D>))
        .route("/sign-in/github", get(way::begin::<D>))
        .route("/sign-in/callback", get(way::end::<D>))
        .route("/sign-out", post(sign_in::sign_out::<D>))
        .route("/assets/{name}", get(look::asset::<D>))
        .method_not_allowed_fallback(wrong_method)
        .layer(axum::middleware::from_fn_with_state(
            entrance,
            entrance::check,
        ))
        .layer(axum::middleware::map_response(reply::secured))
        .layer(CatchPanicLayer::custom(answer::after_panic))
        .with_state(state.clone())
        .fallback(move |request: Request| beside(admin.clone(), state.assets.clone(), request))
}

async fn wrong_method() -> Response {
    answer::wrong_method().await
}

/// What is no page: the admin address answers, and where it has nothing either, a browser gets a page that says so.
async fn beside(admin: Router, assets: OwnAssets, request: Request) -> Response {
    let reads = request.method() == Method::GET && reply::wants_page(&request);
    let reply = Reply::to(&request, &assets);
    let is_api = request.uri().path().starts_with("/api/");
    let Ok(answer) = admin.oneshot(request).await;
    let answer: Response = answer.into_response();
    match answer.status() {
        StatusCode::NOT_FOUND if reads && !is_api => {
            let nothing = Message::not_found(requests::NO_SUCH_PAGE, "");
            reply.with(StatusCode::NOT_FOUND, &nothing)
        }
        _ => answer,
    }
}
