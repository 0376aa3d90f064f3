//! What the operator is told about who holds sessions to their memory and their processes.

/// Control groups of skep's own do.
pub const OWN: &str =
    "control groups: the kernel holds each session to its memory and its processes";

/// None can be had, so that watchers do; `why`: what keeps skep from them.
pub fn watchers(why: &str) -> String {
    format!("watchers: {why}")
}

/// Nobody wanted any.
pub const NOT_ASKED: &str = "control groups were not asked for";

/// There is no file system of version 2 in sight, or skep's own group is not in it.
pub const ABSENT: &str = "there are no control groups of version 2 with `memory` and `pids` here";

/// skep runs outside of all of them.
pub const OUTSIDE: &str =
    "skep is in the root of all control groups; run it as a service of systemd";

/// The group has not what is needed.
pub const NOT_OFFERED: &str = "skep's control group offers no `memory` and `pids`; with systemd, put `Delegate=memory pids cpu` into the unit";

/// It may not be written, or others live in it; `why`: the system's words.
pub fn not_ours(why: &str) -> String {
    format!(
        "skep's control group is not its own ({why}); with systemd, put `Delegate=memory pids cpu` into the unit"
    )
}
