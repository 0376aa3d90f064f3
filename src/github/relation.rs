//! Reads about what an issue waits for and what it is part of.
//!
//! Such issues may be in other repositories, so a token that reads issues in all repositories of the installation is used
//! here, and for nothing else. It must never show the title of an issue in a private repository to readers of another one,
//! nor look into what another installation covers: that is somebody else's.
//! <https://docs.github.com/rest/issues/issue-dependencies>, <https://docs.github.com/rest/issues/sub-issues>

use std::collections::VecDeque;

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::answer::Answer;
use super::at::At;
use super::client::GitHub;
use super::error::GitHubError;
use super::purpose::{Purpose, Scope};
use super::repository::Repository;
use super::request::ApiRequest;
use crate::core::dependency::{Named, Standing, Unknown};
use crate::core::ids::{IssueNumber, RepositoryId, RepositoryName};

/// The most issues of a tree of sub-issues that are read.
const TREE_ISSUES: usize = 1_100;
/// The most lists of sub-issues that are read for one tree.
const TREE_CALLS: usize = 250;
/// So many levels there are below an issue at most.
const TREE_DEPTH: u32 = 8;

/// How an issue stands that another one waits for, or is part of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IssueStanding {
    /// Which.
    pub issue: Named,
    /// How it stands.
    pub standing: Standing,
    /// Whether it is a pull request.
    pub is_pull: bool,
    /// Its title; empty where readers of the repository that asked may not know it.
    pub title: String,
    /// How many sub-issues it has; `None` where GitHub does not say.
    pub sub_issues: Option<u64>,
}

/// A repository of the same installation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Neighbour {
    /// Where it is.
    pub at: At,
    /// Whether readers of the repository that asks may know the titles of its issues: it is theirs, or public.
    pub is_open: bool,
}

impl Neighbour {
    /// The repository that asks.
    pub fn own(at: &At) -> Self {
        Self {
            at: at.clone(),
            is_open: true,
        }
    }
}

/// What a reference leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Referred {
    /// An issue or a pull request.
    To(IssueStanding),
    /// Nothing that is known.
    Nothing(Unknown),
}

/// One issue in a tree of sub-issues.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TreeIssue {
    /// The issue.
    pub issue: IssueStanding,
    /// How far below the root, from 1.
    pub depth: u32,
    /// The place of its parent in the list; `None` right below the root.
    pub parent: Option<usize>,
}

/// The sub-issues of an issue, and theirs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tree {
    /// Level by level, each in its parent's order.
    pub issues: Vec<TreeIssue>,
    /// Whether some were left out, because there are too many.
    pub cut: bool,
    /// How many were, as far as GitHub counts those whose lists were not read.
    pub more: u64,
    /// How many below the uppermost GitHub counts and does not show: those in repositories that we do not reach.
    pub hidden: u64,
    /// GitHub has no sub-issues here.
    pub missing: bool,
}

#[derive(Deserialize)]
struct RelatedShape {
    number: IssueNumber,
    title: String,
    state: String,
    state_reason: Option<String>,
    repository_url: String,
    repository: Option<HomeShape>,
    pull_request: Option<MergedShape>,
    sub_issues_summary: Option<SummaryShape>,
}

#[derive(Deserialize)]
struct HomeShape {
    id: RepositoryId,
    full_name: RepositoryName,
    #[serde(default)]
    private: bool,
}

#[derive(Deserialize)]
struct MergedShape {
    merged_at: Option<IgnoredAny>,
}

#[derive(Deserialize)]
struct SummaryShape {
    total: u64,
}

impl RelatedShape {
    /// The name in `…/repos/owner/name`.
    fn name(&self) -> Option<RepositoryName> {
        let mut parts = self.repository_url.rsplit('/');
        let (name, owner) = (parts.next()?, parts.next()?);
        format!("{owner}/{name}").parse().ok()
    }

    fn standing(&self) -> Standing {
        match (&self.pull_request, self.state.as_str()) {
            (Some(pull), "closed") if pull.merged_at.is_none() => Standing::NotPlanned,
            (Some(_), state) => Standing::of(state, None),
            (None, state) => Standing::of(state, self.state_reason.as_deref()),
        }
    }

