//! What an agent tried that its sandbox does not allow.

use serde_json::json;

use super::blocked;
use super::recording::Recording;
use crate::containment::Contained;
use crate::event_name::DomainEvent;
use crate::task::{Order, Task};
use crate::text;

/// Notes it; the first of a kind is told, and a pattern is an alarm. What programs do by themselves is in the feed only.
pub(super) fn seen(on: &mut Recording<'_>, task: &mut Task, news: &Contained) -> String {
    let Contained {
        session,
        attempt,
        count,
        leak,
        doing,
    } = news;
    let facts = json!({
        "session": session, "what": attempt.what, "why": attempt.why, "by": attempt.by, "grave": attempt.grave,
        "harmless": attempt.harmless, "count": count,
    });
    if attempt.harmless {
        if *count == 1 {
            on.notes.note(DomainEvent::AttemptRefused, facts);
        }
        return "its sandbox refused what programs do by themselves".into();
    }
    if task.attempts.note(attempt, *count) {
        on.notes.note(DomainEvent::AttemptRefused, facts);
        task.tell(on.cx.now, text::containment::first(attempt));
    }
    if let Some(host) = &attempt.host {
        blocked::met(on, task, host, doing);
    }
    if task.attempts.is_a_pattern() && !task.attempts.alarmed {
        task.attempts.alarmed = true;
        on.notes
            .note(DomainEvent::ContainmentAlarm, json!({ "session": session }));
    }
    let concerns = on.known.job().is_some_and(|job| job.session == *session);
    if *leak && concerns && on.known.stage.is_live() {
        let facts = json!({ "session": session, "in": attempt.what });
        on.notes.note(DomainEvent::SecretStopped, facts);
        task.wanted.order = Some(Order::Pause {
            why: text::containment::HELD.to_owned(),
            archived: false,
        });
        return "it said a secret of ours: it is held, and nothing of it is said".into();
    }
    "its sandbox refused something".into()
}
