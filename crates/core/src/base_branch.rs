//! Which branch the work of one issue starts from and goes to, when that is not the default branch.
//!
//! In this order: a command, a label `base:<branch>`, the field "Base branch" of an issue form, the milestone. The more it is
//! about this one issue, and the more its writer may do here, the earlier it comes. Nothing is guessed: what is no branch
//! name, or two labels that disagree, starts nothing. Whether there is such a branch only GitHub knows.

use serde::{Deserialize, Serialize};

use super::form;
use super::ids::IssueNumber;
use super::label;
use super::snapshot::{Milestone, Snapshot};

/// The prefix of labels that name a branch.
const LABEL: &str = "base:";
/// The field of an issue form.
const FIELD: [&str; 1] = ["Base branch"];
/// What stands in such a field when nothing is meant.
const NOTHING: [&str; 6] = ["default", "none", "n/a", "no", "-", "?"];
/// Below this all branches are ours.
const OURS: &str = "agent/";
/// The longest name, bytes: a ref is a file to git.
const LONGEST: usize = 200;
/// So much of a milestone's description is read, bytes.
const DESCRIPTION: usize = 16 * 1024;

/// A branch that somebody named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedBase {
    /// Its name, without `refs/heads/`.
    pub branch: String,
    /// By what.
    pub by: BaseSource,
}

/// By what a base branch was named.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BaseSource {
    /// A person's command.
    Command,
    /// A label, as it is written.
    Label(String),
    /// The field of an issue form.
    Field,
    /// The milestone, by its title.
    Milestone(String),
    /// The pull request goes there because a person made it.
    Pull,
    /// It is the branch of a pull request of ours, on which this work stands.
    Below {
        /// The issue of that pull request.
        issue: IssueNumber,
        /// Its number.
        pull: i64,
    },
}

/// Why no branch can be told from what was said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BaseMistake {
    /// Labels that name different branches.
    Several(Vec<String>),
    /// No name of a branch.
    NoName {
        /// What was said.
        said: String,
        /// By what.
        by: BaseSource,
    },
    /// One of the branches agents work on.
    Ours {
        /// Its name.
        branch: String,
        /// By what.
        by: BaseSource,
    },
}

/// The branch that was named for this issue; `None` for the default branch.
pub fn named(issue: &Snapshot, command: Option<&str>) -> Result<Option<NamedBase>, BaseMistake> {
    let Some((said, by)) = said(issue, command)? else {
        return Ok(None);
    };
    match name(&said) {
        None => Err(BaseMistake::NoName { said, by }),
        Some(branch) if is_ours(&branch) => Err(BaseMistake::Ours { branch, by }),
        Some(branch) => Ok(Some(NamedBase { branch, by })),
    }
}

/// Whether it is one of the branches agents work on.
pub fn is_ours(branch: &str) -> bool {
    branch.starts_with(OURS)
}

/// A text as the name of a branch, if git takes it for one.
/// <https://git-scm.com/docs/git-check-ref-format>
pub fn name(text: &str) -> Option<String> {
    let plain = text.trim().trim_matches(['`', '"', '\'']).trim();
    let name = plain.strip_prefix("refs/heads/").unwrap_or(plain);
    let wrong = |c: char| c.is_control() || c.is_whitespace() || "~^:?*[\\".contains(c);
    let part = |part: &str| !part.is_empty() && !part.starts_with('.') && !part.ends_with(".lock");
    let fits = (1..=LONGEST).contains(&name.len())
        && !name.starts_with('-')
        && !name.ends_with('.')
        && !name.contains("..")
        && !name.contains("@{")
        && !matches!(name, "@" | "HEAD")
        && !name.contains(wrong)
        && name.split('/').all(part);
    fits.then(|| name.to_owned())
}

fn said(
    issue: &Snapshot,
    command: Option<&str>,
) -> Result<Option<(String, BaseSource)>, BaseMistake> {
    if let Some(command) = command {
        return Ok(Some((command.to_owned(), BaseSource::Command)));
    }
    let labels: Vec<&str> = issue
        .labels
        .iter()
        .map(|label| label.trim())
        .filter(|label| label::behind(label, LABEL).is_some())
        .collect();
    match labels.as_slice() {
        [] => {}
        [one] => {
            let said = label::behind(one, LABEL).unwrap_or_default();
            let by = BaseSource::Label((*one).to_owned());
            return Ok(Some((said.to_owned(), by)));
        }
        several => {
            let several = several.iter().map(|label| (*label).to_owned());
            return Err(BaseMistake::Several(several.collect()));
        }
    }
    let meant = |said: &String| {
        !NOTHING
            .iter()
            .any(|nothing| said.eq_ignore_ascii_case(nothing))
    };
    let field = form::answer(&issue.body, &FIELD).filter(meant);
    let in_field = field.map(|said| (said, BaseSource::Field));
    let of_milestone = || issue.milestone.as_ref().and_then(milestone);
    Ok(in_field.or_else(of_milestone))
}

/// `2.4 (base: release/2.4)` as its title, or a line `base: release/2.4` in its description.
fn milestone(milestone: &Milestone) -> Option<(String, BaseSource)> {
    let by = BaseSource::Milestone(milestone.title.clone());
    let said = in_title(&milestone.title).or_else(|| in_description(&milestone.description))?;
    Some((said, by))
}

fn in_title(title: &str) -> Option<String> {
    let lower = title.to_ascii_lowercase();
    let at = lower.match_indices(LABEL).map(|(at, _)| at).find(|at| {
        let before = title[..*at].chars().next_back();
        before.is_none_or(|c| c.is_whitespace() || "([{,;".contains(c))
    })?;
    let rest = title[at + LABEL.len()..].trim_start();
    let end = rest.find(|c: char| c.is_whitespace() || ")]},;".contains(c));
    let word = &rest[..end.unwrap_or(rest.len())];
    (!word.is_empty()).then(|| word.to_owned())
}

fn in_description(description: &str) -> Option<String> {
    let lines = form::visible_lines(description, DESCRIPTION);
    lines.iter().find_map(|line| {
        let line = line.trim().trim_start_matches(['-', '*', '+', ' ']);
        let said = label::behind(line, "base branch:").or_else(|| label::behind(line, LABEL))?;
        let word = said.split_whitespace().next()?;
        Some(word.trim_end_matches(['.', ',', ';']).to_owned())
    })
}

#[cfg(test)]
mod tests;
