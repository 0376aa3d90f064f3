//! What holds a task that is to start: what it waits for, its repository's own word, that a person has to agree, or work on the same
//! files. A gate stands or falls with what is
//! written in the task; nothing has to be told that it opened.
//!
//! It must never hold a session that has begun, nor pass what nobody knows: what could not be read holds until a person says
//! that it does not count.

use super::{Gate, Job, Next, Reading, Stage, Task};
use crate::dependency::{Blocker, Standing, Unresolved};

impl Task {
    /// What holds it before it begins; `None` when nothing does, or it is not to begin.
    pub fn gate(&self) -> Option<Gate<'_>> {
        self.to_begin()?;
        let gates = &self.gates;
        if !gates.cycle.is_empty() {
            return Some(Gate::Cycle(&gates.cycle));
        }
        match gates.reading {
            Reading::Asked => return Some(Gate::Reading),
            Reading::Failed if !gates.waived.unread => return Some(Gate::Unread),
            Reading::Failed | Reading::Done => {}
        }
        if self.waits_in_vain() {
            return Some(Gate::Unmet);
        }
        if self.unmet().next().is_some() && self.may_stand_on().is_none() {
            return Some(Gate::Blockers);
        }
        if let Some(on_hold) = &gates.project {
            return Some(Gate::Project(&on_hold.is));
        }
        let approval = gates.approval.as_ref();
        if let Some(approval) = approval.filter(|approval| approval.by.is_none()) {
            return Some(Gate::Approval(approval));
        }
        if self.overlaps.waits && self.overlaps.looking {
            return Some(Gate::Reading);
        }
        self.overlaps.ahead().map(Gate::Overlap)
    }

    /// Whether it is at work, or about to be as far as it knows: then others that change the same files come after it.
    pub fn goes_first(&self) -> bool {
        match &self.stage {
            Stage::Working { .. } => true,
            Stage::Queued { .. } => matches!(self.gate(), None | Some(Gate::Reading)),
            Stage::Idle | Stage::Checking { .. } | Stage::Blocked { .. } | Stage::Ended { .. } => {
                false
            }
        }
    }

    /// The blockers that hold it, if it is to begin.
    pub fn unmet(&self) -> impl Iterator<Item = &Blocker> {
        let waived = &self.gates.waived;
        let blockers = self.dependencies.blockers.iter();
        blockers.filter(|one| one.holds() && !waived.covers(one))
    }

    /// What it says it waits for and nobody knows, as far as that counts.
    pub fn unknown(&self) -> impl Iterator<Item = &Unresolved> {
        let waived = &self.gates.waived;
        let unresolved = self.dependencies.unresolved.iter();
        unresolved.filter(|one| !waived.covers_unresolved(one))
    }

    /// Something that it waits for will not come by itself.
    fn waits_in_vain(&self) -> bool {
        let (found, waived) = (&self.dependencies, &self.gates.waived);
        let lost = |one: &Blocker| one.standing != Standing::Open || one.failed;
        self.unmet().any(lost)
            || self.unknown().next().is_some()
            || found.hidden > waived.hidden
            || found.cut > waived.cut
    }

    /// The job of a session that has not begun and is to. A mere question waits for nothing.
    fn to_begin(&self) -> Option<&Job> {
        let Stage::Queued {
            job,
            next: Next::Begin,
            slot: false,
            ..
        } = &self.stage
        else {
            return None;
        };
        Some(&**job).filter(|job| job.started_at.is_none() && !job.only_asked)
    }
}
