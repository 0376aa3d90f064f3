//! The way out: the branch under a lease, then the pull request. Both look before they write.

use tokio_util::sync::CancellationToken;

use super::Performed;
use super::remote::AuthenticatedRemote;
use super::services::Services;
use crate::core::effect::OpenPull;
use crate::core::event::{Event, PullStanding};
use crate::core::failure::Failure;
use crate::core::ids::{AgentBranch, IssueNumber, SessionId, Sha};
use crate::core::place::Place;
use crate::core::text;
use crate::git::{Published, Push};
use crate::github::{At, NewPull, Pull, PullEdit, PullState, Purpose};
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
    services: &Services,
    row: &EffectRow,
    wanted: &Wanted<'_>,
    cancel: &CancellationToken,
) -> Result<Performed, Failure> {
    let mut line = AuthenticatedRemote::open(services, wanted.place, Purpose::Push).await?;
    let push = Push {
        branch: wanted.branch.clone(),
        head: wanted.head.clone(),
        expected: wanted.expected.cloned(),
    };
    // A stop may be recorded already and be on its way here.
    let stopped = services.store.cancel_requests(&services.owner).await?;
    if cancel.is_cancelled() || stopped.contains(&row.id) {
        line.hang_up().await;
        return Ok(Performed::Done);
    }
    let published = publish(services, &mut line, &push).await;
    line.hang_up().await;
    let published = published?;
    let session = wanted.session.clone();
    Ok(Performed::known(match published {
        Published::Pushed | Published::Already => Event::Published {
            session,
            head: wanted.head.clone(),
        },
        Published::Moved { theirs } => Event::BranchMoved { session, theirs },
    }))
}

async fn publish(
    services: &Services,
    line: &mut AuthenticatedRemote<'_>,
    push: &Push,
) -> Result<Published, Failure> {
    match services.git.publish(&line.remote, push).await {
        Ok(published) => Ok(published),
        Err(error) => {
            line.refresh(error).await?;
            Ok(services.git.publish(&line.remote, push).await?)
        }
    }
}

/// Opens the pull request, or finds the one that an earlier try opened.
pub(super) async fn open_pull(
    services: &Services,
    row: &EffectRow,
    (place, session): (&Place, &SessionId),
    wanted: &OpenPull,
) -> Result<Performed, Failure> {
    let OpenPull {
        branch,
        base_branch,
        title,
        body,
    } = wanted;
    let at = services.at(place);
    let found = services.github.find_pull(&at, branch.as_str()).await?;
    let pull = match found.filter(|pull| is_this(pull, row)) {
        Some(pull) => {
            describe(services, &at, &pull, body).await?;
            pull
        }
        None => {
            let new = NewPull {
                title: title.clone(),
                head: branch.to_string(),
                base: base_branch.clone(),
                body: body.clone(),
                draft: true,
            };
            services.github.create_pull(&at, &new).await?.pull
        }
    };
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

/// Puts labels on our pull request.
pub(super) async fn label_pull(
    services: &Services,
    place: &Place,
    pull: i64,
    labels: &[String],
) -> Result<Performed, Failure> {
    let labels: Vec<&str> = labels.iter().map(String::as_str).collect();
    services
        .github
        .add_pull_labels(&services.at(place), IssueNumber(pull), &labels)
        .await?;
    Ok(Performed::Done)
}

/// Makes our part of our pull request's text say this.
pub(super) async fn describe_pull(
    services: &Services,
    place: &Place,
    pull: i64,
    part: &str,
) -> Result<Performed, Failure> {
    let at = services.at(place);
    let pull = services.github.pull(&at, IssueNumber(pull)).await?;
    describe(services, &at, &pull, part).await?;
    Ok(Performed::Done)
}

/// Writes our part anew, where it is still there; what people wrote around it stays as it is.
async fn describe(services: &Services, at: &At, pull: &Pull, new: &str) -> Result<(), Failure> {
    if let Some(body) = text::pull::with_part_of(&pull.body, new).filter(|body| *body != pull.body)
    {
        let edit = PullEdit {
            body: Some(body),
            ..PullEdit::default()
        };
        services.github.edit_pull(at, pull.number, &edit).await?;
    }
    Ok(())
}

/// An open one is ours to use. A closed one counts only when an earlier try of this very effect may have opened it: a person
/// who closed it in between is respected.
fn is_this(pull: &Pull, row: &EffectRow) -> bool {
    match pull.state {
        PullState::Open => true,
        PullState::Closed | PullState::Merged => row.attempts > 1,
    }
}
