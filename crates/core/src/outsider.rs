//! Text of people without write access: no agent reads it before somebody with write access lets that very text in, by a thumbs up on
//! it. Here are the facts of it; what is held back and what was let in stands in the task (`task/withheld.rs`).

use serde::{Deserialize, Serialize};

use super::actor::{Account, Permission};
use super::ids::{CommentId, IssueNumber};

/// What becomes of comments by people without write access.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outsiders {
    /// Each is withheld from agents until somebody with write access lets it in.
    #[default]
    Withhold,
    /// Those that stand there when work is asked for are read, whoever wrote them.
    Read,
}

impl Outsiders {
    /// Those an operator may choose, by their names in `skep.toml`.
    pub const CHOICES: [(&'static str, Self); 2] =
        [("withhold", Self::Withhold), ("read", Self::Read)];

    /// Its name in `skep.toml`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Withhold => "withhold",
            Self::Read => "read",
        }
    }
}

/// A reaction of thumbs up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ThumbsUp {
    /// Whose.
    pub actor: Account,
    /// What they may do.
    pub permission: Permission,
    /// GitHub's time of it, epoch milliseconds.
    pub at: i64,
}

/// A comment that no agent reads as it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeldBack {
    /// Which.
    pub comment: CommentId,
    /// The number it stands under: the issue's, or our pull request's.
    pub on: IssueNumber,
    /// Who wrote it.
    pub author: String,
    /// GitHub's time of its last change, epoch milliseconds.
    pub at: i64,
}

/// A comment of somebody without write access, as it was read: the reactions first, then the words, so that a reaction younger than the
/// last change of the words is one to these words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outsider {
    /// Which.
    pub comment: CommentId,
    /// The number it stands under.
    pub on: IssueNumber,
    /// Who wrote it.
    pub author: Account,
    /// GitHub's time of its last change, epoch milliseconds.
    pub changed_at: i64,
    /// The words.
    pub body: String,
    /// Their SHA-256, in hexadecimal digits.
    pub sha256: String,
    /// Who gave it a thumbs up.
    pub thumbs: Vec<ThumbsUp>,
}

impl Outsider {
    /// It, without its words.
    pub fn held_back(&self) -> HeldBack {
        HeldBack {
            comment: self.comment,
            on: self.on,
            author: self.author.login.clone(),
            at: self.changed_at,
        }
    }
}

/// What somebody without write access said in a thread of a review.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutsiderInThread {
    /// GraphQL's id of the thread.
    pub thread: String,
    /// Which of those said in it, counted from nought.
    pub place: usize,
    /// Who wrote it.
    pub author: String,
    /// GitHub's time of its last change, epoch milliseconds.
    pub changed_at: i64,
    /// Who gave it a thumbs up.
    pub thumbs: Vec<ThumbsUp>,
}

impl OutsiderInThread {
    /// Whether somebody who may lets it in.
    pub fn is_let_in(&self) -> bool {
        self.thumbs
            .iter()
            .any(|thumb| counts(thumb, self.changed_at))
    }
}

/// Whether a thumbs up lets words in that were last changed at that time. GitHub counts in whole seconds, so that one of the same second
/// may be older than the words: it does not count.
pub fn counts(thumb: &ThumbsUp, changed_at: i64) -> bool {
    thumb.permission.may_start() && thumb.at > changed_at
}
