//! `cargo fuzz` for [`skep::fuzzing::webhook`].
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| skep::fuzzing::webhook(data));
