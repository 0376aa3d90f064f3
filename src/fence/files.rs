//! Rights to files that are given up where the kernel has Landlock (<https://docs.kernel.org/userspace-api/landlock.html>): everything
//! in sight may be read and run, and written only where that was said. The same as the mounts say, once more and by other means.

use std::path::PathBuf;

use landlock::{
    ABI, Access, AccessFs, Ruleset, RulesetAttr, RulesetCreatedAttr, Scope, path_beneath_rules,
};

/// The newest that is known here. What an older kernel lacks is left to the mounts.
const KNOWN: ABI = ABI::V6;

/// Gives them up. A kernel without Landlock changes nothing.
pub(super) fn give_up(writable: &[PathBuf]) -> Result<(), String> {
    let ruled = || {
        Ruleset::default()
            .handle_access(AccessFs::from_all(KNOWN))?
            .scope(Scope::from_all(KNOWN))?
            .create()?
            .add_rules(path_beneath_rules(["/"], AccessFs::from_read(KNOWN)))?
            .add_rules(path_beneath_rules(writable, AccessFs::from_all(KNOWN)))?
            .restrict_self()
    };
    ruled()
        .map(drop)
        .map_err(|error: landlock::RulesetError| format!("Landlock: {error}"))
}
