//! What a stage may have under way outside. Leaving it withdraws that: waiting effects are dropped, running ones cancelled.

use super::change::Change;
use crate::decide::decision::Planned;
use crate::effect::{Action, EffectKind};
use crate::task::{Stage, Step, Task};

/// What is no longer wanted. The effect that was answered is over already.
pub(super) fn withdrawn(change: &Change<'_>, after: &Task) -> Vec<EffectKind> {
    let before = change.before;
    let anew = change.planned.iter().any(starts_a_check);
    let kept = under_way(after);
    let mut kinds: Vec<EffectKind> = under_way(before)
        .into_iter()
        .filter(|kind| anew || !kept.contains(kind))
        .filter(|kind| change.answered != Some(*kind))
        .collect();
    kinds.extend(in_the_way(before, after));
    kinds.extend(verification(change, after));
    kinds
}

/// The server's look at a head that is not the one any more. The next one begins anew, in a place of its own.
fn verification(change: &Change<'_>, after: &Task) -> Option<EffectKind> {
    let head = |task: &Task| {
        let known = task.review.verification.as_ref();
        known
            .filter(|known| known.result.is_none())
            .map(|known| (known.head.clone(), known.since))
    };
    let was = head(change.before)?;
    let over = head(after).as_ref() != Some(&was) && change.answered != Some(EffectKind::Verify);
    over.then_some(EffectKind::Verify)
}

/// What the stage waits for, apart from git's look at a session: whatever becomes of it, what was made is looked at.
fn under_way(task: &Task) -> Vec<EffectKind> {
    match &task.stage {
        Stage::Checking { .. } => vec![EffectKind::CheckTrigger],
        Stage::Working { step, .. } => of_step(step, task),
        Stage::Idle | Stage::Queued { .. } | Stage::Blocked { .. } | Stage::Ended { .. } => {
            Vec::new()
        }
    }
}

fn of_step(step: &Step, task: &Task) -> Vec<EffectKind> {
    match step {
        Step::Preparing { .. } => vec![EffectKind::PrepareWorkspace],
        Step::Running { turn } => {
            let sending = task
                .conversation
                .messages
                .iter()
                .any(|message| message.sending);
            let turn = turn.over.is_none().then_some(EffectKind::RunTurn);
            let steer = sending.then_some(EffectKind::Steer);
            turn.into_iter().chain(steer).collect()
        }
        Step::Waiting { .. } | Step::Collecting { .. } => Vec::new(),
        Step::Asking { .. } => vec![EffectKind::CheckPublish],
        Step::Publishing { .. } => vec![EffectKind::Publish],
        Step::Opening { .. } => vec![EffectKind::OpenPull],
        Step::Answering { .. } => vec![EffectKind::PostAnswer],
    }
}

/// A later trigger takes the place of the one that is being checked.
fn starts_a_check(planned: &Planned) -> bool {
    match &planned.effect.action {
        Action::CheckTrigger(check) => check.asking.starts(),
        _ => false,
    }
}

/// What tidies up after an earlier turn or round, and would end the one that begins.
fn in_the_way(before: &Task, after: &Task) -> Option<EffectKind> {
    let step = |task: &Task| match &task.stage {
        Stage::Working { step, .. } => Some(std::mem::discriminant(step)),
        Stage::Idle
        | Stage::Checking { .. }
        | Stage::Queued { .. }
        | Stage::Blocked { .. }
        | Stage::Ended { .. } => None,
    };
    if step(before) == step(after) {
        return None;
    }
    match &after.stage {
        Stage::Working {
            step: Step::Running { .. },
            ..
        } => Some(EffectKind::EndAgent),
        Stage::Working {
            job,
            step: Step::Preparing { .. },
            ..
        } if job.round > 0 || job.return_to.is_some() => Some(EffectKind::RemoveWorkspace),
        Stage::Idle
        | Stage::Checking { .. }
        | Stage::Queued { .. }
        | Stage::Working { .. }
        | Stage::Blocked { .. }
        | Stage::Ended { .. } => None,
    }
}
