//! Words for an agent at work: a further prompt within the running turn, for agents that queue prompts.
//!
//! "Taken" is said only after the words are on the wire of a live turn, and words that were not taken are nowhere: whoever
//! steers can tell them again at the next turn without the agent hearing them twice.

use std::collections::VecDeque;

use agent_client_protocol::v1::schema::{InitializeResponse, Meta};
use tokio::sync::{mpsc, oneshot};

/// Words that may wait to be sent.
const WAITING_MAX: usize = 16;

/// What became of words for a running turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Steered {
    /// They are on the wire of the running turn, which ends only after the agent has answered them.
    Taken,
    /// No turn runs, or the agent takes no further prompt while one does: nothing was sent.
    NotNow,
}

/// One further prompt, and who waits to hear that it is on the wire.
struct QueuedPrompt {
    text: String,
    taken: oneshot::Sender<()>,
}

/// The way into a running turn.
#[derive(Clone)]
pub(super) struct PromptQueue {
    prompts: mpsc::Sender<QueuedPrompt>,
}

impl PromptQueue {
    /// Sends the words; returns when they are on the wire or can no longer get there.
    pub(super) async fn steer(self, text: &str) -> Steered {
        let (taken, heard) = oneshot::channel();
        if self
            .prompts
            .try_send(QueuedPrompt {
                text: text.to_owned(),
                taken,
            })
            .is_err()
        {
            return Steered::NotNow;
        }
        match heard.await {
            Ok(()) => Steered::Taken,
            Err(_) => Steered::NotNow,
        }
    }
}

/// The turn's side: what is to be sent, and what was sent but is not on the wire yet.
pub(super) struct ToSend {
    prompts: mpsc::Receiver<QueuedPrompt>,
    sent: usize,
    pending: VecDeque<(usize, oneshot::Sender<()>)>,
}

/// Both sides for a turn whose first prompt is about to be sent.
pub(super) fn channel() -> (PromptQueue, ToSend) {
    let (queue, prompts) = mpsc::channel(WAITING_MAX);
    (
        PromptQueue { prompts: queue },
        ToSend {
            prompts,
            sent: 1,
            pending: VecDeque::new(),
        },
    )
}

impl ToSend {
    /// The next words; the caller must send them as the turn's next prompt. Never resolves when there can be none.
    pub(super) async fn next(&mut self) -> String {
        match self.prompts.recv().await {
            Some(prompt) => {
                self.sent += 1;
                self.pending.push_back((self.sent, prompt.taken));
                prompt.text
            }
            None => std::future::pending().await,
        }
    }

    /// So many of the turn's prompts are on the wire.
    pub(super) fn on_the_wire(&mut self, prompts: usize) {
        while self
            .pending
            .front()
            .is_some_and(|(number, _)| *number <= prompts)
        {
            if let Some((_, taken)) = self.pending.pop_front() {
                // Whoever steered may have given up; the words are said all the same.
                let _ = taken.send(());
            }
        }
    }

    /// Takes no more words: those not sent yet are told so.
    pub(super) fn close(&mut self) {
        self.prompts.close();
        while self.prompts.try_recv().is_ok() {}
    }

    /// True when nothing waits to be sent, which stays so: further words are turned away.
    pub(super) fn is_done(&mut self) -> bool {
        if self.prompts.is_empty() {
            self.prompts.close();
        }
        self.prompts.is_empty() && self.prompts.is_closed()
    }
}

/// Whether the agent says that it takes a further prompt while it works on one: `promptQueueing` among the extensions of
/// its capabilities, its own or those of the one agent that is known to have it.
pub(super) fn queues(hello: &InitializeResponse) -> bool {
    let told = |meta: &Meta| {
        let value = |key: &str| meta.get(key);
        let own = value("promptQueueing").and_then(serde_json::Value::as_bool);
        let nested = value("claudeCode").and_then(|of| of["promptQueueing"].as_bool());
        own == Some(true) || nested == Some(true)
    };
    hello.agent_capabilities.meta.as_ref().is_some_and(told)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(meta: serde_json::Value) -> bool {
        let hello =
            serde_json::json!({ "protocolVersion": 1, "agentCapabilities": { "_meta": meta } });
        queues(&serde_json::from_value(hello).expect("an answer"))
    }

    #[test]
    fn queueing_is_read_in_both_places() {
        assert!(told(serde_json::json!({ "promptQueueing": true })));
        assert!(told(
            serde_json::json!({ "claudeCode": { "promptQueueing": true } })
        ));
        for other in [
            serde_json::json!(null),
            serde_json::json!({}),
            serde_json::json!({ "promptQueueing": false }),
            serde_json::json!({ "promptQueueing": "yes", "claudeCode": true }),
        ] {
            assert!(!told(other.clone()), "{other}");
        }
    }

    #[tokio::test]
    async fn taken_is_said_only_when_the_words_are_on_the_wire() {
        let (queue, mut to_send) = channel();
        let (one, two) = (
            tokio::spawn(queue.clone().steer("one")),
            tokio::spawn(queue.clone().steer("two")),
        );
        assert_eq!(to_send.next().await, "one");
        to_send.on_the_wire(1);
        assert!(!one.is_finished());
        to_send.on_the_wire(2);
        assert_eq!(one.await.expect("it ran"), Steered::Taken);
        assert!(!to_send.is_done());
        to_send.close();
        assert_eq!(two.await.expect("it ran"), Steered::NotNow);
        assert!(to_send.is_done());
        assert_eq!(queue.steer("three").await, Steered::NotNow);
    }
}
