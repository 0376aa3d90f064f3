//! Why calls of the kernel come to nothing in a sandbox, as half sentences that follow what was tried.

use crate::egress::Kind;

/// The filter denies it.
pub const DENIED: &str = "the system call is denied";
/// What was looked up, and that it comes to nothing.
pub const LOOKED_UP: (&str, &str) = ("a name server", "names are looked up by its proxy only");
/// What listens there on the machine is not in the sandbox.
pub const NOT_THERE: &str = "nothing of that name is in its sandbox";
/// It is a limit.
pub const LIMIT: &str = "more than its limit";
/// It needs a right that nothing inside has.
pub const RIGHT: &str = "it needs a right that nothing in its sandbox has";
/// Device files cannot be made.
pub const DEVICE: &str = "devices cannot be made in its sandbox";
/// Programs that run as their owner do not.
pub const NO_EFFECT: &str = "no program gets another user's rights in its sandbox";
/// It reaches its own processes.
pub const OWN_ONLY: &str = "only its own processes are in its sandbox";

/// There is no network: the end of what is said of an address.
pub const PAST_PROXY: &str = "asked for past its proxy";

/// There is no network.
pub fn no_network(kind: Kind) -> String {
    let place = super::egress::place(kind);
    format!("{place}, {PAST_PROXY}")
}

/// Nothing of what the kernel refuses can be heard; `why` is the kernel's word for it.
pub fn unheard(why: &str) -> String {
    format!(
        "What the kernel refuses in this sandbox is refused as ever, and told to nobody: its calls cannot be listened to ({why})."
    )
}

/// The sandbox ended for it.
pub fn too_many_processes(most: u64) -> (String, &'static str) {
    (
        format!("more than {most} processes"),
        "its sandbox was ended for it",
    )
}
