//! A tool handler for the tests of the agent module: it answers what it was told to and remembers what it was asked.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard};

use futures::future::BoxFuture;
use skep::agent::{AskReply, ToolHandler};
use skep::core::agent::Finished;
use skep::core::question::Asked;

/// What came to the tools.
#[derive(Debug, Clone, Default)]
pub(super) struct Seen {
    pub asked: Vec<Vec<Asked>>,
    pub reports: Vec<String>,
    pub finished: Vec<Finished>,
    pub unfitting: Vec<String>,
}

/// The tools of one session; without a reply at hand nobody ever answers.
#[derive(Default)]
pub(super) struct TestTools {
    seen: Mutex<Seen>,
    replies: Mutex<VecDeque<AskReply>>,
}

impl TestTools {
    /// The answer to a question to come.
    pub(super) fn reply(&self, reply: AskReply) {
        self.replies
            .lock()
            .expect("no test panics with it")
            .push_back(reply);
    }

    pub(super) fn seen(&self) -> Seen {
        self.open().clone()
    }

    fn open(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().expect("no test panics with it")
    }
}

impl ToolHandler for TestTools {
    fn ask(&self, asked: Vec<Asked>) -> BoxFuture<'_, AskReply> {
        Box::pin(async move {
            self.open().asked.push(asked);
            let reply = self
                .replies
                .lock()
                .expect("no test panics with it")
                .pop_front();
            match reply {
                Some(reply) => reply,
                None => std::future::pending().await,
            }
        })
    }

    fn report(&self, text: String) -> BoxFuture<'_, String> {
        self.open().reports.push(text);
        Box::pin(async { "Noted.".to_owned() })
    }

    fn unfitting(&self, words: String) -> BoxFuture<'_, ()> {
        self.open().unfitting.push(words);
        Box::pin(async {})
    }

    fn finish(&self, finished: Finished) -> BoxFuture<'_, String> {
        self.open().finished.push(finished);
        Box::pin(async { "Thank you.".to_owned() })
    }
}
