//! What belongs to one start: what it is served, what its turn has cost and may, and the answers under way.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::bounds::Bounds;
use super::dial::Dial;
use super::news::{News, Tell};
use crate::core::budget::TurnBudget;
use crate::core::containment::Attempt;
use crate::core::gateway::{AnswerReader, Metered, ModelRefusal, Serving};
use crate::core::time::Clock;
use crate::core::usage::{Report, Scope};

/// Different refused requests that are kept.
const ATTEMPTS: usize = 64;

/// What all sessions have in common.
#[derive(Clone)]
pub(super) struct Parts {
    pub(super) dial: Dial,
    pub(super) clock: Clock,
    pub(super) bounds: Bounds,
}

/// One start.
pub(super) struct Session {
    pub(super) serving: Serving,
    pub(super) parts: Parts,
    tell: Tell,
    room: Arc<Semaphore>,
    asking: Arc<Semaphore>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    budget: TurnBudget,
    /// What was reported of the budget already.
    before: Metered,
    turn: Metered,
    underway: BTreeMap<u64, Shared>,
    number: u64,
    attempts: BTreeMap<String, u64>,
    more: u64,
}

/// Whoever takes the reader out counts it.
type Shared = Arc<Reading>;

struct Reading {
    reader: Mutex<Option<AnswerReader>>,
    /// Bytes of the request so far.
    sent: Arc<AtomicU64>,
}

impl Session {
    pub(super) fn new(parts: Parts, serving: Serving, tell: Tell) -> Arc<Self> {
        Arc::new(Self {
            serving,
            tell,
            room: Arc::new(Semaphore::new(parts.bounds.connections)),
            asking: Arc::new(Semaphore::new(parts.bounds.answers)),
            parts,
            state: Mutex::default(),
        })
    }

    pub(super) fn begin(&self, budget: TurnBudget) -> Metered {
        let mut state = lock(&self.state);
        state.budget = budget;
        state.before = Metered::default();
        state.turn.clone()
    }

    pub(super) fn finish(&self) -> Metered {
        let mut state = lock(&self.state);
        for reading in std::mem::take(&mut state.underway).into_values() {
            if let Some(reader) = reading.take() {
                state.turn.add(&reader.counted(false));
            }
        }
        let turn = std::mem::take(&mut state.turn);
        state.before = std::mem::take(&mut state.before).plus(turn.clone());
        turn
    }

    /// A connection's place, if there is one.
    pub(super) fn enter(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.room).try_acquire_owned().ok()
    }

    /// The place of an answer, when there is one.
    pub(super) async fn ask(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.asking).acquire_owned().await.ok()
    }

    pub(super) fn tell(&self, news: News) {
        (self.tell)(news);
    }

    pub(super) fn refused(&self, refusal: ModelRefusal) {
        tracing::debug!(
            status = refusal.status,
            code = refusal.code,
            "a model gave no answer"
        );
        self.tell(News::Refused(refusal));
    }

    /// Writes a request down that did not go through, and tells of it the 1st, 10th, 100th … time.
    pub(super) fn attempted(&self, attempt: Attempt) {
        let count = {
            let mut state = lock(&self.state);
            let key = format!("{} {}", attempt.what, attempt.why);
            if state.attempts.len() < ATTEMPTS || state.attempts.contains_key(&key) {
                let count = state.attempts.entry(key).or_default();
                *count += 1;
                *count
            } else {
                state.more += 1;
                state.more
            }
        };
        let mut rest = count;
        while rest >= 10 && rest.is_multiple_of(10) {
            rest /= 10;
        }
        if rest == 1 {
            self.tell(News::Attempted(attempt, count));
        }
    }

    /// Lets an answer begin, unless the turn has used up what it may: what is under way counts as far as it has come.
    pub(super) fn start(self: &Arc<Self>, reader: AnswerReader) -> Option<Underway> {
        let mut state = lock(&self.state);
        let mut spent = state.before.tokens.plus(state.turn.tokens);
        for reading in state.underway.values() {
            spent = spent.plus(reading.so_far());
        }
        let report = Report {
            scope: Scope::Turn,
            tokens: Some(spent),
            cached_told: true,
            ..Report::default()
        };
        if state.budget.passed(&report).stop.is_some() {
            return None;
        }
        let reading = Arc::new(Reading {
            reader: Mutex::new(Some(reader)),
            sent: Arc::default(),
        });
        state.number += 1;
        let number = state.number;
        state.underway.insert(number, Arc::clone(&reading));
        Some(Underway {
            session: Arc::clone(self),
            number,
            reading,
            told: false,
        })
    }

    fn counted(&self, number: u64, reading: &Reading, complete: bool) {
        let turn = {
            let mut state = lock(&self.state);
            state.underway.remove(&number);
            let Some(reader) = reading.take() else {
                return;
            };
            state.turn.add(&reader.counted(complete));
            state.turn.clone()
        };
        self.tell(News::Counted(turn));
    }
}

impl Reading {
    fn take(&self) -> Option<AnswerReader> {
        let mut reader = lock(&self.reader).take()?;
        reader.sent(self.sent.load(Ordering::Relaxed));
        Some(reader)
    }

    fn so_far(&self) -> crate::core::usage::Tokens {
        let reader = lock(&self.reader);
        reader
            .as_ref()
            .map(AnswerReader::so_far)
            .unwrap_or_default()
    }
}

/// An answer under way; counted when it ends, and when it is dropped before.
pub(super) struct Underway {
    session: Arc<Session>,
    number: u64,
    reading: Shared,
    told: bool,
}

impl Underway {
    /// Where the request's bytes are counted.
    pub(super) fn sent(&self) -> Arc<AtomicU64> {
        Arc::clone(&self.reading.sent)
    }

    /// The answer begins, as a stream of events or in one piece.
    pub(super) fn begins(&self, streams: bool) {
        if let Some(reader) = lock(&self.reading.reader).as_mut() {
            reader.begins(streams);
        }
    }

    /// The next bytes of the answer.
    pub(super) fn read(&mut self, bytes: &[u8]) {
        let failed = {
            let mut reader = lock(&self.reading.reader);
            let Some(reader) = reader.as_mut() else {
                return;
            };
            reader.read(bytes);
            reader.failed().map(ModelRefusal::midway)
        };
        if let Some(refusal) = failed.filter(|_| !self.told) {
            self.told = true;
            self.session.refused(refusal);
        }
    }

    /// The answer came to its end.
    pub(super) fn ended(&self) {
        self.session.counted(self.number, &self.reading, true);
    }

    /// The server hung up in the middle.
    pub(super) fn broke(&mut self) {
        if !std::mem::replace(&mut self.told, true) {
            self.session.refused(ModelRefusal::unreachable());
        }
        self.session.counted(self.number, &self.reading, false);
    }

    /// There is no answer, and it costs nothing.
    pub(super) fn is_nothing(&self) {
        lock(&self.reading.reader).take();
        lock(&self.session.state).underway.remove(&self.number);
    }
}

impl Drop for Underway {
    fn drop(&mut self) {
        self.session.counted(self.number, &self.reading, false);
    }
}

/// None of these locks is held while something is awaited, and nothing under them panics.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
