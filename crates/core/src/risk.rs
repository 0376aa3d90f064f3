//! How much care a change needs, with the reasons: computed from what git and the sandbox say, never by a model, so that no words of an
//! agent or of an issue can lower it.
//!
//! Each reason weighs something, and more of anything never makes it less. It says nothing about whether the change is right.

use serde::{Deserialize, Serialize};

use crate::checkout;
use crate::containment::Attempts;
use crate::event::{ChangeKind, FileChange};
use crate::path_kind::{PathKind, path_kind};
use crate::protected::{is_lock_file, needs_consent};
use crate::pull_size::pull_size;
use crate::signs::Signs;

/// How much care a change needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// As much as any.
    Low,
    /// More.
    Medium,
    /// A great deal.
    High,
}

impl Level {
    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }
}

/// Why it needs care.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// The sandbox refused what hardly anything but ill will asks for, or many different things.
    Attack,
    /// It changes protected paths.
    Protected,
    /// It changes what runs in CI.
    Ci,
    /// It changes what runs on a reviewer's machine by itself.
    RunsByItself,
    /// It changes what runs on a reviewer's machine at a usual command.
    Runs,
    /// It removes or empties tests.
    TestsRemoved,
    /// It has tests skipped.
    TestsSkipped,
    /// It changes files whose names speak of logins, rights, keys or money.
    Sensitive,
    /// It changes files that nobody can read as text.
    Binary,
    /// It changes which dependencies there are.
    Dependencies,
    /// It changes locked versions and nothing else.
    OnlyLocks,
    /// It is very much to read.
    VeryLarge,
    /// It is much to read.
    Large,
    /// The sandbox refused something.
    Refused,
    /// Nothing of it was verified by skep.
    Unverified,
}

impl Reason {
    /// What it weighs.
    fn weight(self) -> u32 {
        match self {
            Self::Attack => 10,
            Self::Protected | Self::Ci | Self::RunsByItself => 5,
            Self::TestsRemoved | Self::Sensitive | Self::Binary | Self::VeryLarge => 3,
            Self::Runs | Self::TestsSkipped | Self::Dependencies | Self::Large => 2,
            Self::Refused | Self::Unverified => 1,
            // Less than the same beside other changes: it is only named.
            Self::OnlyLocks => 0,
        }
    }

    /// Its name on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::Attack => "attack",
            Self::Protected => "protected",
            Self::Ci => "ci",
            Self::RunsByItself => "runs_by_itself",
            Self::Runs => "runs",
            Self::TestsRemoved => "tests_removed",
            Self::TestsSkipped => "tests_skipped",
            Self::Sensitive => "sensitive",
            Self::Binary => "binary",
            Self::Dependencies => "dependencies",
            Self::OnlyLocks => "only_locks",
            Self::VeryLarge => "very_large",
            Self::Large => "large",
            Self::Refused => "refused",
            Self::Unverified => "unverified",
        }
    }
}

/// The mark of a change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Risk {
    /// How much care.
    pub level: Level,
    /// Why, the weightiest first.
    pub reasons: Vec<Reason>,
}

/// What a mark is made of.
#[derive(Debug, Clone, Copy)]
pub struct Facts<'a> {
    /// All that the pull request changes.
    pub files: &'a [FileChange],
    /// What its lines tell.
    pub signs: &'a Signs,
    /// Protected paths that it changes, also by commits on the way.
    pub protected: &'a [String],
    /// What the sandbox refused.
    pub attempts: &'a Attempts,
    /// Whether skep itself verified it, and it passed.
    pub verified: bool,
}

/// From so many lines to read on a change is large, and very large.
const LINES: [u64; 2] = [400, 1_200];
/// From so many files on as well.
const FILES: [usize; 2] = [20, 60];
/// From this weight on more care is needed, and a great deal.
const MARKS: [u32; 2] = [4, 8];

/// Beginnings of words in names of files where a mistake costs most, in lower case.
const SENSITIVE: [&str; 18] = [
    "auth",
    "login",
    "password",
    "passwd",
    "credential",
    "secret",
    "token",
    "oauth",
    "crypto",
    "cipher",
    "encrypt",
    "decrypt",
    "signature",
    "certificate",
    "permission",
    "privilege",
    "payment",
    "sanitiz",
];
/// Whole words of that kind.
const SENSITIVE_WORDS: [&str; 9] = [
    "acl", "tls", "ssl", "jwt", "saml", "rbac", "sudo", "csrf", "cors",
];
/// Words that only begin like one.
const HARMLESS: [&str; 4] = ["author", "authors", "tokenizer", "tokenize"];

/// Files that say which dependencies there are.
const MANIFESTS: [&str; 17] = [
    "cargo.toml",
    "package.json",
    "go.mod",
    "requirements.txt",
    "pyproject.toml",
    "pipfile",
    "setup.cfg",
    "gemfile",
    "composer.json",
    "pom.xml",
    "build.gradle",
    "build.gradle.kts",
    "mix.exs",
    "package.swift",
    "pubspec.yaml",
    "packages.config",
    "directory.packages.props",
];

