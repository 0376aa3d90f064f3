//! From the core's values to the store's rows.

use serde_json::json;

use super::error::EngineError;
use crate::core::command::Priority;
use crate::core::decide::{Noted, Planned};
use crate::core::effect::{self, Action, Effect, Reaction};
use crate::core::event_name::DomainEvent;
use crate::core::ids::InstallationId;
use crate::core::location::Place;
use crate::core::policy::Limits;
use crate::core::session::SessionRecord;
use crate::core::task::{Stage, Task};
use crate::store::{InboxRow, NewEffect, NewEvent, SessionRow, TaskRow};

pub(super) fn text<T: serde::Serialize>(what: &str, value: &T) -> Result<String, EngineError> {
    serde_json::to_string(value).map_err(|source| EngineError::Unreadable {
        what: what.to_owned(),
        source,
    })
}

/// The task's row.
pub(super) fn task(task: &Task, now: i64) -> Result<TaskRow, EngineError> {
    let queued_at = match &task.stage {
        Stage::Queued { job, .. } => Some(job.queued_at),
        _ => None,
    };
    Ok(TaskRow {
        key: task.key(),
        version: 0,
        state: task.state().to_owned(),
        priority: match task.priority() {
            Priority::High => 1,
            Priority::Medium => 0,
            Priority::Low => -1,
        },
        queued_at,
        installation: task.place.installation,
        body: text("a task", task)?,
        updated_at: now,
    })
}

/// The session's row.
pub(super) fn session(task: &Task, record: &SessionRecord) -> Result<SessionRow, EngineError> {
    let base = task
        .progress()
        .and_then(|progress| progress.work.as_ref())
        .map(|work| &work.base);
    let body = json!({
        "repository": task.place.name, "issue": task.place.issue, "pull": task.pull, "story": task.timeline, "base": base,
    });
    Ok(SessionRow {
        id: record.id.clone(),
        task: task.key(),
        number: i64::from(record.number),
        state: record.state.name().to_owned(),
        live: record.state.holds_slot(),
        role: record.role.clone(),
        agent: record.agent.clone(),
        stop: record.stop.clone(),
        branch: Some(record.branch.to_string()),
        pull: record.pull,
        created_at: record.created_at,
        started_at: record.started_at,
        ended_at: record.ended_at,
        body: text("a session", &body)?,
    })
}

/// An event's row.
pub(super) fn event(noted: &Noted, task: &Task, row: &InboxRow, now: i64) -> NewEvent {
    NewEvent {
        at: now,
        name: noted.happening.name().to_owned(),
        task: Some(task.key()),
        repository: Some(task.place.name.to_string()),
        issue: Some(task.place.issue.0),
        session: noted.session.clone(),
        delivery: Some(row.id.clone()),
        body: noted.details.to_string(),
    }
}

/// The event of a delivery.
pub(super) fn delivery(
    row: &InboxRow,
    happening: DomainEvent,
    place: Option<&Place>,
    reason: &str,
) -> NewEvent {
    let guid = row.id.strip_prefix("webhook:").unwrap_or(&row.id);
    NewEvent {
        at: row.received_at,
        name: happening.name().to_owned(),
        task: place.map(Place::task),
        repository: place.map(|place| place.name.to_string()),
        issue: place.map(|place| place.issue.0),
        session: None,
        delivery: Some(row.id.clone()),
        body: json!({ "delivery": guid, "webhook": row.name, "reason": reason }).to_string(),
    }
}

/// An effect's row.
pub(super) fn effect(
    planned: &Planned,
    id: String,
    limits: &Limits,
    now: i64,
) -> Result<NewEffect, EngineError> {
    let effect = &planned.effect;
    let task = effect.place.task();
    let (lane, serial, rank) = lane(effect);
    Ok(NewEffect {
        id,
        task: Some(task),
        session: effect.session.clone(),
        kind: effect.kind().name().to_owned(),
        lane,
        serial,
        rank,
        content: creates(effect),
        coalesce: match &effect.action {
            Action::ShowStatus(_) => Some(format!("status:{task}")),
            Action::ShowLabel(_) => Some(format!("label:{task}")),
            Action::UpsertComment(effect::UpsertComment { key, .. }) => {
                Some(format!("say:{task}:{key}"))
            }
            Action::RefreshPullRequest(_) => Some(format!("look:{task}")),
            Action::DescribePull(effect::DescribePull { pull, .. }) => {
                Some(format!("describe:{task}:{pull}"))
            }
            Action::ReadDependencies(_) => Some(format!("depend:{task}")),
            Action::Forget(_) => Some(format!("forget:{}", effect.place.repository)),
            Action::SetGoLabel(_) => Some(format!("switch:{task}")),
            // Later news of a comment takes the place of earlier ones that had trouble; a receipt stays beside it.
            Action::ReactTo(effect::ReactTo {
                comment, reaction, ..
            }) => Some(format!(
                "react:{task}:{comment}:{}",
                *reaction == Reaction::ThumbsUp
            )),
            _ => None,
        },
        not_before: planned.not_before,
        max_attempts: attempts(effect, limits),
        body: text("an effect", effect)?,
        created_at: now,
    })
}

