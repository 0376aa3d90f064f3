//! What this process has counted since it began, for `/metrics`: decisions, effects, calls to GitHub, the database's answers.
//!
//! One set for the process, as a scraper sees one process; whoever does the thing counts it, when it is done and not before. Labels are words
//! of skep's own (kinds, outcomes), never text of people, names or numbers of issues; should a word be new without end, it is counted as
//! `other`. It must never fail, wait or decide anything.

mod family;
mod write;

pub use family::{Counter, Gauge, Histogram};
pub use write::{Exposition, Sample};

/// Decisions that were committed.
pub static DECISIONS: Counter =
    Counter::new("skep_decisions_total", "Decisions that were committed", &[]);
/// Domain events, by name.
pub static EVENTS: Counter = Counter::new(
    "skep_events_total",
    "Domain events that were committed, by name (docs/events.md)",
    &["event"],
);
/// From the queue to the slot.
pub static QUEUE_WAIT: Histogram = Histogram::new(
    "skep_queue_wait_seconds",
    "How long sessions waited for their slot",
    &[],
    &[1.0, 10.0, 60.0, 600.0, 3_600.0, 21_600.0, 86_400.0],
);
/// Tokens of agents, as far as they told.
pub static TOKENS: Counter = Counter::new(
    "skep_tokens_total",
    "Tokens that agents spent, as far as they told, by direction",
    &["direction"],
);
/// Money, in millionths of a dollar.
pub static COST: Counter = Counter::new(
    "skep_cost_micro_usd_total",
    "What agents cost, as far as it is known, in millionths of a dollar",
    &[],
);
/// Agents that started, by the operator's name of them.
pub static AGENT_STARTS: Counter = Counter::new(
    "skep_agent_starts_total",
    "Agents that started, by the operator's name of the agent",
    &["agent"],
);
/// Tries of effects, by kind and what came of them.
pub static EFFECTS: Counter = Counter::new(
    "skep_effects_total",
    "Effects that were performed, by kind and outcome: done, retry, failed, cancelled, interrupted",
    &["kind", "outcome"],
);
/// How long a try of an effect took.
pub static EFFECT_TIME: Histogram = Histogram::new(
    "skep_effect_duration_seconds",
    "How long effects took to perform, by kind; turns of agents are run_turn",
    &["kind"],
    &[0.1, 1.0, 10.0, 60.0, 600.0, 3_600.0],
);
/// Calls to GitHub, by what it answered.
pub static GITHUB_CALLS: Counter = Counter::new(
    "skep_github_requests_total",
    "Requests to GitHub's API, by what came of them: ok, not_modified, refused, limited, server_error, lost",
    &["outcome"],
);
/// What is left of the hour's requests.
pub static GITHUB_REMAINING: Gauge = Gauge::new(
    "skep_github_rate_limit_remaining",
    "Requests that GitHub said were left, as last said for any installation",
);
/// Tries to tell somebody outside GitHub, by the operator's name of the target and what came of them.
pub static NOTIFICATIONS: Counter = Counter::new(
    "skep_notifications_total",
    "Tries to tell targets outside GitHub, by target and outcome: sent, failed; dead are those given up",
    &["target", "outcome"],
);
/// How long the database took.
pub static STORE_TIME: Histogram = Histogram::new(
    "skep_store_duration_seconds",
    "How long operations of the database took, waiting for a connection included",
    &[],
    &[0.001, 0.005, 0.02, 0.1, 0.5, 2.0, 10.0],
);

/// From a delivery's head to its 202.
pub static WEBHOOK_ACK: Histogram = Histogram::new(
    "skep_webhook_ack_seconds",
    "How long GitHub waited for the answer that a delivery is stored",
    &[],
    &[0.005, 0.02, 0.1, 0.5, 1.0, 2.0, 5.0, 10.0],
);
/// Effects taken over from whoever held them before.
pub static LEASE_TAKEOVERS: Counter = Counter::new(
    "skep_lease_takeovers_total",
    "Effects that were taken over: lapsed (their holder did not renew), restart (of the process before this one)",
    &["cause"],
);
/// Our clock minus GitHub's.
pub static CLOCK_SKEW: Gauge = Gauge::new(
    "skep_clock_skew_seconds",
    "How far this machine's clock is ahead of GitHub's, by the Date of its last answer",
);
/// Spans that the collector took.
pub static SPANS_SENT: Counter = Counter::new(
    "skep_trace_spans_sent_total",
    "Spans of traces that the collector took",
    &[],
);
/// Spans that were lost.
pub static SPANS_DROPPED: Counter = Counter::new(
    "skep_trace_spans_dropped_total",
    "Spans of traces that were lost: queue (no room), collector (it did not take them)",
    &["cause"],
);

/// Everything that was counted.
pub fn write(into: &mut Exposition) {
    for counter in [
        &DECISIONS,
        &EVENTS,
        &TOKENS,
        &COST,
        &AGENT_STARTS,
        &EFFECTS,
        &GITHUB_CALLS,
        &NOTIFICATIONS,
        &LEASE_TAKEOVERS,
        &SPANS_SENT,
        &SPANS_DROPPED,
    ] {
        counter.write(into);
    }
    GITHUB_REMAINING.write(into);
    CLOCK_SKEW.write(into);
    for histogram in [&QUEUE_WAIT, &EFFECT_TIME, &STORE_TIME, &WEBHOOK_ACK] {
        histogram.write(into);
    }
}
