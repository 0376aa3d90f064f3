//! What an issue may say about the work on it: the settings of it, read one after the other.

use std::collections::BTreeMap;

use super::resolver::Resolver;
use super::{auto_start, role_rules, start, words};
use crate::core::issue_rules::IssueRules;
use crate::core::role::{Role, RoleName};

/// Reads all of them.
pub(super) fn read(resolver: &mut Resolver<'_>, own: &BTreeMap<RoleName, Role>) -> IssueRules {
    IssueRules {
        roles: role_rules::read(resolver, own),
        words: words::read(resolver),
        auto_start: auto_start::read(resolver),
        who_starts: start::read(resolver),
    }
}
