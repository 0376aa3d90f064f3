//! What sessions may reach: hosts, addresses and presets, as the operator lists them.

use super::document::Item;
use super::error::Mistake;
use super::resolver::Resolver;
use crate::core::egress::{AllowList, Whose};
use crate::core::text::egress;

/// What all sessions may.
pub(super) fn of_all(resolver: &mut Resolver<'_>) -> Vec<String> {
    resolver.of_file("egress_allow", hosts).unwrap_or_default()
}

/// A list whose every item can be read; the first that cannot is the mistake.
pub(super) fn hosts(item: Item) -> Result<Vec<String>, Mistake> {
    let at = item.at.clone();
    let hosts = item.texts()?;
    match AllowList::parse(hosts.iter().map(String::as_str), Whose::Operator) {
        Ok(_) => Ok(hosts),
        Err(wrong) => {
            let (host, mistake) = &wrong[0];
            Err(Mistake::new(
                at,
                format!("`{host}` {}", egress::mistake(mistake)),
            ))
        }
    }
}
