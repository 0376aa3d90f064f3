//! What is live: pages that change while somebody looks at them, told by server-sent events.
//!
//! Each page that is looked at is read and drawn once for all who look at it, at most once a second and only while something changes,
//! and what was drawn is shared by them. Reading and drawing are done for one page after the other and rest nine times as long as they
//! took: however many look, it takes no more than a tenth of one core. A viewer costs one stream; when the last of a page is gone, so is
//! what was kept for it.

use std::collections::HashMap;
use std::convert::Infallible;
use std::fmt::Write;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use futures::StreamExt;
use futures::stream::{self, FuturesUnordered};
use serde_json::json;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::core::text::pages::Piece;
use crate::http::page_service::{PageAddress, PageService};
use crate::http::sight::Sight;

/// Between two looks at a page.
const EVERY: Duration = Duration::from_secs(1);
/// Ages grow without anything happening: so often they are told anew.
const AGES: Duration = Duration::from_secs(30);
/// Reading and drawing rest so many times as long as they took.
const REST: u32 = 9;
/// Something is sent so often, so that a browser that is gone is noticed.
const SIGN_OF_LIFE: Duration = Duration::from_secs(15);
/// A stream ends after so long, within what a connection may take for one answer; browsers come again by themselves.
const LASTS: Duration = Duration::from_secs(50);
/// When they come again, milliseconds.
const AGAIN: &str = "retry: 1000\n\n";

/// What was drawn of a page, for all who look at it.
#[derive(Debug, Default)]
struct Drawn {
    /// Grows with every change; 0 before the first.
    version: u64,
    pieces: Vec<Piece>,
    /// All of it.
    whole: Bytes,
    /// What is new since the version before.
    news: Bytes,
}

/// A page as somebody of that sight sees it. Those of the same sight see the same, and share what is drawn.
type Watched = (PageAddress, Sight);

type Sender = watch::Sender<Arc<Drawn>>;
type Receiver = watch::Receiver<Arc<Drawn>>;

/// The pages that are looked at.
pub(super) struct Feeds<D> {
    service: Arc<D>,
    open: Mutex<HashMap<Watched, Sender>>,
    viewers: Arc<Semaphore>,
    /// Held while a page is drawn, and while that rests.
    turn: tokio::sync::Mutex<()>,
    stop: CancellationToken,
}

impl<D: PageService> Feeds<D> {
    /// Nobody looks yet.
    pub(super) fn new(service: Arc<D>, viewers: usize, stop: CancellationToken) -> Arc<Self> {
        Arc::new(Self {
            service,
            open: Mutex::default(),
            viewers: Arc::new(Semaphore::new(viewers)),
            turn: tokio::sync::Mutex::default(),
            stop,
        })
    }

    fn open(&self) -> MutexGuard<'_, HashMap<Watched, Sender>> {
        // Every change is complete when the lock is released.
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is drawn of a page from now on; the first who looks begins it.
    fn join(self: &Arc<Self>, address: &Watched) -> Receiver {
        let mut open = self.open();
        if let Some(sender) = open.get(address) {
            return sender.subscribe();
        }
        let (sender, receiver) = watch::channel(Arc::default());
        open.insert(address.clone(), sender.clone());
        drop(open);
        tokio::spawn(self.clone().follow(address.clone(), sender));
        receiver
    }

    /// Whether the last who looked is gone; then nothing is kept of it.
    fn is_over(&self, address: &Watched, sender: &Sender) -> bool {
        let mut open = self.open();
        let over = sender.receiver_count() == 0;
        if over {
            open.remove(address);
        }
        over
    }

    /// Draws a page again and again, as long as somebody looks.
    async fn follow(self: Arc<Self>, address: Watched, sender: Sender) {
        let mut changes = self.service.changes();
        loop {
            self.draw(&address, &sender, &mut changes).await;
            let news = async {
                tokio::time::sleep(EVERY).await;
                let mut any: FuturesUnordered<_> =
                    changes.iter_mut().map(|change| change.changed()).collect();
                // Whoever rings no more leaves the ages.
                let _rang = tokio::time::timeout(AGES, async {
                    while any.next().await.is_some_and(|rang| rang.is_err()) {}
                })
                .await;
            };
            tokio::select! {
                () = self.stop.cancelled() => {
                    self.open().remove(&address);
                    return;
                }
                () = sender.closed() => if self.is_over(&address, &sender) {
                    return;
                },
                () = news => {}
            }
        }
    }

