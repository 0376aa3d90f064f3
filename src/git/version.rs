//! Which git is good enough: the floor of what we call, and the table of releases that carry the published security fixes.
//!
//! It compares numbers only. Distributions patch old numbers without changing them, which nobody can see from outside;
//! an operator who knows that his is patched says so ([`OldGit::Allow`]), we never guess it.

use super::error::GitError;
use crate::core::policy::OldGit;

/// `safe.bareRepository` and `cat-file -z` came with 2.38.
const FLOOR: [u32; 2] = [2, 38];

/// The first patched release of each line: the releases of 2025-07-08 for CVE-2025-48384 and its siblings.
const PATCHED: [[u32; 3]; 8] = [
    [2, 43, 7],
    [2, 44, 4],
    [2, 45, 4],
    [2, 46, 4],
    [2, 47, 3],
    [2, 48, 2],
    [2, 49, 1],
    [2, 50, 1],
];

/// Judges the line `git --version` prints. Errors: [`GitError::TooOld`] naming the release to install,
/// [`GitError::Unreadable`] when there is no version in it.
pub(super) fn judge(line: &str, old: OldGit) -> Result<(), GitError> {
    let version = parse(line).ok_or_else(|| GitError::unreadable("--version"))?;
    let features = version[..2] >= FLOOR[..];
    let too_old = |wanted: String| {
        let found = version.map(|part| part.to_string()).join(".");
        Err(GitError::TooOld {
            found,
            wanted,
            excusable: features,
        })
    };
    if !features {
        return too_old("2.43.7".into());
    }
    if old == OldGit::Allow {
        return Ok(());
    }
    let line_of = PATCHED.iter().find(|patched| patched[..2] == version[..2]);
    match line_of {
        Some(patched) if version < *patched => {
            too_old(patched.map(|part| part.to_string()).join("."))
        }
        None if version < PATCHED[0] => too_old("2.43.7".into()),
        _ => Ok(()),
    }
}

/// `git version 2.39.5 (Apple Git-154)` and `git version 2.51.0.windows.1` are three numbers each.
fn parse(line: &str) -> Option<[u32; 3]> {
    let text = line.trim().strip_prefix("git version ")?;
    let digits = text
        .split(|c: char| !c.is_ascii_digit() && c != '.')
        .next()?;
    let mut parts = digits
        .split('.')
        .filter(|part| !part.is_empty())
        .map(|part| part.parse().ok());
    Some([
        parts.next()??,
        parts.next()??,
        parts.next().flatten().unwrap_or(0),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_obeyed_at_its_edges() {
        let good = [
            "2.43.7",
            "2.47.3",
            "2.47.4.dirty",
            "2.50.1",
            "2.51.0",
            "3.0.0",
            "2.50.1 (Apple Git-155)",
        ];
        for version in good {
            assert_eq!(
                judge(&format!("git version {version}\n"), OldGit::Refuse),
                Ok(()),
                "{version}"
            );
        }
        for (version, wanted) in [
            ("2.39.5 (Apple Git-154)", "2.43.7"),
            ("2.47.2", "2.47.3"),
            ("2.50.0", "2.50.1"),
        ] {
            let refused = judge(&format!("git version {version}"), OldGit::Refuse);
            assert!(
                matches!(refused, Err(GitError::TooOld { wanted: w, .. }) if w == wanted),
                "{version}"
            );
            assert_eq!(
                judge(&format!("git version {version}"), OldGit::Allow),
                Ok(()),
                "{version}"
            );
        }
        let floor = judge("git version 2.37.9", OldGit::Allow).expect_err("too old");
        assert!(!floor.to_string().contains("SKEP_OLD_GIT"), "{floor}");
        let patched = judge("git version 2.39.5", OldGit::Refuse)
            .expect_err("too old")
            .to_string();
        assert!(
            patched.contains("set SKEP_OLD_GIT=allow") && patched.contains("SKEP_GIT"),
            "{patched}"
        );
        for junk in [
            "",
            "git version",
            "git version x",
            "hg 2.50.1",
            "git version 2",
        ] {
            assert!(
                matches!(judge(junk, OldGit::Allow), Err(GitError::Unreadable { .. })),
                "{junk}"
            );
        }
    }
}
