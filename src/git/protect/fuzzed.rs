//! The fuzz target `bundle`: git's record of what a bundle's commits change, with paths that an agent chose.

use super::*;
use crate::core::protected::needs_consent;
#[cfg(test)]
use crate::fuzzing::{bend, kept};
use crate::git::change::{read_counted, read_raw};

/// What must hold whatever git tells of a bundle.
pub(crate) fn changes(data: &[u8]) {
    if let Ok((raw, files)) = read_counted(data) {
        assert_eq!(raw.len(), files.len());
    }
    let Ok(raw) = read_raw("log", data) else {
        return;
    };
    let links: Vec<Link<'_>> = raw
        .iter()
        .map(|change| Link {
            path: &change.path,
            target: data.split(|b| *b == 0).next().unwrap_or_default().to_vec(),
        })
        .collect();
    let found = problems(&raw, &links);
    assert!(found.len() <= NAMED);
    let alive = raw.iter().filter(|change| change.status != b'D');
    let dot_git = |change: &RawChange| {
        let mut parts = change.path.split(|b| *b == b'/');
        parts.any(|part| part.eq_ignore_ascii_case(b".git"))
    };
    let bad = |change: &RawChange| dot_git(change) || change.new_mode == GITLINK;
    if alive.into_iter().any(bad) {
        assert!(!found.is_empty(), "{raw:?}");
    }
    for link in &links {
        let out = link.target.starts_with(b"/") || link.target.is_empty();
        assert!(!out || leaves_tree(link), "{link:?}");
    }
    let named = protected(&raw, &[]);
    for change in &raw {
        let path = String::from_utf8_lossy(&change.path).into_owned();
        assert!(!needs_consent(&path) || named.contains(&path), "{path:?}");
    }
    case_clashes(&raw, data);
}

#[test]
fn whatever_a_bundle_changes_is_judged() {
    kept::hold("bundle", changes);
    bend::hold(&kept::inputs("bundle"), changes);
}
