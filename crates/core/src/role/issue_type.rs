//! The role of an issue type. GitHub's own three types (Task, Bug, Feature) have one from the start; an organization may
//! rename them and make more, so the operator's table takes the place of ours.

use std::collections::BTreeMap;

use super::RoleName;
use crate::label;

const DEFAULTS: [(&str, &str); 3] = [("Bug", "debugging"), ("Feature", "swe"), ("Task", "swe")];

/// The table that holds when nobody says another.
pub(super) fn defaults() -> BTreeMap<String, RoleName> {
    DEFAULTS
        .iter()
        .filter_map(|(issue_type, role)| Some(((*issue_type).to_owned(), role.parse().ok()?)))
        .collect()
}

/// The role of this type.
pub(super) fn role<'a>(
    types: &'a BTreeMap<String, RoleName>,
    issue_type: &str,
) -> Option<&'a RoleName> {
    let same = |(known, _): &(&String, &RoleName)| label::same(known.trim(), issue_type.trim());
    types.iter().find(same).map(|(_, role)| role)
}

#[cfg(test)]
mod tests {
    use super::{DEFAULTS, defaults, role};

    #[test]
    fn any_letter_case_is_the_same_type() {
        let types = defaults();
        assert_eq!(types.len(), DEFAULTS.len());
        for (issue_type, expected) in [
            ("Bug", Some("debugging")),
            ("bug", Some("debugging")),
            ("FEATURE", Some("swe")),
            ("Task ", Some("swe")),
            ("Epic", None),
            ("", None),
            ("Bugs", None),
        ] {
            let found = role(&types, issue_type).map(super::RoleName::as_str);
            assert_eq!(found, expected, "{issue_type:?}");
        }
    }
}
