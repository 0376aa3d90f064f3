//! Signing in with GitHub: to its page, and back with a code that is exchanged once.
//!
//! Whoever comes back is let in only by the browser in which they left, with what went to GitHub, and once; whatever key that browser
//! had before is over then. They are led on to pages of this host only.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::entrance::{Base, Visitor};
use super::flows::{self, Door, Returned};
use super::form::asked;
use super::member::Member;
use super::reply::{self, Reply};
use super::sign_ins::{PERSON_LASTS, Who};
use super::state::{PageState, Shared};
use super::{address, cookie};
use crate::core::text::pages::{self, Line, SignIn};
use crate::core::text::requests;
use crate::http::api_error::ApiError;
use crate::http::page_service::PageService;
use crate::http::people::{Admitted, NotAdmitted};

/// Where GitHub sends people back to, below the host of the dashboard.
const BACK: &str = "/sign-in/callback";
/// The longest code that is taken; GitHub's have 20 letters.
const CODE: usize = 200;
/// How long GitHub has for all that is asked while somebody is let in.
const ADMITTED_IN: Duration = Duration::from_secs(45);

/// What is known of where somebody is.
struct Place {
    /// Over TLS.
    secure: bool,
    /// Where GitHub sends them back to: to the same host, which was found to be ours.
    redirect: String,
}

impl Place {
    /// A program with the admin token has come by no host that was looked at: for it there is no way back.
    fn of(request: &Request) -> Self {
        let base = request.extensions().get::<Base>();
        Self {
            secure: base.is_some_and(|base| base.secure),
            redirect: base.map_or_else(String::new, |base| format!("{}{BACK}", base.url)),
        }
    }
}

/// To GitHub's page.
pub(super) async fn begin<D: PageService>(State(state): Shared<D>, request: Request) -> Response {
    let place = Place::of(&request);
    let wanted = asked(&request, "back").unwrap_or_default();
    let back = address::back(&wanted);
    let reply = Reply::to(&request, &state.assets);
    let Some(door) = &state.door else {
        return reply.refusal(&ApiError::not_found(requests::NO_SUCH_PAGE));
    };
    match door.flows.begin(&place.redirect, back) {
        Ok((way, ticket)) => {
            let (name, seconds) = (cookie::on_the_way(place.secure), flows::LASTS.as_secs());
            let cookie = cookie::set_for_links(name, &ticket, seconds, place.secure);
            reply::see_with(&door.people.page(&way), cookie)
        }
        Err(error) => {
            tracing::error!(%error, "nobody can sign in");
            ApiError::internal().into_response()
        }
    }
}

/// Back from it.
pub(super) async fn end<D: PageService>(State(state): Shared<D>, request: Request) -> Response {
    let place = Place::of(&request);
    let reply = Reply::to(&request, &state.assets);
    let Some(door) = &state.door else {
        return reply.refusal(&ApiError::not_found(requests::NO_SUCH_PAGE));
    };
    let returned = door.returned(&request, &place);
    let refused = |status, why: Line, back: &str| {
        let form = SignIn {
            back: address::back(back).to_owned(),
            wrong: why,
            github: true,
        };
        let page = reply.with(status, &form);
        // The way is over, however it ended.
        let name = cookie::on_the_way(place.secure);
        let over = cookie::set_for_links(name, "", 0, place.secure);
        ([(header::SET_COOKIE, over)], page).into_response()
    };
    let Some(returned) = returned else {
        return refused(StatusCode::FORBIDDEN, pages::lost_way(), "");
    };
    let back = returned.back.clone();
    let Some(code) = asked(&request, "code").filter(|code| (1..=CODE).contains(&code.len())) else {
        let why = match asked(&request, "error").as_deref() {
            Some("access_denied") => pages::declined(),
            _ => pages::not_taken(),
        };
        return refused(StatusCode::FORBIDDEN, why, &back);
    };
    // Whoever was signed in here is so no more, whatever comes of it: a key from before is never taken over.
    if let Some(Visitor::SignedIn(before)) = request.extensions().get::<Visitor>() {
        state.sign_ins.end(&before.key);
    }
    match door.admit(&code, &returned).await {
        Ok(admitted) if admitted.readable.is_empty() => {
            let why = pages::nothing_to_see(&admitted.account.login);
            refused(StatusCode::FORBIDDEN, why, &back)
        }
        Ok(admitted) => state.welcome(admitted, &back, place.secure),
        Err(NotAdmitted::Refused) => refused(StatusCode::FORBIDDEN, pages::not_taken(), &back),
        Err(NotAdmitted::Later) => {
            refused(StatusCode::SERVICE_UNAVAILABLE, pages::no_answer(), &back)
        }
    }
}

impl Door {
    /// The way that ends here, if one does.
    fn returned(&self, request: &Request, place: &Place) -> Option<Returned> {
        let ticket = cookie::value(request.headers(), cookie::on_the_way(place.secure))?;
        let state = asked(request, "state")?;
        self.flows.end(ticket, &state, &place.redirect)
    }

    /// Exchanges a code; only so many at once, and none for longer than a while.
    async fn admit(&self, code: &str, returned: &Returned) -> Result<Admitted, NotAdmitted> {
        let Ok(_place) = self.exchanges.try_acquire() else {
            return Err(NotAdmitted::Later);
        };
        let admitted = self.people.admit(code, &returned.way);
        let admitted = tokio::time::timeout(ADMITTED_IN, admitted).await;
        admitted.unwrap_or(Err(NotAdmitted::Later))
    }
}

impl<D> PageState<D> {
    fn welcome(&self, admitted: Admitted, back: &str, secure: bool) -> Response {
        let Admitted {
            account,
            token,
            lasts,
            readable,
        } = admitted;
        let lasts = lasts.unwrap_or(PERSON_LASTS).min(PERSON_LASTS);
        let news = pages::signed_in_as(&account.login, lasts.as_secs());
        tracing::info!(login = account.login, "somebody signed in with GitHub");
        let member = Member::new(account, token, readable, (self.clock)());
        let begun = self
            .sign_ins
            .begin(Who::Person(Arc::new(member)), lasts, news);
        match begun {
            Ok(key) => {
                let signed_in =
                    cookie::set_for_links(cookie::SIGNED_IN, &key, lasts.as_secs(), secure);
                let over = cookie::set_for_links(cookie::on_the_way(secure), "", 0, secure);
                let mut headers = HeaderMap::new();
                for cookie in [over, signed_in] {
                    if let Ok(cookie) = cookie.parse() {
                        headers.append(header::SET_COOKIE, cookie);
                    }
                }
                (headers, reply::see(address::back(back))).into_response()
            }
            Err(error) => {
                tracing::error!(%error, "nobody can sign in");
                ApiError::internal().into_response()
            }
        }
    }
}
