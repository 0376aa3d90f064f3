//! `cargo fuzz` for [`skep::fuzzing::acp_line`].
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| skep::fuzzing::acp_line(data));
