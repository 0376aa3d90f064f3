//! What says the role of an issue besides labels and commands: hints, issue types, the bug router.

use std::collections::BTreeMap;

use super::document::Item;
use super::error::{Mistake, nearest};
use super::resolver::Resolver;
use crate::core::role::{ORDER, Role, RoleName, RoleRules, built_in};
use crate::core::text::mistakes::{self, agent as mistake};

/// Reads the four keys; every role they name must exist.
pub(super) fn read(resolver: &mut Resolver<'_>, own: &BTreeMap<RoleName, Role>) -> RoleRules {
    let default = RoleRules::default();
    let types = |item: Item| issue_types(item, own);
    RoleRules {
        hints: resolver
            .of_file("role_hints", Item::switch)
            .unwrap_or(default.hints),
        types: resolver
            .of_file("issue_types", types)
            .unwrap_or(default.types),
        router: resolver
            .of_file("bug_router", Item::switch)
            .unwrap_or(default.router),
        auto_filed: resolver
            .of_file("auto_filed", labels)
            .unwrap_or(default.auto_filed),
    }
}

fn labels(item: Item) -> Result<Vec<String>, Mistake> {
    let label = |item: Item| {
        let at = item.at.clone();
        let name = item.text()?.trim().to_owned();
        match name.is_empty() {
            true => Err(Mistake::new(at, mistakes::EMPTY)),
            false => Ok(name),
        }
    };
    item.list()?.into_iter().map(label).collect()
}

fn issue_types(
    item: Item,
    own: &BTreeMap<RoleName, Role>,
) -> Result<BTreeMap<String, RoleName>, Mistake> {
    let mut table = item.table()?;
    let role = |(issue_type, item): (String, Item)| {
        let at = item.at.clone();
        let name = item.text()?.trim().to_ascii_lowercase();
        let known = |role: &RoleName| built_in(role).is_some() || own.contains_key(role);
        let role = name.parse().ok().filter(known).ok_or_else(|| {
            let names = ORDER.into_iter().chain(own.keys().map(RoleName::as_str));
            Mistake::new(at, mistake::unknown_role(&name, nearest(&name, names)))
        })?;
        Ok((issue_type, role))
    };
    table.drain().map(role).collect()
}
