//! The way out: the branch under a lease, then the pull request. Both look before they write.

use tokio_util::sync::CancellationToken;

use super::Performed;
use super::parts::Parts;
use super::remote::Line;
use crate::core::effect::Effect;
use crate::core::event::{Event, PullStanding};
use crate::core::failure::Failure;
use crate::core::ids::{AgentBranch, SessionId, Sha};
use crate::core::label;
use crate::core::place::Place;
use crate::git::{Published, Push};
use crate::github::{NewPull, Pull, PullState, Purpose};
use crate::store::EffectRow;

/// What is to be pushed where.
pub(super) struct Wanted<'a> {
    pub(super) place: &'a Place,
    pub(super) session: &'a SessionId,
    pub(super) branch: &'a AgentBranch,
    pub(super) head: &'a Sha,
    pub(super) expected: Option<&'a Sha>,
}

/// Pushes the branch. A cancel that is known before the push begins prevents it.
pub(super) async fn push(
    parts: &Parts,
    row: &EffectRow,
    wanted: &Wanted<'_>,
    cancel: &CancellationToken,
) -> Result<Performed, Failure> {
    let mut line = Line::open(parts, wanted.place, Purpose::Push).await?;
    let push = Push { branch: wanted.branch.clone(), head: wanted.head.clone(), expected: wanted.expected.cloned() };
    // A stop may be recorded already and be on its way here.
    let stopped = parts.store.cancel_requests(&parts.owner).await?;
    if cancel.is_cancelled() || stopped.contains(&row.id) {
        line.hang_up().await;
        return Ok(Performed::Done);
    }
    let published = publish(parts, &mut line, &push).await;
    line.hang_up().await;
    let published = published?;
    let session = wanted.session.clone();
    Ok(Performed::known(match published {
        Published::Pushed | Published::Already => Event::Published { session, head: wanted.head.clone() },
        Published::Moved { theirs } => Event::BranchMoved { session, theirs },
    }))
}

async fn publish(parts: &Parts, line: &mut Line<'_>, push: &Push) -> Result<Published, Failure> {
    match parts.git.publish(&line.remote, push).await {
        Ok(published) => Ok(published),
        Err(error) => {
            line.mend(error).await?;
            Ok(parts.git.publish(&line.remote, push).await?)
        }
    }
}

/// Opens the pull request, or finds the one that an earlier try opened.
pub(super) async fn open_pull(parts: &Parts, row: &EffectRow, effect: &Effect) -> Result<Performed, Failure> {
    let Effect::OpenPull { place, session, branch, base_branch, title, body, labels } = effect else {
        return Err(Failure::broken("not a pull request to open"));
    };
    let at = parts.at(place);
    let found = parts.github.find_pull(&at, branch.as_str()).await?;
    let pull = match found.filter(|pull| is_this(pull, row)) {
        Some(pull) => pull,
        None => {
            let new = NewPull {
                title: title.clone(),
                head: branch.to_string(),
                base: base_branch.clone(),
                body: body.clone(),
                draft: true,
            };
            parts.github.create_pull(&at, &new).await?.pull
        }
    };
    let missing: Vec<&str> =
        labels.iter().map(String::as_str).filter(|label| !label::has(&pull.labels, label)).collect();
    if !missing.is_empty() {
        parts.github.add_pull_labels(&at, pull.number, &missing).await?;
    }
    Ok(Performed::known(Event::PullOpened {
        session: session.clone(),
        number: pull.number.0,
        url: pull.html_url,
        draft: pull.draft,
        standing: match pull.state {
            PullState::Open => PullStanding::Open,
            PullState::Merged => PullStanding::Merged,
            PullState::Closed => PullStanding::Closed,
        },
    }))
}

/// An open one is ours to use. A closed one counts only when an earlier try of this very effect may have opened it: a person
/// who closed it in between is respected.
fn is_this(pull: &Pull, row: &EffectRow) -> bool {
    match pull.state {
        PullState::Open => true,
        PullState::Closed | PullState::Merged => row.attempts > 1,
    }
}
