//! Proposes hosts for the repository's own policy: a branch, one commit for the file, and a pull request.
//!
//! Nothing here is an agent's work: what is written is the file as it stands with these hosts besides. It must never write to the default
//! branch.

use crate::core::blocked::Proposal;
use crate::core::effect::{ProposePolicy, Worth};
use crate::core::event::{Event, Looked, PolicyProposed, PullStanding};
use crate::core::failure::Failure;
use crate::core::ids::IssueNumber;
use crate::core::repository_policy::{PATH, widened};
use crate::github::{At, FileChange, GitHub, GitHubError, NewPull, Pull};
use crate::runner::lease::Lease;
use crate::runner::performed::Performed;

/// So many pull requests of one issue are looked through.
const MOST: u32 = 8;

/// Every part is looked for first: the pull request, its branch, the hosts in its file.
pub(super) async fn perform(
    action: &ProposePolicy,
    lease: &Lease,
    github: &GitHub,
) -> Result<Performed, Failure> {
    let at = At::of(lease.place());
    github.room(at.installation, Worth::High)?;
    let came = propose(action, lease.place().issue, &at, github).await?;
    Ok(Performed::known(Event::Looked(Looked::Policy(
        PolicyProposed {
            hosts: action.hosts.clone(),
            came,
        },
    ))))
}

async fn propose(
    action: &ProposePolicy,
    issue: IssueNumber,
    at: &At,
    github: &GitHub,
) -> Result<Proposal, GitHubError> {
    let default = github.repository(at).await?.default_branch;
    let standing = github.file_on(at, PATH, &default).await?;
    let text = standing.as_ref().map(|file| file.text.as_str());
    match widened(text, &action.hosts) {
        Ok(Some(_)) => {}
        Ok(None) => return Ok(Proposal::There),
        Err(_) => return Ok(Proposal::Unreadable),
    }
    let (branch, open) = place(issue, at, github).await?;
    if open.is_none() {
        let Some(head) = github.branch(at, &default).await? else {
            return Ok(Proposal::Failed);
        };
        github.create_branch(at, &branch, &head.sha).await?;
    }
    let file = github.file_on(at, PATH, &branch).await?;
    match widened(file.as_ref().map(|file| file.text.as_str()), &action.hosts) {
        Ok(Some(text)) => {
            let change = FileChange {
                path: PATH,
                branch: &branch,
                message: &action.title,
                text: &text,
                replaces: file.as_ref().map(|file| file.sha.as_str()),
            };
            github.put_file(at, &change).await?;
        }
        // An earlier try came this far.
        Ok(None) => {}
        Err(_) => return Ok(Proposal::Unreadable),
    }
    let number = match open {
        Some(pull) => pull.number,
        None => {
            let new = NewPull {
                title: action.title.clone(),
                head: branch,
                base: default,
                body: action.body.clone(),
                draft: false,
            };
            github.create_pull(at, &new).await?.pull.number
        }
    };
    Ok(Proposal::Pull { number })
}

/// The branch, and the pull request from it that is open: what was merged or closed is not taken up again.
async fn place(
    issue: IssueNumber,
    at: &At,
    github: &GitHub,
) -> Result<(String, Option<Pull>), GitHubError> {
    let name = |nth: u32| match nth {
        1 => format!("agent/policy/{issue}"),
        nth => format!("agent/policy/{issue}-{nth}"),
    };
    for nth in 1..MOST {
        match github.find_pull(at, &name(nth)).await? {
            Some(pull) if pull.state == PullStanding::Open => return Ok((name(nth), Some(pull))),
            Some(_) => {}
            None => return Ok((name(nth), None)),
        }
    }
    Ok((name(MOST), None))
}
