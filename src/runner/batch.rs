//! A batch of issues that somebody wants, judged as a whole before any is made: its shape, what it refers to on GitHub, and
//! whether it fits among the issues that wait for each other. It makes nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::live_graph::LiveGraph;
use super::services::Services;
use crate::core::dependency::{Home, Unknown};
use crate::core::discovery::{
    self, Batch, BatchFacts, Draft, Known, Mistake, Promised, Proposal, Target,
};
use crate::core::graph::{BatchError, End};
use crate::core::ids::{IssueNumber, RepositoryName, SessionId, TaskKey};
use crate::core::location::Place;
use crate::core::policy::Policy;
use crate::core::role::{self, RoleName};
use crate::core::text;
use crate::github::{At, GitHub, GitHubError, Neighbour, Referred};
use crate::live_policy::LivePolicy;

/// So many other repositories are looked into for one batch.
const REPOSITORIES: usize = 20;

/// Judges batches. Clones share everything.
#[derive(Clone)]
pub struct BatchJudge {
    github: GitHub,
    policy: LivePolicy,
    graph: Arc<dyn LiveGraph>,
}

/// Whose batch it is.
pub struct BatchOf<'a> {
    /// The issue on which it was found, or the repository itself.
    pub place: &'a Place,
    /// The session that found it.
    pub session: Option<&'a SessionId>,
    /// Issues that may be in it, and that the session may find in all.
    pub most: usize,
    /// Issues whose titles are taken.
    pub titles: Vec<(IssueNumber, String)>,
    /// What was promised a moment ago, so that the task may not know of it yet.
    pub stated: &'a [String],
}

/// Why nothing is made of a batch.
#[derive(Debug)]
pub enum NotJudged {
    /// It is wrong.
    Wrong(WrongBatch),
    /// What it refers to could not be read.
    GitHub(GitHubError),
    /// The live graph could not be asked.
    Graph(String),
}

/// What is wrong with a batch.
#[derive(Debug, Default)]
pub struct WrongBatch {
    mistakes: Vec<Mistake>,
    errors: Vec<BatchError>,
    names: BTreeMap<TaskKey, String>,
}

impl From<Vec<Mistake>> for NotJudged {
    fn from(mistakes: Vec<Mistake>) -> Self {
        Self::Wrong(WrongBatch {
            mistakes,
            ..WrongBatch::default()
        })
    }
}

impl From<GitHubError> for NotJudged {
    fn from(error: GitHubError) -> Self {
        Self::GitHub(error)
    }
}

impl WrongBatch {
    /// All of it in words, each a sentence; `name` says how the issue at a place is called.
    pub fn said(&self, name: &dyn Fn(usize) -> String) -> Vec<String> {
        let known = |key: TaskKey| {
            let known = self.names.get(&key).cloned();
            known.unwrap_or_else(|| format!("#{}", key.issue))
        };
        let end = |end: End| match end {
            End::New(at) => name(at),
            End::Known(key) => known(key),
        };
        let mistakes = self.mistakes.iter();
        let mistakes = mistakes.map(|one| text::discovery::mistake(one, name));
        let errors = self
            .errors
            .iter()
            .map(|one| text::graph::batch_error(one, &end));
        mistakes.chain(errors).collect()
    }
}

impl Services {
    /// Who judges batches of issues.
    pub fn batches(&self) -> BatchJudge {
        BatchJudge {
            github: self.github.clone(),
            policy: self.policy.clone(),
            graph: self.graph.clone(),
        }
    }
}

impl BatchJudge {
    /// GitHub, for whoever has to read the titles first.
    pub(super) fn github(&self) -> &GitHub {
        &self.github
    }

    /// The operator's wishes.
    pub(super) fn policy(&self) -> &Policy {
        &self.policy
    }

