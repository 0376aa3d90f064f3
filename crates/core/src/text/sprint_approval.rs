//! What is said of the approval of a sprint, or of a phase of one: who has to agree, that nobody did, and that one does not count
//! any more.

use super::issue_link::reference;
use super::{answer_replies, count, gate};
use crate::dependency::Named;
use crate::location::Place;
use crate::sprint::{Change, Terms, Void};

/// A line of the timeline: somebody agreed to a phase.
pub fn approved(login: &str) -> String {
    format!("{} approved a phase", answer_replies::name(login))
}

/// On the issue of a phase: somebody has to agree.
pub fn phase_waits(of: &Named, home: &Place, by: &str) -> String {
    format!(
        "@{by}: this phase of {} can start, and has the label `checkpoint`. Somebody with write access can let its sub-issues \
         start with `/agent approve`, here, or with 👍 on this comment.",
        reference(of, home)
    )
}

/// The same, after an approval that does not count any more.
pub fn phase_void(of: &Named, home: &Place, (by, void): (&str, &Void)) -> String {
    let of = reference(of, home);
    let who = answer_replies::name(&void.by);
    let what = match void.change {
        Change::Words => {
            format!("the text of this phase of {of} has been changed since {who} approved it")
        }
        Change::Plan => {
            format!("the text of {of} has been changed since {who} approved this phase of it")
        }
        Change::Parts => {
            format!("another sub-issue has come to this phase of {of} since {who} approved it")
        }
    };
    format!(
        "@{by}: {what}, so that does not count any more. Somebody with write access can let its sub-issues start as they are \
         now with `/agent approve`, here, or with 👍 on this comment."
    )
}

/// A line of the timeline: what somebody approved is another now.
pub fn void(void: &Void) -> String {
    let by = answer_replies::name(&void.by);
    format!("what {by} approved has been changed before it began, so that does not count any more")
}

/// Why an issue that waited does not start, half a sentence: so far nobody has approved what is there now.
pub fn approval_is_void(of: &Named) -> String {
    format!(
        "it waited as part of `{}#{}`, and what was approved there has been changed",
        of.name, of.key.issue
    )
}

/// Once, after a day.
pub fn phase_reminder(of: &Named, home: &Place, left: i64) -> String {
    format!(
        "This phase of {} still waits for somebody to approve it. Write `/agent approve` to let its sub-issues start; in {} \
         it is left as it is.",
        reference(of, home),
        count(gate::days(left), "day")
    )
}

/// Nobody has agreed to the start of a sprint yet; it is left in so many milliseconds.
pub fn reminder(left: i64) -> String {
    format!(
        "This plan still waits for somebody to approve it. Write `/agent approve`, or react to the status comment with 👍, to let \
         it start; in {} it is left as it is.",
        count(gate::days(left), "day")
    )
}

/// A line of the timeline: nobody agreed to a sprint in time.
pub const EXPIRED: &str = "nobody approved this plan; it starts when somebody does";

/// A line of the timeline: nobody agreed in time.
pub const PHASE_EXPIRED: &str = "nobody approved this phase; it starts when somebody does";

/// On the sprint's own issue: somebody has to agree to the whole.
pub fn whole(terms: Option<&Terms>) -> String {
    let void = terms.and_then(|terms| terms.void.as_ref()).map(|void| {
        let what = match void.change {
            Change::Words | Change::Plan => "Its text has been changed",
            Change::Parts => "Another sub-issue has come",
        };
        let by = answer_replies::name(&void.by);
        format!(" {what} since {by} approved it, so that does not count any more.")
    });
    format!(
        "The issue has the label `checkpoint`.{} Somebody with write access can let its sub-issues start with \
         `/agent approve`, or with 👍 on this comment.",
        void.unwrap_or_default()
    )
}