    /// `is_open`: whether whoever reads what we write may know its title.
    fn put_in(self, home: RepositoryId, name: RepositoryName, is_open: bool) -> IssueStanding {
        let standing = self.standing();
        IssueStanding {
            issue: Named::new(home, name, self.number),
            standing,
            is_pull: self.pull_request.is_some(),
            title: if is_open { self.title } else { String::new() },
            sub_issues: self.sub_issues_summary.map(|summary| summary.total),
        }
    }
}

impl Tree {
    /// So many are not read.
    fn leave_out(&mut self, many: u64) {
        self.cut |= many > 0;
        self.more = self.more.saturating_add(many);
    }
}

fn length(many: usize) -> u64 {
    u64::try_from(many).unwrap_or(u64::MAX)
}

impl GitHub {
    /// What blocks an issue by GitHub's own dependencies; `None` where GitHub has none (older servers), or no such issue.
    /// <https://docs.github.com/rest/issues/issue-dependencies#list-dependencies-an-issue-is-blocked-by>
    pub async fn blocked_by(
        &self,
        at: &At,
        number: IssueNumber,
    ) -> Result<Option<Vec<IssueStanding>>, GitHubError> {
        let path = format!("/issues/{number}/dependencies/blocked_by?per_page=100");
        self.related(at, "read what blocks the issue", at.path(&path))
            .await
    }

    /// The sub-issues of an issue in their order; `None` where GitHub has none (older servers), or no such issue.
    /// <https://docs.github.com/rest/issues/sub-issues#list-sub-issues>
    pub async fn sub_issues(
        &self,
        at: &At,
        number: IssueNumber,
    ) -> Result<Option<Vec<IssueStanding>>, GitHubError> {
        let path = format!("/issues/{number}/sub_issues?per_page=100");
        self.related(at, "list the sub-issues", at.path(&path))
            .await
    }

