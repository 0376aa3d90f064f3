//! Looks for secrets among the lines a change adds: what is pushed cannot be taken back. Lines it takes away are not looked at.

use crate::core::sanitise;

/// A sentence for each file that adds what looks like a secret.
pub(super) fn find(diff: &str, live: &[&str]) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut path = "";
    let mut added = String::new();
    let mut look = |path: &str, added: &mut String| {
        let kind = sanitise::find_secrets(added, live)
            .first()
            .map(|finding| finding.kind.to_string());
        found.extend(kind.map(|kind| format!("{path} adds what looks like a secret ({kind})")));
        added.clear();
    };
    for line in diff.lines() {
        if let Some(next) = line.strip_prefix("+++ ") {
            look(path, &mut added);
            path = next.strip_prefix("b/").unwrap_or(next);
        } else if let Some(text) = line.strip_prefix('+') {
            added.push_str(text);
            added.push('\n');
        }
    }
    look(path, &mut added);
    found
}

#[cfg(test)]
mod tests {
    use super::find;

    #[test]
    fn only_added_lines_are_looked_at() {
        let token = format!("ghp_{}", "a1B2".repeat(9));
        let diff = format!("+++ b/a.txt\n-{token}\n+fine\n+++ b/b.txt\n+key = \"{token}\"\n");
        assert_eq!(
            find(&diff, &[]),
            ["b.txt adds what looks like a secret (GitHub token)"]
        );
        assert!(find("+++ b/a.txt\n+nothing here\n", &["a live secret value"]).is_empty());
    }
}
