//! Reads what the core judges before work starts. Errors fail closed: what cannot be read is never assumed.

use super::scope::Reading;
use super::services::Services;
use crate::core::actor::{Actor, Permission};
use crate::core::event::{Asking, RepositoryFacts, RoleFile, TriggerFacts};
use crate::core::location::Place;
use crate::core::role::{self, RoleName};
use crate::core::snapshot::{Quoted, Snapshot};
use crate::github::{At, Comment, GitHub, GitHubError};

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
}

impl<'a> TriggerToRead<'a> {
    fn now(actor: &'a Actor) -> Self {
        Self {
            actor,
            asking: Asking::Command,
            snapshot: None,
            role: None,
        }
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
        let wished = trigger.role.map(|role| vec![format!("role:{role}")]);
        let labels = wished.or_else(|| trigger.snapshot.map(|words| words.labels.clone()));
        let known_role_files = async {
            match &labels {
                Some(labels) => self.role_files(&at, labels).await.map(Some),
                None => Ok(None),
            }
        };
        let (issue, repository, permission, comments, role_files) = tokio::try_join!(
            self.github.issue(&at, place.issue),
            self.repository(&at),
            permission(self.github, &at, trigger.actor),
            self.github.comments(&at, place.issue, None),
            known_role_files,
        )?;
        let mut words = trigger.snapshot.cloned().unwrap_or_else(|| issue.words());
        words.comments = self.quoted(comments, words.at);
        let role_files = match role_files {
            Some(found) => found,
            None => self.role_files(&at, &words.labels).await?,
        };
        Ok(TriggerFacts {
            place: place.clone(),
            asking: trigger.asking,
            actor: trigger.actor.clone(),
            permission,
            snapshot: words,
            labels_now: issue.labels,
            open: issue.open,
            is_pull: issue.is_pull_request,
            repository,
            role_files,
            role: trigger.role.map(str::to_owned),
        })
    }

    /// What people had written by a moment, the latest of it.
    fn quoted(&self, comments: Vec<Comment>, by: i64) -> Vec<Quoted> {
        let counts = |comment: &Comment| {
            let ours = comment.author.login == self.policy.me.login;
            !ours && comment.created_at <= by && comment.updated_at <= by
        };
        let quoted = comments.into_iter().filter(counts).map(|comment| Quoted {
            author: comment.author.login,
            at: comment.created_at,
            body: comment.body,
        });
        let mut quoted: Vec<Quoted> = quoted.collect();
        quoted.drain(..quoted.len().saturating_sub(COMMENTS));
        quoted
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

    /// The repository's own files, on its default branch, for the roles the labels (or the default) ask for.
    async fn role_files(&self, at: &At, labels: &[String]) -> Result<Vec<RoleFile>, GitHubError> {
        let mut names: Vec<RoleName> = labels
            .iter()
            .filter_map(|label| role::asked_for(label))
            .take(ROLE_FILES)
            .collect();
        if names.is_empty() {
            names.push(self.policy.default_role.clone());
        }
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

/// What the actor may do. A login that meanwhile belongs to somebody else may do nothing.
pub(super) async fn permission(
    github: &GitHub,
    at: &At,
    actor: &Actor,
) -> Result<Option<Permission>, GitHubError> {
    let Actor::Person(account) = actor else {
        return Ok(None);
    };
    let found = github.permission(at, &account.login).await?;
    if found.user.is_some_and(|id| id != account.id) {
        return Ok(Some(Permission::None));
    }
    Ok(Some(found.level))
}
