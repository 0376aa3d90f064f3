//! A model that fails for now (429, 500, a connection that broke): the session waits without a process or a slot and tries
//! again by itself, with longer and longer pauses, before anybody is bothered.
//!
//! It never waits without a bound: so many tries, and in all no longer than the session may work. A limit that is said to last
//! longer is told at once.

use serde_json::json;

use super::{Advance, Fired, because, hold};
use crate::agent::{ErrorClass, wait_named};
use crate::event_name::DomainEvent;
use crate::task::{BlockReason, Next, Outage, Stage, Step};
use crate::text;

/// The longest pause between two tries.
const LONGEST_MS: i64 = 15 * 60_000;

/// Clocks differ: so much later than the error says is early enough.
const MARGIN_MS: i64 = 1_000;

/// When the session tries again after its model failed; `None` when trying again cannot help or may not. A time that the
/// error names counts instead of ours: asked earlier, the model would only fail once more.
fn again_at(on: &Advance<'_>, class: ErrorClass, error: &str) -> Option<i64> {
    let limits = &on.cx.policy.limits;
    // Beside a session that rests somebody waits for an answer: a quick no is better than a late one.
    let job = on
        .task
        .job()
        .filter(|job| job.return_to.is_none() && class.is_transient())?;
    let outage = job.outage.unwrap_or(Outage {
        tries: 0,
        since: on.cx.now,
    });
    if outage.tries + 1 >= limits.model_attempts {
        return None;
    }
    let ours = || {
        limits
            .model_retry_ms
            .saturating_mul(1_i64 << outage.tries.min(20))
            .min(LONGEST_MS)
    };
    let named = wait_named(error, on.cx.now);
    let pause = named.map_or_else(ours, |named| named.saturating_add(MARGIN_MS));
    let at = on.cx.now.saturating_add(pause);
    (at - outage.since <= job.role.limits.within(limits).wall_ms).then_some(at)
}

/// Cuts the turn short until the model may be asked again, if it may. What the agent was told is told again; what it made so
/// far is kept.
pub(super) fn wait(on: &mut Advance<'_>, class: ErrorClass, error: &str) -> Option<Fired> {
    let until = again_at(on, class, error)?;
    let Stage::Working { job, step, .. } = on.task.stage.clone() else {
        return None;
    };
    let next = match step {
        // Its agent is gone already, and git has what it made.
        Step::Collecting { .. } => Next::Conversation { interrupted: true },
        Step::Preparing { .. }
        | Step::Running { .. }
        | Step::Waiting { .. }
        | Step::Asking { .. }
        | Step::Publishing { .. }
        | Step::Opening { .. }
        | Step::Answering { .. } => hold::interrupt(on, &job, &step),
    };
    let before = job.outage.unwrap_or(Outage {
        tries: 0,
        since: on.cx.now,
    });
    let outage = Outage {
        tries: before.tries + 1,
        ..before
    };
    if let Some(job) = on.task.job_mut() {
        job.outage = Some(outage);
    }
    // An answer people owe comes first; by then the model may be available again.
    let reason = match on.task.open_questions().next().is_some() {
        true => BlockReason::Asked,
        false => BlockReason::Later { class, until },
    };
    hold::block(on, reason, next);
    on.tell(text::failure::again(class, outage.tries, until));
    on.note(
        DomainEvent::SessionPaused,
        json!({ "why": class, "tries": outage.tries, "until": until }),
    );
    because(format!("the model failed ({class}); it is tried again"))
}

/// How often the session has tried, as a sentence's end, for people who are told that it gave up.
pub(super) fn tried(on: &Advance<'_>, say: &str) -> String {
    let outage = on.task.job().and_then(|job| job.outage);
    let tries = outage.map_or(0, |outage| outage.tries);
    text::failure::tried(say, i64::from(tries) + 1)
}
