//! Whether the server itself has seen the work pass, where the repository has commands for that. Derived, never stored.

use super::Task;
use crate::ids::Sha;

impl Task {
    /// Whether a commit may count as done as far as the server saw it: exactly this one has passed, or the repository has no commands.
    pub fn is_verified(&self, head: &Sha) -> bool {
        let verification = self.review.verification.as_ref();
        self.policy.verify.is_empty() || verification.is_some_and(|known| known.passed(head))
    }

    /// The same of the head of its pull request.
    pub fn head_is_verified(&self) -> bool {
        let head = self.head();
        self.policy.verify.is_empty() || head.is_some_and(|head| self.is_verified(head))
    }

    /// The head of its branch on GitHub, as it was last heard of: what somebody else pushed, or else we did.
    pub fn head(&self) -> Option<&Sha> {
        self.review.theirs.as_ref().or(self.branch_head.as_ref())
    }
}
