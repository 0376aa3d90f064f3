//! What runs on the machine of whoever checks a change out, or does the next usual thing in it: files that editors, shells, hooks,
//! package managers, build tools and containers take for orders.
//!
//! One table, each row with when it runs and where its tool says so. Names alone tell, letter case apart; whether it is malicious is
//! nothing a table can say.

mod table;

use std::collections::BTreeMap;

use crate::event::{ChangeKind, FileChange};
use crate::glob;
use crate::protected;
use crate::signs::Signs;
use table::TABLE;

pub use table::Runs;

/// When files run that agents take for instructions: [`protected::steers`] knows them.
const AGENTS: &str = "when a coding agent is started in the folder";

/// Names that are examples for people to copy: nothing loads them.
const EXAMPLES: [&str; 4] = [
    "**/.env.example",
    "**/.env.sample",
    "**/.env.template",
    "**/.env.dist",
];

/// Globs of what runs in CI as soon as a branch is pushed or a pull request is open.
const CI: [&str; 14] = [
    ".github/workflows/**",
    ".github/actions/**",
    "**/action.y*ml",
    ".gitlab-ci.yml",
    ".gitlab/**",
    ".circleci/**",
    ".buildkite/**",
    ".travis.yml",
    ".drone.yml",
    "**/azure-pipelines*.y*ml",
    "**/jenkinsfile*",
    ".ci/**",
    "ci/**",
    ".cirrus.yml",
];

/// Whose scripts alone run: a change of their other parts does not.
const ONLY_SCRIPTS: [&str; 2] = ["package.json", "composer.json"];

/// When a path runs on the machine of whoever checks it out, if it does.
pub fn when(path: &str) -> Option<&'static str> {
    row(path)
        .map(|row| row.when)
        .or_else(|| protected::steers(path).then_some(AGENTS))
}

fn row(path: &str) -> Option<&'static Runs> {
    let path = path.to_lowercase();
    let named = |globs: &[&str]| globs.iter().any(|glob| glob::matches(glob, &path));
    if named(&EXAMPLES) {
        return None;
    }
    TABLE.iter().find(|row| named(row.globs))
}

/// Whether a path runs in CI.
pub fn in_ci(path: &str) -> bool {
    let path = path.to_lowercase();
    CI.iter().any(|glob| glob::matches(glob, &path))
}

/// Whether opening or entering the folder is enough.
pub fn by_itself(path: &str) -> bool {
    row(path).map_or_else(|| protected::steers(path), |row| row.by_itself)
}

/// Whether it is one of the files of which scripts alone run.
pub fn has_scripts(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path).to_lowercase();
    ONLY_SCRIPTS.contains(&name.as_str())
}

/// The changed files that run, by when they do. What is deleted runs no more.
pub fn found<'a>(files: &'a [FileChange], signs: &Signs) -> BTreeMap<&'static str, Vec<&'a str>> {
    let mut found: BTreeMap<&'static str, Vec<&str>> = BTreeMap::new();
    for file in files.iter().filter(|file| file.kind != ChangeKind::Deleted) {
        if has_scripts(&file.path) && !signs.scripts.contains(&file.path) {
            continue;
        }
        if let Some(when) = when(&file.path) {
            found.entry(when).or_default().push(&file.path);
        }
    }
    found
}

/// Every row: its globs, when, and the source.
pub fn table() -> impl Iterator<Item = (&'static [&'static str], &'static Runs)> {
    TABLE.iter().map(|row| (row.globs, row))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str, kind: ChangeKind) -> FileChange {
        FileChange {
            path: path.into(),
            kind,
            insertions: 1,
            deletions: 0,
            binary: false,
        }
    }

    #[test]
    fn what_runs_on_a_reviewers_machine_is_known_and_ordinary_files_are_not() {
        for path in [
            ".husky/pre-commit",
            "web/.githooks/post-checkout",
            ".pre-commit-config.yaml",
            ".vscode/tasks.json",
            ".idea/workspace.xml",
            ".envrc",
            ".env",
            "app/.env.local",
            "build.rs",
            "crates/a/build.rs",
            "Makefile",
            "CMakeLists.txt",
            "setup.py",
            "tests/conftest.py",
            "gradlew",
            "gradle/wrapper/gradle-wrapper.jar",
            "app/build.gradle.kts",
            ".npmrc",
            ".cargo/config.toml",
            "rust-toolchain.toml",
            "Dockerfile",
            ".devcontainer/devcontainer.json",
            "mise.toml",
            ".tool-versions",
            "flake.nix",
            "scripts/x.py",
            "install.sh",
            "vite.config.ts",
            "AGENTS.md",
            ".claude/settings.json",
            "package.json",
        ] {
            assert!(when(path).is_some(), "{path}");
        }
        for path in [
            "src/main.rs",
            "README.md",
            ".env.example",
            "src/build/mod.rs",
            "docs/install.md",
            "src/scripts.rs",
            "Cargo.toml",
        ] {
            assert_eq!(when(path), None, "{path}");
        }
        assert!(
            by_itself(".vscode/tasks.json") && by_itself("CLAUDE.md") && !by_itself("Makefile")
        );
        assert!(in_ci(".github/workflows/a.yml") && in_ci("ci/run.sh") && !in_ci("src/ci.rs"));
    }

    #[test]
    fn every_row_is_sourced_lower_case_and_reached() {
        for (globs, row) in table() {
            assert!(row.source.starts_with("https://"), "{row:?}");
            assert!(!globs.is_empty() && !row.when.ends_with('.'), "{row:?}");
            for glob in globs {
                assert_eq!(*glob, glob.to_lowercase());
                let path = glob
                    .replace("**/", "")
                    .replace("/**", "/x")
                    .replace('*', "x");
                assert_eq!(
                    super::row(&path),
                    Some(row),
                    "{glob} is hidden by a row above"
                );
            }
        }
    }

    #[test]
    fn a_manifest_runs_where_its_scripts_changed_and_what_is_gone_does_not() {
        let files = [
            file("a/package.json", ChangeKind::Modified),
            file("b/package.json", ChangeKind::Modified),
            file("Makefile", ChangeKind::Deleted),
        ];
        let signs = Signs {
            scripts: vec!["b/package.json".into()],
            ..Signs::default()
        };
        let found: Vec<_> = found(&files, &signs).into_values().flatten().collect();
        assert_eq!(found, ["b/package.json"]);
    }
}
