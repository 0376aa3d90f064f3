//! The session's tools, answered: what an agent asks or reports is durable before it hears a word.
//!
//! A question waits a moment for a quick answer; after that the agent is told to end its turn, and the answer is its next
//! prompt. Words for the agent pass here first: a tool that waits is the shortest way into a running turn.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures::FutureExt;
use futures::future::BoxFuture;
use tokio::sync::oneshot;

use super::services::Services;
use crate::agent::{AskReply, ToolHandler};
use crate::core::agent::Finished;
use crate::core::event::Event;
use crate::core::ids::SessionId;
use crate::core::place::Place;
use crate::core::question::Asked;
use crate::core::text;
use crate::engine::Fact;
use crate::store::{EffectRow, NewInbox, StoreError};

/// What a stored question is called in the inbox.
pub(super) const ASKED: &str = "asked";

/// How the ids of all facts begin that tools of this effect's turn stored, in whichever try of it.
pub(super) fn fact_of(effect: &str) -> String {
    format!("tool:{effect}:")
}

/// The tools that wait for an answer, by session.
#[derive(Debug, Default)]
pub struct AnswerWaiters {
    waiting: Mutex<HashMap<SessionId, (u64, oneshot::Sender<String>)>>,
}

impl AnswerWaiters {
    fn lock(&self) -> MutexGuard<'_, HashMap<SessionId, (u64, oneshot::Sender<String>)>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Gives words to a tool that waits; gives them back when none does.
    pub(super) fn hand(&self, session: &SessionId, words: String) -> Result<(), String> {
        match self.lock().remove(session) {
            Some((_, waiting)) => waiting.send(words),
            None => Err(words),
        }
    }

    fn wait(&self, session: &SessionId, call: u64) -> oneshot::Receiver<String> {
        let (sender, receiver) = oneshot::channel();
        self.lock().insert(session.clone(), (call, sender));
        receiver
    }

    /// Waits no more; words that were handed over in this very moment are not lost.
    fn give_up(&self, session: &SessionId, call: u64) -> bool {
        let mut waiting = self.lock();
        let ours = waiting
            .get(session)
            .is_some_and(|(other, _)| *other == call);
        if ours {
            waiting.remove(session);
        }
        ours
    }
}

/// One turn's desk.
pub(super) struct SessionTools {
    services: Arc<Services>,
    place: Place,
    session: SessionId,
    claim: String,
    facts: AtomicUsize,
}

impl SessionTools {
    pub(super) fn new(
        services: Arc<Services>,
        place: &Place,
        session: &SessionId,
        row: &EffectRow,
    ) -> Self {
        let claim = format!("{}{}", fact_of(&row.id), row.fence);
        Self {
            services,
            place: place.clone(),
            session: session.clone(),
            claim,
            facts: AtomicUsize::new(0),
        }
    }

    async fn tell(&self, event: Event, name: &str) -> Result<u64, StoreError> {
        let number = self.facts.fetch_add(1, Ordering::Relaxed);
        let fact = NewInbox {
            id: format!("{}:{number}", self.claim),
            kind: "agent".into(),
            name: name.into(),
            task: Some(self.place.task()),
            body: Fact {
                place: self.place.clone(),
                event,
            }
            .to_json(),
            received_at: (self.services.clock)(),
        };
        self.services.store.accept(fact).await?;
        Ok(number as u64)
    }

    async fn put(&self, asked: Vec<Asked>) -> AskReply {
        let redact = |asked: Asked| Asked {
            text: self.services.redact(&asked.text),
            options: asked
                .options
                .iter()
                .map(|option| self.services.redact(option))
                .collect(),
            default: asked.default.map(|default| self.services.redact(&default)),
            ..asked
        };
        let asked = asked.into_iter().map(redact).collect();
        let call = self.facts.load(Ordering::Relaxed) as u64;
        let mut answer = self.services.mail.wait(&self.session, call);
        if let Err(error) = self
            .tell(
                Event::Asked {
                    session: self.session.clone(),
                    asked,
                },
                ASKED,
            )
            .await
        {
            self.services.mail.give_up(&self.session, call);
            tracing::warn!(session = %self.session, %error, "a question could not be stored");
            return AskReply::Refused(text::prompt::NOT_ASKED.to_owned());
        }
        let patience = Duration::from_millis(
            self.services
                .policy
                .limits
                .quick_answer_ms
                .max(0)
                .unsigned_abs(),
        );
        if let Ok(Ok(words)) = tokio::time::timeout(patience, &mut answer).await {
            return AskReply::Answered(words);
        }
        if !self.services.mail.give_up(&self.session, call)
            && let Ok(words) = answer.await
        {
            return AskReply::Answered(words);
        }
        AskReply::Later(text::prompt::ASKED.to_owned())
    }
}

impl ToolHandler for SessionTools {
    fn ask(&self, asked: Vec<Asked>) -> BoxFuture<'_, AskReply> {
        self.put(asked).boxed()
    }

    fn report(&self, text: String) -> BoxFuture<'_, String> {
        async move {
            let event = Event::Reported {
                session: self.session.clone(),
                text: self.services.redact(&text),
            };
            match self.tell(event, "reported").await {
                Ok(_) => text::prompt::REPORTED.to_owned(),
                Err(error) => format!("The report was lost ({error}); go on."),
            }
        }
        .boxed()
    }

    fn unfitting(&self, words: String) -> BoxFuture<'_, ()> {
        async move {
            let event = Event::Unfitting { session: self.session.clone(), text: words };
            if let Err(error) = self.tell(event, "unfitting").await {
                tracing::error!(session = %self.session, %error, "an answer that fills no form could not be stored");
            }
        }
        .boxed()
    }

    fn finish(&self, finished: Finished) -> BoxFuture<'_, String> {
        async move {
            let event = Event::Finished {
                session: self.session.clone(),
                finished,
            };
            match self.tell(event, "finished").await {
                Ok(_) => text::prompt::FINISHED.to_owned(),
                Err(error) => format!(
                    "It could not be stored ({error}). Say it in your last message instead."
                ),
            }
        }
        .boxed()
    }
}
