//! What is wrong with an agent or a repository, in half a sentence: beside its name on a page, or behind it among the troubles.

use super::moment::Moment;
use super::words::Line;
use crate::schedule::Fault;
use crate::text::base_rules;

/// Its own file cannot be followed.
pub const MISTAKES: &str = "its .github/skep.toml has mistakes";
/// The operator lets nothing start there.
pub const PAUSED: &str = "paused by the operator";
/// The operator does nothing there.
pub const OFF: &str = "switched off by the operator (off)";

/// What is out of order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ailment {
    /// In words.
    pub what: Line,
    /// Since when that is known.
    pub since: Moment,
    /// When it was looked at last.
    pub tried: Moment,
}

/// A fault, and whose it is said elsewhere.
pub fn fault(fault: &Fault) -> String {
    match fault {
        Fault::Agent { why, .. } => format!("does not start on this server: {why}"),
        Fault::Permissions { lacks } => format!("the App lacks permissions: {}", lacks.join(", ")),
        Fault::BaseRules { branch, rulesets } if rulesets.is_empty() => {
            format!("nothing on GitHub keeps the App from pushing to {branch}")
        }
        Fault::BaseRules { branch, rulesets } => {
            format!(
                "the App may bypass {} of {branch}",
                base_rules::names(rulesets)
            )
        }
        Fault::Repository { why } => format!("cannot be reached: {why}"),
    }
}

/// The same with whose it is.
pub fn trouble(whose: &str, what: &str) -> String {
    format!("{whose}: {what}")
}

/// An agent, as it is named among other things.
pub fn agent(name: &str) -> String {
    format!("The agent {name}")
}
