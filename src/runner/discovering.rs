//! What a session finds besides its task, taken from its tool: judged as a whole, durable before the agent hears a word.

use std::time::Duration;

use tokio::sync::Mutex;

use super::agent_facts::AgentFacts;
use super::batch::{BatchJudge, BatchOf, NotJudged};
use crate::core::discovery::{Batch, Discover, DiscoveryNews, Proposal};
use crate::core::event::Event;
use crate::core::ids::SessionId;
use crate::core::location::Place;
use crate::core::sanitise::HeldSecrets;
use crate::core::text;
use crate::github::{At, Listed};

/// How long a batch may be judged: agents give up on a tool after a minute.
const PATIENCE: Duration = Duration::from_secs(40);

/// Takes what a session finds.
pub(super) struct Discovering {
    pub(super) place: Place,
    pub(super) session: SessionId,
    pub(super) redactor: HeldSecrets,
    pub(super) batches: BatchJudge,
    /// The titles that were promised in this turn; one batch is judged at a time.
    pub(super) stated: Mutex<Vec<String>>,
}

impl Discovering {
    /// Whether the operator lets sessions find anything.
    pub(super) fn is_on(&self) -> bool {
        self.discover() != Discover::Off
    }

    fn discover(&self) -> Discover {
        self.batches.policy().issues.discover
    }

    /// Judges a batch and states it; answers what the agent is told, or what is wrong.
    pub(super) async fn take(
        &self,
        batch: Vec<Proposal>,
        facts: &AgentFacts,
    ) -> Result<String, String> {
        if !self.is_on() {
            return Err(text::tools::NO_SUCH_TOOL.to_owned());
        }
        let batch: Vec<Proposal> = batch.into_iter().map(|one| self.redacted(one)).collect();
        let mut stated = self.stated.lock().await;
        let judged = tokio::time::timeout(PATIENCE, self.judge(&batch, &stated)).await;
        let judged = judged.map_err(|_| text::discovery::NOT_JUDGED.to_owned())??;
        let (titles, many): (Vec<String>, _) = (
            judged.issues.iter().map(|one| one.title.clone()).collect(),
            judged.issues.len(),
        );
        let event = Event::Discovery(DiscoveryNews::Found {
            session: self.session.clone(),
            issues: judged.issues,
        });
        if let Err(error) = facts.state(event, "discovered").await {
            tracing::warn!(session = %self.session, %error, "what a session found could not be stored");
            return Err(text::discovery::NOT_JUDGED.to_owned());
        }
        stated.extend(titles);
        Ok(text::discovery::taken(
            many,
            self.discover(),
            &judged.left_out,
        ))
    }

    async fn judge(&self, batch: &[Proposal], stated: &[String]) -> Result<Batch, String> {
        let at = At::of(&self.place);
        let judged = async {
            let titles = self.batches.github().titles(&at, Listed::Open);
            let of = BatchOf {
                place: &self.place,
                session: Some(&self.session),
                most: self.batches.policy().limits.discovered as usize,
                titles: titles.await?,
                stated,
            };
            self.batches.judge(of, batch).await
        };
        judged.await.map_err(|error| match error {
            NotJudged::Wrong(wrong) => {
                text::discovery::refused(&wrong.said(&text::discovery::task))
            }
            NotJudged::GitHub(error) => {
                tracing::warn!(session = %self.session, %error, "what a session found could not be judged");
                text::discovery::NOT_JUDGED.to_owned()
            }
            NotJudged::Graph(error) => {
                tracing::warn!(session = %self.session, error, "what a session found could not be judged");
                text::discovery::NOT_JUDGED.to_owned()
            }
        })
    }

    fn redacted(&self, proposal: Proposal) -> Proposal {
        let redact = |text: &String| self.redactor.redact(text);
        Proposal {
            title: redact(&proposal.title),
            body: redact(&proposal.body),
            ..proposal
        }
    }
}
