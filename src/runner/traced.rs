//! What the log and a trace tell of a try of an effect: which effect, of which task and session, and what came of it.

use super::lease::Lease;
use crate::trace::{self, Context, Kind, Span, SpanId, TraceId};

/// A try under way.
pub(super) struct Try<'l> {
    lease: &'l Lease,
    context: Context,
}

/// The try that a lease is for.
pub(super) fn of(lease: &Lease) -> Try<'_> {
    let context = Context {
        trace: TraceId::of_task(lease.place().task()),
        span: SpanId::of_try(lease.id(), lease.row().fence()),
    };
    Try { lease, context }
}

impl Try<'_> {
    /// What is done within it.
    pub(super) fn context(&self) -> Context {
        self.context
    }

    /// What stands in every line of the log that is written within it.
    pub(super) fn span(&self) -> tracing::Span {
        let lease = self.lease;
        tracing::info_span!(
            "effect",
            effect = lease.id(),
            kind = lease.kind().name(),
            attempt = lease.attempts(),
            task = %lease.place().task(),
            session = lease.session_if_any().map(tracing::field::display),
            trace_id = %self.context.trace,
        )
    }

    /// It is written down what came of it.
    pub(super) fn ended(&self, now: i64, outcome: &'static str) {
        let lease = self.lease;
        tracing::info!(outcome, "performed");
        if !trace::is_on() {
            return;
        }
        let waited = lease.claimed_at().saturating_sub(lease.created_at());
        let mut attributes = vec![
            ("skep.effect", lease.id().into()),
            ("skep.kind", lease.kind().name().into()),
            ("skep.attempt", lease.attempts().into()),
            ("skep.fence", lease.row().fence().into()),
            ("skep.outcome", outcome.into()),
            ("skep.task", lease.place().task().to_string().into()),
            ("skep.installation", lease.place().installation.0.into()),
            ("skep.waited_ms", waited.max(0).into()),
        ];
        let session = lease.session_if_any();
        attributes.extend(session.map(|id| ("skep.session", id.to_string().into())));
        trace::record(Span {
            trace: self.context.trace,
            id: self.context.span,
            parent: SpanId::cause_of_effect(lease.id()),
            name: lease.kind().name().to_owned(),
            kind: Kind::Internal,
            began: lease.claimed_at(),
            ended: now,
            attributes,
            failed: matches!(outcome, "failed" | "retry"),
        });
    }
}
