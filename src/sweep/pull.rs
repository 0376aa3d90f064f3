//! One task's pull request as GitHub shows it now: over, open again, moved, or reviewed.

use super::found::{Found, LOOKED};
use super::sweeper::{FACTS_SINCE, Sweep, SweepError};
use crate::core::actor::{Account, AccountKind};
use crate::core::event::{Event, PullReopened, PullStanding};
use crate::core::ids::IssueNumber;
use crate::core::task::Task;
use crate::github::{At, Pull, ReviewState};
use crate::store::TaskRow;

/// What the task does not know yet.
pub(super) async fn differences(
    sweep: &Sweep,
    row: &TaskRow,
    task: &Task,
) -> Result<Vec<Found>, SweepError> {
    let Some(number) = task.pull.as_ref().map(|pull| pull.number) else {
        return Ok(Vec::new());
    };
    let (place, at) = (&task.place, At::of(&task.place));
    let found = |kind, id: String, event| Found {
        kind,
        id,
        place: place.clone(),
        event,
    };
    let pull = sweep.services.github.pull(&at, IssueNumber(number)).await?;
    if pull.state != PullStanding::Open {
        let merged = pull.state == PullStanding::Merged;
        let id = format!("pull:{}:{number}:{}", row.key, row.version);
        return Ok(vec![found(
            "closed pull requests",
            id,
            Event::PullClosed { number, merged },
        )]);
    }
    let mut all = reviews(sweep, task, number).await?;
    // Where no webhook tells that a check has ended, how they stand is a part of it.
    let checks = match sweep.polling.is_some() {
        true => {
            sweep
                .services
                .github
                .checks_seen(&at, &pull.head_sha)
                .await?
        }
        false => String::new(),
    };
    let now = look(&pull) + &checks;
    let known = sweep
        .seen()
        .pulls
        .insert((place.repository, number), now.clone());
    if known.as_ref() != Some(&now) {
        let id = format!(
            "stirred:{}:{number}:{}:{}",
            row.key,
            row.version,
            sweep.now()
        );
        let sender = Account {
            id: crate::core::ids::UserId(0),
            login: "skep".into(),
            kind: AccountKind::Other,
        };
        all.push(found(
            LOOKED,
            id,
            Event::PullRequestChanged {
                hint: "sweep".into(),
                sender,
            },
        ));
    }
    Ok(all)
}

/// Our pull request was closed, as far as the task knows, and is open.
pub(super) async fn reopened(sweep: &Sweep, task: &Task) -> Result<Vec<Found>, SweepError> {
    let Some(number) = task.pull.as_ref().map(|pull| pull.number) else {
        return Ok(Vec::new());
    };
    let (github, at) = (&sweep.services.github, At::of(&task.place));
    if github.pull(&at, IssueNumber(number)).await?.state != PullStanding::Open {
        return Ok(Vec::new());
    }
    let events = github.issue_events(&at, IssueNumber(number)).await?;
    let Some(last) = events.into_iter().rfind(|event| event.event == "reopened") else {
        return Ok(Vec::new());
    };
    let event = Event::PullReopened(PullReopened {
        number,
        sender: last.actor.known(),
    });
    let id = format!("reopened:{}:{number}:{}", task.key(), last.at);
    Ok(vec![Found {
        kind: "reopened pull requests",
        id,
        place: task.place.clone(),
        event,
    }])
}

/// How it stands, in a form in which a difference shows.
fn look(pull: &Pull) -> String {
    let Pull {
        head_sha,
        draft,
        base_branch,
        mergeable,
        mergeable_state,
        ..
    } = pull;
    format!("{head_sha} {draft} {base_branch} {mergeable:?} {mergeable_state:?}")
}

/// The reviews of late that were not read yet.
async fn reviews(sweep: &Sweep, task: &Task, number: i64) -> Result<Vec<Found>, SweepError> {
    let since = sweep.since(FACTS_SINCE).await;
    let me = &sweep.services.policy.me.login;
    let listed = sweep
        .services
        .github
        .reviews(&At::of(&task.place), IssueNumber(number))
        .await?;
    let mut found = Vec::new();
    for review in listed {
        let Some(at) = review.at.filter(|at| *at >= since) else {
            continue;
        };
        let known = task.conversation.reviews.contains(&review.id) || review.author.login == *me;
        if known || matches!(review.state, ReviewState::Pending | ReviewState::Dismissed) {
            continue;
        }
        let event = Event::Reviewed {
            pull: number,
            review: review.id,
            sender: review.author.known(),
            at,
        };
        let id = format!("review:{}", review.id);
        found.push(Found {
            kind: "reviews",
            id,
            place: task.place.clone(),
            event,
        });
    }
    Ok(found)
}
