//! The one integration-test crate.

mod agents;
mod browser;
mod config;
mod dashboard;
mod described;
mod egress;
mod gateway;
mod git;
mod github;
mod hostile;
mod http;
mod mcp;
mod process;
mod receiver;
mod required;
mod simulator;
mod store;
mod stories;
mod sweep;
mod test_app;
mod tidy;
mod tls_end;
