//! Reads what an issue waits for from everywhere it may be said, how all of that stands, and what the issue is part of.

use std::collections::BTreeMap;

use futures::{StreamExt, TryStreamExt};

use crate::core::dependency::{
    self, Blocker, Dependencies, Home, Named, Reference, References, Source, Standing, Unknown,
    Unresolved,
};
use crate::core::event::Event;
use crate::core::failure::Failure;
use crate::core::ids::{RepositoryName, TaskKey};
use crate::github::{At, GitHub, GitHubError, Issue, IssueStanding, Neighbour, Referred};
use crate::runner::lease::Lease;
use crate::runner::performed::Performed;

/// So many other repositories are looked into for one issue.
const REPOSITORIES: usize = 20;
/// So many issues are read side by side.
const SIDE_BY_SIDE: usize = 4;

/// Its words are taken as they are now: what counts is what stands there, whoever told of it.
pub(super) async fn perform(lease: &Lease, github: &GitHub) -> Result<Performed, Failure> {
    let place = lease.place();
    let at = At::of(place);
    let issue = github.issue(&at, place.issue).await?;
    let found = of_issue(github, &at, &issue).await?;
    Ok(Performed::known(Event::DependenciesRead {
        found: Box::new(found),
    }))
}

/// The same of an issue that is read already.
pub(in crate::runner) async fn of_issue(
    github: &GitHub,
    at: &At,
    issue: &Issue,
) -> Result<Dependencies, GitHubError> {
    let reading = Reading {
        github,
        at: at.clone(),
        key: TaskKey::new(at.repository, issue.number),
    };
    reading.dependencies(issue).await
}

struct Reading<'a> {
    github: &'a GitHub,
    at: At,
    key: TaskKey,
}

impl Reading<'_> {
    async fn dependencies(&self, issue: &Issue) -> Result<Dependencies, GitHubError> {
        let (native, parent) = tokio::try_join!(
            self.github.blocked_by(&self.at, self.key.issue),
            self.parent(issue),
        )?;
        let native = native.unwrap_or_default();
        let counted = usize::try_from(issue.blockers.unwrap_or(0)).unwrap_or(usize::MAX);
        let hidden = counted.saturating_sub(native.len());
        let References { found, cut } = self.written(issue);
        let mut all = Collected::default();
        native.into_iter().for_each(|one| all.native(one));
        for (reference, referred) in self.follow(found, issue).await? {
            all.written(reference, referred);
        }
        Ok(Dependencies {
            blockers: all.blockers.into_values().collect(),
            unresolved: all.unresolved,
            hidden: count(hidden),
            cut: count(cut),
            parent: parent.map(|parent| parent.issue),
            sub_issues: u32::try_from(issue.sub_issues.unwrap_or(0)).unwrap_or(u32::MAX),
            read_at: None,
        })
    }

    async fn parent(&self, issue: &Issue) -> Result<Option<IssueStanding>, GitHubError> {
        if !issue.has_parent {
            return Ok(None);
        }
        self.github.parent(&self.at, self.key.issue).await
    }

    fn written(&self, issue: &Issue) -> References {
        let host = self.github.web_host();
        let home = Home {
            repository: &self.at.name,
            issue: self.key.issue,
            host: &host,
        };
        dependency::references(&issue.body, &issue.labels, &home)
    }

    /// How all stand that are written of, each repository found once.
    async fn follow(
        &self,
        found: Vec<Reference>,
        issue: &Issue,
    ) -> Result<Vec<(Reference, Referred)>, GitHubError> {
        let homes = self.neighbours(&found).await?;
        let read = found.into_iter().map(async |reference| {
            let referred = match self.known(&reference, issue) {
                Some(known) => Referred::To(known),
                None => self.referred(&reference, &homes).await?,
            };
            Ok::<_, GitHubError>((reference, referred))
        });
        futures::stream::iter(read)
            .buffered(SIDE_BY_SIDE)
            .try_collect()
            .await
    }

    /// The issue itself, which is read already.
    fn known(&self, reference: &Reference, issue: &Issue) -> Option<IssueStanding> {
        reference.itself.then(|| IssueStanding {
            issue: Named {
                key: self.key,
                name: self.at.name.clone(),
            },
            standing: Standing::of(
                if issue.open { "open" } else { "closed" },
                issue.state_reason.as_deref(),
            ),
            is_pull: issue.is_pull_request,
            title: issue.title.clone(),
            sub_issues: issue.sub_issues,
        })
    }

    async fn referred(
        &self,
        reference: &Reference,
        homes: &BTreeMap<String, Option<Neighbour>>,
    ) -> Result<Referred, GitHubError> {
        let own = Neighbour::own(&self.at);
        let home = match &reference.repository {
            None => Some(&own),
            Some(name) => match homes.get(&lowered(name)) {
                None => return Ok(Referred::Nothing(Unknown::TooMany)),
                Some(found) => found.as_ref(),
            },
        };
        match home {
            Some(home) => {
                self.github
                    .issue_standing(&self.at, home, reference.number)
                    .await
            }
            None => Ok(Referred::Nothing(Unknown::Unreadable)),
        }
    }

    /// The other repositories that are named, as many as are looked into.
    async fn neighbours(
        &self,
        found: &[Reference],
    ) -> Result<BTreeMap<String, Option<Neighbour>>, GitHubError> {
        let mut homes = BTreeMap::new();
        for name in found.iter().filter_map(|one| one.repository.as_ref()) {
            let key = lowered(name);
            if homes.len() < REPOSITORIES && !homes.contains_key(&key) {
                let found = self.github.neighbour(&self.at, name).await?;
                homes.insert(key, found);
            }
        }
        Ok(homes)
    }
}

/// Each issue once, whatever names lead to it; GitHub's own word before others'.
#[derive(Default)]
struct Collected {
    blockers: BTreeMap<TaskKey, Blocker>,
    unresolved: Vec<Unresolved>,
}

impl Collected {
    fn native(&mut self, found: IssueStanding) {
        self.add(found, Source::GitHub, String::new());
    }

    fn written(&mut self, reference: Reference, referred: Referred) {
        let Reference {
            repository,
            number,
            source,
            evidence,
            ..
        } = reference;
        match referred {
            Referred::To(found) => self.add(found, source, evidence),
            Referred::Nothing(why) => self.unresolved.push(Unresolved {
                repository,
                number,
                why,
                source,
                evidence,
            }),
        }
    }

    fn add(&mut self, found: IssueStanding, source: Source, evidence: String) {
        let IssueStanding {
            issue,
            standing,
            is_pull,
            title,
            ..
        } = found;
        self.blockers.entry(issue.key).or_insert(Blocker {
            issue,
            standing,
            is_pull,
            title,
            source,
            evidence,
            failed: false,
        });
    }
}

fn lowered(name: &RepositoryName) -> String {
    name.to_string().to_ascii_lowercase()
}

fn count(many: usize) -> u32 {
    u32::try_from(many).unwrap_or(u32::MAX)
}
