//! What people are told of a merged change that is not on its base, or was taken back.

use crate::event::LandedFacts;
use crate::ids::Sha;

/// The first digits of a commit, by which people and GitHub know it.
fn short(sha: &Sha) -> &str {
    sha.as_str().get(..10).unwrap_or(sha.as_str())
}

/// In the timeline.
pub fn reverted(pull: i64, by: &Sha, base: &str) -> String {
    format!(
        "Pull request #{pull} was reverted on `{base}` by {}.",
        short(by)
    )
}

/// The issue is closed, and what was merged for it is not on the branch it was for.
pub fn missing(login: Option<&str>, facts: &LandedFacts) -> String {
    let LandedFacts {
        pull, into, base, ..
    } = facts;
    let to = login.map_or_else(String::new, |login| format!("@{login} "));
    let commit = facts
        .commit
        .as_ref()
        .map_or_else(String::new, |sha| format!(" {}", sha.as_str()));
    let what = match into == base {
        true => format!(
            "{to}this issue is closed, but the change of pull request #{pull} is not on `{base}` any more: its commit{commit} \
             was merged there and cannot be found on it now."
        ),
        false => format!(
            "{to}this issue is closed, but the change of pull request #{pull} is not on `{base}`: it was merged into \
             `{into}`, and its commit{commit} has not come from there to `{base}`."
        ),
    };
    format!(
        "{what} If it came to `{base}` by another commit, nothing is left to do. Otherwise bring it there, or reopen this issue \
         and say `/agent go`."
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(into: &str) -> LandedFacts {
        let sha = |digit: char| digit.to_string().repeat(40).parse().expect("forty digits");
        LandedFacts {
            pull: 13,
            merged: true,
            title: "Add a page".into(),
            into: into.into(),
            head: sha('b'),
            commit: Some(sha('c')),
            base: "main".into(),
            on_base: Some(false),
            reverts: vec![],
            issue_open: false,
            not_planned: false,
        }
    }

    #[test]
    fn a_change_that_is_not_there_is_told_with_the_way_out() {
        insta::assert_snapshot!(missing(Some("ana"), &facts("feature")), @"@ana this issue is closed, but the change of pull request #13 is not on `main`: it was merged into `feature`, and its commit cccccccccccccccccccccccccccccccccccccccc has not come from there to `main`. If it came to `main` by another commit, nothing is left to do. Otherwise bring it there, or reopen this issue and say `/agent go`.");
        insta::assert_snapshot!(missing(None, &facts("main")), @"this issue is closed, but the change of pull request #13 is not on `main` any more: its commit cccccccccccccccccccccccccccccccccccccccc was merged there and cannot be found on it now. If it came to `main` by another commit, nothing is left to do. Otherwise bring it there, or reopen this issue and say `/agent go`.");
    }
}
