//! What an agent handed in goes to its branch once there is a pull request, and is shown there once it is on it.

use super::revised;
use super::state::{Advance, Fired};
use crate::effect;
use crate::evidence_file::{EvidenceFiles, branch};

/// What is not there yet is brought there.
pub(super) fn push(on: &mut Advance<'_>) -> Option<Fired> {
    let due = on.task.has_open_pull() && on.task.evidence.is_due();
    if !due {
        return None;
    }
    let evidence = &mut on.task.evidence;
    evidence.pushing = true;
    let files = evidence.files.iter();
    let files = files.map(|file| (file.name.clone(), file.blob.clone()));
    let push = effect::PushEvidence {
        branch: branch(on.task.place.issue),
        files: files.collect(),
        expected: evidence.pushed.as_ref().map(|there| there.commit.clone()),
        at: on.cx.now,
    };
    on.plan(push);
    Some(Fired::Quietly)
}

/// What came there too late goes again.
pub(super) fn forget(on: &mut Advance<'_>) -> Option<Fired> {
    let late = on.task.evidence.pushed.clone();
    let late = late.filter(|_| on.task.evidence.over)?;
    on.task.evidence = EvidenceFiles::default();
    on.plan(effect::DeleteBranch {
        branch: branch(on.task.place.issue),
        head: late.commit,
    });
    Some(Fired::Quietly)
}

/// The pull request shows what has come there.
pub(super) fn show(on: &mut Advance<'_>) -> Option<Fired> {
    if !on.task.evidence.untold || !on.task.has_open_pull() {
        return None;
    }
    on.task.evidence.untold = false;
    revised::described(on);
    Some(Fired::Quietly)
}
