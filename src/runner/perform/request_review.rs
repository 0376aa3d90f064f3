//! Asks people and teams for their review.

use crate::core::effect::RequestReview;
use crate::core::event::{Event, ReviewersLeftOut};
use crate::core::failure::Failure;
use crate::core::ids::IssueNumber;
use crate::github::{At, GitHub, GitHubError};
use crate::runner::lease::Lease;
use crate::runner::performed::Performed;

/// Whoever is asked already stays so. GitHub refuses all when one cannot be asked: then each is asked alone, so that the others
/// are.
pub(super) async fn perform(
    action: &RequestReview,
    lease: &Lease,
    github: &GitHub,
) -> Result<Performed, Failure> {
    let (at, pull) = (At::of(lease.place()), IssueNumber(action.pull));
    let logins: Vec<&str> = action.logins.iter().map(String::as_str).collect();
    let teams: Vec<&str> = action.teams.iter().map(String::as_str).collect();
    match github.request_review(&at, pull, (&logins, &teams)).await {
        Ok(()) => return Ok(Performed::Done),
        Err(GitHubError::Invalid { .. }) => {}
        Err(error) => return Err(error.into()),
    }
    let mut names = Vec::new();
    let owner = at.name.owner();
    let alone = logins.iter().map(|login| (*login, [Some(*login), None]));
    let teams = teams.iter().map(|team| (*team, [None, Some(*team)]));
    for (name, [login, team]) in alone.chain(teams) {
        let asked = (login.as_slice(), team.as_slice());
        match github.request_review(&at, pull, asked).await {
            Ok(()) => {}
            Err(GitHubError::Invalid { .. }) => names.push(match team {
                Some(team) => format!("{owner}/{team}"),
                None => name.to_owned(),
            }),
            Err(error) => return Err(error.into()),
        }
    }
    let left_out = ReviewersLeftOut {
        pull: action.pull,
        names,
    };
    Ok(match left_out.names.is_empty() {
        true => Performed::Done,
        false => Performed::known(Event::ReviewersLeftOut(left_out)),
    })
}
