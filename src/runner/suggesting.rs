//! What a session proposes about its issue, taken from its tool: judged as a whole, durable before the agent hears a word. It
//! only reads on GitHub.

use std::time::Duration;

use super::agent_facts::AgentFacts;
use super::batch::BatchJudge;
use crate::core::dependency::Home;
use crate::core::event::Event;
use crate::core::ids::{IssueNumber, SessionId};
use crate::core::location::Place;
use crate::core::sanitise::HeldSecrets;
use crate::core::suggestion::{
    self, Duplicate, Facts, KnownLabel, Proposal, Proposed, SuggestionNews,
};
use crate::core::text;
use crate::github::{At, GitHub, GitHubError, Listed, Neighbour, Referred};

/// How long a call may take: agents give up on a tool after a minute.
const PATIENCE: Duration = Duration::from_secs(40);
/// Other issues that are shown.
const ISSUES: usize = 100;

/// Takes what a session proposes.
pub(super) struct Suggesting {
    pub(super) place: Place,
    pub(super) session: SessionId,
    pub(super) redactor: HeldSecrets,
    pub(super) batches: BatchJudge,
    /// Whether the session's role may.
    pub(super) is_on: bool,
}

impl Suggesting {
    /// Judges a proposal and states it, or says what there is; answers what the agent is told, or what is wrong.
    pub(super) async fn take(
        &self,
        proposal: Proposal,
        facts: &AgentFacts,
    ) -> Result<String, String> {
        if !self.is_on {
            return Err(text::tools::NO_SUCH_TOOL.to_owned());
        }
        let answer = async {
            match proposal.is_empty() {
                true => self.overview().await.map_err(|error| self.unread(&error)),
                false => self.propose(&self.redacted(proposal), facts).await,
            }
        };
        let answer = tokio::time::timeout(PATIENCE, answer).await;
        answer.map_err(|_| text::suggestion::NOT_JUDGED.to_owned())?
    }

    async fn propose(&self, proposal: &Proposal, facts: &AgentFacts) -> Result<String, String> {
        let read = self.facts(proposal).await;
        let read = read.map_err(|error| self.unread(&error))?;
        let suggestions = suggestion::judge(proposal, &read)
            .map_err(|wrong| text::suggestion::refused(&wrong))?;
        let told = text::suggestion::taken(&suggestions);
        let event = Event::Suggestion(SuggestionNews::Proposed {
            session: self.session.clone(),
            suggestions,
        });
        if let Err(error) = facts.state(event, "suggested").await {
            tracing::warn!(session = %self.session, %error, "what a session proposes could not be stored");
            return Err(text::suggestion::NOT_JUDGED.to_owned());
        }
        Ok(told)
    }

    fn unread(&self, error: &GitHubError) -> String {
        tracing::warn!(session = %self.session, %error, "what a session proposes could not be judged");
        text::suggestion::NOT_JUDGED.to_owned()
    }

    async fn facts(&self, proposal: &Proposal) -> Result<Facts, GitHubError> {
        let (at, github) = (At::of(&self.place), self.batches.github());
        let labels = github.labels(&at).await?.into_iter();
        let types = match proposal.kind {
            Some(_) => types(github, &at).await?,
            None => Vec::new(),
        };
        Ok(Facts {
            labels: labels.map(|one| one.label).collect(),
            types,
            steering: self.steering(),
            duplicate: self.duplicate(&at, proposal).await?,
        })
    }

    /// The labels by which the operator has something started or steered.
    fn steering(&self) -> Vec<String> {
        let rules = &self.batches.policy().issues;
        let labels = rules.auto_start.labels.iter();
        labels.chain(&rules.roles.auto_filed).cloned().collect()
    }

    async fn duplicate(
        &self,
        at: &At,
        proposal: &Proposal,
    ) -> Result<Option<Duplicate>, GitHubError> {
        let Some(proposed) = &proposal.duplicate_of else {
            return Ok(None);
        };
        let github = self.batches.github();
        let host = github.web_host();
        let home = Home {
            repository: &self.place.name,
            issue: self.place.issue,
            host: &host,
        };
        let number = match suggestion::named(&proposed.what, &home) {
            Duplicate::Issue(number) => number,
            other => return Ok(Some(other)),
        };
        let own = Neighbour::own(at);
        Ok(Some(
            match github.issue_standing(at, &own, number).await? {
                Referred::To(found) if found.issue.key.repository != self.place.repository => {
                    Duplicate::Elsewhere(proposed.what.clone())
                }
                Referred::To(found) if found.is_pull => Duplicate::Pull(number),
                Referred::To(found) => Duplicate::Issue(found.issue.key.issue),
                Referred::Nothing(_) => Duplicate::Missing(number),
            },
        ))
    }

    async fn overview(&self) -> Result<String, GitHubError> {
        let (at, github) = (At::of(&self.place), self.batches.github());
        let steering = self.steering();
        let labels = github.labels(&at).await?.into_iter();
        let labels: Vec<(KnownLabel, String)> = labels
            .filter(|one| !suggestion::is_own(&one.label.name, &steering))
            .map(|one| (one.label, one.description))
            .collect();
        let types = types(github, &at).await?;
        let issue = github.issue(&at, self.place.issue).await?;
        let titles = github.titles(&at, Listed::Open).await?.into_iter().rev();
        let others = titles.filter(|(number, _)| *number != self.place.issue);
        let others: Vec<(IssueNumber, String)> = others.take(ISSUES).collect();
        Ok(text::suggestion::overview(&text::suggestion::Overview {
            labels: &labels,
            types: &types,
            on: &issue.labels,
            kind: issue.issue_type.as_deref(),
            issues: &others,
        }))
    }

    fn redacted(&self, proposal: Proposal) -> Proposal {
        let part = |part: Proposed| Proposed {
            rationale: self.redactor.redact(&part.rationale),
            ..part
        };
        Proposal {
            labels: proposal.labels.into_iter().map(part).collect(),
            kind: proposal.kind.map(part),
            duplicate_of: proposal.duplicate_of.map(part),
        }
    }
}

async fn types(github: &GitHub, at: &At) -> Result<Vec<String>, GitHubError> {
    let types = github.issue_types(at).await?.into_iter();
    Ok(types.map(|one| one.name).collect())
}
