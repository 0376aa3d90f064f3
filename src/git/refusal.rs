//! Why a host refuses a push, read from its words, and what lets the push through.
//!
//! Hosts say it in prose, so this looks for the few phrases each rule is known by: all of the words are read before any are
//! cut. What cannot be told apart gets the plain advice. <https://docs.github.com/rest/using-the-rest-api/troubleshooting-the-rest-api>

use serde::{Deserialize, Serialize};

/// What stands against a push.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// It holds a secret.
    Secret,
    /// It changes workflows.
    Workflow,
    /// One file is too large.
    LargeFile,
    /// All of it is larger than the host, or something on the way, takes.
    LargePush,
    /// A rule set covers the branch.
    RuleSet,
    /// A branch protection rule covers the branch.
    Protection,
    /// The repository takes nothing any more.
    Archived,
    /// Anything else.
    Other,
}

/// How each rule is known, in lower case. The first that fits counts: a rule set's refusal names what it is about.
const SIGNS: [(Rule, &[&str]); 7] = [
    (
        Rule::Secret,
        &[
            "push protection",
            "cannot contain secrets",
            "secrets detected",
            "gh009",
        ],
    ),
    (
        Rule::Workflow,
        &[
            "`workflows` permission",
            "`workflow` scope",
            "create or update workflow",
        ],
    ),
    (
        Rule::LargeFile,
        &["gh001", "large files detected", "file size limit"],
    ),
    (
        Rule::LargePush,
        &[
            "returned error: 413",
            "http 413",
            "entity too large",
            "exceeds maximum allowed size",
        ],
    ),
    (Rule::RuleSet, &["gh013", "rule violations"]),
    (Rule::Protection, &["gh006", "protected branch"]),
    (Rule::Archived, &["archived"]),
];

impl Rule {
    /// Finds the rule in the host's words.
    pub(super) fn of(words: &str) -> Self {
        let words = words.to_lowercase();
        let known = SIGNS
            .iter()
            .find(|(_, signs)| signs.iter().any(|sign| words.contains(sign)));
        known.map_or(Self::Other, |(rule, _)| *rule)
    }

    /// What lets the push through, in a sentence or two.
    pub(super) fn mend(self) -> &'static str {
        match self {
            Self::Secret => {
                "GitHub looks for secrets in every commit, so that taking it out in a further one is not enough: ask for the \
                 work again without it. If it is a real one, replace it where it comes from."
            }
            Self::Workflow => {
                "GitHub lets an App change `.github/workflows` only with the permission *Workflows: write*, which skep does \
                 not ask for. Make that change by hand, and ask for the rest without it."
            }
            Self::LargeFile => {
                "Ask for the work without that file, or have the repository keep such files with Git LFS."
            }
            Self::LargePush => {
                "Trying again cannot help: ask for less at once. On a server of your own, its administrator can raise the \
                 limit for requests, there or in the proxy before it."
            }
            Self::RuleSet => {
                "A rule set covers this branch: under Settings → Rules, exclude `agent/**` from it or let this App bypass it."
            }
            Self::Protection => {
                "A branch protection rule covers this branch: under Settings → Branches, change its pattern so that it does \
                 not match `agent/*`."
            }
            Self::Archived => "Un-archive the repository in its settings first.",
            Self::Other => "Change that rule or permission first.",
        }
    }
}

/// What push protection found, in a few words: `Amazon AWS Access Key ID in f.txt:1`. `words` are the remote's, by line.
pub(super) fn secrets(words: &str) -> Option<String> {
    let ruled = |c: char| matches!(c, '-' | '—' | '–' | '─');
    let mut found: Vec<String> = Vec::new();
    for line in words.lines().map(str::trim) {
        if let Some(path) = line
            .trim_start_matches(['-', '*', ' '])
            .strip_prefix("path:")
        {
            if let Some(last) = found.last_mut() {
                let sign = if last.contains(" in ") { "," } else { " in" };
                *last = format!("{last}{sign} {}", path.trim());
            }
            continue;
        }
        // A kind of secret stands between two rules.
        let kind = line.trim_matches(ruled).trim();
        if line.starts_with(ruled) && line.ends_with(ruled) && !kind.is_empty() {
            found.push(kind.to_owned());
        }
    }
    (!found.is_empty()).then(|| found.join("; "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_rule_is_known_by_its_words() {
        let table = [
            (
                "GH013: Repository rule violations found for refs/heads/agent/1-x. - GITHUB PUSH PROTECTION",
                Rule::Secret,
            ),
            ("GH009: Secrets detected! This push failed.", Rule::Secret),
            (
                "GH013: Repository rule violations found. - Commits must have verified signatures.",
                Rule::RuleSet,
            ),
            (
                "GH013: Repository rule violations found. - Required workflow `build` is expected.",
                Rule::RuleSet,
            ),
            ("GH006: Protected branch update failed", Rule::Protection),
            (
                "refusing to allow a GitHub App to create or update workflow `.github/workflows/x.yml` without `workflows` permission",
                Rule::Workflow,
            ),
            (
                "GH001: Large files detected. File big.bin is 120.00 MB; this exceeds GitHub's file size limit",
                Rule::LargeFile,
            ),
            (
                "error: RPC failed; HTTP 413 curl 22 The requested URL returned error: 413",
                Rule::LargePush,
            ),
            (
                "fatal: pack exceeds maximum allowed size (2.00 GiB)",
                Rule::LargePush,
            ),
            (
                "This repository was archived so it is read-only.",
                Rule::Archived,
            ),
            ("declined by a hook", Rule::Other),
        ];
        for (words, rule) in table {
            assert_eq!(Rule::of(words), rule, "{words}");
        }
    }

    #[test]
    fn secrets_are_named_with_their_places() {
        let words = "error: GH013: Repository rule violations found for refs/heads/x.\n\n- GITHUB PUSH PROTECTION\n\
                     —————————————————————————————————————————\n  Resolve the following violations\n\n\
                     - Push cannot contain secrets\n\n    —— Amazon AWS Access Key ID ——————————\n     locations:\n       - commit: 8728dbe\n\
                            path: README.md:4\n         path: b.txt:1\n\n    —— GitHub Personal Access Token ————\n      path: c:2\n\n\
                     (?) To push, remove secret from commit(s) or follow this URL to allow the secret.\n";
        assert_eq!(
            secrets(words).as_deref(),
            Some(
                "Amazon AWS Access Key ID in README.md:4, b.txt:1; GitHub Personal Access Token in c:2"
            )
        );
        assert_eq!(secrets("GH009: Secrets detected!"), None);
    }
}
