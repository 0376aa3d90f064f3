//! Why a session ends, is held or goes on that was told to on the dashboard or at the machine: who told it, for the issue.

use super::answer_replies::name;
use super::conversation::OPERATOR_ASKED;
use super::requests::order::{PAUSED, STOPPED};

/// Why a session ends: the operator, or somebody on the dashboard, stopped it.
pub fn stopped(login: Option<&str>) -> String {
    match login {
        None => STOPPED.to_owned(),
        Some(login) => format!("{} stopped it on the dashboard", name(login)),
    }
}

/// Why a session is held.
pub fn paused(login: Option<&str>) -> String {
    match login {
        None => PAUSED.to_owned(),
        Some(login) => format!("{} paused it on the dashboard", name(login)),
    }
}

/// Why a session goes on.
pub fn asked(login: Option<&str>) -> String {
    match login {
        None => OPERATOR_ASKED.to_owned(),
        Some(login) => format!("{} asked for it on the dashboard", name(login)),
    }
}
