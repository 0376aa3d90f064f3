//! The kept inputs of the fuzz targets, each run again. They stand below `fixtures/fuzz`, a folder for each target: such as
//! fixtures hold, and what a fuzzer found that goes another way through the code.
//!
//! `SKEP_FUZZ_SECONDS=60 cargo test bent` bends them at random for so long, without a fuzzer.

#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "tests read fixtures, and bend them for some time"
)]

mod bend;
mod kept;
mod targets;

use targets::TARGETS;

#[test]
fn every_kept_input_still_holds() {
    for (name, target) in TARGETS {
        kept::hold(name, target);
    }
}

#[test]
fn what_is_bent_holds_as_well() {
    for (name, target) in TARGETS {
        let runs = bend::hold(&kept::inputs(name), target);
        eprintln!("{name}: {runs} runs");
    }
}