    /// Judges a batch.
    ///
    /// # Errors
    /// All that is wrong with it, or why it cannot be judged.
    pub async fn judge(&self, of: BatchOf<'_>, batch: &[Proposal]) -> Result<Batch, NotJudged> {
        let limits = discovery::limits(of.most);
        if batch.len() > limits.issues {
            let errors = vec![BatchError::TooMany {
                given: batch.len(),
                most: limits.issues,
            }];
            return Err(NotJudged::Wrong(WrongBatch {
                errors,
                ..WrongBatch::default()
            }));
        }
        let (host, place) = (self.github.web_host(), of.place);
        let home = Home {
            repository: &place.name,
            issue: place.issue,
            host: &host,
        };
        let drafts = discovery::drafts(batch, &home)?;
        let facts = BatchFacts {
            titles: of.titles,
            ..self.facts(&At::of(place), &drafts).await?
        };
        let batch = discovery::judge(drafts, &facts, place.repository)?;
        let asked = self
            .graph
            .fit(place.task(), batch.provisional.clone(), limits);
        let mut fit = asked.await.map_err(NotJudged::Graph)?;
        for title in of.stated {
            let known = |one: &Promised| discovery::same_title(&one.title, title);
            if !fit.promised.iter().any(known) {
                fit.promised.push(Promised {
                    session: of.session.cloned(),
                    title: title.clone(),
                    number: None,
                    failed: false,
                });
            }
        }
        let mistakes = batch.against(&fit, of.session, of.most);
        if mistakes.is_empty() && fit.errors.is_empty() {
            return Ok(batch);
        }
        Err(NotJudged::Wrong(WrongBatch {
            mistakes,
            errors: fit.errors,
            names: batch.names,
        }))
    }

    async fn facts(&self, at: &At, drafts: &[Draft]) -> Result<BatchFacts, GitHubError> {
        let mut facts = BatchFacts {
            all_roles: role::names(&self.policy.roles),
            ..BatchFacts::default()
        };
        let roles: BTreeSet<&String> = drafts.iter().filter_map(|one| one.role.as_ref()).collect();
        for role in roles {
            if self.has_role(at, role).await? {
                facts.roles.push(role.clone());
            }
        }
        let labels: BTreeSet<&String> = drafts.iter().flat_map(|one| &one.labels).collect();
        for name in labels {
            facts.labels.extend(self.github.label(at, name).await?);
        }
        let targets: BTreeSet<&Target> = drafts.iter().flat_map(|one| &one.waits_for).collect();
        let mut homes = BTreeMap::new();
        for target in targets {
            if let Target::There(repository, number) = target {
                let home = self.home(at, repository.as_ref(), &mut homes).await?;
                let known = self.known(at, home, *number).await?;
                facts.referred.insert(target.clone(), known);
            }
        }
        Ok(facts)
    }

    async fn has_role(&self, at: &At, name: &str) -> Result<bool, GitHubError> {
        let Ok(name) = name.parse::<RoleName>() else {
            return Ok(false);
        };
        if self.policy.roles.contains_key(&name) || role::built_in(&name).is_some() {
            return Ok(true);
        }
        let path = format!(".github/agents/{name}.agent.md");
        Ok(self.github.contents(at, &path).await?.is_some())
    }

    /// Where a reference leads, each repository found once.
    async fn home(
        &self,
        at: &At,
        repository: Option<&RepositoryName>,
        homes: &mut BTreeMap<String, Option<Neighbour>>,
    ) -> Result<Result<Neighbour, Unknown>, GitHubError> {
        let Some(name) = repository else {
            return Ok(Ok(Neighbour::own(at)));
        };
        let key = name.to_string().to_ascii_lowercase();
        if !homes.contains_key(&key) {
            if homes.len() >= REPOSITORIES {
                return Ok(Err(Unknown::TooMany));
            }
            let found = self.github.neighbour(at, name).await?;
            homes.insert(key.clone(), found);
        }
        let found = homes.get(&key).cloned().flatten();
        Ok(found.ok_or(Unknown::Unreadable))
    }

    async fn known(
        &self,
        at: &At,
        home: Result<Neighbour, Unknown>,
        number: IssueNumber,
    ) -> Result<Known, GitHubError> {
        let home = match home {
            Ok(home) => home,
            Err(why) => return Ok(Known::Nothing(why)),
        };
        let referred = self.github.issue_standing(at, &home, number).await?;
        Ok(match referred {
            Referred::To(found) => Known::To {
                key: found.issue.key,
                name: found.issue.name,
                is_pull: found.is_pull,
            },
            Referred::Nothing(why) => Known::Nothing(why),
        })
    }
}