/// Whether it creates content on GitHub, of which only so much is allowed. Editing a comment that is there creates none.
fn creates(effect: &Effect) -> bool {
    match &effect.action {
        Action::ShowStatus(effect::ShowStatus { comment, .. })
        | Action::UpsertComment(effect::UpsertComment { comment, .. }) => comment.is_none(),
        Action::OpenPull(_) | Action::PostAnswer(_) | Action::Reply(_) => true,
        _ => false,
    }
}

/// The lane of changes on GitHub begins so; the installation follows.
const GITHUB: &str = "github:";

/// The installation whose changes wait in a lane.
pub fn lane_installation(lane: &str) -> Option<InstallationId> {
    lane.strip_prefix(GITHUB)?.parse().ok().map(InstallationId)
}

/// Where an effect waits its turn: changes on GitHub one at a time per installation, what people miss most first. Reactions have a
/// lane and a pace of their own: a label is answered at once, whatever else waits for GitHub's limits.
fn lane(effect: &Effect) -> (String, bool, i64) {
    let installation = effect.place.installation;
    let github = |rank| (format!("{GITHUB}{installation}"), true, rank);
    let reactions = |rank| (format!("reactions:{installation}"), true, rank);
    match &effect.action {
        Action::React(effect::React {
            reaction: Reaction::Eyes,
            ..
        })
        | Action::ReactTo(_) => reactions(0),
        Action::OpenPull(_)
        | Action::PostAnswer(_)
        | Action::UpsertComment(_)
        | Action::Reply(_) => github(1),
        Action::ShowLabel(_)
        | Action::SetGoLabel(_)
        | Action::Assign(_)
        | Action::MarkReady(_)
        | Action::LabelPull(_)
        | Action::DescribePull(_)
        | Action::RequestReview(_) => github(2),
        Action::ShowStatus(_) => github(3),
        Action::React(_) => reactions(4),
        Action::HideComment(_) => github(4),
        Action::CheckTrigger(_)
        | Action::CheckPublish(_)
        | Action::ReadReview(_)
        | Action::RefreshPullRequest(_)
        | Action::CheckAccess(_)
        | Action::ReadDependencies(_) => ("read".into(), false, 1),
        // What people say of one issue counts in the order in which they said it.
        Action::AuthorizeComment(_) => (format!("heard:{}", effect.place.task()), true, 1),
        Action::PrepareWorkspace(_) | Action::Collect(_) | Action::Publish(_) => {
            ("git".into(), false, 1)
        }
        Action::RunTurn(_) | Action::EndAgent(_) | Action::Steer(_) => ("agent".into(), false, 1),
        Action::SetTimer(_) => ("clock".into(), false, 1),
        Action::RemoveWorkspace(_) | Action::DeleteBranch(_) | Action::Forget(_) => {
            ("tidy".into(), false, 5)
        }
    }
}

/// How often an effect is tried. A turn counts every restart of the service as a try, so it has more.
fn attempts(effect: &Effect, limits: &Limits) -> i64 {
    match &effect.action {
        Action::PrepareWorkspace(_) => limits.start_attempts,
        Action::RunTurn(_) => limits.start_attempts.max(20),
        _ => limits.effect_attempts,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::effect::{React, ShowStatus};
    use crate::core::ids::{IssueNumber, RepositoryId};
    use crate::core::location::Place;

    /// A status comment that waits for a minute's limit holds its lane meanwhile.
    #[test]
    fn a_reaction_waits_behind_nothing_but_reactions() {
        let place = Place {
            installation: InstallationId(7),
            repository: RepositoryId(1),
            name: "octo/skep".parse().expect("a name"),
            issue: IssueNumber(1),
        };
        let lane_of = |action: Action| {
            lane(&Effect {
                place: place.clone(),
                session: None,
                action,
            })
        };
        let receipt = lane_of(Action::from(React {
            reaction: Reaction::Eyes,
            instead_of: None,
        }));
        let later = lane_of(Action::from(React {
            reaction: Reaction::Rocket,
            instead_of: Some(Reaction::Eyes),
        }));
        let status = lane_of(Action::from(ShowStatus {
            comment: None,
            body: String::new(),
        }));
        assert_eq!((&receipt.0, receipt.1), (&later.0, true));
        assert!(receipt.2 < later.2, "in the order of an issue's life");
        assert_ne!(receipt.0, status.0);
        assert_eq!(
            lane_installation(&receipt.0),
            None,
            "they create no content"
        );
        assert_eq!(lane_installation(&status.0), Some(InstallationId(7)));
    }
}
