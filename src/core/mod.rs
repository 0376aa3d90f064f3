//! The pure core: values in, values out.
//!
//! Everything skep decides, it decides here. This room never awaits, never reads a file, a socket, the environment, the
//! clock or a random number; the edges bring those in as values (`tests/it/tidy.rs` reads the `use` lines to be sure).

pub mod failure;
pub mod ids;
pub mod role;
pub mod sanitise;
