//! Whether a later commit on the base takes a merged change back, by what its message says in so many words: the forms that
//! git and GitHub's button "Revert" write. A message that names another commit or pull request never counts.

use serde::{Deserialize, Serialize};

use crate::ids::{RepositoryName, Sha};

/// What git writes below the subject.
const BY_COMMIT: &str = "This reverts commit ";
/// What GitHub's button writes into a pull request, and a squash takes into the message.
const BY_PULL: &str = "Reverts ";
/// Shorter names of commits are not told apart.
const SHORTEST: usize = 7;

/// A commit on the base.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Commit {
    /// Its name.
    pub sha: Sha,
    /// Its message, or the beginning of it.
    pub message: String,
}

/// What was merged.
#[derive(Debug, Clone, Copy)]
pub struct Merged<'a> {
    /// Where.
    pub repository: &'a RepositoryName,
    /// The pull request.
    pub pull: i64,
    /// Its title.
    pub title: &'a str,
    /// The commit that brought it to the base (of a rebase: its last one).
    pub commit: &'a Sha,
}

/// What a message may name as reverted.
struct Target<'a> {
    commit: &'a Sha,
    pull: Option<String>,
    subjects: Vec<String>,
}

/// Whether a message is worth reading for it.
pub fn speaks_of_a_revert(message: &str) -> bool {
    let message = message.to_ascii_lowercase();
    message.contains("revert") || message.contains("reapply")
}

/// The commit that takes the change back, among those that came after it, oldest first; `None` where that one was taken back
/// in its turn.
pub fn reverted_by(merged: Merged<'_>, later: &[Commit]) -> Option<Sha> {
    let Merged { pull, title, .. } = merged;
    let change = Target {
        commit: merged.commit,
        pull: Some(format!("{}#{pull}", merged.repository)),
        subjects: vec![
            format!("Revert \"{title}\""),
            format!("Revert \"{title} (#{pull})\""),
        ],
    };
    let mut by: Option<&Commit> = None;
    for commit in later {
        by = match by {
            None => Some(commit).filter(|commit| change.is_reverted(&commit.message)),
            Some(found) => Some(found).filter(|found| !taken_back(found, title, &commit.message)),
        };
    }
    by.map(|commit| commit.sha.clone())
}

fn taken_back(found: &Commit, title: &str, message: &str) -> bool {
    let revert = Target {
        commit: &found.sha,
        pull: None,
        subjects: vec![
            format!("Revert \"Revert \"{title}\"\""),
            format!("Reapply \"{title}\""),
        ],
    };
    revert.is_reverted(message)
}

impl Target<'_> {
    fn is_reverted(&self, message: &str) -> bool {
        let lines = || message.lines().map(str::trim);
        let commits: Vec<&str> = lines()
            .filter_map(|line| line.strip_prefix(BY_COMMIT))
            .collect();
        let pulls: Vec<&str> = lines()
            .filter_map(|line| line.strip_prefix(BY_PULL))
            .filter(|rest| rest.contains('#') && !rest.contains(' '))
            .collect();
        if commits.is_empty() && pulls.is_empty() {
            return subject(message).is_some_and(|line| self.subjects.contains(&line));
        }
        let is_pull = |name: &&str| {
            self.pull
                .as_deref()
                .is_some_and(|pull| pull.eq_ignore_ascii_case(name))
        };
        commits.into_iter().any(|rest| self.is_commit(rest)) || pulls.iter().any(is_pull)
    }

    fn is_commit(&self, rest: &str) -> bool {
        let end = rest.find(|c: char| !c.is_ascii_hexdigit());
        let name = &rest[..end.unwrap_or(rest.len())];
        name.len() >= SHORTEST && self.commit.as_str().starts_with(&name.to_ascii_lowercase())
    }
}

/// The subject, without the number that a squash adds; of a merged pull request, its title.
fn subject(message: &str) -> Option<String> {
    let mut lines = message
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty());
    let first = lines.next()?;
    let line = match first.starts_with("Merge pull request #") {
        true => lines.next()?,
        false => first,
    };
    Some(without_number(line).to_owned())
}

fn without_number(line: &str) -> &str {
    let number = |rest: &str| {
        let digits = rest.strip_suffix(')')?;
        (!digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())).then_some(())
    };
    match line.rsplit_once(" (#") {
        Some((before, rest)) if number(rest).is_some() => before,
        _ => line,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sha(digit: char) -> Sha {
        digit.to_string().repeat(40).parse().expect("forty digits")
    }

    fn commit(digit: char, message: &str) -> Commit {
        Commit {
            sha: sha(digit),
            message: message.to_owned(),
        }
    }

    fn by(later: &[Commit]) -> Option<char> {
        let repository = "octo/hello".parse().expect("a name");
        let merged = Merged {
            repository: &repository,
            pull: 13,
            title: "Add a page",
            commit: &sha('a'),
        };
        reverted_by(merged, later).and_then(|sha| sha.as_str().chars().next())
    }

    #[test]
    fn only_what_names_the_change_reverts_it() {
        let a = "a".repeat(40);
        let reverts = [
            format!("Revert \"Add a page (#13)\"\n\nThis reverts commit {a}."),
            format!("Take it out\n\nThis reverts commit {a}, reversing\nchanges made to {a}."),
            "Undo\n\nThis reverts commit aaaaaaa.".to_owned(),
            "Revert \"Add a page\" (#14)\n\nReverts octo/hello#13".to_owned(),
            "Merge pull request #14 from octo/revert-13-x\n\nRevert \"Add a page\"".to_owned(),
            "Revert \"Add a page (#13)\"".to_owned(),
        ];
        for message in reverts {
            assert_eq!(by(&[commit('c', &message)]), Some('c'), "{message}");
        }
        let b = "b".repeat(40);
        let others = [
            format!("Revert \"Add a page\"\n\nThis reverts commit {b}."),
            "Revert \"Add a page\" (#14)\n\nReverts octo/hello#12".to_owned(),
            "Revert \"Add a page\" (#14)\n\nReverts octo/other#13".to_owned(),
            "Revert \"Add a page of figures\"".to_owned(),
            "Revert \"Add a page (#12)\"".to_owned(),
            "This reverts commit aaaaaa.".to_owned(),
            "Do not revert \"Add a page\"".to_owned(),
            "Revert the page".to_owned(),
            String::new(),
        ];
        for message in others {
            assert_eq!(by(&[commit('c', &message)]), None, "{message}");
        }
    }

    #[test]
    fn a_revert_that_is_taken_back_is_none() {
        let revert = commit('c', "Revert \"Add a page\"");
        for message in [
            format!("Again\n\nThis reverts commit {}.", "c".repeat(40)),
            "Reapply \"Add a page\"".to_owned(),
            "Revert \"Revert \"Add a page\"\"".to_owned(),
        ] {
            let back = commit('d', &message);
            assert_eq!(by(&[revert.clone(), back.clone()]), None, "{message}");
            let again = commit(
                'e',
                &format!("No\n\nThis reverts commit {}.", "a".repeat(40)),
            );
            assert_eq!(by(&[revert.clone(), back, again]), Some('e'), "{message}");
        }
    }
}
