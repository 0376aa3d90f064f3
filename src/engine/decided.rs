//! What the log and a trace tell of a decision: which fact, of which task and session, and which pull request there is by now.
//!
//! The log hears of it when it is decided, a trace when it is committed: what is rolled back is no span.

use crate::core::decide::Decision;
use crate::core::ids::{SessionId, TaskKey};
use crate::store::{InboxKind, InboxRow};
use crate::trace::{self, Kind, Span, SpanId, TraceId};

/// Which version of a task there was before a decision, and is after it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Versions {
    pub(super) before: i64,
    pub(super) after: i64,
}

/// A decision, as far as is told of it.
pub(super) struct Decided {
    seq: i64,
    fact: String,
    kind: InboxKind,
    name: String,
    received_at: i64,
    at: i64,
    task: TaskKey,
    versions: Versions,
    session: Option<SessionId>,
    pull: Option<i64>,
    /// How many effects follow.
    effects: usize,
}

impl Decided {
    pub(super) fn of(
        row: &InboxRow,
        decision: &Decision,
        (versions, now): (Versions, i64),
    ) -> Self {
        let task = &decision.task;
        Self {
            seq: row.seq,
            fact: row.id.clone(),
            kind: row.kind,
            name: row.name.clone(),
            received_at: row.received_at,
            at: now,
            task: task.key(),
            versions,
            session: task.job().map(|job| job.session.clone()),
            pull: task.pull.as_ref().map(|pull| pull.number),
            effects: decision.effects.len(),
        }
    }

    /// One line: an effect's id begins with the fact's place (`e<row>.<which>`), an outcome's names its effect, and a fact of the
    /// schedule's own names the version of the task that it followed from.
    pub(super) fn log(&self, reason: &str) {
        let session = self.session.as_ref().map(tracing::field::display);
        tracing::info!(
            fact = self.fact,
            delivery = self.delivery(),
            row = self.seq,
            task = %self.task,
            version = self.versions.after,
            session,
            pull = self.pull,
            trace_id = %TraceId::of_task(self.task),
            reason,
            "decided"
        );
    }

    /// GitHub's id of the delivery, where it is one.
    fn delivery(&self) -> Option<&str> {
        self.fact.strip_prefix("webhook:")
    }

    /// It is true now.
    pub(super) fn record(self) {
        if !trace::is_on() {
            return;
        }
        let mut attributes = vec![
            ("skep.fact", self.fact.as_str().into()),
            ("skep.row", self.seq.into()),
            ("skep.task", self.task.to_string().into()),
            (
                "skep.effects",
                i64::try_from(self.effects).unwrap_or(i64::MAX).into(),
            ),
        ];
        let delivery = self.delivery().map(|id| ("skep.delivery", id.into()));
        let session = self
            .session
            .as_ref()
            .map(|id| ("skep.session", id.to_string().into()));
        let pull = self.pull.map(|number| ("skep.pull", number.into()));
        attributes.extend(delivery.into_iter().chain(session).chain(pull));
        let trace = TraceId::of_task(self.task);
        if self.versions.after > self.versions.before {
            // By it the schedule's own facts find what they followed from.
            let version = self.versions.after;
            trace::record(Span {
                trace,
                id: SpanId::of_version(self.task, version),
                parent: Some(SpanId::of_fact(self.seq)),
                name: "task changed".to_owned(),
                kind: Kind::Internal,
                began: self.at,
                ended: self.at,
                attributes: vec![("skep.version", version.into())],
                failed: false,
            });
        }
        trace::record(Span {
            trace,
            id: SpanId::of_fact(self.seq),
            parent: SpanId::cause_of_fact(&self.fact, self.task),
            name: format!("decide {} {}", self.kind.name(), self.name),
            kind: Kind::Consumer,
            began: self.received_at,
            ended: self.at,
            attributes,
            failed: false,
        });
    }
}
