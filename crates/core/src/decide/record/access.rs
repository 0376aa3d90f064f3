//! The ground is taken away: the App uninstalled, a repository removed, deleted, archived; and given back.

use super::recording::Recording;
use crate::event::{Event, Loss};
use crate::ids::InstallationId;
use crate::location::Place;
use crate::task::{BlockReason, Order, Read, ReviewState, Stage, Wanted};
use crate::text;

/// The owner took the repository away, it is said. One that is taken out of an installation may have moved to another owner
/// who has the App as well: GitHub is asked before anything ends.
pub(super) fn taken_away(wanted: &mut Wanted, how: Loss) -> String {
    match how {
        Loss::Removed => {
            wanted.reads.push(Read::Access);
            "taken out of the installation; GitHub is asked whether another one covers it".into()
        }
        Loss::Uninstalled | Loss::Deleted => {
            wanted.lost = Some(how);
            "taken away".into()
        }
    }
}

/// GitHub said who covers the repository now. The same installation as before is no reason to go on: its owner has just said
/// otherwise, and in doubt nothing runs.
pub(super) fn read(
    place: &mut Place,
    wanted: &mut Wanted,
    installation: Option<InstallationId>,
) -> String {
    match installation.filter(|other| *other != place.installation) {
        Some(other) => {
            place.installation = other;
            format!("it moved: installation {other} covers it, and the work goes on")
        }
        None => {
            wanted.lost = Some(Loss::Removed);
            "no other installation covers it".into()
        }
    }
}

/// GitHub tells of the issue or its pull request again, so the repository is ours to work in again: what was in review can
/// be gone on with.
pub(super) fn given_back(review: &mut ReviewState, event: &Event) {
    let tells = matches!(
        event,
        Event::Labeled { .. }
            | Event::Unlabeled { .. }
            | Event::IssueOpened { .. }
            | Event::IssueEdited { .. }
            | Event::Commented { .. }
            | Event::Reviewed { .. }
            | Event::PullRequestChanged { .. }
            | Event::PullReopened(_)
            | Event::PullClosed { .. }
            | Event::Dispatched { .. }
    );
    if tells {
        review.taken_away = false;
    }
}

/// An archived repository takes nothing: its sessions are held, and go on when it is writable again.
pub(super) fn archived(on: &mut Recording<'_>, wanted: &mut Wanted, archived: bool) -> String {
    match (archived, &on.known.stage) {
        (true, Stage::Checking { .. }) => "the check that is on finds it archived".into(),
        (true, _) => {
            wanted.order = Some(Order::Pause {
                why: text::ARCHIVED.into(),
                archived: true,
            });
            "archived".into()
        }
        (
            false,
            Stage::Blocked {
                reason: BlockReason::Paused { archived: true, .. },
                ..
            },
        ) => {
            wanted.order = Some(Order::Resume {
                why: text::UNARCHIVED.into(),
            });
            "writable again".into()
        }
        (false, _) => "writable again; nothing waited for that".into(),
    }
}
