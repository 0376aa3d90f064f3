//! Makes an issue beside the one it was found on, or finds the one that an earlier try made.

use crate::core::discovery::DiscoveryNews;
use crate::core::effect::{CreateIssue, Worth};
use crate::core::event::Event;
use crate::core::failure::Failure;
use crate::core::ids::IssueNumber;
use crate::core::label;
use crate::core::recurring::RecurringNews;
use crate::github::{At, GitHub, GitHubError, IssueToCreate};
use crate::runner::lease::Lease;
use crate::runner::performed::Performed;
use crate::runner::scope::Comments;

/// How far back a mark is looked for before the effect was planned, milliseconds.
const LOOK_BACK: i64 = 3_600_000;

/// Labels that are made where the repository lacks them: how they begin, their colour, what they say.
const OWN: [(&str, &str, &str); 3] = [
    ("agent:", "0e8a16", "skep: an agent works on this"),
    ("role:", "1d76db", "skep: which kind of agent works on this"),
    (
        "priority:",
        "fbca04",
        "skep: how soon an agent works on this",
    ),
];

/// Looks for it by its mark first, open or closed.
pub(super) async fn perform(
    action: &CreateIssue,
    lease: &Lease,
    comments: &Comments<'_>,
) -> Result<Performed, Failure> {
    let (at, github) = (At::of(lease.place()), comments.github);
    let subject = format!("issue:{}:{}", lease.place().task(), action.key);
    let mark = comments.marker.mark(&subject);
    github.room(at.installation, Worth::High)?;
    let found = find(lease, comments, &mark).await?;
    if let (None, Some(number)) = (found, action.after)
        && is_open(&at, number, github).await?
    {
        let key = action.key.clone();
        let news = RecurringNews::StillOpen { key, number };
        return Ok(Performed::known(Event::Recurring(news)));
    }
    let number = match found {
        Some(number) => number,
        None => {
            for name in &action.labels {
                let mut own = OWN.iter();
                let kind = own.find(|(prefix, ..)| label::behind(name, prefix).is_some());
                if let Some((_, color, description)) = kind {
                    github.ensure_label(&at, name, color, description).await?;
                }
            }
            let new = IssueToCreate {
                title: &action.title,
                body: &format!("{}\n{mark}", action.body),
                labels: &action.labels,
            };
            github.create_issue(&at, &new).await?
        }
    };
    let key = action.key.clone();
    Ok(Performed::known(Event::Discovery(DiscoveryNews::Made {
        key,
        number,
    })))
}

/// Whether an issue is open; one that is gone is not.
async fn is_open(at: &At, number: IssueNumber, github: &GitHub) -> Result<bool, GitHubError> {
    match github.issue(at, number).await {
        Ok(issue) => Ok(issue.open),
        Err(GitHubError::NotFound { .. } | GitHubError::Gone { .. }) => Ok(false),
        Err(error) => Err(error),
    }
}

/// After a first try of unknown outcome it is looked for twice, because listings lag.
async fn find(
    lease: &Lease,
    comments: &Comments<'_>,
    mark: &str,
) -> Result<Option<IssueNumber>, GitHubError> {
    let at = At::of(lease.place());
    let since = lease.made_since().saturating_sub(LOOK_BACK);
    let found = comments.github.find_issue(&at, since, mark).await?;
    if found.is_some() || lease.is_first_try() {
        return Ok(found);
    }
    tokio::time::sleep(comments.look_again).await;
    comments.github.find_issue(&at, since, mark).await
}
