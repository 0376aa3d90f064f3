//! Orders that are given on a page: the same as at the command line, by whoever signed in, each with the word that only a page of theirs
//! has. Somebody of GitHub gives them where they may on GitHub, in their own name.

use std::future::Future;
use std::time::Duration;

use axum::extract::{Path, Request, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};

use super::address;
use super::entrance::{SignedIn, Visitor};
use super::form::Fields;
use super::reply::{self, Reply};
use super::state::{PageState, Shared};
use crate::core::ids::{RepositoryName, SessionId};
use crate::core::text::pages::{Act, Line, QuestionView};
use crate::core::text::requests::{self, access, invalid};
use crate::http::api::admin_service::{Answer, IssueAt};
use crate::http::api::types::OrderAnswer;
use crate::http::api_error::ApiError;
use crate::http::caller::By;
use crate::http::page_service::{PageAddress, PageService};
use crate::http::sight::Sight;

/// How long an answer may take.
const ANSWER_TIME: Duration = Duration::from_secs(60);

/// Within its time.
pub(super) async fn in_time<T>(
    asked: impl Future<Output = Result<T, ApiError>>,
) -> Result<T, ApiError> {
    let slow = |_| ApiError::new(504, "slow", requests::SLOW);
    tokio::time::timeout(ANSWER_TIME, asked)
        .await
        .map_err(slow)?
}

impl<D> PageState<D> {
    /// Who gives an order, if it came from a page of theirs.
    fn giver(&self, visitor: Option<Visitor>, fields: &Fields) -> Result<SignedIn, ApiError> {
        let refused = |code, message, next| ApiError::new(403, code, message).next(next);
        let Some(Visitor::SignedIn(one)) = visitor else {
            return Err(refused(
                "not_signed_in",
                access::NOT_SIGNED_IN,
                access::NOT_SIGNED_IN_NEXT,
            ));
        };
        match self.sign_ins.proves(&one.key, fields.get("csrf")) {
            true => Ok(one),
            false => Err(refused(
                "stale_form",
                access::STALE_FORM,
                access::STALE_FORM_NEXT,
            )),
        }
    }

    /// Reads a form and who sent it.
    async fn ordered(&self, request: Request) -> Result<(SignedIn, Fields), ApiError> {
        let visitor = request.extensions().get::<Visitor>().cloned();
        let fields = Fields::of(&self.reader, request).await?;
        Ok((self.giver(visitor, &fields)?, fields))
    }

    /// Tells what came of an order, on the page it was given on.
    fn told(&self, giver: &SignedIn, came: Answer<OrderAnswer>, back: &str) -> Response {
        let news = match came {
            Ok(answer) => Line::new(&answer.result),
            Err(error) => Line::new(&error.message),
        };
        self.sign_ins.tell(&giver.key, news);
        reply::see(address::back(back))
    }
}

impl<D: PageService> PageState<D> {
    /// In whose name somebody gives an order in a repository, where they may.
    async fn name(&self, giver: &SignedIn, repository: &RepositoryName) -> Result<By, ApiError> {
        let Some(person) = &giver.person else {
            return Ok(By::operator());
        };
        if !giver.sight.sees_named(repository) {
            return Err(ApiError::not_found(requests::NO_SUCH_PAGE));
        }
        self.service.allow_orders(repository, person).await?;
        Ok(By::Person(person.clone()))
    }

    async fn give(
        &self,
        giver: &SignedIn,
        at: IssueAt,
        order: String,
    ) -> Result<OrderAnswer, ApiError> {
        let by = self.name(giver, &at.repository).await?;
        self.service.order(at, order, by).await
    }
}

/// An order about a task, or an answer.
pub(super) async fn task<D: PageService>(State(state): Shared<D>, request: Request) -> Response {
    let reply = Reply::to(&request, &state.assets).for_orders(&state.sign_ins);
    let Some(PageAddress::Task(repository, issue)) = address::of(request.uri()) else {
        return reply.refusal(&ApiError::not_found(requests::NO_SUCH_PAGE));
    };
    let (giver, fields) = match state.ordered(request).await {
        Ok(ordered) => ordered,
        Err(error) => return reply.refusal(&error),
    };
    let order = match fields.get("act") {
        "answer" => QuestionView::answer(
            fields.get("question"),
            fields.get("option"),
            fields.get("words"),
        ),
        word => Act::of(word).map(|act| act.word().to_owned()),
    };
    let came = match order {
        None => Err(ApiError::invalid(invalid::NO_ANSWER)),
        Some(order) => in_time(state.give(&giver, IssueAt { repository, issue }, order)).await,
    };
    match came {
        // What is not theirs is not told on the page that they came from: there may be none.
        Err(error) if giver.person.is_some() && matches!(error.status, 403 | 404) => {
            reply.refusal(&error)
        }
        came => state.told(&giver, came, fields.get("back")),
    }
}

/// All starts are paused, or go on.
pub(super) async fn queue<D: PageService>(State(state): Shared<D>, request: Request) -> Response {
    let reply = Reply::to(&request, &state.assets).for_orders(&state.sign_ins);
    let (giver, fields) = match state.ordered(request).await {
        Ok(ordered) => ordered,
        Err(error) => return reply.refusal(&error),
    };
    if giver.person.is_some() {
        let refused = ApiError::new(403, "for_operators", access::FOR_OPERATORS);
        return reply.refusal(&refused.next(access::FOR_OPERATORS_NEXT));
    }
    let came = match fields.get("act") {
        "pause" => in_time(state.service.pause(None, By::operator())).await,
        "resume" => in_time(state.service.resume(None, By::operator())).await,
        other => Err(ApiError::invalid(requests::order::unknown(other))),
    };
    state.told(&giver, came, "/queue")
}

/// What a session changed.
pub(super) async fn patch<D: PageService>(
    State(state): Shared<D>,
    Path(id): Path<String>,
    request: Request,
) -> Response {
    let reply = Reply::to(&request, &state.assets).for_orders(&state.sign_ins);
    let nothing = || ApiError::not_found(requests::NO_SUCH_PAGE);
    let Ok(id) = id.parse::<SessionId>() else {
        return reply.refusal(&nothing());
    };
    let visitor = request.extensions().get::<Visitor>();
    let sight = visitor.map_or_else(Sight::nothing, Visitor::sight);
    let patch = async {
        if !sight.is_all() {
            let repository = state.service.repository_of(&id).await?;
            let seen = sight.sees(repository).then_some(());
            seen.ok_or_else(nothing)?;
        }
        state.service.patch(id).await
    };
    match in_time(patch).await {
        Ok(patch) => ([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], patch).into_response(),
        Err(error) => reply.refusal(&error),
    }
}
