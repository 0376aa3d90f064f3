//! Comments that tell people of an end: a failure that came late, a revision that is done, an issue or a pull request that
//! was closed or opened again. Each names whom it is for, because GitHub mails nobody for an edit.

use super::kept::kept;
use super::{LIMIT, count, failure, pull};
use crate::agent::TurnEnd;
use crate::event::Work;
use crate::ids::{IssueNumber, Sha};
use crate::sanitise::{self, Allow};
use crate::task::{End, Stage, Task};

/// In the story.
pub const REOPENED: &str = "The pull request was opened again.";

fn mentions(logins: &[String]) -> String {
    logins
        .iter()
        .take(5)
        .map(|login| format!("@{login} "))
        .collect()
}

/// A session ended badly, or was stopped by somebody else than who asked for it.
pub fn of_end(task: &Task, whom: &[String]) -> String {
    let Stage::Ended { end, .. } = &task.stage else {
        return String::new();
    };
    let plain = |text: &str| sanitise::outbound(text, &Allow::default());
    let what = match end {
        End::Failed { say, .. } => format!("{}it failed because {}", mentions(whom), plain(say)),
        End::Cancelled { why } => {
            format!("{}it was stopped because {}.", mentions(whom), plain(why))
        }
        End::InReview
        | End::Merged
        | End::PullClosed
        | End::Answered
        | End::Unchanged
        | End::Refused { .. } => {
            return String::new();
        }
    };
    let next = match task.can_revise() {
        true => super::conversation::BACK_TO_WORK.to_owned(),
        false => super::conversation::RETRY.to_owned(),
    };
    sanitise::fit(
        &[Some(what), kept(task), Some(next)]
            .into_iter()
            .flatten()
            .collect::<Vec<_>>()
            .join("\n\n"),
        LIMIT,
    )
}

/// A revision is done: what was made of it, and what the agent says.
pub fn revised(whom: &[String], made: Option<(&Sha, &Work)>, end: &TurnEnd) -> String {
    let said = sanitise::outbound(
        &sanitise::redact(end.message.trim(), &[]),
        &Allow::default(),
    );
    let what = match made {
        Some((head, work)) => {
            let (plus, minus) = pull::totals(work);
            let files = count(work.files.len() as u64, "file");
            format!(
                "{}done in {}: {files} changed (+{plus} −{minus}).",
                mentions(whom),
                head.as_str()
            )
        }
        None => format!("{}no file was changed.", mentions(whom)),
    };
    let says = match said.is_empty() {
        true => "The agent says nothing about it.".to_owned(),
        false => format!("The agent says:\n\n{said}"),
    };
    let rest = end
        .unfinished()
        .map(|class| format!("\n\nIt did not finish: {}.", failure::what(class)));
    sanitise::fit(&format!("{what} {says}{}", rest.unwrap_or_default()), LIMIT)
}

/// The issue of an open pull request is closed.
pub fn issue_closed(issue: IssueNumber) -> String {
    format!(
        "Issue #{issue} is closed, so the agent does not work on this pull request any more. To let it go on, reopen the \
         issue; otherwise merge or close this pull request as you see fit."
    )
}

/// Somebody gave an order for the pull request of a closed issue.
pub fn order_refused(login: &str, issue: IssueNumber) -> String {
    let to = if login == "skep" {
        String::new()
    } else {
        format!("@{login} ")
    };
    format!(
        "{to}nothing was begun: issue #{issue} is closed. Reopen it, then say here again what should be done."
    )
}

/// An earlier pull request was opened again.
pub fn left_behind(login: &str, issue: IssueNumber, now: Option<i64>) -> String {
    match now {
        Some(now) => format!(
            "@{login} the agent works on pull request #{now} for issue #{issue} now, and not on this one any more. Both would \
             close the issue: close the one you do not want."
        ),
        None => format!(
            "@{login} the agent does not work on this pull request any more: issue #{issue} was begun anew, on another \
             branch. Close it if you do not need it."
        ),
    }
}
