//! When a person did on GitHub what an event tells of.

use super::Event;

impl Event {
    /// What a person did on GitHub, in words, and GitHub's time of it (epoch milliseconds); none for all that is not told
    /// with its time.
    pub fn happened_at(&self) -> Option<(&'static str, i64)> {
        Some(match self {
            Self::Labeled { snapshot, .. } => ("a label", snapshot.at),
            Self::Unlabeled { at, .. } => ("the end of a label", *at),
            Self::IssueRemoved { at, .. } => ("the end of the issue", *at),
            Self::IssueEdited { at, .. } => ("a change of the issue", *at),
            Self::Commented { at, .. } => ("a comment", *at),
            Self::Reviewed { at, .. } => ("a review", *at),
            _ => return None,
        })
    }
}
