//! A model that fails for now (429, 500, a connection that broke): the session waits without a process or a slot and tries
//! again by itself, with longer and longer pauses, before anybody is bothered.
//!
//! It never waits without a bound: so many tries, and in all no longer than the session may work. A limit that is said to last
//! longer is told at once.

use serde_json::json;

use super::hold;
use super::state::{Advance, Fired, because};
use crate::agent::{ErrorClass, wait_named};
use crate::event_name::DomainEvent;
use crate::task::{BlockReason, Next, Outage, Stage, Step};
use crate::text;

/// The longest pause between two tries.
const LONGEST_MS: i64 = 5 * 60_000;

/// A limit that lasts longer is told at once: somebody has to do something about it.
const LONGEST_LIMIT_MS: i64 = 8 * 24 * 3_600_000;

/// Clocks differ: so much later than the error says is early enough.
const MARGIN_MS: i64 = 1_000;

/// Another try.
struct Again {
    /// When, epoch milliseconds.
    at: i64,
    /// Whether it counts as one: a limit whose end is known is waited for, not tried.
    counts: bool,
}

/// When the session tries again after its model failed; `None` when trying again cannot help or may not. A time that the
/// error names counts instead of ours: asked earlier, the model would only fail once more.
fn again_at(on: &Advance<'_>, class: ErrorClass, error: &str) -> Option<Again> {
    let limits = &on.cx.policy.limits;
    // Beside a session that rests somebody waits for an answer: a quick no is better than a late one.
    let job = on
        .task
        .job()
        .filter(|job| job.return_to.is_none() && class.is_transient())?;
    let named = wait_named(error, on.cx.now).map(|wait| wait.saturating_add(MARGIN_MS));
    // One that names a moment which is over again and again is not asked for ever: then each try counts.
    let ahead = |wait: &i64| class == ErrorClass::RateLimit && *wait > MARGIN_MS;
    if let Some(wait) = named.filter(ahead) {
        return (wait <= LONGEST_LIMIT_MS).then(|| Again {
            at: on.cx.now.saturating_add(wait),
            counts: false,
        });
    }
    let outage = job.outage.unwrap_or(Outage {
        tries: 0,
        since: on.cx.now,
    });
    if outage.tries + 1 >= limits.model_attempts {
        return None;
    }
    let ours = || {
        let pause = limits
            .model_retry_ms
            .saturating_mul(1_i64 << outage.tries.min(20))
            .min(LONGEST_MS);
        pause + spread(&format!("{}:{}", job.session, outage.tries), pause)
    };
    let at = on.cx.now.saturating_add(named.unwrap_or_else(ours));
    let in_time = at - outage.since <= job.role.limits.within(limits).wall_ms;
    in_time.then_some(Again { at, counts: true })
}

/// Up to a fifth of a pause more, by lot but the same each time: those who failed together do not come back together.
fn spread(of: &str, pause: i64) -> i64 {
    // FNV-1a: http://www.isthe.com/chongo/tech/comp/fnv
    let lot = of.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |lot, byte| {
        (lot ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    let part = i64::try_from(lot % 1_000).unwrap_or_default();
    pause / 5 * part / 1_000
}

/// Cuts the turn short until the model may be asked again, if it may. What the agent was told is told again; what it made so
/// far is kept.
pub(super) fn wait(on: &mut Advance<'_>, class: ErrorClass, error: &str) -> Option<Fired> {
    let Again { at: until, counts } = again_at(on, class, error)?;
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
        tries: before.tries + u32::from(counts),
        // What a limit lasts is no time that the session may work.
        since: match counts {
            true => before.since,
            false => before.since.saturating_add(until - on.cx.now),
        },
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
    on.tell(match counts {
        true => text::failure::again(class, outage.tries, until),
        false => text::failure::limited(until),
    });
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
