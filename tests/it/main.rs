//! The one integration-test crate.

mod agents;
mod config;
mod git;
mod github;
mod house;
mod http;
mod process;
mod required;
mod simulator;
mod store;
mod stories;
mod sweep;
mod tidy;
