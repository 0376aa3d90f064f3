//! What a turn has cost is counted, whatever has become of its session meanwhile: money that is spent is spent.

use super::recording::Recording;
use crate::budget::Cap;
use crate::event::Event;
use crate::ids::SessionId;
use crate::task::Meter;
use crate::text;
use crate::usage::Report;

/// Why nothing else follows.
pub(super) const COUNTED: &str = "what the turn cost is counted";

/// Counts what an event says that a turn has cost.
pub(super) fn counted(on: &Recording<'_>, meter: &mut Meter, session: &SessionId, event: &Event) {
    let Some(report) = report(event) else { return };
    let current = on.known.job().is_some_and(|job| job.session == *session);
    match current {
        true => meter.take(session, report, on.known.price(on.cx.policy)),
        false => meter.take_late(report),
    }
}

fn report(event: &Event) -> Option<&Report> {
    match event {
        Event::TurnEnded { end, .. } => Some(&end.usage),
        Event::TurnFailed { usage, .. } | Event::UsageReported { usage, .. } => Some(usage),
        _ => None,
    }
}

/// The running turn has nearly used up what its issue may.
pub(super) fn neared(on: &mut Recording<'_>, meter: &mut Meter, cap: Cap) -> String {
    if meter.warned.contains(&cap) {
        return "people know that it is nearly used up".into();
    }
    meter.warned.push(cap);
    on.notes.tell(text::budget::nearly_in_turn(cap));
    on.notes.note(
        crate::event_name::DomainEvent::BudgetNeared,
        serde_json::json!({ "cap": cap }),
    );
    "what the issue may cost is nearly used up".into()
}
