//! Events for whoever asks at the admin address, page by page; a page without one is waited for.

use tokio::time::{Instant, timeout_at};

use super::answer_lines::event_line;
use super::lookup::unread;
use crate::http::{Answer, EventPage, Events};
use crate::store::{EventFilter, Store};

/// Those after a position, or the first that come within the time.
pub(super) async fn events(store: &Store, page: EventPage) -> Answer<Events> {
    let mut wake = store.event_wake();
    let deadline = Instant::now() + page.wait;
    let filter = EventFilter {
        repository: page.repository.map(|name| name.to_string()),
        names: page.kinds.iter().map(|kind| kind.name()).collect(),
    };
    let mut next = page.after;
    loop {
        let found = store.events_that_fit(&filter, next, i64::from(page.limit));
        let (rows, looked) = found.await.map_err(|error| unread(&error))?;
        next = looked;
        if !rows.is_empty() {
            let lines = rows.iter().map(event_line).collect();
            return Ok(Events { lines, next });
        }
        let changed = timeout_at(deadline, wake.changed()).await;
        if !matches!(changed, Ok(Ok(()))) {
            let lines = Vec::new();
            return Ok(Events { lines, next });
        }
    }
}
