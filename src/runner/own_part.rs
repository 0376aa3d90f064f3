//! Our part of a pull request's text. What people wrote around it is never touched.

use crate::core::text;
use crate::github::{At, GitHub, GitHubError, Pull, PullEdit};

/// Writes our part anew, where it is still there.
pub(super) async fn write(
    github: &GitHub,
    at: &At,
    pull: &Pull,
    part: &str,
) -> Result<(), GitHubError> {
    let body = text::pull::with_part_of(&pull.body, part).filter(|body| *body != pull.body);
    if body.is_some() {
        let edit = PullEdit {
            body,
            ..PullEdit::default()
        };
        github.edit_pull(at, pull.number, &edit).await?;
    }
    Ok(())
}
