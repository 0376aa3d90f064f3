//! What may be reached, as tables; and that nothing else ever may.

mod addresses;
mod firsts;
mod ledgers;
mod lists;
mod promises;
mod targets;

use core::net::IpAddr;

use super::{AllowList, Denied, Target, Whose};

/// A list of the operator's.
fn list(items: &[&str]) -> AllowList {
    AllowList::parse(items.iter().copied(), Whose::Operator).expect("a list")
}

fn ip(text: &str) -> IpAddr {
    text.parse().expect("an address")
}

/// The whole decision about a request for `target`, which resolves to those addresses.
fn judged(list: &AllowList, target: &str, addresses: &[&str]) -> Result<Vec<String>, Denied> {
    let target = Target::authority(target, None).map_err(Denied::Malformed)?;
    let addresses: Vec<IpAddr> = addresses.iter().map(|text| ip(text)).collect();
    let settled = list.settle(&list.admit(&target)?, &addresses)?;
    Ok(settled
        .addresses()
        .iter()
        .map(ToString::to_string)
        .collect())
}
