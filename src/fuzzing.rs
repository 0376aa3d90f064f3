//! What the fuzz targets of this crate share with those of the core: inputs that are kept, and such that are bent; and, for the fuzzer
//! (`crates/fuzz`), the way to those that look at what only this crate sees. For tests and fuzzers alone: no program has it.

#[cfg(test)]
#[path = "../crates/core/tests/fuzz/bend.rs"]
pub(crate) mod bend;
#[cfg(test)]
#[path = "../crates/core/tests/fuzz/kept.rs"]
pub(crate) mod kept;

/// The target `webhook`: the name of an event, a signature and a body, a line each.
#[cfg(fuzzing)]
pub fn webhook(data: &[u8]) {
    crate::webhook::fuzzed(data);
}

/// The target `acp-line`: a line of an agent.
#[cfg(fuzzing)]
pub fn acp_line(data: &[u8]) {
    crate::agent::fuzzed(data);
}

/// The target `bundle`: git's record of what a bundle's commits change.
#[cfg(fuzzing)]
pub fn bundle(data: &[u8]) {
    crate::git::fuzzed(data);
}
