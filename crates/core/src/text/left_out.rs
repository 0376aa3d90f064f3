//! What a working copy held beside the result, and conflicts nobody resolved: said where people decide, so that nothing is
//! missing or unfinished unsaid.

use super::{code, failure};
use crate::event::{LeftOut, WhyLeftOut, Work};

/// Why a pull request is not to be merged as it is: for its very top.
pub fn conflicts(work: &Work) -> Option<String> {
    let paths: Vec<&str> = work.conflicts.iter().map(String::as_str).collect();
    let said = format!(
        "⚠️ **Not to be merged as it is:** the agent left a merge conflict unresolved in {}. Resolve it, or ask for it in a review.",
        failure::paths(&paths)
    );
    (!paths.is_empty()).then_some(said)
}

/// Work that may be missing, a line each.
pub fn missing(work: &Work) -> Option<String> {
    let lines: Vec<String> = work
        .left_out
        .iter()
        .filter(|left| left.why.is_work())
        .take(20)
        .map(line)
        .collect();
    (!lines.is_empty()).then(|| format!("⚠️ Not part of the result:\n\n{}", lines.join("\n")))
}

fn line(left: &LeftOut) -> String {
    let name = code(&left.name, 120);
    match left.why {
        WhyLeftOut::Repository => {
            format!(
                "- {name} is a git repository of its own inside the working copy; to have its files, ask for them without their `.git`."
            )
        }
        WhyLeftOut::Submodule => {
            format!("- {name} is a submodule; whatever was changed inside it stays there.")
        }
        WhyLeftOut::Branch => {
            format!(
                "- The branch {name} has commits of the agent's that are not in it; to have them, ask to merge it."
            )
        }
        WhyLeftOut::Commit => {
            let short = code(left.name.get(..7).unwrap_or_default(), 7);
            format!(
                "- The agent made commits that no branch holds (the last is {short}); to have them, ask to put them on the branch."
            )
        }
        WhyLeftOut::Stash => {
            "- The agent put work aside with `git stash`; to have it, ask to apply it.".to_owned()
        }
        WhyLeftOut::History
        | WhyLeftOut::Link
        | WhyLeftOut::Leaving
        | WhyLeftOut::Ignored
        | WhyLeftOut::Protected => {
            format!("- {name}")
        }
    }
}

/// Everything else that stayed behind, in one line.
pub fn beside(work: &Work) -> Option<String> {
    let kind = |why: WhyLeftOut, what: &str| {
        let names: Vec<&str> = work
            .left_out
            .iter()
            .filter(|left| left.why == why)
            .map(|left| left.name.as_str())
            .collect();
        (!names.is_empty()).then(|| format!("{} ({what})", failure::paths(&names)))
    };
    let history = work
        .left_out
        .iter()
        .any(|left| left.why == WhyLeftOut::History);
    let history = history.then(|| {
        "the agent's own commits, which are one commit here: one of them held what cannot be published".to_owned()
    });
    let kinds = [
        kind(WhyLeftOut::Link, "links that leave the repository"),
        kind(
            WhyLeftOut::Protected,
            "changes of protected paths that people had left out",
        ),
        history,
        kind(WhyLeftOut::Leaving, "leavings of tools"),
        kind(WhyLeftOut::Ignored, "ignored by the repository"),
    ];
    let kinds: Vec<String> = kinds.into_iter().flatten().collect();
    (!kinds.is_empty()).then(|| format!("Left out: {}.", kinds.join("; ")))
}

/// All of it, for the issue: what stayed behind matters most where there is nothing else.
pub fn on_issue(work: &Work) -> Option<String> {
    let beside = beside(work).filter(|_| work.is_empty());
    let all: Vec<String> = [conflicts(work), missing(work), beside]
        .into_iter()
        .flatten()
        .collect();
    (!all.is_empty()).then(|| all.join("\n\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn work(conflicts: &[&str], left: &[(WhyLeftOut, &str)]) -> Work {
        let sha = "a"
            .repeat(40)
            .parse::<crate::ids::Sha>()
            .expect("forty digits");
        Work {
            head: sha.clone(),
            base: sha,
            commits: 0,
            committed_by_us: false,
            files: vec![],
            protected: vec![],
            objections: vec![],
            secrets: vec![],
            whole: None,
            put_onto: None,
            protected_diff: None,
            signs: Default::default(),
            conflicts: conflicts.iter().map(|path| (*path).to_owned()).collect(),
            left_out: left
                .iter()
                .map(|(why, name)| LeftOut {
                    why: *why,
                    name: (*name).to_owned(),
                })
                .collect(),
        }
    }

    #[test]
    fn nothing_left_is_nothing_said() {
        assert_eq!(on_issue(&work(&[], &[])), None);
    }

    #[test]
    fn each_kind_is_named_with_what_to_do() {
        let left = [
            (WhyLeftOut::Repository, "app/"),
            (WhyLeftOut::Submodule, "lib"),
            (WhyLeftOut::Branch, "fix/`@ana`"),
            (WhyLeftOut::Commit, "0123456789"),
            (WhyLeftOut::Stash, "refs/stash"),
            (WhyLeftOut::Link, "data"),
            (WhyLeftOut::Leaving, ".venv"),
            (WhyLeftOut::Leaving, "src/__pycache__/"),
            (WhyLeftOut::Ignored, "build/"),
        ];
        insta::assert_snapshot!(on_issue(&work(&["src/a.py"], &left)).expect("much to say"), @r"
        ⚠️ **Not to be merged as it is:** the agent left a merge conflict unresolved in `src/a.py`. Resolve it, or ask for it in a review.

        ⚠️ Not part of the result:

        - `app/` is a git repository of its own inside the working copy; to have its files, ask for them without their `.git`.
        - `lib` is a submodule; whatever was changed inside it stays there.
        - The branch `fix/'@ ana'` has commits of the agent's that are not in it; to have them, ask to merge it.
        - The agent made commits that no branch holds (the last is `0123456`); to have them, ask to put them on the branch.
        - The agent put work aside with `git stash`; to have it, ask to apply it.

        Left out: `data` (links that leave the repository); `.venv`, `src/__pycache__/` (leavings of tools); `build/` (ignored by the repository).
        ");
    }
}
