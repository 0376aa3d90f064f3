//! What is said of a queue in waves: why an issue is in no earlier one, and on what the guess is built that it will change a
//! file.

use super::{code, count};
use crate::overlap::{Because, Evidence};

/// A session is on: it is in the first wave whatever it meets.
pub const AT_WORK: &str = "at work";

/// Why a file is named: its session has changed it.
pub const CHANGED: &str = "it has changed it";

/// So many files that two issues share are named.
const SHARED: usize = 3;
/// The longest name that is shown.
const NAME: usize = 200;

/// How many issues there are, in how many waves, and on what that is built.
pub fn head(issues: usize, waves: usize, commits: usize) -> String {
    let built = match commits {
        0 => "nothing is known of the repository's history here until its first session has fetched it, so that only dependencies count".to_owned(),
        commits => format!("by the words of the issues and the last {}", count(commits as u64, "commit")),
    };
    match issues {
        0 => "nothing waits there and nothing is at work\n".to_owned(),
        issues => format!(
            "{} in {}, {built}\n",
            count(issues as u64, "issue"),
            count(waves as u64, "wave")
        ),
    }
}

/// The issues that no wave reaches.
pub fn left(issues: &[i64]) -> String {
    let named: Vec<String> = issues.iter().map(|issue| format!("#{issue}")).collect();
    format!(
        "in no wave, because of what they wait for: {}\n",
        named.join(", ")
    )
}

/// Why an issue is in no earlier wave; empty in the first.
pub fn because(because: &Because) -> String {
    match because {
        Because::First => String::new(),
        Because::WaitsFor(blocker) => format!("waits for #{}", blocker.issue),
        Because::Full => "the wave before is full".to_owned(),
        Because::Meets(other, shared) => may_meet(other.issue.0, &shared.paths),
    }
}

/// That two issues may change the same files.
pub fn may_meet(other: i64, paths: &[String]) -> String {
    let named: Vec<String> = paths
        .iter()
        .take(SHARED)
        .map(|path| code(path, NAME))
        .collect();
    format!("may touch the same files as #{other}: {}", named.join(", "))
}

/// On what a guess is built.
pub fn evidence(evidence: &Evidence) -> String {
    match evidence {
        Evidence::Named => "the issue names it".to_owned(),
        Evidence::Planned => "the agent's plan names it".to_owned(),
        Evidence::Folder { folder } => format!("the issue names {}", code(folder, NAME)),
        Evidence::Together { with } => format!("it changes together with {}", code(with, NAME)),
        Evidence::Alike { commit, title } => format!("{commit} changed it: {title}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::{IssueNumber, RepositoryId, TaskKey};
    use crate::overlap::Overlap;

    #[test]
    fn each_place_in_a_wave_has_its_reason() {
        let other = TaskKey::new(RepositoryId(1), IssueNumber(12));
        let shared = Overlap {
            share: 0.5,
            paths: ["src/a.rs", "b", "c", "d"].map(str::to_owned).to_vec(),
        };
        let all = [
            Because::First,
            Because::WaitsFor(other),
            Because::Full,
            Because::Meets(other, shared),
        ];
        insta::assert_snapshot!(all.each_ref().map(because).join("\n"), @"

        waits for #12
        the wave before is full
        may touch the same files as #12: `src/a.rs`, `b`, `c`
        ");
    }

    #[test]
    fn each_guess_says_what_it_is_built_on() {
        let all = [
            Evidence::Named,
            Evidence::Planned,
            Evidence::Folder {
                folder: "src".into(),
            },
            Evidence::Together {
                with: "src/a.rs".into(),
            },
            Evidence::Alike {
                commit: "1a2b3c4".into(),
                title: "walk: follow symlinks".into(),
            },
        ];
        insta::assert_snapshot!(all.each_ref().map(evidence).join("\n"), @"
        the issue names it
        the agent's plan names it
        the issue names `src`
        it changes together with `src/a.rs`
        1a2b3c4 changed it: walk: follow symlinks
        ");
        insta::assert_snapshot!([head(0, 0, 9), head(3, 2, 1_234), head(1, 1, 0), left(&[1, 2])].concat(), @"
        nothing waits there and nothing is at work
        3 issues in 2 waves, by the words of the issues and the last 1234 commits
        1 issue in 1 wave, nothing is known of the repository's history here until its first session has fetched it, so that only dependencies count
        in no wave, because of what they wait for: #1, #2
        ");
    }
}
