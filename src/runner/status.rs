//! What people see on the issue: reactions, the status comment, the status label, the answer.

use super::services::Services;
use super::{Performed, comments};
use crate::core::effect::{Reaction, StatusLabel};
use crate::core::event::Event;
use crate::core::failure::Failure;
use crate::core::ids::{CommentId, IssueNumber, SessionId};
use crate::core::label;
use crate::core::place::Place;
use crate::github::{At, GitHubError};
use crate::store::EffectRow;

/// How far back a mark is looked for before the effect was planned, milliseconds.
const LOOK_BACK: i64 = 3_600_000;

/// Reacts to the issue, and takes back the reaction that is no longer true.
pub(super) async fn react(
    services: &Services,
    place: &Place,
    reaction: Reaction,
    instead_of: Option<Reaction>,
) -> Result<Performed, Failure> {
    let at = services.at(place);
    services
        .github
        .react_to_issue(&at, place.issue, comments::github(reaction))
        .await?;
    if let Some(old) = instead_of {
        services
            .github
            .unreact_from_issue(&at, place.issue, comments::github(old))
            .await?;
    }
    Ok(Performed::Done)
}

/// Makes the status comment say `body`.
pub(super) async fn status(
    services: &Services,
    row: &EffectRow,
    place: &Place,
    known: Option<CommentId>,
    body: &str,
) -> Result<Performed, Failure> {
    let (at, task) = (services.at(place), place.task());
    let mark = services.marker.mark(&format!("status:{task}"));
    let text = format!("{body}\n{mark}");
    let mut comment = known.or_else(|| services.posted(task));
    if comment.is_none() {
        comment = look(services, row, &at, place.issue, &mark).await?;
    }
    if let Some(id) = comment {
        match services.github.edit_comment(&at, id, &text).await {
            // Somebody deleted it: it is posted anew below.
            Err(GitHubError::NotFound { .. } | GitHubError::Gone { .. }) => {}
            other => {
                other?;
                return Ok(told(services, place, known, id));
            }
        }
    }
    let id = services
        .github
        .create_comment(&at, place.issue, &text)
        .await?;
    Ok(told(services, place, known, id))
}

fn told(services: &Services, place: &Place, known: Option<CommentId>, id: CommentId) -> Performed {
    services.remember(place.task(), id);
    if known == Some(id) {
        Performed::Done
    } else {
        Performed::known(Event::StatusPosted { comment: id })
    }
}

/// Looks for our comment by its mark; after a first try of unknown outcome twice, because listings lag.
pub(super) async fn look(
    services: &Services,
    row: &EffectRow,
    at: &At,
    on: IssueNumber,
    mark: &str,
) -> Result<Option<CommentId>, GitHubError> {
    let since = Some(row.created_at - LOOK_BACK);
    let found = match services.github.find_comment(at, on, since, mark).await {
        // Nobody may be left without a word because a list cannot be read; a first try has posted nothing yet.
        Err(error) if row.attempts == 1 && is_definite(&error) => {
            tracing::warn!(%error, "our comments cannot be listed; a new one is posted");
            None
        }
        found => found?,
    };
    if found.is_some() || row.attempts == 1 {
        return Ok(found);
    }
    tokio::time::sleep(services.timings.look_again).await;
    services.github.find_comment(at, on, since, mark).await
}

/// Whether asking again will not help.
fn is_definite(error: &GitHubError) -> bool {
    !matches!(
        error,
        GitHubError::Unreachable { .. }
            | GitHubError::Unanswered { .. }
            | GitHubError::Unknown { .. }
            | GitHubError::TokenRefused { .. }
            | GitHubError::Limited { .. }
            | GitHubError::Paced { .. }
            | GitHubError::Suspended
    )
}

/// Makes `label` the only status label. The others go first: a reader never sees two.
pub(super) async fn label(
    services: &Services,
    place: &Place,
    label: Option<StatusLabel>,
) -> Result<Performed, Failure> {
    let at = services.at(place);
    let present = services.github.issue(&at, place.issue).await?.labels;
    let has = |status: StatusLabel| label::has(&present, status.name());
    for other in StatusLabel::ALL
        .into_iter()
        .filter(|other| Some(*other) != label && has(*other))
    {
        services
            .github
            .remove_label(&at, place.issue, other.name())
            .await?;
    }
    if let Some(label) = label.filter(|label| !has(*label)) {
        let (color, description) = label.look();
        services
            .github
            .ensure_label(&at, label.name(), color, description)
            .await?;
        services
            .github
            .add_labels(&at, place.issue, &[label.name()])
            .await?;
    }
    Ok(Performed::Done)
}

/// Posts the agent's answer, once.
pub(super) async fn answer(
    services: &Services,
    row: &EffectRow,
    place: &Place,
    session: &SessionId,
    body: &str,
) -> Result<Performed, Failure> {
    let at = services.at(place);
    let mark = services
        .marker
        .mark(&format!("answer:{session}:{}", row.id));
    let there = if row.attempts > 1 {
        look(services, row, &at, place.issue, &mark).await?
    } else {
        None
    };
    if there.is_none() {
        services
            .github
            .create_comment(&at, place.issue, &format!("{body}\n{mark}"))
            .await?;
    }
    Ok(Performed::known(Event::Answered {
        session: session.clone(),
    }))
}
