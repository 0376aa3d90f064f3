//! The first pull request of a repository: what skep proposes where it is new, once. Merged or closed, it is never proposed again.

use serde::{Deserialize, Serialize};

/// The branch that it is proposed from.
pub const BRANCH: &str = "agent/onboarding";

/// How far it is, in a repository where it is wanted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "is")]
pub enum Onboarding {
    /// It is to be proposed.
    Wanted,
    /// It is being proposed.
    Asked,
    /// It was proposed.
    Proposed {
        /// The number of the pull request.
        pull: i64,
    },
    /// The repository has what would be proposed.
    NotNeeded,
    /// GitHub did not take it.
    Failed {
        /// Why, for people.
        say: String,
    },
}

/// What is told of it, to the repository itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "about")]
pub enum OnboardingNews {
    /// The operator wants it, and the repository has no policy of its own.
    Wanted,
    /// It was proposed, by this pull request; none where there was nothing to propose.
    Done {
        /// Its number.
        pull: Option<i64>,
    },
    /// The repository is empty: there is nothing to propose something to, yet.
    Empty,
}

/// The commands that probably show whether the work is right, by the files at the top of a repository.
pub fn commands<'a>(files: impl IntoIterator<Item = &'a str>) -> Vec<&'static str> {
    const KNOWN: [(&str, &str); 8] = [
        ("Cargo.toml", "cargo test"),
        ("package-lock.json", "npm ci && npm test"),
        (
            "pnpm-lock.yaml",
            "pnpm install --frozen-lockfile && pnpm test",
        ),
        ("yarn.lock", "yarn install --immutable && yarn test"),
        ("go.mod", "go test ./..."),
        ("pyproject.toml", "python -m pytest"),
        ("pom.xml", "mvn -q test"),
        ("gradlew", "./gradlew test"),
    ];
    let files: Vec<&str> = files.into_iter().collect();
    let known = KNOWN.iter().filter(|(file, _)| files.contains(file));
    known.map(|(_, command)| *command).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::repository_policy::RepositoryPolicy;
    use crate::text::onboarding as text;

    #[test]
    fn what_is_proposed_is_a_policy_that_changes_nothing_until_somebody_says_so() {
        for files in [vec![], vec!["Cargo.toml", "package-lock.json", "README.md"]] {
            let commands = commands(files.iter().copied());
            assert_eq!(commands.len(), if files.is_empty() { 0 } else { 2 });
            let file = text::file(&commands);
            let policy = RepositoryPolicy::read(&file).expect("a policy");
            assert!(policy.is_empty(), "{file}");
            // With every key taken in, it is one as well.
            let keys = |line: &str| {
                let rest = line.strip_prefix('#').filter(|rest| !rest.starts_with(' '));
                rest.unwrap_or(line).to_owned()
            };
            let all: Vec<String> = file.lines().map(keys).collect();
            let policy = RepositoryPolicy::read(&all.join("\n"));
            let policy = policy.unwrap_or_else(|wrong| panic!("{wrong:?}\n{file}"));
            assert!(!policy.verify.is_empty() && !policy.recurring.is_empty());
            assert!(!policy.egress_allow.is_empty() && !policy.protected.is_empty());
        }
    }
}
