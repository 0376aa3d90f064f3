//! The pull request at the gate: its check run says how it stands, and what belongs to a sprint inherits its label.

use super::state::{Advance, Fired};
use crate::effect;
use crate::policy::GO_LABEL;
use crate::text;

/// What the check run says is not how it stands.
pub(super) fn report(on: &mut Advance<'_>) -> Option<Fired> {
    let gate = on.task.pull_gate.as_mut()?;
    let seen = gate.seen.clone();
    let seen = seen.filter(|seen| gate.reported.as_ref() != Some(seen))?;
    gate.reported = Some(seen.clone());
    let inherits = seen.verdict.inherits() && !gate.inherited;
    gate.inherited |= inherits;
    let pull = on.task.place.issue.0;
    let (title, summary) = text::pull_gate::check(&seen.verdict);
    on.plan(effect::ReportPullGate {
        pull,
        head: seen.head,
        passes: seen.verdict.passes(),
        title,
        summary,
    });
    if inherits {
        let labels = vec![GO_LABEL.to_owned()];
        on.plan(effect::LabelPull { pull, labels });
    }
    Some(Fired::Quietly)
}
