//! How agents are fenced in, in a word or a sentence for operators.

use crate::agent::Confinement;

/// What `/readyz` and `skep status` show.
pub(super) fn shown(found: &Confinement) -> String {
    match found {
        Confinement::Bubblewrap(_) => "bubblewrap".to_owned(),
        Confinement::None { warning } => format!("none: {warning}"),
        Confinement::Broken { why } => format!("no agent is started: {why}"),
    }
}
