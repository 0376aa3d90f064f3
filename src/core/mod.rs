//! The pure core: values in, values out.
//!
//! Everything skep decides, it decides here. This room never awaits, never reads a file, a socket, the environment, the
//! clock or a random number; the edges bring those in as values (`tests/it/tidy.rs` reads the `use` lines to be sure).

pub mod agent;
pub mod command;
pub mod decide;
pub mod downtime;
pub mod effect;
pub mod event;
pub mod failure;
pub mod glob;
pub mod ids;
pub mod label;
pub mod leavings;
pub mod mail;
pub mod markdown;
pub mod network;
pub mod place;
pub mod policy;
pub mod question;
pub mod role;
pub mod sanitise;
pub mod schedule;
pub mod session;
pub mod story;
pub mod task;
pub mod text;
pub mod time;
pub mod word;
