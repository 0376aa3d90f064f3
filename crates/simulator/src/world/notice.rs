//! A mail to somebody, as a value.
//!
//! It exists so that a test counts what lands in people's inboxes. It must never know the world: who gets one stands beside it.

/// A mail to somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// Of which repository.
    pub repository: i64,
    /// Of which issue or pull request.
    pub number: i64,
    /// To whom.
    pub to: String,
    /// Why they get it, in GitHub's word: `assign`, `author`, `comment`, `mention`, `review_requested`, `subscribed`.
    pub reason: &'static str,
    /// What was done, in the webhook's words: `issues.assigned`, `issue_comment.created`.
    pub about: String,
    /// Who did it.
    pub by: String,
    /// What it says.
    pub words: String,
}
