//! The one integration-test crate.

mod agents;
mod config;
mod described;
mod egress;
mod gateway;
mod git;
mod github;
mod hostile;
mod http;
mod process;
mod required;
mod simulator;
mod store;
mod stories;
mod sweep;
mod test_app;
mod tidy;
mod tls_end;
