//! How agents are fenced in, in a word or a sentence for operators.

use crate::agent::Confinement;
use crate::core::text::sandbox as text;

/// What `/readyz`, `skep status` and the log show.
pub(super) fn shown(found: &Confinement) -> String {
    match found {
        Confinement::Bubblewrap(_) => "bubblewrap".to_owned(),
        Confinement::Container(container) => container.name(),
        Confinement::None { warning } => text::none(warning),
        Confinement::Broken { why } => text::broken(why),
    }
}
