//! What is wrong with a proposal. Each is said exactly to whoever proposed it, by `text::suggestion`.

use crate::ids::IssueNumber;

/// What is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wrong {
    /// More labels than may be: so many.
    TooManyLabels(usize),
    /// A label without a name.
    NoName,
    /// A label that is proposed before in the same call.
    Twice(String),
    /// A label that says something to skep.
    OwnLabel(String),
    /// The repository has no such label; it has these.
    UnknownLabel(String, Vec<String>),
    /// Issues have no types here.
    NoTypes(String),
    /// There is no such type; there are these.
    UnknownType(String, Vec<String>),
    /// It names no issue.
    NoReference(String),
    /// It is an issue of another repository.
    Elsewhere(String),
    /// It is the issue itself.
    Itself,
    /// There is no such issue.
    Missing(IssueNumber),
    /// It is a pull request.
    Pull(IssueNumber),
    /// This part has no rationale.
    NoRationale(String),
    /// This part has a rationale of so many characters.
    LongRationale(String, usize),
    /// This part has a confidence that is none.
    Confidence(String, String),
}
