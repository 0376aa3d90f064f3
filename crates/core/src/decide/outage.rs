//! A model that fails for now (429, 500, a connection that broke): the session waits without a process or a slot and tries
//! again by itself, with longer and longer pauses, before anybody is bothered.
//!
//! It never waits without a bound: so many tries, and in all no longer than the session may work. A limit that is said to last
//! longer is told at once.

use serde_json::json;

use super::{Decision, Draft, pause};
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
pub(super) fn again_at(draft: &Draft<'_>, class: ErrorClass, error: &str) -> Option<i64> {
    let limits = &draft.cx.policy.limits;
    // On an errand somebody waits for an answer: a quick no is better than a late one.
    let job = draft
        .task
        .job()
        .filter(|job| job.return_to.is_none() && class.is_transient())?;
    let outage = job.outage.unwrap_or(Outage {
        tries: 0,
        since: draft.cx.now,
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
    let pause =
        wait_named(error, draft.cx.now).map_or_else(ours, |named| named.saturating_add(MARGIN_MS));
    let at = draft.cx.now.saturating_add(pause);
    (at - outage.since <= job.role.limits.within(limits).wall_ms).then_some(at)
}

/// Cuts the turn short until then. What the agent was told is told again; what it made so far is kept.
pub(super) fn wait(mut draft: Draft<'_>, class: ErrorClass, until: i64) -> Decision {
    let Stage::Working {
        mut job,
        step,
        progress,
    } = draft.task.stage.clone()
    else {
        return draft.because("no session is at work");
    };
    let next = match step {
        // Its agent is gone already, and git has what it made.
        Step::Collecting { .. } => Next::Conversation { interrupted: true },
        step => pause::interrupt(&mut draft, &job, &step),
    };
    if let Some(now) = draft.task.job() {
        job.worked_ms = now.worked_ms;
    }
    let before = job.outage.unwrap_or(Outage {
        tries: 0,
        since: draft.cx.now,
    });
    let outage = Outage {
        tries: before.tries + 1,
        ..before
    };
    job.outage = Some(outage);
    // An answer people owe comes first; by then the model may be available again.
    let asked = draft.task.open_questions().next().is_some();
    let reason = if asked {
        BlockReason::Asked
    } else {
        BlockReason::Later { class, until }
    };
    draft.task.stage = Stage::Blocked {
        job,
        reason,
        next,
        progress,
        since: draft.cx.now,
    };
    draft.task.tell(
        draft.cx.now,
        text::failure::again(class, outage.tries, until),
    );
    draft.note(
        DomainEvent::SessionPaused,
        json!({ "why": class, "tries": outage.tries, "until": until }),
    );
    draft.because(format!("the model failed ({class}); it is tried again"))
}

/// The moment to try again came.
pub(super) fn again(draft: Draft<'_>) -> Decision {
    match &draft.task.stage {
        Stage::Blocked {
            reason: BlockReason::Later { until, .. },
            ..
        } if *until <= draft.cx.now => pause::resume_now(draft, "the model is tried again"),
        _ => draft.because("no session waits for its model"),
    }
}

/// How often the session has tried, as a sentence's end, for people who are told that it gave up.
pub(super) fn tried(draft: &Draft<'_>, say: &str) -> String {
    let tries = draft
        .task
        .job()
        .and_then(|job| job.outage)
        .map_or(0, |outage| outage.tries);
    text::failure::tried(say, i64::from(tries) + 1)
}

/// The model works.
pub(super) fn over(draft: &mut Draft<'_>) {
    if let Some(job) = draft.job_mut() {
        job.outage = None;
    }
}