/// Computes the mark.
pub fn mark(facts: &Facts<'_>) -> Risk {
    let mut reasons: Vec<Reason> = [of_paths(facts), of_tests(facts), of_the_rest(facts)].concat();
    reasons.sort_by_key(|reason| (std::cmp::Reverse(reason.weight()), *reason));
    let weight: u32 = reasons.iter().map(|reason| reason.weight()).sum();
    let level = match weight {
        weight if weight >= MARKS[1] => Level::High,
        weight if weight >= MARKS[0] => Level::Medium,
        _ => Level::Low,
    };
    Risk { level, reasons }
}

fn of_paths(facts: &Facts<'_>) -> Vec<Reason> {
    let any = |is: &dyn Fn(&str) -> bool| facts.files.iter().any(|file| is(&file.path));
    let alive = || {
        facts
            .files
            .iter()
            .filter(|file| file.kind != ChangeKind::Deleted)
    };
    let runs: Vec<&str> = checkout::found(facts.files, facts.signs)
        .into_values()
        .flatten()
        .collect();
    let itself = runs.iter().any(|path| checkout::by_itself(path));
    let only_locks =
        !facts.files.is_empty() && facts.files.iter().all(|file| is_lock_file(&file.path));
    let found = [
        (
            !facts.protected.is_empty() || any(&needs_consent),
            Reason::Protected,
        ),
        (any(&checkout::in_ci), Reason::Ci),
        (itself, Reason::RunsByItself),
        (!itself && !runs.is_empty(), Reason::Runs),
        (any(&is_sensitive), Reason::Sensitive),
        (alive().any(|file| file.binary), Reason::Binary),
        (
            any(&|path| is_manifest(path) || is_lock_file(path)),
            Reason::Dependencies,
        ),
        (only_locks, Reason::OnlyLocks),
    ];
    kept(&found)
}

fn of_tests(facts: &Facts<'_>) -> Vec<Reason> {
    let is_test = |file: &FileChange| path_kind(&file.path) == PathKind::Test;
    let gone = facts
        .files
        .iter()
        .any(|file| is_test(file) && file.kind == ChangeKind::Deleted);
    kept(&[
        (gone || facts.signs.tests_removed > 0, Reason::TestsRemoved),
        (facts.signs.tests_skipped > 0, Reason::TestsSkipped),
    ])
}

fn of_the_rest(facts: &Facts<'_>) -> Vec<Reason> {
    let (lines, files) = (pull_size(facts.files, &[]).lines, facts.files.len());
    let over = |at: usize| lines >= LINES[at] || files >= FILES[at];
    let attack = facts.attempts.is_a_pattern();
    kept(&[
        (over(1), Reason::VeryLarge),
        (over(0) && !over(1), Reason::Large),
        (attack, Reason::Attack),
        (!attack && !facts.attempts.is_empty(), Reason::Refused),
        (!facts.verified, Reason::Unverified),
    ])
}

fn kept(found: &[(bool, Reason)]) -> Vec<Reason> {
    found
        .iter()
        .filter(|(is, _)| *is)
        .map(|(_, reason)| *reason)
        .collect()
}

fn is_sensitive(path: &str) -> bool {
    let kind = path_kind(path);
    let prose = matches!(
        kind,
        PathKind::Document | PathKind::Log | PathKind::Generated
    );
    let sensitive = |word: &String| {
        let begins = SENSITIVE.iter().any(|part| word.starts_with(part));
        SENSITIVE_WORDS.contains(&word.as_str()) || begins && !HARMLESS.contains(&word.as_str())
    };
    !prose && words(path).iter().any(sensitive)
}

