//! skep: label an issue, talk to the agent on it, get a pull request.
//!
//! # From above
//!
//! Somebody with write access labels an issue `agent:go`. skep stores the webhook, asks GitHub whether that person may,
//! picks a role, starts a coding agent in a private working copy, and opens a draft pull request with what git says the
//! agent made. Everything that happens comes in by one table and goes out by one table:
//!
//! ```text
//! GitHub --POST--> http -> webhook ---.                        .--> github   (comments, labels, reactions, pulls)
//! agent speaks, ends ------> runner --+--> INBOX --> engine ---+--> OUTBOX --> runner --+--> git    (mirror, push)
//! schedule, sweep --------------------'     (core::decide,     |       ^                '--> agent  (ACP session)
//! people: cli, http::admin -----------'      pure)             +--> TASK |
//!                                                                        '-- outcomes go back in by the INBOX
//! ```
//!
//! # The modules, in reading order
//!
//! - [`core`]: values in, values out. [`core::decide`] decides, in three passes: record, advance, reconcile;
//!   `fixtures/decide.md` is the table of all it can answer. [`core::text`] holds the sentences people read,
//!   [`core::sanitise`] cleans text from outside.
//! - [`webhook`] proves and parses a delivery; [`http`] takes it from the network.
//! - [`store`] is the database, and the only SQL.
//! - [`engine`] turns inbox rows into decisions, each in one transaction.
//! - [`runner`] performs effects under leases, one file per action, and puts the outcomes back into the inbox.
//! - [`github`], [`git`], [`agent`]: the three worlds outside, each behind one module.
//! - [`meter`] is what this process has counted, for `/metrics`.
//! - [`trace`] tells of its work as spans whose ids derive from rows, for a collector of the operator's.
//! - `dial` is the way to a host outside for skep's own calls, by the operator's proxy where there is one.
//! - [`live_policy`]: the operator's wishes as they are now, read again at SIGHUP.
//! - `local_socket` serves whoever connects to a Unix socket of a session.
//! - [`egress`] is the only way out of a session: a proxy that lets through what [`core::egress`] allows.
//! - [`gateway`] stands between an agent and its model, and adds the key that is not in the sandbox.
//! - [`mcp`] offers a running skep to operators' own assistants, by way of its admin address.
//! - [`sweep`] finds what nobody told us of, at start and on a timer: webhooks that never came through, and what differs
//!   between our tasks and GitHub as it is now. What it finds are facts for the inbox, like any other.
//! - [`notify`] tells people and programs outside GitHub what was committed: webhooks, Slack, mail.
//! - [`config`] is the only reader of flags, environment and files; [`app`] puts everything together; [`cli`] talks to the
//!   person at the machine.
//! - [`skep_simulator`], a crate of its own, is a GitHub on loopback and the demo agent, for `skep demo` and for the tests.
//!
//! # One walk through
//!
//! A label: `http::public_router` → `store.accept` (durable, then 202) → `engine` parses it to
//! [`core::event::Event::Labeled`] → `decide` answers 👀 and [`core::effect::CheckTrigger`] → `runner` reads the facts →
//! the fact `TriggerChecked` comes in → `decide` accepts → a free slot → `PrepareWorkspace` → `RunTurn` → `Collect` →
//! `CheckPublish` → `Publish` → `OpenPull`. Read in order, the inbox rows of a task are its timeline.
//!
//! # And one conversation
//!
//! The agent asks: by a tool of its session's own MCP server (`agent::tools`), by a form (`agent::elicitation`), or at the
//! end of its turn → `runner::session_tools` states it as a fact → `core::decide` records the question, and its comment on the
//! issue follows. A comment comes in as [`core::event::Event::Commented`] → it is read again with its writer's rights
//! ([`core::effect::AuthorizeComment`]) → [`core::command`] and [`core::question`] understand it → what it says is a message to
//! the agent ([`core::message`]): a running turn hears it at once (`Steer`), a parked session in its next prompt. Reviews, checks
//! and pushes on the pull request take the same way: recorded, they become messages for the agent.
//!
//! # What never happens here
//!
//! The core never learns the time by itself. Nothing outward happens that is not a row in the outbox. Nothing is known
//! that did not come through the inbox. No 2xx goes out before the delivery is durable. No SQL stands outside `store`. No
//! agent sees our secrets. No effect leaves its performer a choice. No result is taken from an agent's words. No two
//! sessions share a working copy. No session ends silently.

pub mod agent;
pub mod app;
pub mod cli;
pub mod config;
pub use skep_core as core;
mod dial;
pub mod egress;
pub mod engine;
pub mod fence;
pub mod gateway;
pub mod git;
pub mod github;
pub mod http;
pub mod live_policy;
mod local_socket;
pub mod mcp;
pub mod meter;
pub mod notify;
mod pem;
pub mod random;
pub mod runner;
pub mod signing;
pub mod store;
pub mod sweep;
pub mod trace;
pub mod webhook;

#[cfg(any(test, fuzzing))]
pub mod fuzzing;
