//! What an agent tried that its sandbox does not allow.

use serde_json::json;

use super::recording::Recording;
use crate::containment::Contained;
use crate::event_name::DomainEvent;
use crate::task::Task;
use crate::text;

/// Notes it; the first of a kind is told, and a pattern is an alarm.
pub(super) fn seen(on: &mut Recording<'_>, task: &mut Task, news: &Contained) -> String {
    let Contained {
        session,
        attempt,
        count,
    } = news;
    if task.attempts.note(attempt, *count) {
        let facts = json!({ "session": session, "what": attempt.what, "why": attempt.why, "grave": attempt.grave });
        on.notes.note(DomainEvent::AttemptRefused, facts);
        task.tell(on.cx.now, text::containment::first(attempt));
    }
    if task.attempts.is_a_pattern() && !task.attempts.alarmed {
        task.attempts.alarmed = true;
        on.notes
            .note(DomainEvent::ContainmentAlarm, json!({ "session": session }));
    }
    "its sandbox refused something".into()
}
