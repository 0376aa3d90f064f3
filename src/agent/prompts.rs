//! The prompts of one turn: the first, and those that come while it runs, for agents that queue prompts.

use futures::StreamExt;
use futures::future::BoxFuture;
use futures::stream::FuturesUnordered;

use super::connection::Ended;
use super::end::Answer;
use super::opening::Opened;
use super::picture::Picture;
use super::running_agent::Live;
use super::steer::{self, ToSend};

type Prompted = Result<serde_json::Value, Ended>;

/// The prompts of one turn that are not answered yet.
pub(super) struct Prompts<'a> {
    live: &'a Live,
    session: &'a str,
    to_send: ToSend,
    prompts: FuturesUnordered<BoxFuture<'a, (usize, Prompted)>>,
    said: usize,
}

impl<'a> Prompts<'a> {
    pub(super) fn new(live: &'a Live, session: &'a Opened) -> Self {
        let (queue, to_send) = steer::channel();
        if live.hello.as_ref().is_some_and(steer::queues) {
            *live.queue() = Some(queue);
        }
        Self {
            live,
            session: &session.id,
            to_send,
            prompts: FuturesUnordered::new(),
            said: 0,
        }
    }

    pub(super) fn say(&mut self, text: String) {
        self.show(text, Vec::new());
    }

    /// Says something and shows pictures with it.
    pub(super) fn show(&mut self, text: String, pictures: Vec<Picture>) {
        self.said += 1;
        let (number, connection, session) = (self.said, &self.live.connection, self.session);
        self.prompts.push(Box::pin(async move {
            (number, connection.prompt(session, &text, &pictures).await)
        }));
    }

    /// Goes on until all prompts are answered; the last answer counts. May be dropped and called again.
    pub(super) async fn answered(&mut self) -> Answer {
        loop {
            let wire = &self.live.connection.wire;
            tokio::select! {
                Some((number, answer)) = self.prompts.next() => {
                    // What was answered was on the wire, also if its writer has not said so yet.
                    self.to_send.on_the_wire(number);
                    if let Ok(answer) = &answer {
                        self.live.connection.wire.state().transcript.answered(answer);
                    }
                    let gone = matches!(answer, Err(Ended::Gone | Ended::Failed(_)));
                    if gone || self.prompts.is_empty() && self.to_send.is_done() {
                        return answer.map_or_else(Answer::Missing, Answer::Given);
                    }
                }
                text = self.to_send.next() => self.say(text),
                () = wire.prompted() => {}
            }
            let written = self.live.connection.wire.state().prompts;
            self.to_send.on_the_wire(written);
        }
    }

    /// Takes no more words.
    pub(super) fn close(&mut self) {
        *self.live.queue() = None;
        self.to_send.close();
    }
}

impl Drop for Prompts<'_> {
    fn drop(&mut self) {
        let written = self.live.connection.wire.state().prompts;
        self.to_send.on_the_wire(written);
        self.close();
    }
}
