//! How a task reads as part of a stack: on which pull request it may begin, on which it stands, and what others hear of its own.
//! Derived, never stored.

use super::{End, Stage, StandsOn, Task};
use crate::dependency::Blocker;
use crate::ids::TaskKey;
use crate::stack::{PullBelow, PullBelowIs};

impl Task {
    /// The pull request below, if it stands on one.
    pub fn pull_below(&self) -> Option<(&StandsOn, &PullBelow)> {
        let on = self.stack.on.as_ref()?;
        let issue = TaskKey::new(self.place.repository, on.issue);
        Some((on, self.stack.pull_of(issue)?))
    }

    /// The only open issue that it waits for, with our pull request that is in review: work may begin on that one's branch.
    pub fn may_stand_on(&self) -> Option<(&Blocker, &PullBelow)> {
        let only = self.could_stand_on()?;
        let pull = self.stack.pull_of(only.issue.key)?;
        (pull.is == PullBelowIs::InReview && pull.head.is_some()).then_some((only, pull))
    }

    /// The only open issue that it waits for, if work may begin on that one's branch once its pull request is in review.
    pub fn could_stand_on(&self) -> Option<&Blocker> {
        let mut unmet = self.unmet().filter(|_| self.stack.may);
        let (Some(only), None) = (unmet.next(), unmet.next()) else {
            return None;
        };
        let key = only.issue.key;
        let same = key.repository == self.place.repository && key != self.key();
        Some(only).filter(|only| same && !only.is_pull)
    }

    /// It stands on a pull request that is open.
    pub fn stands_on_open_pull(&self) -> bool {
        let open = |is: &PullBelowIs| matches!(is, PullBelowIs::InReview | PullBelowIs::Revised);
        self.pull_below().is_some_and(|(_, below)| open(&below.is))
    }

    /// Its own pull request, as those hear of it that wait for the issue; `None` where there is none, or it is not known how
    /// it stands.
    pub fn as_pull_below(&self) -> Option<PullBelow> {
        let (pull, job) = (self.pull.as_ref()?, self.job()?);
        let ended = match &self.stage {
            Stage::Ended { end, .. } => Some(end),
            Stage::Idle
            | Stage::Checking { .. }
            | Stage::Queued { .. }
            | Stage::Working { .. }
            | Stage::Blocked { .. } => None,
        };
        let is = match ended {
            Some(End::Merged) => PullBelowIs::Merged {
                into: job.base_branch.clone(),
                from: job.base_from.clone(),
            },
            Some(End::PullClosed) => PullBelowIs::Closed,
            _ if !self.has_open_pull() => return None,
            _ if self.can_revise() => PullBelowIs::InReview,
            _ => PullBelowIs::Revised,
        };
        let theirs = self.review.theirs.clone();
        Some(PullBelow {
            number: pull.number,
            branch: job.branch.clone(),
            head: theirs.or_else(|| self.branch_head.clone()),
            is,
        })
    }
}
