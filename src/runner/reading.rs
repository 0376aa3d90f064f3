//! Reads what the core judges before work starts. Errors fail closed: what cannot be read is never assumed.

use super::outsiders::Rights;
pub(super) use super::permission::permission;
use super::scope::Reading;
use super::services::Services;
use crate::core::actor::{AccountKind, Actor};
use crate::core::base_branch;
use crate::core::event::{
    Asking, FoundBranch, IssueLinks, RepositoryFacts, RoleFile, TriggerFacts,
};
use crate::core::ids::IssueNumber;
use crate::core::location::Place;
use crate::core::outsider::{Outsider, Outsiders};
use crate::core::project_status::ProjectStatus;
use crate::core::role::{self, RoleName};
use crate::core::snapshot::{Quoted, Snapshot};
use crate::github::{At, Comment, GitHubError, Issue};

/// Of a role file, so many bytes are taken: more than any valid one has, so that a longer one is refused and not passed
/// over (it may lower rights).
const ROLE_FILE: usize = 256 * 1024;
/// So many role labels are looked up in the repository.
const ROLE_FILES: usize = 20;
/// Comments beyond this many are left out, oldest first.
const COMMENTS: usize = 100;

/// Reads the facts for somebody who asks without a webhook: the issue's words are taken as they are now.
///
/// # Errors
/// Whatever GitHub answers; a fact that cannot be read is never assumed.
pub async fn read_facts(
    services: &Services,
    place: &Place,
    actor: &Actor,
) -> Result<TriggerFacts, GitHubError> {
    services
        .reading()
        .trigger(place, &TriggerToRead::now(actor))
        .await
}

/// A trigger, before it is read.
pub(super) struct TriggerToRead<'a> {
    /// Who asked.
    pub(super) actor: &'a Actor,
    /// By what.
    pub(super) asking: Asking,
    /// The issue's words at that time; without one they are taken as they are now.
    pub(super) snapshot: Option<&'a Snapshot>,
    /// The role that was asked for by command.
    pub(super) role: Option<&'a str>,
    /// The base branch that was asked for by command.
    pub(super) base: Option<&'a str>,
}

impl<'a> TriggerToRead<'a> {
    fn now(actor: &'a Actor) -> Self {
        Self {
            actor,
            asking: Asking::Command,
            snapshot: None,
            role: None,
            base: None,
        }
    }

    /// Whether work may start from it.
    fn starts(&self) -> bool {
        self.asking.starts()
    }
}

