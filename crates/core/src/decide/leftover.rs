//! What becomes of a session's commits when its working copy goes.

use crate::effect::UnpushedCommits;
use crate::event::Work;

/// Whether they go with it or are kept in the mirror; `None`: git refused them, so the working copy stays.
pub(super) fn of(work: &Work) -> Option<UnpushedCommits> {
    match (work.is_empty(), work.is_refused()) {
        (true, _) => Some(UnpushedCommits::Discard),
        (false, false) => Some(UnpushedCommits::Keep),
        (false, true) => None,
    }
}
