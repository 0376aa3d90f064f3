//! Composition: builds the modules, starts the loops, drains on SIGTERM. The only place that knows all modules at once.
//!
//! Order matters. At the start the data folder is locked, the database opened, orphans of an earlier process ended; then the
//! listeners open, so that webhooks are stored; and once GitHub has said who we are, leases of an earlier process are released,
//! the engine starts, and the runner waits until the sweep has looked at what is under way. At the end the other way round.

mod admin_api;
mod admin_token;
mod agent_trial;
mod answer_lines;
mod assembly;
mod audit_log;
mod backup;
mod ca_bundle;
mod check;
mod check_repositories;
mod clock;
mod disk_space;
mod doctor;
mod door;
mod dry_run_lines;
mod event_pages;
mod fence_line;
mod finding;
mod graph_view;
mod health;
mod identity;
mod intake;
mod listeners;
mod live_diffs;
mod live_graph;
mod local_repository;
mod lookup;
mod memory_space;
mod metrics;
mod module_config;
mod modules;
mod notifications;
mod orders;
mod outcome_lines;
mod overview_lines;
mod own_token;
mod pages;
mod people;
mod plan_lines;
mod queue_lines;
mod random_name;
mod readiness;
mod registration;
mod renewal;
mod replay;
mod restore;
mod result_lines;
mod running;
mod sandbox_try;
mod sandbox_view;
mod scratch;
mod serve;
mod session_work;
mod setup;
mod signals;
mod standbys;
mod task_lines;
mod tokens;
mod trace_export;
mod verify_pull;
mod waves_lines;
mod webhook_proxy;

pub use admin_api::AdminApi;
pub use agent_trial::{find_program, try_agent};
pub use answer_lines::event_json;
pub use backup::{Work, back_up};
pub use check::check;
pub use clock::system_clock;
pub use doctor::{Examination, Repair, bundle, examine, finding_json};
pub use door::Door;
pub use finding::{Finding, Verdict};
pub use intake::WebhookIngest;
pub use modules::App;
pub use own_token::own_token;
pub(crate) use random_name::random_name;
pub use registration::{Keep, Reception, RegistrationSetup};
pub use renewal::Reread;
pub use replay::{
    Change, Followed, Happened, Question, Replay, Replayed, TaskChange, Wanted, replay,
};
pub use restore::{migrate, restore};
pub use running::Running;
pub use sandbox_try::{Cut, Trial};
pub use sandbox_view::sandbox_shown;
pub use serve::serve;
pub use setup::{Addresses, GitHubSetup, Setup};
pub use signals::Signals;

pub use verify_pull::{PullAnswer, PullQuestion, PullVerdict, judge_pull, verify_pull};

/// Whether a skep runs on a data folder.
pub fn is_served(folder: &std::path::Path) -> bool {
    crate::store::is_locked(folder)
}
