//! The status comment and the label of an issue whose sprint is what people see there. A change of how it stands shows at
//! once, how far its issues are at most once in the configured interval.

use super::change::Reconciled;
use crate::effect::{self, Worth};
use crate::policy::Context;
use crate::sprint::{Outline, PhaseState, SprintStanding};
use crate::task::{Stage, Task};
use crate::text;

/// Shows what changed; answers whether it is the sprint that is shown.
pub(super) fn show(before: &Task, after: &mut Task, cx: Context<'_>, out: &mut Reconciled) -> bool {
    let concerns = |task: &Task| task.sprint.is_some() || task.phase.is_some();
    let idle = matches!(after.stage, Stage::Idle);
    if !idle || !(concerns(before) || concerns(after)) {
        return false;
    }
    let label = after.label().filter(|_| concerns(after));
    if let Some(at) = when(before, after, cx) {
        after.shown.status_at = at;
        let status = effect::ShowStatus {
            comment: after.shown.comment,
            body: text::status::render(after, cx),
            worth: Worth::High,
        };
        out.plan(after, status, at);
    }
    if label != after.shown.label {
        after.shown.label = label;
        out.plan(after, effect::ShowLabel { label }, cx.now);
    }
    true
}

/// When what changed is shown; `None` when people would see no difference.
fn when(before: &Task, after: &Task, cx: Context<'_>) -> Option<i64> {
    let sprint = after.sprint.as_ref()?;
    match &sprint.standing {
        SprintStanding::Asked => return None,
        // A comment of its own says it where nothing was there before.
        SprintStanding::Refused { .. } if after.shown.comment.is_none() => return None,
        SprintStanding::Refused { .. } | SprintStanding::On | SprintStanding::Off { .. } => {}
    }
    if before.shows_sprint() && text::sprint::section(before) == text::sprint::section(after) {
        return None;
    }
    if mood(before) != mood(after) {
        return Some(cx.now);
    }
    Some(super::status::later(after, cx))
}

/// What is news when it changes.
#[derive(PartialEq)]
struct Mood {
    standing: Option<SprintStanding>,
    go: bool,
    approval: bool,
    complete: bool,
    empty: bool,
    phases: Vec<PhaseState>,
}

fn mood(task: &Task) -> Option<Mood> {
    let sprint = task.sprint.as_ref()?;
    let outline = Outline::of(sprint, task.key());
    let all = 0..sprint.members.len();
    let phases = all.filter(|place| outline.is_phase(*place));
    Some(Mood {
        standing: Some(sprint.standing.clone()),
        go: sprint.go,
        approval: outline.waits_for_approval(),
        complete: outline.count_all().1 == 0,
        empty: sprint.members.is_empty(),
        phases: phases.map(|place| outline.state(place)).collect(),
    })
}
