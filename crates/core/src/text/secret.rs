//! What is said of secrets that a push would have published. It must never show one, nor the line it stands in.

use super::code;
use crate::event::{SecretFound, SecretPlace};

/// The most places that are named.
const NAMED: usize = 5;

/// What people do about it.
pub(super) const WHAT_NOW: &str = " If it is a real secret, change it where it is valid: whoever could make the agent write \
it may know it. If it is no secret, or stands in an earlier commit, `/agent retry fresh` begins anew without what was made.";

/// Why work is not looked through.
pub fn too_much(bytes: usize) -> String {
    let mib = bytes >> 20;
    format!(
        "its commits hold more than the {mib} MiB that are looked through for secrets before a push"
    )
}

/// Where they stand, as one sentence; none where there are none.
pub(super) fn found(all: &[SecretFound]) -> Option<String> {
    let mut named: Vec<String> = all.iter().take(NAMED).map(one).collect();
    match all.len() {
        0 => return None,
        count if count > NAMED => named.push(format!("and {} more", count - NAMED)),
        _ => {}
    }
    Some(named.join(", "))
}

fn one(found: &SecretFound) -> String {
    let kind = found.kind;
    match &found.place {
        SecretPlace::Line {
            path,
            line,
            commit: None,
        } => format!(
            "{} line {line} adds what looks like a secret ({kind})",
            code(path, 120)
        ),
        SecretPlace::Line {
            path,
            line,
            commit: Some(commit),
        } => format!(
            "{} line {line} held what looks like a secret ({kind}) in the commit `{}`, which would be published as well",
            code(path, 120),
            commit.short()
        ),
        SecretPlace::Name { path } => format!(
            "the name of the file {} holds what looks like a secret ({kind})",
            code(path, 120)
        ),
        SecretPlace::Words { commit } => format!(
            "the message or the author of the commit `{}` holds what looks like a secret ({kind})",
            commit.short()
        ),
        SecretPlace::Unread { path } => format!(
            "the content of {} for Git LFS could not be looked through for secrets",
            code(path, 120)
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sanitise::SecretKind;

    #[test]
    fn places_are_named_and_counted() {
        let line = |line| SecretFound {
            kind: SecretKind::Live,
            place: SecretPlace::Line {
                path: "a`b.txt".into(),
                line,
                commit: None,
            },
        };
        assert_eq!(found(&[]), None);
        let said = found(&(1..=7).map(line).collect::<Vec<_>>()).expect("some");
        assert!(
            said.starts_with("`a'b.txt` line 1 adds what looks like a secret (live secret), "),
            "{said}"
        );
        assert!(said.ends_with(", and 2 more"), "{said}");
    }
}
