//! How much of other people's words an agent is told: each text has a longest, and so have all together.

use crate::sanitise;
use crate::text::count;

/// Longest text of one person.
const ITEM: usize = 64 * 1024;

/// One text as data: without what nobody sees, and without the word that would end its envelope.
pub(super) fn item(body: &str, nonce: &str) -> String {
    sanitise::inbound(body, ITEM).replace(nonce, "")
}

pub(super) fn what_was(left_out: usize) -> String {
    format!("{} before these were", count(left_out as u64, "message"))
}

/// The newest of several texts that fit together, in their order, and how many older ones do not. The newest is always there.
pub(super) fn newest(all: &[String], most: usize) -> (usize, String) {
    let mut length = 0;
    let fits = |text: &&String| {
        length += text.len();
        length <= most
    };
    let fitting = all.iter().rev().take_while(fits).count();
    let left_out = all.len() - fitting.max(1).min(all.len());
    (left_out, all[left_out..].concat())
}
