//! The pure core: values in, values out.
//!
//! Everything skep decides, it decides here. This crate never awaits, never reads a file, a socket, the environment, the
//! clock or a random number; the edges bring those in as values. It depends on no crate that does (`Cargo.toml`), and
//! `clippy.toml` forbids what the standard library offers for it.

#![cfg_attr(
    test,
    allow(clippy::disallowed_methods, reason = "tests read and bless fixtures")
)]

pub mod actor;
pub mod agent;
pub mod attachment;
pub mod audit;
pub mod auto_start;
pub mod bare_picture;
pub mod base_branch;
pub mod base_rules;
pub mod blocked;
pub mod budget;
pub mod checkout;
pub mod ci_secrets;
pub mod codeowners;
pub mod command;
pub mod consent;
pub mod containment;
pub mod decide;
pub mod decoy;
pub mod dependency;
pub mod discovery;
pub mod document;
pub mod downtime;
pub mod dry_run;
pub mod effect;
pub mod egress;
pub mod event;
pub mod event_name;
pub mod evidence_file;
pub mod failure;
mod form;
pub mod gated_pulls;
pub mod gateway;
pub mod glob;
pub mod graph;
pub mod ids;
pub mod import;
pub mod issue_rules;
pub mod label;
pub mod leavings;
mod limits;
pub mod location;
pub mod mail;
pub mod markdown;
pub mod message;
pub mod network;
pub mod notifications;
pub mod notify;
pub mod onboarding;
pub mod outcome;
pub mod outsider;
pub mod overlap;
pub mod path_kind;
pub mod policy;
pub mod project_status;
pub mod protected;
pub mod provenance;
pub mod pull_gate;
pub mod pull_size;
pub mod question;
pub mod recurring;
pub mod repository_policy;
pub mod results;
mod retention;
pub mod risk;
pub mod role;
pub mod sanitise;
pub mod schedule;
pub mod session;
pub mod session_check;
pub mod signs;
pub mod snapshot;
pub mod sprint;
pub mod stack;
pub mod starter;
pub mod suggestion;
pub mod syscall;
pub mod task;
pub mod task_list;
pub mod text;
pub mod time;
pub mod usage;
pub mod verification;
pub mod vocabulary;