impl Reading<'_> {
    /// Reads the facts of a trigger.
    pub(super) async fn trigger(
        &self,
        place: &Place,
        trigger: &TriggerToRead<'_>,
    ) -> Result<TriggerFacts, GitHubError> {
        let at = At::of(place);
        let known_role_files = async {
            match self.roles_of(trigger, trigger.snapshot) {
                Some(roles) => self.role_files(&at, roles).await.map(Some),
                None => Ok(None),
            }
        };
        let (issue, repository, permission, role_files) = tokio::try_join!(
            self.github.issue(&at, place.issue),
            self.repository(&at),
            permission(self.github, &at, trigger.actor),
            known_role_files,
        )?;
        // Each call counts while many are labeled at once.
        let comments = match (issue.comments, trigger.starts()) {
            (0, _) | (_, false) => vec![],
            _ => self.github.comments(&at, place.issue, None).await?,
        };
        let mut words = trigger.snapshot.cloned().unwrap_or_else(|| issue.words());
        let mut rights = Rights::new(self.github, &at);
        rights.know(trigger.actor, permission);
        let said = self.said(&mut rights, comments, (place.issue, words.at));
        let (comments, outsiders) = said.await?;
        words.comments = comments;
        let base = self.base(&at, trigger, &words).await?;
        let starter = match trigger.starts() {
            true => self.starter(&at, trigger.actor, permission).await?,
            false => None,
        };
        let role_files = match role_files {
            Some(found) => found,
            None => {
                let roles = self.roles_of(trigger, Some(&words)).unwrap_or_default();
                self.role_files(&at, roles).await?
            }
        };
        let project = match trigger.starts() {
            true => self.project(&at).await?,
            false => ProjectStatus::Active,
        };
        let links = links(&issue);
        let priority = self.policy.issues.field_priority(&issue.fields);
        Ok(TriggerFacts {
            place: place.clone(),
            asking: trigger.asking,
            actor: trigger.actor.clone(),
            permission,
            snapshot: words,
            outsiders,
            labels_now: issue.labels,
            open: issue.open,
            is_pull: issue.is_pull_request,
            repository,
            role_files,
            role: trigger.role.map(str::to_owned),
            base_wish: trigger.base.map(str::to_owned),
            base,
            starter,
            links,
            priority,
            project,
            policy: None,
        })
    }

    /// How the repository says it stands, where the operator names the file.
    pub(super) async fn project(&self, at: &At) -> Result<ProjectStatus, GitHubError> {
        let Some(path) = &self.policy.issues.status_file else {
            return Ok(ProjectStatus::Active);
        };
        let text = self.github.contents(at, path).await?;
        Ok(ProjectStatus::read(text.as_deref()))
    }

    /// The base branch that was named, if one was; what is no name of a branch is not looked for.
    async fn base(
        &self,
        at: &At,
        trigger: &TriggerToRead<'_>,
        words: &Snapshot,
    ) -> Result<Option<FoundBranch>, GitHubError> {
        let named = base_branch::named(words, trigger.base).ok().flatten();
        let Some(named) = named.filter(|_| trigger.starts()) else {
            return Ok(None);
        };
        let found = self.github.branch(at, &named.branch).await?;
        let (name, head) = match found {
            Some(found) => (found.name, Some(found.sha)),
            None => (named.branch.clone(), None),
        };
        let asked = named.branch;
        Ok(Some(FoundBranch { asked, name, head }))
    }

    /// What people had written on an issue by a moment, the latest of it: those who may write there, and all others.
    async fn said(
        &self,
        rights: &mut Rights<'_>,
        comments: Vec<Comment>,
        (on, by): (IssueNumber, i64),
    ) -> Result<(Vec<Quoted>, Vec<Outsider>), GitHubError> {
        let theirs = |comment: &Comment| comment.author.login != self.policy.me.login;
        let mut said: Vec<Comment> = comments
            .into_iter()
            .filter(|comment| theirs(comment) && comment.created_at <= by)
            .collect();
        said.drain(..said.len().saturating_sub(COMMENTS));
        if self.policy.issues.outsiders == Outsiders::Read {
            return Ok((quoted(said, by), Vec::new()));
        }
        let writers = said.iter().rev().map(|comment| comment.author.known());
        rights.ask(writers).await?;
        let may = |comment: &Comment| {
            let author = comment.author.known();
            match author.kind {
                AccountKind::User => rights.of(author.id).may_start(),
                AccountKind::Bot | AccountKind::Other => {
                    self.policy.allowed_bots.contains(&author.id)
                }
            }
        };
        let (said, others): (Vec<Comment>, Vec<Comment>) = said.into_iter().partition(may);
        let others = rights.outsiders(on, others).await?;
        Ok((quoted(said, by), others))
    }

    async fn repository(&self, at: &At) -> Result<RepositoryFacts, GitHubError> {
        let found = self.github.repository(at).await?;
        let head = self.github.branch(at, &found.default_branch).await?;
        Ok(RepositoryFacts {
            default_branch: found.default_branch,
            head: head.map(|head| head.sha),
            archived: found.archived,
        })
    }

    /// The roles that a start may be for: the one that was asked for by command, those of the labels, or the one that the
    /// issue implies. Without words only a command says one.
    fn roles_of(
        &self,
        trigger: &TriggerToRead<'_>,
        words: Option<&Snapshot>,
    ) -> Option<Vec<RoleName>> {
        if let Some(role) = trigger.role {
            return Some(
                role::asked_for(&format!("role:{role}"))
                    .into_iter()
                    .collect(),
            );
        }
        let words = words?;
        let labels = words.labels.iter();
        let labeled: Vec<RoleName> = labels
            .filter_map(|label| role::asked_for(label))
            .take(ROLE_FILES)
            .collect();
        match labeled.is_empty() {
            true => Some(vec![self.policy.implying().of(words).name]),
            false => Some(labeled),
        }
    }

    /// The repository's own files for these roles, on its default branch.
    async fn role_files(
        &self,
        at: &At,
        names: Vec<RoleName>,
    ) -> Result<Vec<RoleFile>, GitHubError> {
        let mut files = Vec::new();
        for name in names {
            let path = format!(".github/agents/{name}.agent.md");
            if let Some(mut text) = self.github.contents(at, &path).await? {
                text.truncate(text.floor_char_boundary(ROLE_FILE));
                files.push(RoleFile {
                    role: name.to_string(),
                    path,
                    text,
                });
            }
        }
        Ok(files)
    }
}

/// Comments that were not changed since.
fn quoted(said: Vec<Comment>, by: i64) -> Vec<Quoted> {
    let unchanged = said.into_iter().filter(|comment| comment.updated_at <= by);
    let quoted = unchanged.map(|comment| Quoted {
        author: comment.author.login,
        at: comment.created_at,
        body: comment.body,
        let_in_by: None,
    });
    quoted.collect()
}

/// How the issue stands among others, by GitHub's own counts.
fn links(issue: &Issue) -> IssueLinks {
    let count = |count: Option<u64>| u32::try_from(count.unwrap_or(0)).unwrap_or(u32::MAX);
    IssueLinks {
        blockers: count(issue.blockers),
        sub_issues: count(issue.sub_issues),
        has_parent: issue.has_parent,
    }
}
