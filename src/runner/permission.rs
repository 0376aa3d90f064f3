//! What somebody may do in a repository, as GitHub answers when it is asked: never what a webhook says of them.

use crate::core::actor::{Actor, Permission};
use crate::github::{At, GitHub, GitHubError};

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
