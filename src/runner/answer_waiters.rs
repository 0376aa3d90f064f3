//! The agents' tools that wait for an answer: words for a session pass here first, the shortest way into a running turn.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;

use crate::core::ids::SessionId;

/// The tools that wait, by session; a later one of the same session takes the earlier one's place.
#[derive(Debug, Default)]
pub struct AnswerWaiters {
    waiting: Mutex<Waiting>,
}

#[derive(Debug, Default)]
struct Waiting {
    calls: u64,
    by_session: HashMap<SessionId, (u64, oneshot::Sender<String>)>,
}

/// A tool's wait.
pub(super) struct Wait {
    call: u64,
    pub(super) answer: oneshot::Receiver<String>,
}

impl AnswerWaiters {
    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Gives words to a tool that waits; gives them back when none does.
    pub(super) fn hand(&self, session: &SessionId, words: String) -> Result<(), String> {
        match self.lock().by_session.remove(session) {
            Some((_, waiting)) => waiting.send(words),
            None => Err(words),
        }
    }

    /// Begins to wait.
    pub(super) fn wait(&self, session: &SessionId) -> Wait {
        let (sender, answer) = oneshot::channel();
        let mut waiting = self.lock();
        waiting.calls += 1;
        let call = waiting.calls;
        waiting.by_session.insert(session.clone(), (call, sender));
        Wait { call, answer }
    }

    /// Waits no more; false when words were handed over in this very moment, which are not lost.
    pub(super) fn give_up(&self, session: &SessionId, wait: &Wait) -> bool {
        let mut waiting = self.lock();
        let ours = waiting
            .by_session
            .get(session)
            .is_some_and(|(call, _)| *call == wait.call);
        if ours {
            waiting.by_session.remove(session);
        }
        ours
    }
}