    /// Draws it once, when its turn has come.
    async fn draw(&self, address: &Watched, sender: &Sender, changes: &mut [watch::Receiver<u64>]) {
        let Some(turn) = self.stop.run_until_cancelled(self.turn.lock()).await else {
            return;
        };
        for change in changes {
            change.mark_unchanged();
        }
        let begun = Instant::now();
        match self.service.page(&address.0, &address.1).await {
            Ok(shown) => {
                let pieces = shown.page.pieces();
                sender.send_if_modified(|drawn| match drawn.next(pieces) {
                    None => false,
                    Some(next) => {
                        *drawn = Arc::new(next);
                        true
                    }
                });
            }
            Err(error) => tracing::debug!(%error, "a page could not be drawn anew"),
        }
        let rest = tokio::time::sleep(begun.elapsed() * REST);
        let _stopped = self.stop.run_until_cancelled(rest).await;
        drop(turn);
    }
}

impl Drawn {
    /// With these pieces; nothing where they are the same.
    fn next(&self, pieces: Vec<Piece>) -> Option<Self> {
        let is_new = |piece: &&Piece| !self.pieces.contains(piece);
        let news = events(pieces.iter().filter(is_new));
        if news.is_empty() && pieces.len() == self.pieces.len() {
            return None;
        }
        Some(Self {
            version: self.version + 1,
            whole: events(pieces.iter()),
            news,
            pieces,
        })
    }

    /// What somebody has to hear who heard everything up to a version.
    fn since(&self, heard: u64) -> Bytes {
        match heard + 1 == self.version {
            true => self.news.clone(),
            false => self.whole.clone(),
        }
    }
}

/// One event for each piece.
fn events<'a>(pieces: impl Iterator<Item = &'a Piece>) -> Bytes {
    let mut text = String::new();
    for piece in pieces {
        let data = json!({ "id": piece.id, "html": piece.html });
        // JSON escapes line ends, so that it is one line.
        let _into_a_string = write!(text, "event: piece\ndata: {data}\n\n");
    }
    text.into()
}

/// Somebody who looks.
struct Viewer {
    drawn: Receiver,
    heard: u64,
    ends: Instant,
    stop: CancellationToken,
    _place: OwnedSemaphorePermit,
}

impl Viewer {
    /// What there is to hear next; `None` when it is over.
    async fn next(mut self) -> Option<(Result<Bytes, Infallible>, Self)> {
        let quiet = self.ends.min(Instant::now() + SIGN_OF_LIFE);
        let said = tokio::select! {
            () = self.stop.cancelled() => return None,
            changed = self.drawn.changed() => {
                changed.ok()?;
                let drawn = self.drawn.borrow_and_update().clone();
                let said = drawn.since(self.heard);
                self.heard = drawn.version;
                said
            }
            () = tokio::time::sleep_until(quiet) => {
                if quiet == self.ends {
                    return None;
                }
                Bytes::from_static(b":\n\n")
            }
        };
        Some((Ok(said), self))
    }
}

/// What is sent to somebody who looks at a page from now on; `None` where as many look on as may.
pub(super) fn stream<D: PageService>(feeds: &Arc<Feeds<D>>, address: &Watched) -> Option<Body> {
    let place = feeds.viewers.clone().try_acquire_owned().ok()?;
    let mut drawn = feeds.join(address);
    // What is drawn already is heard at once.
    if drawn.borrow().version > 0 {
        drawn.mark_changed();
    }
    let viewer = Viewer {
        drawn,
        heard: 0,
        ends: Instant::now() + LASTS,
        stop: feeds.stop.clone(),
        _place: place,
    };
    let hello = stream::iter([Ok(Bytes::from_static(AGAIN.as_bytes()))]);
    Some(Body::from_stream(
        hello.chain(stream::unfold(viewer, Viewer::next)),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn piece(id: &str, html: &str) -> Piece {
        Piece::fixed(id, html.to_owned())
    }

    #[test]
    fn only_what_is_new_is_sent_to_whoever_heard_the_rest() {
        let first = Drawn::default()
            .next(vec![piece("a", "<p>\n1</p>"), piece("b", "2")])
            .expect("new");
        let text = |bytes: Bytes| String::from_utf8(bytes.to_vec()).expect("text");
        assert_eq!(
            text(first.since(0)),
            "event: piece\ndata: {\"id\":\"a\",\"html\":\"<p>\\n1</p>\"}\n\nevent: piece\ndata: {\"id\":\"b\",\"html\":\"2\"}\n\n"
        );
        assert!(first.next(first.pieces.clone()).is_none(), "nothing is new");
        let second = first
            .next(vec![piece("a", "<p>\n1</p>"), piece("b", "3")])
            .expect("new");
        assert!(!text(second.since(1)).contains("\"a\""));
        assert!(
            text(second.since(0)).contains("\"a\""),
            "it heard nothing before"
        );
    }
}