/// The words of a path in lower case; a capital behind a small letter begins one.
fn words(path: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut small = false;
    for c in path.chars() {
        if !c.is_alphanumeric() || (c.is_uppercase() && small) {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut().filter(|_| c.is_alphanumeric()) {
            word.extend(c.to_lowercase());
        }
        small = c.is_lowercase();
    }
    words
}

fn is_manifest(path: &str) -> bool {
    let path = path.to_lowercase();
    let name = path.rsplit('/').next().unwrap_or(&path);
    MANIFESTS.contains(&name)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::containment::{Attempt, Weight};

    fn file(path: &str, kind: ChangeKind, lines: u64) -> FileChange {
        FileChange {
            path: path.into(),
            kind,
            insertions: lines,
            deletions: 0,
            binary: path.ends_with(".png"),
        }
    }

    fn modified(path: &str) -> FileChange {
        file(path, ChangeKind::Modified, 10)
    }

    fn of(files: &[FileChange], signs: &Signs, attempts: &Attempts) -> Risk {
        mark(&Facts {
            files,
            signs,
            protected: &[],
            attempts,
            verified: false,
        })
    }

    fn shown(paths: &[&str]) -> String {
        let files: Vec<FileChange> = paths.iter().map(|path| modified(path)).collect();
        let risk = of(&files, &Signs::default(), &Attempts::default());
        let reasons: Vec<&str> = risk.reasons.iter().map(|reason| reason.name()).collect();
        format!("{} ({})", risk.level.name(), reasons.join(", "))
    }

    #[test]
    fn each_kind_of_change_has_its_mark() {
        let table = [
            (&["README.md"][..], "low (unverified)"),
            (&["src/a.rs"], "low (unverified)"),
            (&["src/a.rs", "tests/a.rs"], "low (unverified)"),
            (
                &["src/auth/login.rs", "tests/a.rs"],
                "medium (sensitive, unverified)",
            ),
            (
                &[
                    "AUTHORS",
                    "docs/auth.md",
                    "src/Oracle.java",
                    "src/authorList.ts",
                ],
                "low (unverified)",
            ),
            (&["src/userLogin.ts"], "medium (sensitive, unverified)"),
            (
                &["Cargo.lock"],
                "low (dependencies, unverified, only_locks)",
            ),
            (
                &["Cargo.toml", "Cargo.lock", "src/a.rs", "tests/a.rs"],
                "low (dependencies, unverified)",
            ),
            (&["logo.png"], "medium (binary, unverified)"),
            (&["Makefile"], "low (runs, unverified)"),
            (&["build.rs"], "medium (runs_by_itself, unverified)"),
            (
                &[".github/workflows/ci.yml"],
                "high (protected, ci, unverified)",
            ),
            (
                &[".vscode/tasks.json"],
                "high (protected, runs_by_itself, unverified)",
            ),
        ];
        for (paths, expected) in table {
            assert_eq!(shown(paths), expected, "{paths:?}");
        }
    }

    #[test]
    fn what_the_lines_and_the_sandbox_tell_counts() {
        let files = [
            modified("src/a.rs"),
            file("tests/a.rs", ChangeKind::Deleted, 0),
        ];
        let gone = of(&files, &Signs::default(), &Attempts::default());
        assert!(gone.reasons.contains(&Reason::TestsRemoved), "{gone:?}");
        let signs = Signs {
            tests_removed: 1,
            tests_skipped: 1,
            ..Signs::default()
        };
        let risk = of(&[modified("src/a.rs")], &signs, &Attempts::default());
        assert_eq!(risk.level, Level::Medium, "{risk:?}");
        let mut attempts = Attempts::default();
        attempts.note(
            &Attempt::new("169.254.169.254:80".into(), "", Weight::Grave),
            1,
        );
        let risk = of(&[modified("README.md")], &Signs::default(), &attempts);
        assert_eq!((risk.level, risk.reasons[0]), (Level::High, Reason::Attack));
        let large = [
            file("src/a.rs", ChangeKind::Modified, 1_200),
            modified("tests/a.rs"),
        ];
        let risk = of(&large, &Signs::default(), &Attempts::default());
        assert_eq!(risk.reasons[0], Reason::VeryLarge);
        let verified = mark(&Facts {
            files: &[modified("README.md")],
            signs: &Signs::default(),
            protected: &[],
            attempts: &Attempts::default(),
            verified: true,
        });
        assert_eq!(
            verified,
            Risk {
                level: Level::Low,
                reasons: vec![]
            }
        );
    }

    const PATHS: [&str; 16] = [
        "src/a.rs",
        "src/b.rs",
        "tests/a.rs",
        "README.md",
        "Cargo.lock",
        "Cargo.toml",
        "logo.png",
        "Makefile",
        "build.rs",
        ".envrc",
        ".github/workflows/a.yml",
        "src/auth.rs",
        "package.json",
        "CHANGELOG.md",
        "scripts/x.sh",
        "go.sum",
    ];

    fn files() -> impl Strategy<Value = Vec<FileChange>> {
        let kind = prop_oneof![
            Just(ChangeKind::Added),
            Just(ChangeKind::Modified),
            Just(ChangeKind::Deleted)
        ];
        let one = (0..PATHS.len(), kind, 0u64..700);
        let one = one.prop_map(|(path, kind, lines)| file(PATHS[path], kind, lines));
        prop::collection::vec(one, 0..12)
    }

    proptest! {
        /// More of anything never needs less care.
        #[test]
        fn it_is_never_lower_when_more_is_added(
            (files, more) in (files(), files()),
            (removed, skipped) in (0u32..3, 0u32..3),
            attempts in 0usize..10,
        ) {
            let signs = Signs { tests_removed: removed, tests_skipped: skipped, ..Signs::default() };
            let mut seen = Attempts::default();
            let before = of(&files, &Signs::default(), &seen);
            for number in 0..attempts {
                seen.note(&Attempt::new(number.to_string(), "", Weight::Odd), 1);
            }
            let all = [files, more].concat();
            let after = of(&all, &signs, &seen);
            let weight = |risk: &Risk| -> u32 { risk.reasons.iter().map(|reason| reason.weight()).sum() };
            prop_assert!(weight(&after) >= weight(&before), "{before:?} {after:?}");
            prop_assert!(after.level >= before.level, "{before:?} {after:?}");
        }
    }
}
