//! Status comments that were posted in this life, for the time GitHub's listing does not show them yet.
//!
//! It only saves a search: what it has forgotten is found again by its mark, so it may forget.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use crate::core::ids::{CommentId, TaskKey};

/// So many are remembered; a listing lags by seconds.
const MOST: usize = 1_000;

/// The comments, the one posted last at the end.
#[derive(Debug, Default)]
pub struct PostedComments {
    posted: Mutex<VecDeque<(TaskKey, CommentId)>>,
}

impl PostedComments {
    /// The status comment of a task, if it was posted in this life.
    pub(super) fn of(&self, task: TaskKey) -> Option<CommentId> {
        let posted = self.posted.lock().unwrap_or_else(PoisonError::into_inner);
        let found = posted.iter().rev().find(|(key, _)| *key == task);
        found.map(|(_, comment)| *comment)
    }

    pub(super) fn remember(&self, task: TaskKey, comment: CommentId) {
        let mut posted = self.posted.lock().unwrap_or_else(PoisonError::into_inner);
        posted.retain(|(key, _)| *key != task);
        posted.push_back((task, comment));
        if posted.len() > MOST {
            posted.pop_front();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_are_forgotten() {
        let posted = PostedComments::default();
        let key = |issue| {
            TaskKey::new(
                crate::core::ids::RepositoryId(1),
                crate::core::ids::IssueNumber(issue),
            )
        };
        for issue in 0..=MOST as i64 {
            posted.remember(key(issue), CommentId(issue));
        }
        assert_eq!(posted.of(key(0)), None);
        assert_eq!(posted.of(key(1)), Some(CommentId(1)));
        posted.remember(key(1), CommentId(7));
        assert_eq!(posted.of(key(1)), Some(CommentId(7)));
    }
}
