//! What a task is in a sprint: the one whose sub-issues are worked on, a phase of it, or one of its issues. All of it is derived;
//! it must never choose what starts.

use super::{Gate, Stage, Task};
use crate::effect::StatusLabel;
use crate::sprint::{Agreement, Off, Outline, SprintStanding, Work};

impl Task {
    /// How far the work on its issue is, for the sprint it belongs to.
    pub fn work(&self) -> Work {
        match self.state() {
            "checking" => Work::Checking,
            "queued" => match self.gate() {
                None => Work::Queued,
                Some(Gate::Reading) => Work::Checking,
                Some(gate) if gate.needs_a_person() => Work::Gated,
                Some(_) => Work::Held,
            },
            "working" => Work::Working,
            "needs-you" => Work::NeedsYou,
            "waiting" => Work::Waiting,
            "paused" => Work::Paused,
            "in-review" => Work::Review,
            "done" => Work::Done,
            "refused" => Work::Refused,
            "failed" => Work::Failed,
            "cancelled" => Work::Stopped,
            _ => Work::None,
        }
    }

    /// People see its sprint here, and no session of its own.
    pub fn shows_sprint(&self) -> bool {
        self.sprint.is_some() && matches!(self.stage, Stage::Idle)
    }

    /// No session of its own is on or in review.
    fn rests(&self) -> bool {
        match &self.stage {
            Stage::Idle => true,
            Stage::Ended { .. } => !self.can_revise(),
            Stage::Checking { .. }
            | Stage::Queued { .. }
            | Stage::Working { .. }
            | Stage::Blocked { .. } => false,
        }
    }

    /// Whether somebody has to agree to the start of its sprint.
    pub fn sprint_waits_for_approval(&self) -> bool {
        let sprint = self.sprint.as_ref().filter(|_| self.rests());
        sprint.is_some_and(|sprint| Outline::of(sprint, self.key()).waits_for_approval())
    }

    /// Whether somebody has to agree to its start as a phase.
    pub fn phase_waits_for_approval(&self) -> bool {
        self.phase.is_some() && self.rests()
    }

    /// What is remembered while somebody has to agree to the start of its sprint, or to its start as a phase.
    pub fn agreement(&self) -> Option<&Agreement> {
        let of_sprint = self.sprint.as_ref().and_then(|one| one.waits.as_ref());
        let of_phase = self.phase.as_ref().map(|phase| &phase.wait);
        of_sprint
            .filter(|_| self.sprint_waits_for_approval())
            .or_else(|| of_phase.filter(|_| self.phase_waits_for_approval()))
    }

    /// The same, to be changed.
    pub fn agreement_mut(&mut self) -> Option<&mut Agreement> {
        if self.sprint_waits_for_approval() {
            return self.sprint.as_mut().and_then(|one| one.waits.as_mut());
        }
        let waits = self.phase_waits_for_approval();
        let phase = self.phase.as_mut().filter(|_| waits);
        phase.map(|phase| &mut phase.wait)
    }

    /// The status label that says how its sprint stands, where it shows one.
    pub(super) fn sprint_label(&self) -> Option<Option<StatusLabel>> {
        if !self.rests() {
            return None;
        }
        if let Some(wait) = &self.phase {
            return Some((!wait.wait.expired).then_some(StatusLabel::NeedsYou));
        }
        let sprint = self.sprint.as_ref()?;
        let outline = Outline::of(sprint, self.key());
        Some(match &sprint.standing {
            SprintStanding::Asked => self.shown.label,
            // Whoever closes what is done stops nothing.
            SprintStanding::Off { why: Off::Closed } if outline.is_done() => {
                Some(StatusLabel::Done)
            }
            SprintStanding::Off { .. } | SprintStanding::Refused { .. } => None,
            SprintStanding::On if outline.waits_for_approval() => {
                (!sprint.gave_up_waiting()).then_some(StatusLabel::NeedsYou)
            }
            SprintStanding::On if sprint.go || sprint.members.is_empty() => {
                Some(StatusLabel::NeedsYou)
            }
            SprintStanding::On => match outline.count_all() {
                (_, 0) => Some(StatusLabel::Done),
                _ => Some(StatusLabel::Working),
            },
        })
    }
}
