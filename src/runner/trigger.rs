//! Reads what the core judges: before work starts, and again before it is published. Errors fail closed: an effect that
//! cannot read is retried and then given up, never assumed.

use super::Performed;
use super::services::Services;
use crate::core::event::{Asking, Event, PublishFacts, RepositoryFacts, RoleFile, TriggerFacts};
use crate::core::failure::Failure;
use crate::core::ids::SessionId;
use crate::core::place::{Actor, Permission, Place, Quoted, Snapshot};
use crate::core::role::{self, RoleName};
use crate::github::{At, GitHubError};

/// Of a role file, so many bytes are taken: more than any valid one has, so that a longer one is refused and not passed
/// over (it may lower rights).
const ROLE_FILE: usize = 256 * 1024;
/// So many role labels are looked up in the repository.
const ROLE_FILES: usize = 20;
/// Comments beyond this many are left out, oldest first.
const COMMENTS: usize = 100;

/// Reads the facts of a trigger.
pub(super) async fn check(
    services: &Services,
    place: &Place,
    actor: &Actor,
    (asking, snapshot, role): (Asking, Option<&Snapshot>, Option<&str>),
) -> Result<Performed, Failure> {
    let facts = TriggerFacts {
        asking,
        ..read(services, place, actor, (snapshot, role)).await?
    };
    Ok(Performed::known(Event::TriggerChecked {
        facts: Box::new(facts),
    }))
}

/// Reads the facts for somebody who asks without a webhook: the issue's words are taken as they are now.
///
/// # Errors
/// Whatever GitHub answers; a fact that cannot be read is never assumed.
pub async fn read_facts(
    services: &Services,
    place: &Place,
    actor: &Actor,
) -> Result<TriggerFacts, GitHubError> {
    read(services, place, actor, (None, None)).await
}

/// Reads the facts; without a snapshot the issue's words are taken as they are now.
async fn read(
    services: &Services,
    place: &Place,
    actor: &Actor,
    (snapshot, role): (Option<&Snapshot>, Option<&str>),
) -> Result<TriggerFacts, GitHubError> {
    let at = services.at(place);
    let (issue, repository, permission, comments) = tokio::try_join!(
        services.github.issue(&at, place.issue),
        repository(services, &at),
        permission(services, &at, actor),
        services.github.comments(&at, place.issue, None),
    )?;
    let mut words = snapshot.cloned().unwrap_or_else(|| issue.words());
    let quoted = comments.into_iter().filter(|comment| {
        let ours = comment.author.login == services.policy.me.login;
        !ours && comment.created_at <= words.at && comment.updated_at <= words.at
    });
    let quoted = quoted.map(|comment| Quoted {
        author: comment.author.login,
        at: comment.created_at,
        body: comment.body,
    });
    let mut quoted: Vec<Quoted> = quoted.collect();
    quoted.drain(..quoted.len().saturating_sub(COMMENTS));
    words.comments = quoted;
    let wished = role.map(|role| vec![format!("role:{role}")]);
    let labels = wished.as_ref().unwrap_or(&words.labels);
    let role_files = role_files(services, &at, labels, &repository.default_branch).await?;
    Ok(TriggerFacts {
        place: place.clone(),
        asking: Asking::Command,
        actor: actor.clone(),
        permission,
        snapshot: words,
        labels_now: issue.labels,
        open: issue.open,
        is_pull: issue.is_pull_request,
        repository,
        role_files,
        role: role.map(str::to_owned),
    })
}

async fn repository(services: &Services, at: &At) -> Result<RepositoryFacts, GitHubError> {
    let found = services.github.repository(at).await?;
    let head = services.github.branch(at, &found.default_branch).await?;
    Ok(RepositoryFacts {
        default_branch: found.default_branch,
        head: head.map(|head| head.sha),
        archived: found.archived,
    })
}

/// What the actor may do. A login that meanwhile belongs to somebody else may do nothing.
pub(super) async fn permission(
    services: &Services,
    at: &At,
    actor: &Actor,
) -> Result<Option<Permission>, GitHubError> {
    let Actor::Person(account) = actor else {
        return Ok(None);
    };
    let found = services.github.permission(at, &account.login).await?;
    if found.user.is_some_and(|id| id != account.id) {
        return Ok(Some(Permission::None));
    }
    Ok(Some(found.level))
}

/// The repository's own files for the roles the labels (or the default) ask for.
async fn role_files(
    services: &Services,
    at: &At,
    labels: &[String],
    branch: &str,
) -> Result<Vec<RoleFile>, GitHubError> {
    let mut names: Vec<RoleName> = labels
        .iter()
        .filter_map(|label| role::asked_for(label))
        .take(ROLE_FILES)
        .collect();
    if names.is_empty() {
        names.push(services.policy.default_role.clone());
    }
    let mut files = Vec::new();
    for name in names {
        let path = format!(".github/agents/{name}.agent.md");
        if let Some(mut text) = services.github.contents(at, &path, Some(branch)).await? {
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

/// Reads again what must hold right before a push.
pub(super) async fn check_publish(
    services: &Services,
    place: &Place,
    session: &SessionId,
    actor: &Actor,
) -> Result<Performed, Failure> {
    let at = services.at(place);
    let (issue, repository, permission) = tokio::try_join!(
        services.github.issue(&at, place.issue),
        services.github.repository(&at),
        permission(services, &at, actor),
    )?;
    let facts = PublishFacts {
        permission,
        open: issue.open,
        archived: repository.archived,
        base_branch: repository.default_branch,
    };
    Ok(Performed::known(Event::PublishChecked {
        session: session.clone(),
        facts,
    }))
}
