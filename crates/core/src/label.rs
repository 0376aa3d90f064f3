//! Names of labels. GitHub keeps one label whatever the case of its letters, and answers with the case it was first
//! written in: two names are the same label when they differ in case alone, here as there.

/// Whether two names are one label.
pub fn same(left: &str, right: &str) -> bool {
    left == right || left.to_lowercase() == right.to_lowercase()
}

/// Whether a label is among these.
pub fn has<S: AsRef<str>>(labels: &[S], name: &str) -> bool {
    labels.iter().any(|label| same(label.as_ref(), name))
}

/// What stands behind a prefix such as `role:`, as it was written.
pub fn behind<'l>(label: &'l str, prefix: &str) -> Option<&'l str> {
    let start = label.get(..prefix.len())?;
    same(start, prefix).then(|| &label[prefix.len()..])
}

#[cfg(test)]
mod tests {
    use super::{behind, has, same};

    #[test]
    fn case_makes_no_other_label() {
        for (left, right, expected) in [
            ("agent:go", "Agent:Go", true),
            ("AGENT:NEEDS-YOU", "agent:needs-you", true),
            ("Größe:Ä", "größe:ä", true),
            ("agent:go", "agent:go ", false),
            ("agent:go", "agent_go", false),
        ] {
            assert_eq!(same(left, right), expected, "{left} {right}");
        }
        assert!(has(&["bug", "Agent:Plan"], "agent:plan"));
        assert!(!has(&["bug"], "agent:plan"));
    }

    #[test]
    fn a_prefix_is_found_in_any_case() {
        assert_eq!(behind("Role:Docs", "role:"), Some("Docs"));
        assert_eq!(behind("PRIORITY:high", "priority:"), Some("high"));
        assert_eq!(behind("rolé:x", "role:"), None);
        assert_eq!(behind("ro", "role:"), None);
    }
}
