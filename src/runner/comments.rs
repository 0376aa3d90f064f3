//! The conversation's side of GitHub: our comments, reactions to theirs, who may speak, the switch, words for a running
//! turn.

use super::Performed;
use super::services::Services;
use super::status::look;
use super::trigger;
use crate::agent::Steered;
use crate::core::effect::{Reaction, UpsertComment};
use crate::core::event::{AuthorizedComment, Event};
use crate::core::failure::Failure;
use crate::core::ids::{CommentId, IssueNumber, SessionId};
use crate::core::label;
use crate::core::place::{Account, Actor, Permission, Place};
use crate::core::policy::GO_LABEL;
use crate::github::{GitHubError, Reaction as GitHubReaction};
use crate::store::EffectRow;

/// GitHub's name for a reaction.
pub(super) fn github(reaction: Reaction) -> GitHubReaction {
    match reaction {
        Reaction::Eyes => GitHubReaction::Eyes,
        Reaction::Hooray => GitHubReaction::Hooray,
        Reaction::Confused => GitHubReaction::Confused,
        Reaction::Rocket => GitHubReaction::Rocket,
        Reaction::ThumbsUp => GitHubReaction::ThumbsUp,
    }
}

/// Makes the comment with this key say the body: edited where it is, posted where it is not (any more).
pub(super) async fn upsert(
    services: &Services,
    row: &EffectRow,
    place: &Place,
    wanted: &UpsertComment,
) -> Result<Performed, Failure> {
    let UpsertComment {
        on,
        key,
        comment,
        body,
    } = wanted;
    let at = services.at(place);
    let mark = services.marker.mark(&format!("{}:{key}", place.task()));
    let text = format!("{body}\n{mark}");
    let known = match comment {
        Some(comment) => Some(*comment),
        None => look(services, row, &at, *on, &mark).await?,
    };
    if let Some(id) = known {
        match services.github.edit_comment(&at, id, &text).await {
            // Somebody deleted it: it is posted anew below.
            Err(GitHubError::NotFound { .. } | GitHubError::Gone { .. }) => {}
            other => {
                other?;
                return Ok(Performed::known(Event::Posted {
                    key: key.clone(),
                    comment: id,
                }));
            }
        }
    }
    let id = services.github.create_comment(&at, *on, &text).await?;
    Ok(Performed::known(Event::Posted {
        key: key.clone(),
        comment: id,
    }))
}

/// Reacts to a comment. One that is gone meanwhile needs no reaction.
pub(super) async fn react(
    services: &Services,
    place: &Place,
    comment: CommentId,
    reaction: Reaction,
    instead_of: Option<Reaction>,
) -> Result<Performed, Failure> {
    let at = services.at(place);
    let reacted = services
        .github
        .react_to_comment(&at, comment, github(reaction))
        .await;
    match reacted {
        Err(GitHubError::NotFound { .. } | GitHubError::Gone { .. }) => return Ok(Performed::Done),
        other => other?,
    }
    if let Some(old) = instead_of {
        services
            .github
            .unreact_from_comment(&at, comment, github(old))
            .await?;
    }
    Ok(Performed::Done)
}

/// A comment to be weighed.
pub(super) struct CommentToAuthorize<'a> {
    pub(super) place: &'a Place,
    pub(super) comment: CommentId,
    pub(super) on: IssueNumber,
    pub(super) actor: &'a Account,
    pub(super) of_ours: bool,
}

/// Reads a comment as it is now, and what whoever wrote or changed it may do.
pub(super) async fn authorize(
    services: &Services,
    weigh: &CommentToAuthorize<'_>,
) -> Result<Performed, Failure> {
    let at = services.at(weigh.place);
    let actor = Actor::Person(weigh.actor.clone());
    let (comment, permission, issue) = tokio::try_join!(
        services.github.comment(&at, weigh.comment),
        trigger::permission(services, &at, &actor),
        services.github.issue(&at, weigh.place.issue),
    )?;
    let found = AuthorizedComment {
        comment: weigh.comment,
        on: weigh.on,
        actor: weigh.actor.clone(),
        permission: permission.unwrap_or(Permission::None),
        of_ours: weigh.of_ours,
        at: comment.as_ref().map_or(0, |comment| comment.updated_at),
        body: comment.map(|comment| comment.body),
        issue_author: issue.author.login,
        issue_open: issue.open,
    };
    Ok(Performed::known(Event::CommentAuthorized {
        found: Box::new(found),
    }))
}

/// Assigns somebody to the issue, or takes them off. Whom GitHub cannot assign is simply not assigned.
pub(super) async fn assign(
    services: &Services,
    place: &Place,
    login: &str,
    on: bool,
) -> Result<Performed, Failure> {
    let at = services.at(place);
    if !on {
        services.github.unassign(&at, place.issue, login).await?;
        return Ok(Performed::Done);
    }
    let assignment = services.github.assign(&at, place.issue, login).await?;
    let added = assignment.after && !assignment.before;
    Ok(Performed::known(Event::Assigned {
        login: login.to_owned(),
        added,
    }))
}

/// Sets or takes the label that is the switch.
pub(super) async fn set_go_label(
    services: &Services,
    place: &Place,
    on: bool,
) -> Result<Performed, Failure> {
    let at = services.at(place);
    let present = services.github.issue(&at, place.issue).await?.labels;
    let has = label::has(&present, GO_LABEL);
    match (has, on) {
        (false, true) => {
            services
                .github
                .ensure_label(&at, GO_LABEL, "0e8a16", "skep: an agent works on this")
                .await?;
            services
                .github
                .add_labels(&at, place.issue, &[GO_LABEL])
                .await?;
        }
        (true, false) => {
            services
                .github
                .remove_label(&at, place.issue, GO_LABEL)
                .await?
        }
        (true, true) | (false, false) => {}
    }
    Ok(Performed::Done)
}

/// Hides a comment of ours that is out of date.
pub(super) async fn hide(
    services: &Services,
    place: &Place,
    comment: CommentId,
) -> Result<Performed, Failure> {
    match services
        .github
        .minimize_comment(&services.at(place), comment)
        .await
    {
        Err(GitHubError::NotFound { .. } | GitHubError::Gone { .. }) => Ok(Performed::Done),
        other => other.map(|()| Performed::Done).map_err(Into::into),
    }
}

/// Offers words to a running turn: to a tool that waits for them, else as a further prompt.
pub(super) async fn steer(
    services: &Services,
    session: &SessionId,
    words: &[String],
    text: &str,
) -> Result<Performed, Failure> {
    let taken = match services.mail.hand(session, text.to_owned()) {
        Ok(()) => true,
        Err(text) => matches!(services.agents.steer(session, &text).await?, Steered::Taken),
    };
    let (session, offered) = (session.clone(), words.to_vec());
    Ok(Performed::known(Event::Steered {
        session,
        offered,
        taken,
    }))
}
