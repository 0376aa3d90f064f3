//! Every sentence a person reads, on GitHub or at the terminal, and every prompt an agent reads. Pure functions, one file
//! per kind of text.
//!
//! Foreign words (titles, answers, plans, log lines) pass `core::sanitise` here, on their way into the text; nothing that
//! leaves this module is longer than [`LIMIT`].

pub mod agent_answer;
pub mod agents;
pub mod answer_replies;
pub mod api;
pub mod attachment;
pub mod audit;
pub mod backup;
pub mod base_branch;
pub mod base_rules;
pub mod blocked;
pub mod budget;
pub mod cgroup;
pub mod check;
pub mod ci_secrets;
pub mod cli;
pub mod command;
pub mod containment;
pub mod conversation;
mod dashboard_link;
pub mod dashboard_order;
pub mod decoy;
pub mod demo;
pub mod demo_issues;
pub mod demo_queue;
pub mod demo_queue_issues;
pub mod dependency;
pub mod discovery;
pub mod disk;
pub mod doctor;
pub mod downtime;
pub mod drain;
pub mod dry_run;
pub mod egress;
pub mod events;
pub mod evidence_file;
pub mod failure;
pub mod gate;
pub mod gateway;
pub mod graph;
pub mod import;
mod issue_link;
pub mod kept;
pub mod landed;
pub mod left_out;
pub mod mcp;
pub mod memory;
pub mod mistakes;
pub mod notice;
pub mod notify;
pub mod off;
pub mod onboarding;
pub mod outside;
pub mod overlap;
pub mod page;
pub mod pages;
pub mod paths;
pub mod people;
pub mod polling;
pub mod prompt;
pub mod provenance;
pub mod pull;
pub mod pull_gate;
pub mod pull_size;
pub mod question;
pub mod recurring;
pub mod refusal;
pub mod registration;
pub mod registration_page;
pub mod replay;
pub mod repository_policy;
pub mod requests;
pub mod results;
pub mod risk;
pub mod role;
pub mod sandbox;
pub mod secret;
pub mod services;
pub mod session_check;
pub mod session_log;
pub mod settings;
pub mod setup;
pub mod sight;
pub mod sprint;
pub mod sprint_approval;
pub mod stack;
pub mod starter;
pub mod status;
pub mod suggestion;
pub mod syscall;
pub mod task_list;
pub mod token;
pub mod tools;
pub mod top;
pub mod traces;
pub mod verify;
pub mod waiting;
pub mod waves;
pub mod webhook_proxy;
pub mod who_starts;
pub mod withheld;

use super::event::{Loss, Removal};
use super::sanitise;
use super::task::End;

pub use role::role_why;

/// Longest text for GitHub, in characters; GitHub refuses more than 65,536.
pub const LIMIT: usize = 60_000;

/// The issue went away.
pub fn gone(how: Removal, login: &str) -> String {
    match how {
        Removal::Closed => format!("@{login} closed the issue"),
        Removal::Deleted => format!("@{login} deleted the issue"),
        Removal::Transferred => format!("@{login} moved the issue to another repository"),
    }
}

/// The repository is archived.
pub const ARCHIVED: &str = "the repository was archived";
/// It is writable again.
pub const UNARCHIVED: &str = "the repository is not archived any more";

/// The repository was taken away from us.
pub fn taken_away(how: Loss) -> &'static str {
    match how {
        Loss::Uninstalled => "the App was uninstalled",
        Loss::Removed => "the repository was taken out of the App's installation",
        Loss::Deleted => "the repository was deleted",
    }
}

/// Foreign words as a code span, in which nothing is live.
pub fn code(text: &str, max_chars: usize) -> String {
    format!("`{}`", sanitise::title(text, max_chars).replace('`', "'"))
}

/// One line of the story for an end.
pub fn ended(end: &End) -> String {
    match end {
        End::InReview => "Opened the pull request.".into(),
        End::Merged => "The pull request was merged.".into(),
        End::PullClosed => "The pull request was closed.".into(),
        End::Answered => "Answered.".into(),
        End::Unchanged => "Ended without a change.".into(),
        End::Refused { say } => format!("Not started: {say}"),
        End::Failed { class, .. } => format!("Failed (`{class}`)."),
        End::Cancelled { why } => format!("Stopped: {why}."),
    }
}

/// `14:02:11Z` of a time in epoch milliseconds.
pub fn clock(at: i64) -> String {
    let seconds = at.div_euclid(1000).rem_euclid(86_400);
    format!(
        "{:02}:{:02}:{:02}Z",
        seconds / 3600,
        seconds / 60 % 60,
        seconds % 60
    )
}

/// `3 m 12 s`, `450 ms`, `2 h 5 m` of a span in milliseconds.
pub fn span(ms: i64) -> String {
    let ms = ms.max(0);
    match ms {
        0..1_000 => format!("{ms} ms"),
        1_000..60_000 => format!("{} s", ms / 1000),
        60_000..3_600_000 => format!("{} m {} s", ms / 60_000, ms / 1000 % 60),
        _ => format!("{} h {} m", ms / 3_600_000, ms / 60_000 % 60),
    }
}

/// `1 file`, `2 files`.
pub fn count(n: u64, one: &str) -> String {
    if n == 1 {
        format!("1 {one}")
    } else {
        format!("{n} {one}s")
    }
}

#[cfg(test)]
mod tests {
    use super::{clock, code, count, span};

    #[test]
    fn foreign_words_stay_inside_their_code_span() {
        assert_eq!(code("a_b", 60), "`a_b`");
        assert_eq!(code("x`@everyone`\ny", 60), "`x'@ everyone' y`");
    }

    #[test]
    fn times_and_numbers_read_well() {
        assert_eq!(clock(1_763_690_531_000), "02:02:11Z");
        assert_eq!(clock(-1), "23:59:59Z");
        let spans: Vec<_> = [-5, 450, 59_999, 192_000, 7_500_000]
            .into_iter()
            .map(span)
            .collect();
        assert_eq!(spans, ["0 ms", "450 ms", "59 s", "3 m 12 s", "2 h 5 m"]);
        assert_eq!(
            (count(1, "file").as_str(), count(0, "file").as_str()),
            ("1 file", "0 files")
        );
    }
}
