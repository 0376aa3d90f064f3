//! `cargo fuzz` for [`targets::picture`].
#![no_main]

#[path = "../../core/tests/fuzz/targets.rs"]
#[expect(dead_code, reason = "one target of several")]
mod targets;

libfuzzer_sys::fuzz_target!(|data: &[u8]| targets::picture(data));
