//! What an issue says it waits for: references in its body ("Depends on #12") and in its labels (`depends:issue-12`); and what a
//! pull request says it is for (`link`).
//!
//! It exists so that a dependency written by hand counts like one set by GitHub's own button. It must never take prose
//! for a dependency ("after that, #12 showed", "Fixes #12"), nor what the page does not show as the author's own words:
//! code, quotes, struck-out text, HTML comments. What is found is what somebody wrote, and no more: whether such an issue
//! exists, and how it stands, GitHub has to say.

use super::ids::{IssueNumber, RepositoryName};
use super::label;
use found::Collected;

mod block;
mod body;
mod found;
mod home;
mod link;
mod named;
mod pattern;
mod phrase;
mod plain;
mod reference;
mod standing;

pub use found::{MOST, Reference, References, Source};
pub use home::Home;
pub use link::linked;
pub use named::Named;
pub use standing::{
    Blocker, BlockerNews, Dependencies, NewStanding, RelatedNews, Standing, Unknown, Unresolved,
};

/// What stands before the reference in a label.
const LABEL_PREFIX: &str = "depends:";

/// Reads what an issue's body and labels say it waits for. The order of what is written makes no difference but for which
/// words are kept as evidence: the first ones, and the body's before a label's.
pub fn references<S: AsRef<str>>(body: &str, labels: &[S], home: &Home<'_>) -> References {
    let mut all = Collected::new(home);
    body::read(body, &mut all);
    for name in labels.iter().map(AsRef::as_ref) {
        if let Some(target) = of_label(name, home) {
            all.add(vec![target], Source::Label, name);
        }
    }
    all.finish()
}

/// The issue a label names: `depends:issue-12`, `depends:#12`, `depends:owner/repo#12`.
fn of_label(name: &str, home: &Home<'_>) -> Option<reference::Target> {
    let rest = label::behind(name, LABEL_PREFIX)?.trim();
    let numbered = label::behind(rest, "issue-").map(|number| format!("#{number}"));
    let text = numbered.as_deref().unwrap_or(rest);
    let (target, length) = reference::read(text, home)?;
    (length == text.len()).then_some(target)
}

/// The issue that a text names and nothing else, as GitHub links it: `#12`, `owner/repo#12`, the address of its page; the
/// repository where it is another one than the home's.
pub fn reference(text: &str, home: &Home<'_>) -> Option<(Option<RepositoryName>, IssueNumber)> {
    let (target, length) = reference::read(text, home)?;
    (length == text.len()).then_some((target.repository, target.number))
}

/// Whether a text holds anything that might be a reference: a first look, before it is read.
pub fn may_name(body: &str) -> bool {
    let short = |mark: &str| {
        body.match_indices(mark).any(|(at, mark)| {
            body.get(at + mark.len()..)
                .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
        })
    };
    ["#", "GH-", "gh-", "/issues/", "/pull/", "/pulls/"]
        .into_iter()
        .any(short)
}

/// Whether a label names a dependency, or would if it named an issue.
pub fn is_label(name: &str) -> bool {
    label::behind(name, LABEL_PREFIX).is_some()
}

#[cfg(test)]
mod tests;
