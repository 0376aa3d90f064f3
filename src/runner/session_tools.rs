//! The session's tools, answered: what an agent asks or reports is durable before it hears a word.
//!
//! A question waits a moment for a quick answer; after that the agent is told to end its turn, and the answer is its next
//! prompt. It never waits for a person any longer.

use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt;
use futures::future::BoxFuture;
use tokio::sync::Mutex;

use super::agent_facts::{AgentFacts, Source};
use super::answer_waiters::AnswerWaiters;
use super::discovering::Discovering;
use super::lease::Lease;
use super::scope::Turns;
use super::suggesting::Suggesting;
use crate::agent::{AskReply, ToolHandler};
use crate::core::agent::Finished;
use crate::core::discovery::Proposal;
use crate::core::effect::Turn;
use crate::core::event::Event;
use crate::core::failure::Failure;
use crate::core::ids::SessionId;
use crate::core::question::Asked;
use crate::core::sanitise::HeldSecrets;
use crate::core::suggestion::Proposal as Suggested;
use crate::core::text;

/// What a stored question is called in the inbox.
pub(super) const ASKED: &str = "asked";

/// The tools of one turn.
pub(super) struct SessionTools {
    session: SessionId,
    facts: AgentFacts,
    redactor: HeldSecrets,
    waiters: Arc<AnswerWaiters>,
    discovering: Discovering,
    suggesting: Suggesting,
    /// How long a question waits for a quick answer.
    patience: Duration,
}

impl SessionTools {
    /// For the turn of a claimed effect.
    pub(super) fn new(turn: &Turn, scope: &Turns<'_>, lease: &Lease) -> Result<Self, Failure> {
        let quick = scope.limits.quick_answer_ms.max(0).unsigned_abs();
        Ok(Self {
            session: lease.session()?.clone(),
            facts: AgentFacts::new(scope.store, scope.clock, Source::Tools, lease),
            redactor: scope.redactor.clone(),
            waiters: scope.waiters.clone(),
            discovering: Discovering {
                place: lease.place().clone(),
                session: lease.session()?.clone(),
                redactor: scope.redactor.clone(),
                batches: scope.batches.clone(),
                stated: Mutex::default(),
            },
            suggesting: Suggesting {
                place: lease.place().clone(),
                session: lease.session()?.clone(),
                redactor: scope.redactor.clone(),
                batches: scope.batches.clone(),
                is_on: turn.suggests,
            },
            patience: Duration::from_millis(quick),
        })
    }

    fn redacted(&self, asked: Asked) -> Asked {
        Asked {
            text: self.redactor.redact(&asked.text),
            options: asked
                .options
                .iter()
                .map(|option| self.redactor.redact(option))
                .collect(),
            default: asked.default.map(|default| self.redactor.redact(&default)),
            ..asked
        }
    }

    async fn put(&self, asked: Vec<Asked>) -> AskReply {
        let asked = asked
            .into_iter()
            .map(|asked| self.redacted(asked))
            .collect();
        // Waits before it is told, so that no answer can come in between.
        let mut wait = self.waiters.wait(&self.session);
        let event = Event::Asked {
            session: self.session.clone(),
            asked,
        };
        if let Err(error) = self.facts.state(event, ASKED).await {
            self.waiters.give_up(&self.session, &wait);
            tracing::warn!(session = %self.session, %error, "a question could not be stored");
            return AskReply::Refused(text::tools::NOT_ASKED.to_owned());
        }
        if let Ok(Ok(words)) = tokio::time::timeout(self.patience, &mut wait.answer).await {
            return AskReply::Answered(words);
        }
        if !self.waiters.give_up(&self.session, &wait)
            && let Ok(words) = wait.answer.await
        {
            return AskReply::Answered(words);
        }
        AskReply::Later(text::tools::ASKED.to_owned())
    }

    async fn report(&self, text: String) -> String {
        let event = Event::Reported {
            session: self.session.clone(),
            text: self.redactor.redact(&text),
        };
        match self.facts.state(event, "reported").await {
            Ok(()) => text::tools::REPORTED.to_owned(),
            Err(error) => text::tools::report_lost(&error.to_string()),
        }
    }

    async fn unfitting(&self, words: String) {
        let event = Event::Unfitting {
            session: self.session.clone(),
            text: words,
        };
        if let Err(error) = self.facts.state(event, "unfitting").await {
            tracing::error!(session = %self.session, %error, "an answer that fills no form could not be stored");
        }
    }

    async fn finish(&self, finished: Finished) -> String {
        let event = Event::Finished {
            session: self.session.clone(),
            finished,
        };
        match self.facts.state(event, "finished").await {
            Ok(()) => text::tools::FINISHED.to_owned(),
            Err(error) => text::tools::finish_lost(&error.to_string()),
        }
    }
}

impl ToolHandler for SessionTools {
    fn ask(&self, asked: Vec<Asked>) -> BoxFuture<'_, AskReply> {
        self.put(asked).boxed()
    }

    fn report(&self, text: String) -> BoxFuture<'_, String> {
        self.report(text).boxed()
    }

    fn unfitting(&self, words: String) -> BoxFuture<'_, ()> {
        self.unfitting(words).boxed()
    }

    fn finish(&self, finished: Finished) -> BoxFuture<'_, String> {
        self.finish(finished).boxed()
    }

    fn discovers(&self) -> bool {
        self.discovering.is_on()
    }

    fn discover(&self, tasks: Vec<Proposal>) -> BoxFuture<'_, Result<String, String>> {
        self.discovering.take(tasks, &self.facts).boxed()
    }

    fn suggests(&self) -> bool {
        self.suggesting.is_on
    }

    fn suggest(&self, proposal: Suggested) -> BoxFuture<'_, Result<String, String>> {
        self.suggesting.take(proposal, &self.facts).boxed()
    }
}
