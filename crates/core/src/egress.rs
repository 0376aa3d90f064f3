//! What a session may reach: the list of hosts, and the decision about one connection.
//!
//! Three things are judged, in this order, and all three must be allowed: the *name and port* as they were parsed ([`Target`],
//! [`AllowList::admit`]), *every address* the name resolves to ([`AllowList::settle`]), and the *name in the first bytes* of TLS
//! (`hello`). What is not on the list is refused; what cannot be parsed is refused. Nothing here resolves, connects or waits:
//! that is `src/egress`, which connects to no address that has not come out of `settle`.

mod address;
mod ask;
mod hello;
mod ledger;
mod list;
mod mistake;
mod presets;
mod providers;
mod rule;
mod target;

pub use address::Kind;
pub use hello::{FirstBytes, HELLO_MAX, Inside, compare as inside, read as first_bytes};
pub use ledger::{Denial, Entry, Ledger, Outcome, Report, Sighting};
pub use list::{Admitted, AllowList, Denied, Settled};
pub use mistake::Mistake;
pub use presets::{Preset, find as preset, names as preset_names};
pub use providers::model_hosts;
pub use rule::{Rule, Whose};
pub use target::{Host, Malformed, Target, Way};

#[cfg(test)]
mod tests;
