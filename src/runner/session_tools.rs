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
use super::handing_in::HandingIn;
use super::lease::Lease;
use super::scope::Turns;
use super::suggesting::Suggesting;
use crate::agent::{AskReply, DISCOVER, HAND_IN, SUGGEST, ToolHandler};
use crate::core::agent::{Finished, ThreadReply};
use crate::core::containment::Contained;
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
    handing_in: HandingIn,
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
            handing_in: HandingIn {
                session: lease.session()?.clone(),
                repository: lease.place().repository,
                git: scope.launcher.git.clone(),
                redactor: scope.redactor.clone(),
                folders: scope.launcher.own_folders(lease.session()?),
                is_on: turn.writes,
                taken: Mutex::new(turn.evidence),
            },
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

    /// Whether words hold a secret of ours. Then they go no further, and the session is held.
    async fn leaks(&self, tool: &str, said: &[&String]) -> bool {
        let said: String = said.iter().flat_map(|said| [said.as_str(), "\n"]).collect();
        if self.redactor.stop(&said).is_none() {
            return false;
        }
        tracing::error!(session = %self.session, tool, "an agent was about to say a secret of this service; its session is held");
        let leak = Contained {
            doing: String::new(),
            session: self.session.clone(),
            attempt: text::containment::leak(tool),
            count: 1,
            leak: true,
        };
        if let Err(error) = self
            .facts
            .state(Event::Contained(Box::new(leak)), "contained")
            .await
        {
            tracing::error!(session = %self.session, %error, "that an agent said a secret could not be stored");
        }
        true
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
        let mut said: Vec<&String> = Vec::new();
        for one in &asked {
            said.push(&one.text);
            said.extend(one.options.iter().chain(&one.default));
        }
        if self.leaks("ask_human", &said).await {
            return AskReply::Refused(text::tools::SECRET.to_owned());
        }
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
        if self.leaks("report_progress", &[&text]).await {
            return text::tools::SECRET.to_owned();
        }
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
        let mut said = vec![&finished.summary];
        said.extend(&finished.verified);
        said.extend(finished.threads.iter().map(|reply| &reply.text));
        if self.leaks("finish", &said).await {
            return text::tools::SECRET.to_owned();
        }
        let redact = |text: String| self.redactor.redact(&text);
        let event = Event::Finished {
            session: self.session.clone(),
            finished: Finished {
                summary: redact(finished.summary),
                verified: finished.verified.into_iter().map(redact).collect(),
                threads: finished
                    .threads
                    .into_iter()
                    .map(|reply| ThreadReply {
                        text: redact(reply.text),
                        ..reply
                    })
                    .collect(),
            },
        };
        match self.facts.state(event, "finished").await {
            Ok(()) => text::tools::FINISHED.to_owned(),
            Err(error) => text::tools::finish_lost(&error.to_string()),
        }
    }

    async fn hand_in(&self, path: String, caption: String) -> Result<String, String> {
        let file = self.handing_in.read(&path).await?;
        if self.leaks(HAND_IN, &[&path, &caption, &file.text()]).await {
            return Err(text::tools::SECRET.to_owned());
        }
        self.handing_in.take(file, &caption, &self.facts).await
    }

    async fn discover(&self, tasks: Vec<Proposal>) -> Result<String, String> {
        let mut said: Vec<&String> = Vec::new();
        for one in &tasks {
            said.extend([&one.title, &one.body]);
        }
        if self.leaks(DISCOVER, &said).await {
            return Err(text::tools::SECRET.to_owned());
        }
        self.discovering.take(tasks, &self.facts).await
    }

    async fn suggest(&self, proposal: Suggested) -> Result<String, String> {
        let mut said: Vec<&String> = Vec::new();
        let parts = proposal.labels.iter().chain(&proposal.kind);
        for part in parts.chain(&proposal.duplicate_of) {
            said.extend([&part.what, &part.rationale]);
        }
        if self.leaks(SUGGEST, &said).await {
            return Err(text::tools::SECRET.to_owned());
        }
        self.suggesting.take(proposal, &self.facts).await
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

    fn hands_in(&self) -> bool {
        self.handing_in.is_on
    }

    fn hand_in(&self, path: String, caption: String) -> BoxFuture<'_, Result<String, String>> {
        self.hand_in(path, caption).boxed()
    }

    fn discovers(&self) -> bool {
        self.discovering.is_on()
    }

    fn discover(&self, tasks: Vec<Proposal>) -> BoxFuture<'_, Result<String, String>> {
        self.discover(tasks).boxed()
    }

    fn suggests(&self) -> bool {
        self.suggesting.is_on
    }

    fn suggest(&self, proposal: Suggested) -> BoxFuture<'_, Result<String, String>> {
        self.suggest(proposal).boxed()
    }
}
