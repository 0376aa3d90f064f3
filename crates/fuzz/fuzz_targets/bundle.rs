//! `cargo fuzz` for [`skep::fuzzing::bundle`].
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| skep::fuzzing::bundle(data));
