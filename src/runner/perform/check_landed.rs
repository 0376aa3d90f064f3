//! Looks whether a merged change can be reached from its base, and for what came there since that speaks of a revert.

use crate::core::effect::CheckLanded;
use crate::core::event::{Event, LandedFacts, PullStanding};
use crate::core::failure::Failure;
use crate::core::ids::{IssueNumber, Sha};
use crate::core::outcome::{Commit, speaks_of_a_revert};
use crate::github::{At, BranchHead, GitHub, GitHubError};
use crate::runner::lease::Lease;
use crate::runner::performed::Performed;

/// So much of a message is kept, characters, and so many messages.
const MESSAGE: usize = 2_000;
const MOST: usize = 50;

/// Reads all of it anew.
pub(super) async fn perform(
    action: &CheckLanded,
    lease: &Lease,
    github: &GitHub,
) -> Result<Performed, Failure> {
    let at = At::of(lease.place());
    let (pull, base, issue) = tokio::try_join!(
        github.pull(&at, IssueNumber(action.pull)),
        github.branch(&at, &action.base),
        github.issue(&at, lease.place().issue),
    )?;
    let commit = pull.merge_commit;
    let (on_base, reverts) = look(github, &at, commit.as_ref(), base.as_ref()).await?;
    let facts = LandedFacts {
        pull: action.pull,
        merged: pull.state == PullStanding::Merged,
        title: pull.title,
        into: pull.base_branch,
        head: pull.head_sha,
        commit,
        base: base.map_or_else(|| action.base.clone(), |base| base.name),
        on_base,
        reverts,
        issue_open: issue.open,
        not_planned: issue.state_reason.as_deref() == Some("not_planned"),
    };
    let checked = Event::LandedChecked(Box::new(facts));
    Ok(Performed::known(checked))
}

async fn look(
    github: &GitHub,
    at: &At,
    commit: Option<&Sha>,
    base: Option<&BranchHead>,
) -> Result<(Option<bool>, Vec<Commit>), GitHubError> {
    let (Some(commit), Some(base)) = (commit, base) else {
        return Ok((None, Vec::new()));
    };
    let Some(since) = github.since(at, commit, &base.sha).await? else {
        return Ok((None, Vec::new()));
    };
    let telling = |commit: &Commit| speaks_of_a_revert(&commit.message);
    let cut = |commit: Commit| Commit {
        message: commit.message.chars().take(MESSAGE).collect(),
        ..commit
    };
    let reverts = since.commits.into_iter().filter(telling).map(cut);
    Ok((Some(since.reachable), reverts.take(MOST).collect()))
}
