//! An issue or pull request and everything said and done on it.
//!
//! It exists as the record the world keeps. It must never render itself: that is `view`.

use serde_json::Value;

use crate::behaviour::{Rule, on};
use crate::git::inspect::Comparison;

/// Whether two names are one label's: case does not count.
pub fn same_label(one: &str, other: &str) -> bool {
    one == other || one.eq_ignore_ascii_case(other) && on(Rule::LabelCase)
}

/// The reactions GitHub knows.
pub const REACTIONS: [&str; 8] = [
    "+1", "-1", "laugh", "confused", "heart", "hooray", "rocket", "eyes",
];

/// The state of a review that is not submitted yet.
pub const PENDING: &str = "PENDING";

/// A reaction of somebody.
#[derive(Debug, Clone)]
pub struct Reaction {
    /// Its number.
    pub id: i64,
    /// Who.
    pub user: String,
    /// One of [`REACTIONS`].
    pub content: String,
    /// When.
    pub created_at: i64,
}

/// A comment on an issue or pull request.
#[derive(Debug, Clone)]
pub struct Comment {
    /// Its number.
    pub id: i64,
    /// Who wrote it.
    pub author: String,
    /// What it says.
    pub body: String,
    /// How often it was edited.
    pub edits: u32,
    /// Folded away, with the reason.
    pub minimized: Option<String>,
    /// Who pinned it to the top of its issue, and when.
    pub pinned: Option<(String, i64)>,
    /// Reactions in order.
    pub reactions: Vec<Reaction>,
    /// When it was written.
    pub created_at: i64,
    /// When it was last changed.
    pub updated_at: i64,
}

/// Something that happened to an issue, as the timeline lists it.
#[derive(Debug, Clone)]
pub struct Happening {
    /// Its number.
    pub id: i64,
    /// `labeled`, `closed`, …
    pub event: String,
    /// Who did it.
    pub actor: String,
    /// Fields that only this kind has, an object.
    pub details: Value,
    /// When.
    pub created_at: i64,
}

/// A review.
#[derive(Debug, Clone)]
pub struct Review {
    /// Its number.
    pub id: i64,
    /// Who.
    pub author: String,
    /// `APPROVED`, `CHANGES_REQUESTED`, `COMMENTED` or `DISMISSED`; `PENDING`: only its author knows of it.
    pub state: String,
    /// What it says.
    pub body: String,
    /// The commit looked at.
    pub commit: String,
    /// When.
    pub submitted_at: i64,
}

/// A comment on a line.
#[derive(Debug, Clone)]
pub struct ReviewComment {
    /// Its number.
    pub id: i64,
    /// The review it belongs to.
    pub review: i64,
    /// Who.
    pub author: String,
    /// The file.
    pub path: String,
    /// The line.
    pub line: i64,
    /// What it says.
    pub body: String,
    /// The comment it answers.
    pub in_reply_to: Option<i64>,
    /// Its thread is resolved (kept on the first comment of a thread).
    pub resolved: bool,
    /// The part of the diff it is on.
    pub hunk: String,
    /// Reactions in order.
    pub reactions: Vec<Reaction>,
    /// The commit looked at.
    pub commit: String,
    /// When.
    pub created_at: i64,
}

/// What makes an issue a pull request.
#[derive(Debug, Clone)]
pub struct Pull {
    /// Its number beside the issue's.
    pub id: i64,
    /// The repository of the head (a fork's may differ).
    pub head_repository: i64,
    /// The branch it comes from.
    pub head: String,
    /// Its commit.
    pub head_sha: String,
    /// The branch it goes to.
    pub base: String,
    /// Its commit when the request was opened.
    pub base_sha: String,
    /// Not ready.
    pub draft: bool,
    /// Who merged it, when, as which commit.
    pub merged: Option<(String, i64, String)>,
    /// Who was asked to look.
    pub reviewers: Vec<String>,
    /// The teams that were asked, by slug.
    pub teams: Vec<String>,
    /// Reviews in order.
    pub reviews: Vec<Review>,
    /// Line comments in order.
    pub review_comments: Vec<ReviewComment>,
    /// How head and base differ.
    pub comparison: Comparison,
}

/// An issue or a pull request.
#[derive(Debug, Clone)]
pub struct Issue {
    /// Its number in the whole of GitHub.
    pub id: i64,
    /// Its number in the repository.
    pub number: i64,
    /// Title.
    pub title: String,
    /// Body.
    pub body: Option<String>,
    /// Who opened it.
    pub author: String,
    /// Open.
    pub open: bool,
    /// `completed`, `not_planned`, `duplicate` or `reopened`.
    pub state_reason: Option<String>,
    /// Nobody may comment.
    pub locked: bool,
    /// Names of labels in the order they came.
    pub labels: Vec<String>,
    /// Logins.
    pub assignees: Vec<String>,
    /// Comments in order.
    pub comments: Vec<Comment>,
    /// Reactions on the issue itself.
    pub reactions: Vec<Reaction>,
    /// The name of its type.
    pub kind: Option<String>,
    /// Its fields of one choice: the name of each, and of the option.
    pub fields: Vec<(String, String)>,
    /// The number of its milestone.
    pub milestone: Option<i64>,
    /// What happened.
    pub timeline: Vec<Happening>,
    /// When it was opened.
    pub created_at: i64,
    /// When anything last changed.
    pub updated_at: i64,
    /// When it was closed.
    pub closed_at: Option<i64>,
    /// What a pull request has besides.
    pub pull: Option<Pull>,
}

impl Pull {
    /// Whether a comment on a line belongs to a review that is not submitted yet.
    pub fn is_pending(&self, line: &ReviewComment) -> bool {
        self.reviews
            .iter()
            .any(|review| review.id == line.review && review.state == PENDING)
    }
}

impl Issue {
    /// Whether it carries the label, whatever its case.
    pub fn has_label(&self, name: &str) -> bool {
        self.labels.iter().any(|label| same_label(label, name))
    }
}
