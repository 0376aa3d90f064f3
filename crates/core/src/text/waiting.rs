//! What a queued task waits for, and what releases it: half a sentence behind its state.

use super::{base_rules, clock, code, count};
use crate::agent::ErrorClass;
use crate::schedule::{Closed, Fault, Reason};

/// What it waits for.
pub fn words(reason: &Reason) -> String {
    match reason {
        Reason::Turn => "waiting for a free slot".into(),
        Reason::Disk => "waiting for space on the server, whose disk is nearly full".into(),
        Reason::Memory => "waiting until the server has memory for one more session".into(),
        Reason::Larger => {
            "waiting until a larger session, which waits for the server's memory, has started"
                .into()
        }
        Reason::Paused { repository: true } => {
            "the operator paused this repository; it goes on with `skep resume`".into()
        }
        Reason::Paused { repository: false } => {
            "the operator paused all starts; it goes on with `skep resume`".into()
        }
        Reason::Account { most } => most_at_work(*most, "this account"),
        Reason::Repository { most } => most_at_work(*most, "this repository"),
        Reason::Role { role, most } => most_at_work(*most, &format!("the role `{role}`")),
        Reason::Agent { agent, most } => most_at_work(*most, &format!("the agent `{agent}`")),
        Reason::Person { most, until } => format!(
            "whoever asked has begun {} in 24 hours, which is the most; the next may start at {}",
            count(u64::from(*most), "session"),
            clock(*until)
        ),
        Reason::Unready { fault } => out_of_order(fault),
        Reason::Closed { agent, closed } => closed_words(agent, *closed),
    }
}

fn most_at_work(most: u32, of: &str) -> String {
    match most {
        1 => format!("waiting until the one session at work for {of} ends"),
        most => format!("waiting until one of the {most} sessions at work for {of} ends"),
    }
}

/// What is out of order, and who mends it.
pub fn out_of_order(fault: &Fault) -> String {
    match fault {
        Fault::Agent { agent, why } => format!(
            "the agent `{agent}` does not start on this server ({}); whoever runs skep has to mend it, and this starts by itself \
             once it does",
            said(why)
        ),
        Fault::Permissions { lacks } => format!(
            "the App lacks permissions here ({}); an owner of the account has to grant them in its settings, and this starts by \
             itself then",
            lacks
                .iter()
                .map(|lack| format!("`{lack}`"))
                .collect::<Vec<_>>()
                .join(", ")
        ),
        Fault::BaseRules { branch, rulesets } => {
            let branch = code(branch, 100);
            let why = match rulesets.is_empty() {
                true => format!("nothing on GitHub keeps the App from pushing to {branch}"),
                false => format!(
                    "the App may bypass {} of {branch}",
                    base_rules::names(rulesets)
                ),
            };
            format!(
                "{why}; whoever owns the repository has to close that under Settings → Rules, or the operator lets it pass (`base_rules`), \
                 and this starts by itself then"
            )
        }
        Fault::Repository { why } => format!(
            "the repository cannot be reached ({}); this starts by itself once it can",
            said(why)
        ),
    }
}

/// Somebody's words as a part of a sentence.
fn said(why: &str) -> String {
    crate::sanitise::inline(why.trim().trim_end_matches('.'), 300)
}

fn closed_words(agent: &str, Closed { class, until }: Closed) -> String {
    let Some(until) = until.map(clock) else {
        return tried(agent, class);
    };
    match class {
        ErrorClass::Auth => format!(
            "the agent `{agent}` is not logged in; whoever runs skep has to log it in, and it is tried again at {until}"
        ),
        ErrorClass::RateLimit => {
            format!("paused by the limit of `{agent}`'s provider, goes on at {until}")
        }
        _ => format!("the agent `{agent}` does not work now; it is tried again at {until}"),
    }
}

/// One session tries it now, and lets the others in.
fn tried(agent: &str, class: ErrorClass) -> String {
    let whether = match class {
        ErrorClass::Auth => format!("the agent `{agent}` is logged in"),
        ErrorClass::RateLimit => format!("`{agent}`'s provider answers"),
        _ => format!("the agent `{agent}` works"),
    };
    format!("waiting until one session has tried whether {whether}")
}

/// When it may start, if anybody can tell.
pub fn may_start(at: Option<i64>) -> String {
    at.map_or_else(String::new, |at| format!(", probably by {}", clock(at)))
}
