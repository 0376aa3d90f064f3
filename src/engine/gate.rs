//! The gate for pull requests: which deliveries are told to its tasks, and which of them an issue's labels concern.
//!
//! What a delivery means to the task of an issue is settled elsewhere and is not touched here. It decides nothing: the gate's
//! task hears a fact of its own, like any other.

use super::Engine;
use super::error::EngineError;
use super::open::Open;
use super::relation::{News, Relation};
use super::settle::read_stored;
use crate::core::decide::Tell;
use crate::core::event::Event;
use crate::core::gated_pulls::GatedPulls;
use crate::core::ids::TaskKey;
use crate::core::label;
use crate::core::policy::{GO_LABEL, SPRINT_LABEL};
use crate::core::pull_gate::GateNews;
use crate::store::{InboxKind, InboxRow};
use crate::webhook;

impl Engine {
    /// What a delivery says to the gate.
    pub(super) fn gated(&self, row: &InboxRow) -> Vec<Tell> {
        let rules = &self.policy.issues;
        if rules.pull_gate == GatedPulls::Off || row.kind != InboxKind::Webhook {
            return Vec::new();
        }
        let bots = &self.policy.allowed_bots;
        let watched = |gated: &webhook::Gated| {
            let author = gated.author.as_ref();
            author.is_none_or(|author| rules.pull_gate.watches(author, bots))
        };
        let found = webhook::gated(&row.name, &row.body, &rules.words);
        let watched = found.into_iter().filter(watched);
        let tells = watched.map(|gated| Tell {
            place: gated.place,
            event: Event::PullGate(gated.news),
        });
        tells.collect()
    }

    /// Tells a pull request at the gate that an issue which it names may be labeled otherwise.
    pub(super) async fn tell_gate(
        &self,
        open: &mut Open<'_>,
        (task, issue): (TaskKey, TaskKey),
        name: &str,
    ) -> Result<(), EngineError> {
        let Some(row) = open.task(task).await? else {
            return Ok(());
        };
        if read_stored(&row)?.pull_gate.is_none() {
            return Ok(());
        }
        let hint = format!("a label of {issue}");
        let event = Event::PullGate(GateNews::Changed { hint });
        self.tell(open, &row, event, name).await
    }
}

impl Open<'_> {
    /// The gate's tasks are told.
    pub(super) fn tell_gates(&mut self, tells: Vec<Tell>, cause: i64) {
        let told = tells.into_iter().map(|tell| Relation {
            cause,
            task: tell.place.task(),
            news: News::Said(Box::new(tell)),
        });
        self.relations.extend(told);
    }

    /// A label that counts at the gate is put on an issue, or taken off: whoever names the issue is told.
    pub(super) fn labels_changed(&mut self, issue: TaskKey, event: &Event, cause: i64) {
        let (Event::Labeled { label, .. } | Event::Unlabeled { label, .. }) = event else {
            return;
        };
        if ![GO_LABEL, SPRINT_LABEL]
            .iter()
            .any(|one| label::same(label, one))
        {
            return;
        }
        for task in self.watching(issue) {
            let news = News::Released(issue);
            self.relations.push_back(Relation { cause, task, news });
        }
    }
}
