//! The command line: one file a subcommand. Commands that ask a running skep do so over its admin address and hold no
//! credentials; none of them decides anything.

mod admin_client;
mod admin_options;
mod agents;
mod audit;
mod backup;
mod command_error;
mod command_line;
mod completions;
mod config;
mod dashboard;
mod demo;
mod demo_agent;
mod dispatch;
mod doctor;
mod drain;
mod events;
mod graph;
mod help;
mod issue;
mod man;
mod order;
mod outcomes;
mod output;
mod pause;
mod plan;
mod queue;
mod results;
mod sandbox;
mod serve;
mod session;
mod sessions;
mod setup;
mod shown;
mod span_argument;
mod status;
mod stop;
mod target;
mod token;
mod verify_pull;
mod waves;

pub use command_error::{CommandError, CommandResult, final_message};
pub use command_line::Cli;
pub use output::TIMES;
pub use target::{TargetError, parse_targets};
