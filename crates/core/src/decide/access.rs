//! The ground is taken away: the App uninstalled, a repository removed, deleted, archived. What an owner takes back ends at
//! once and leaves nothing here; what merely moved to another owner goes on.

use serde_json::json;

use super::end::finish;
use super::{Decision, Draft, pause};
use crate::effect;
use crate::event::{Event, Loss};
use crate::event_name::DomainEvent;
use crate::ids::InstallationId;
use crate::task::{BlockReason, End, Stage};
use crate::text;

/// The owner took the repository away, it is said. One that is taken out of an installation may have moved to another owner
/// who has the App as well: GitHub is asked before anything ends.
pub(super) fn taken_away(mut draft: Draft<'_>, how: Loss) -> Decision {
    if how == Loss::Removed {
        draft.plan(effect::CheckAccess {});
        return draft.because(
            "taken out of the installation; GitHub is asked whether another one covers it",
        );
    }
    lost(draft, how)
}

/// GitHub said who covers the repository now. The same installation as before is no reason to go on: its owner has just said
/// otherwise, and in doubt nothing runs.
pub(super) fn read(mut draft: Draft<'_>, installation: Option<InstallationId>) -> Decision {
    match installation.filter(|other| *other != draft.task.place.installation) {
        Some(other) => {
            draft.task.place.installation = other;
            draft.because(format!(
                "it moved: installation {other} covers it, and the work goes on"
            ))
        }
        None => lost(draft, Loss::Removed),
    }
}

/// Ends what is on, without a word where none can be said, and has everything of the repository removed.
pub(super) fn lost(mut draft: Draft<'_>, how: Loss) -> Decision {
    let why = text::taken_away(how);
    if matches!(draft.task.stage, Stage::Checking { .. }) {
        draft.uncheck();
    }
    if matches!(
        draft.task.stage,
        Stage::Queued { .. } | Stage::Working { .. } | Stage::Blocked { .. }
    ) {
        finish(
            &mut draft,
            End::Cancelled {
                why: why.to_owned(),
            },
        );
        draft.note(DomainEvent::SessionCancelled, json!({ "why": why }));
    }
    draft.task.review.look_at = None;
    draft.task.review.taken_away = true;
    draft.say_nothing();
    draft.plan(effect::Forget {});
    draft.because(format!("taken away: {why}"))
}

/// GitHub tells of the issue or its pull request again, so the repository is ours to work in again: what was in review can
/// be gone on with.
pub(super) fn given_back<'a>(mut draft: Draft<'a>, event: &Event) -> Draft<'a> {
    let tells = matches!(
        event,
        Event::Labeled { .. }
            | Event::Unlabeled { .. }
            | Event::IssueEdited { .. }
            | Event::Commented { .. }
            | Event::Reviewed { .. }
            | Event::PullRequestChanged { .. }
            | Event::PullReopened { .. }
            | Event::PullClosed { .. }
            | Event::Dispatched { .. }
    );
    if tells {
        draft.task.review.taken_away = false;
    }
    draft
}

/// An archived repository takes nothing: its sessions are held, and go on when it is writable again.
pub(super) fn archived(draft: Draft<'_>, on: bool) -> Decision {
    let held = |stage: &Stage| matches!(stage, Stage::Blocked { reason: BlockReason::Paused { why }, .. } if why == text::ARCHIVED);
    match (on, &draft.task.stage) {
        (true, Stage::Checking { .. }) => draft.because("the check that is on finds it archived"),
        (true, _) => pause::pause(draft, text::ARCHIVED),
        (false, stage) if held(stage) => pause::resume(draft, text::UNARCHIVED),
        (false, _) => draft.because("writable again; nothing waited for that"),
    }
}
