//! Why a host refuses a push, read from its words. What lets the push through is said in `core::text::outside`.
//!
//! Hosts say it in prose, so this looks for the few phrases each rule is known by: all of the words are read before any are
//! cut. What cannot be told apart gets the plain advice. <https://docs.github.com/rest/using-the-rest-api/troubleshooting-the-rest-api>

use crate::core::failure::PushRule;

/// How each rule is known, in lower case. The first that fits counts: a rule set's refusal names what it is about.
const SIGNS: [(PushRule, &[&str]); 7] = [
    (
        PushRule::Secret,
        &[
            "push protection",
            "cannot contain secrets",
            "secrets detected",
            "gh009",
        ],
    ),
    (
        PushRule::Workflow,
        &[
            "`workflows` permission",
            "`workflow` scope",
            "create or update workflow",
        ],
    ),
    (
        PushRule::LargeFile,
        &["gh001", "large files detected", "file size limit"],
    ),
    (
        PushRule::LargePush,
        &[
            "returned error: 413",
            "http 413",
            "entity too large",
            "exceeds maximum allowed size",
        ],
    ),
    (PushRule::RuleSet, &["gh013", "rule violations"]),
    (PushRule::Protection, &["gh006", "protected branch"]),
    (PushRule::Archived, &["archived"]),
];

/// Finds the rule in the host's words.
pub(super) fn rule(words: &str) -> PushRule {
    let words = words.to_lowercase();
    let known = SIGNS
        .iter()
        .find(|(_, signs)| signs.iter().any(|sign| words.contains(sign)));
    known.map_or(PushRule::Other, |(rule, _)| *rule)
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
                PushRule::Secret,
            ),
            (
                "GH009: Secrets detected! This push failed.",
                PushRule::Secret,
            ),
            (
                "GH013: Repository rule violations found. - Commits must have verified signatures.",
                PushRule::RuleSet,
            ),
            (
                "GH013: Repository rule violations found. - Required workflow `build` is expected.",
                PushRule::RuleSet,
            ),
            (
                "GH006: Protected branch update failed",
                PushRule::Protection,
            ),
            (
                "refusing to allow a GitHub App to create or update workflow `.github/workflows/x.yml` without `workflows` permission",
                PushRule::Workflow,
            ),
            (
                "GH001: Large files detected. File big.bin is 120.00 MB; this exceeds GitHub's file size limit",
                PushRule::LargeFile,
            ),
            (
                "error: RPC failed; HTTP 413 curl 22 The requested URL returned error: 413",
                PushRule::LargePush,
            ),
            (
                "fatal: pack exceeds maximum allowed size (2.00 GiB)",
                PushRule::LargePush,
            ),
            (
                "This repository was archived so it is read-only.",
                PushRule::Archived,
            ),
            ("declined by a hook", PushRule::Other),
        ];
        for (words, expected) in table {
            assert_eq!(rule(words), expected, "{words}");
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
