//! The feed of domain events, as lines and as a stream that resumes where it broke off; and the audit.
//!
//! A stream holds one of a bounded number of places, says something at least every quarter of a minute, and ends when skep stops.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::Extension;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, header};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures::{Stream, StreamExt};
use serde::Deserialize;
use tokio::sync::OwnedSemaphorePermit;
use utoipa::IntoParams;

use super::asked::{Answered, at_most, in_time, json, query};
use super::service::{AdminService, EventPage};
use super::sessions::LogQuery;
use super::state::{AdminState, Shared};
use super::types::{AuditLine, ErrorAnswer, EventLine, NewestEvent};
use crate::core::event_name::DomainEvent;
use crate::core::ids::RepositoryName;
use crate::core::text::requests;
use crate::http::answer;
use crate::http::api_error::ApiError;
use crate::http::caller::Caller;

/// How long a caller may wait for an event.
const LONGEST_WAIT: Duration = Duration::from_secs(30);
/// How often a stream says something when nothing happens.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// How many events are read at once for a stream.
const STREAM_PAGE: u32 = 200;

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct EventsQuery {
    /// Only those after this position; from the beginning, if not said. A stream goes by `Last-Event-ID` first.
    after: Option<i64>,
    /// At most so many: 1 to 1,000, 500 if not said. A stream has no end.
    limit: Option<i64>,
    /// How many seconds to wait for the first, at most 30; not at all, if not said.
    wait: Option<i64>,
    /// Only there: `owner/name`.
    #[param(value_type = Option<String>)]
    repository: Option<RepositoryName>,
    /// Only events of these names, separated by commas: `session.failed,question.asked`.
    kind: Option<String>,
}

/// What happened, oldest first: as JSON lines, or, with `Accept: text/event-stream`, as a stream of server-sent events. The id of each
/// is its position: who comes back with it as `Last-Event-ID`, or as `after`, misses nothing.
#[utoipa::path(get, path = "/api/v1/events", tag = "looking", params(EventsQuery,
    ("last-event-id" = Option<i64>, Header, description = "Only those after this position; for a stream")),
responses(
    (status = 200, description = "The events", content(
        (EventLine = "application/x-ndjson"),
        (String = "text/event-stream"),
    )),
    (status = "default", description = "Why there is no answer", body = ErrorAnswer),
))]
pub(super) async fn events<D: AdminService>(
    State(state): Shared<D>,
    Extension(caller): Extension<Caller>,
    request: Request,
) -> Answered {
    let asked: EventsQuery = query(&request)?;
    let mut page = EventPage {
        after: asked.after.unwrap_or(0).max(0),
        limit: at_most(asked.limit, 500, 1000),
        wait: Duration::from_secs(asked.wait.unwrap_or(0).max(0).unsigned_abs()).min(LONGEST_WAIT),
        kinds: kinds(asked.kind.as_deref())?,
        repository: caller.within(asked.repository)?,
    };
    if wants_stream(request.headers()) {
        if let Some(last) = last_event(request.headers()) {
            page.after = last;
        }
        return stream(&state, page);
    }
    let events = in_time(state.service.events(page)).await?;
    Ok(answer::json_lines(&events.lines))
}

/// The names that are asked for.
fn kinds(typed: Option<&str>) -> Result<Vec<DomainEvent>, ApiError> {
    let words = typed.into_iter().flat_map(|typed| typed.split(','));
    let words = words.map(str::trim).filter(|word| !word.is_empty());
    let read = |word: &str| {
        DomainEvent::parse(word).ok_or_else(|| {
            let sentence = requests::invalid::event(word);
            ApiError::invalid(sentence).next(requests::invalid::EVENT_NEXT)
        })
    };
    words.map(read).collect()
}

fn wants_stream(headers: &HeaderMap) -> bool {
    let accepted = headers.get_all(header::ACCEPT).iter();
    let mut accepted = accepted.filter_map(|value| value.to_str().ok());
    accepted.any(|value| value.contains("text/event-stream"))
}

/// What the stream that broke off said last. What is no position is passed over, as browsers' own rule is.
fn last_event(headers: &HeaderMap) -> Option<i64> {
    let value = headers.get("last-event-id")?.to_str().ok()?;
    value.trim().parse().ok().filter(|seq| *seq >= 0)
}

/// A stream that lasts until its reader goes or skep stops.
fn stream<D: AdminService>(state: &Arc<AdminState<D>>, page: EventPage) -> Answered {
    let place = Arc::clone(&state.streams).try_acquire_owned();
    let place = place.map_err(|_| {
        ApiError::busy(requests::TOO_MANY_STREAMS).next(requests::TOO_MANY_STREAMS_NEXT)
    })?;
    let page = EventPage {
        limit: STREAM_PAGE,
        wait: LONGEST_WAIT,
        ..page
    };
    let ended = state.stop.clone().cancelled_owned();
    let events = told(Arc::clone(&state.service), page, place).take_until(ended);
    let alive = KeepAlive::new().interval(HEARTBEAT);
    let mut response: Response = Sse::new(events).keep_alive(alive).into_response();
    // Proxies that gather answers would hold events back.
    let unbuffered = axum::http::HeaderValue::from_static("no");
    response
        .headers_mut()
        .insert("x-accel-buffering", unbuffered);
    Ok(response)
}

/// Page after page. What the service cannot answer ends the stream: its reader comes back and goes on where it was.
fn told<D: AdminService>(
    service: Arc<D>,
    page: EventPage,
    place: OwnedSemaphorePermit,
) -> impl Stream<Item = Result<Event, Infallible>> + Send + 'static {
    let pages = futures::stream::unfold(
        (service, page, place),
        async |(service, mut page, place)| {
            let events = in_time(service.events(page.clone())).await.ok()?;
            page.after = events.next;
            let told: Vec<_> = events.lines.iter().map(|line| Ok(said(line))).collect();
            Some((futures::stream::iter(told), (service, page, place)))
        },
    );
    pages.flatten()
}

fn said(line: &EventLine) -> Event {
    let data = serde_json::to_string(line).unwrap_or_default();
    Event::default()
        .id(line.seq.to_string())
        .event(line.event.replace(['\r', '\n'], " "))
        .data(data)
}

/// The position of the newest event: who asks for those after it hears only what happens from now on.
#[utoipa::path(get, path = "/api/v1/events/newest", tag = "looking", responses(
    (status = 200, description = "The position", body = NewestEvent),
    (status = "default", description = "Why there is no answer", body = ErrorAnswer),
))]
pub(super) async fn newest_event<D: AdminService>(State(state): Shared<D>) -> Answered {
    json(async {
        let seq = state.service.newest_event().await?;
        Ok(NewestEvent { seq })
    })
    .await
}

/// Who asked for what, what was decided and why, oldest first, as JSON lines.
#[utoipa::path(get, path = "/api/v1/audit", tag = "looking", params(LogQuery), responses(
    (status = 200, description = "The entries", body = AuditLine, content_type = "application/x-ndjson"),
    (status = "default", description = "Why there is no answer", body = ErrorAnswer),
))]
pub(super) async fn audit<D: AdminService>(
    State(state): Shared<D>,
    Extension(caller): Extension<Caller>,
    request: Request,
) -> Answered {
    caller.sees_all()?;
    let page = query::<LogQuery>(&request)?.page();
    let lines = in_time(state.service.audit(page)).await?;
    Ok(answer::json_lines(&lines))
}