    /// What an issue is a sub-issue of; `None` where it is none, or GitHub has no sub-issues.
    /// <https://docs.github.com/rest/issues/sub-issues#get-parent-issue>
    pub async fn parent(
        &self,
        at: &At,
        number: IssueNumber,
    ) -> Result<Option<IssueStanding>, GitHubError> {
        let ask = ApiRequest::get(
            "read the parent issue",
            at.path(&format!("/issues/{number}/parent")),
        );
        match self.fetch(self.wide(at), &at.name.to_string(), &ask).await {
            Ok(answer) => self.put(at, answer.json(&ask)?, None).await.map(Some),
            Err(GitHubError::NotFound { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The sub-issues of an issue and theirs, level by level, as far as eight levels and about a thousand issues.
    pub async fn sub_issue_tree(&self, at: &At, root: IssueNumber) -> Result<Tree, GitHubError> {
        let mut tree = Tree::default();
        let mut ahead = VecDeque::from([(at.clone(), root, None, 1)]);
        for _ in 0..TREE_CALLS {
            let Some((home, number, parent, depth)) = ahead.pop_front() else {
                return Ok(tree);
            };
            let Some(found) = self.sub_issues(&home, number).await? else {
                tree.missing |= depth == 1;
                continue;
            };
            let counted = parent.and_then(|place: usize| tree.issues.get(place)?.issue.sub_issues);
            let unseen = counted.map_or(0, |all| all.saturating_sub(length(found.len())));
            tree.hidden = tree.hidden.saturating_add(unseen);
            for issue in found {
                if tree.issues.len() >= TREE_ISSUES {
                    let below = issue.sub_issues.unwrap_or(0);
                    tree.leave_out(below.saturating_add(1));
                    continue;
                }
                let below = At {
                    installation: at.installation,
                    repository: issue.issue.key.repository,
                    name: issue.issue.name.clone(),
                };
                if depth >= TREE_DEPTH {
                    tree.leave_out(issue.sub_issues.unwrap_or(0));
                } else if issue.sub_issues != Some(0) {
                    let place = Some(tree.issues.len());
                    ahead.push_back((below, issue.issue.key.issue, place, depth + 1));
                }
                tree.issues.push(TreeIssue {
                    issue,
                    depth,
                    parent,
                });
            }
            if tree.issues.len() >= TREE_ISSUES {
                break;
            }
        }
        for (_, _, place, _) in ahead {
            let left = place.and_then(|place: usize| tree.issues.get(place)?.issue.sub_issues);
            tree.leave_out(left.unwrap_or(1));
        }
        Ok(tree)
    }

    /// How an issue stands that one at `at` refers to, in a repository that [`GitHub::neighbour`] found. A transferred
    /// issue is followed.
    pub async fn issue_standing(
        &self,
        at: &At,
        home: &Neighbour,
        number: IssueNumber,
    ) -> Result<Referred, GitHubError> {
        let path = home.at.path(&format!("/issues/{number}"));
        let ask = ApiRequest::get("read an issue that is referred to", path);
        let name = home.at.name.to_string();
        let found = match self.fetch(self.wide(at), &name, &ask).await {
            Ok(answer) => self.put(at, answer.json(&ask)?, Some(home)).await,
            Err(error) => Err(error),
        };
        match found {
            Ok(found) => Ok(Referred::To(found)),
            Err(error) => no_more(error),
        }
    }

    /// A repository of the same installation by its name, which may be an old one; `None` for all others.
    pub async fn neighbour(
        &self,
        at: &At,
        name: &RepositoryName,
    ) -> Result<Option<Neighbour>, GitHubError> {
        let installation = self.wide(at).installation;
        match self.installation_for(name).await {
            Ok(found) if found.id == installation => {}
            Ok(_) | Err(GitHubError::NotInstalled { .. }) => return Ok(None),
            Err(error) => return Err(error),
        }
        let ask = ApiRequest::get("find the repository", format!("/repos/{name}"));
        let found = self
            .fetch(Scope::survey(installation), &name.to_string(), &ask)
            .await;
        let found: Repository = match found {
            Err(GitHubError::NotFound { .. }) => return Ok(None),
            found => found?.json(&ask)?,
        };
        let home = At {
            installation,
            repository: found.id,
            name: found.name,
        };
        Ok(Some(Neighbour {
            is_open: !found.private || found.id == at.repository,
            at: home,
        }))
    }

    /// A token that reads issues in all that the installation covers.
    fn wide(&self, at: &At) -> Scope {
        let now = self.0.access.followed(at.scope(Purpose::Relations));
        Scope {
            repository: None,
            ..now
        }
    }

    async fn related(
        &self,
        at: &At,
        verb: &'static str,
        path: String,
    ) -> Result<Option<Vec<IssueStanding>>, GitHubError> {
        let ask = ApiRequest::get(verb, path);
        let items = |answer: &Answer, ask: &ApiRequest| answer.json::<Vec<RelatedShape>>(ask);
        let found = self
            .pages(self.wide(at), &at.name.to_string(), &ask, items)
            .await;
        let found = match found {
            Err(GitHubError::NotFound { .. }) => return Ok(None),
            found => found?,
        };
        let mut all = Vec::with_capacity(found.len());
        for shape in found {
            match self.put(at, shape, None).await {
                Ok(one) => all.push(one),
                // What nobody here reaches is only counted.
                Err(GitHubError::NotCovered { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(Some(all))
    }

    /// Finds out which repository an issue is in, where neither the answer nor the asker knows it.
    async fn put(
        &self,
        at: &At,
        mut shape: RelatedShape,
        near: Option<&Neighbour>,
    ) -> Result<IssueStanding, GitHubError> {
        if let Some(home) = shape.repository.take() {
            let is_open = !home.private || home.id == at.repository;
            return Ok(shape.put_in(home.id, home.full_name, is_open));
        }
        let name = shape.name().ok_or_else(|| GitHubError::Unreadable {
            call: "read an issue".to_owned(),
            why: "it names no repository".to_owned(),
        })?;
        if name == at.name {
            return Ok(shape.put_in(at.repository, name, true));
        }
        let known = near.filter(|near| near.at.name == name).cloned();
        let home = match known {
            Some(home) => home,
            None => self.neighbour(at, &name).await?.ok_or_else(|| {
                let repository = name.to_string();
                GitHubError::NotCovered { repository }
            })?,
        };
        Ok(shape.put_in(home.at.repository, home.at.name, home.is_open))
    }
}

/// What an error says of an issue that is referred to; anything else has to be tried again.
fn no_more(error: GitHubError) -> Result<Referred, GitHubError> {
    match error {
        GitHubError::NotFound { .. } | GitHubError::Gone { .. } => {
            Ok(Referred::Nothing(Unknown::Missing))
        }
        GitHubError::Forbidden { .. }
        | GitHubError::NotPermitted { .. }
        | GitHubError::NotCovered { .. } => Ok(Referred::Nothing(Unknown::Unreadable)),
        error => Err(error),
    }
}
