//! skep: label an issue, talk to the agent on it, get a pull request.
//!
//! (The map is written when the rooms stand.)

pub mod agent;
pub mod app;
pub mod cli;
pub mod config;
pub mod core;
pub mod engine;
pub mod git;
pub mod github;
pub mod http;
pub mod runner;
pub mod simulator;
pub mod store;
pub mod sweep;
pub mod webhook;
