//! Whom a comment speaks to, by the names in it.

use super::spoken::Addressed;
use crate::markdown::{Kind, Row, without_code_spans};

/// Reads the author's own words: code and quotes name nobody.
pub(super) fn addressed(rows: &[Row<'_>], slug: &str) -> Addressed {
    let mut words = rows.iter().filter(|row| row.kind == Kind::Words);
    if words.any(|row| row.text.contains('@') && names(&without_code_spans(row.text), slug)) {
        return Addressed::Us;
    }
    let first = rows
        .iter()
        .find(|row| !matches!(row.kind, Kind::Blank | Kind::Quote));
    let others =
        first.is_some_and(|row| row.kind == Kind::Words && begins_with_name(row.text.trim_start()));
    if others {
        Addressed::Others
    } else {
        Addressed::Nobody
    }
}

fn names(line: &str, slug: &str) -> bool {
    !slug.is_empty()
        && line.match_indices('@').any(|(at, _)| {
            let inside = line[..at].ends_with(|c: char| {
                c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '/' | '`')
            });
            let name = line[at + 1..]
                .get(..slug.len())
                .filter(|name| name.eq_ignore_ascii_case(slug));
            let after = name.map(|name| &line[at + 1 + name.len()..]);
            !inside
                && after.is_some_and(|after| {
                    !after.starts_with(|c: char| c.is_ascii_alphanumeric() || "-_/".contains(c))
                })
        })
}

fn begins_with_name(line: &str) -> bool {
    line.strip_prefix('@')
        .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_alphanumeric()))
}
