//! From a payload to the one event skep knows it as.
//!
//! Total: whatever the bytes, the answer is an event, a reason why there is none, or a reason why it could not be read.
//! It never asks anybody, and it never trusts order: what an event leads to is decided elsewhere, from stored facts.

use serde::Deserialize;

use super::payload::{Head, Installation, Issue, Issues, Opened, Positive, Pulls, Repository};
use crate::core::event::{Event, Gone};
use crate::core::ids::{AgentBranch, InstallationId, IssueNumber, RepositoryId, TaskKey, UserId};
use crate::core::place::{Account, AccountKind, Place, Snapshot};

/// What a delivery turned out to be.
#[expect(clippy::large_enum_variant, reason = "made once a delivery and taken apart at once")]
#[derive(Debug, Clone, PartialEq)]
pub enum Parsed {
    /// Something that happened to one task.
    Event {
        /// Where.
        place: Place,
        /// What.
        event: Event,
    },
    /// Well-formed and of no use to us.
    Ignored {
        /// Why, one line.
        reason: String,
    },
    /// Not what GitHub documents for this event.
    Malformed {
        /// Why, one line of at most 300 characters.
        reason: String,
    },
}

/// Reads the body of an event, named as in `X-GitHub-Event`.
pub fn parse(event_name: &str, body: &str) -> Parsed {
    match read_event(event_name, body) {
        Ok((place, event)) => Parsed::Event { place, event },
        Err(NoEvent::Ignored(reason)) => Parsed::Ignored { reason },
        Err(NoEvent::Malformed(reason)) => Parsed::Malformed { reason },
    }
}

/// The installation that is open to us (again) by this event: un-suspended, or made anew.
pub fn opened(event_name: &str, body: &str) -> Option<InstallationId> {
    let head = (event_name == "installation").then(|| read::<Opened>(body).ok())??;
    matches!(head.action.as_str(), "unsuspend" | "created").then_some(InstallationId(head.installation.id.0))
}

/// The task an event belongs to; `None` exactly when [`parse`] finds no event.
pub fn route(event_name: &str, body: &str) -> Option<TaskKey> {
    read_event(event_name, body).ok().map(|(place, _)| place.task())
}

enum NoEvent {
    Ignored(String),
    Malformed(String),
}

type Found = Result<(Place, Event), NoEvent>;

fn read_event(event_name: &str, body: &str) -> Found {
    let action = read::<Head>(body)?.action.unwrap_or_default();
    match (event_name, action.as_str()) {
        ("issues", "labeled") => labeled(read(body)?),
        ("issues", "unlabeled") => unlabeled(read(body)?),
        ("issues", "closed") => gone(read(body)?, Gone::Closed),
        ("issues", "deleted") => gone(read(body)?, Gone::Deleted),
        ("issues", "transferred") => gone(read(body)?, Gone::Transferred),
        ("pull_request", "closed") => pull_closed(read(body)?),
        ("ping", _) => Err(NoEvent::Ignored("ping".to_owned())),
        (event, "") => ignored(format!("the event {} is not used", short(event))),
        (event, action) => ignored(format!("{}.{} is not used", short(event), short(action))),
    }
}

fn labeled(payload: Issues) -> Found {
    let Some(label) = payload.label else { return ignored("issues.labeled names no label") };
    let place = place(payload.installation, payload.repository, &payload.issue)?;
    let event = Event::Labeled { label: label.name, sender: payload.sender.into(), snapshot: snapshot(payload.issue) };
    Ok((place, event))
}

fn unlabeled(payload: Issues) -> Found {
    let Some(label) = payload.label else { return ignored("issues.unlabeled names no label") };
    let place = place(payload.installation, payload.repository, &payload.issue)?;
    let at = payload.issue.updated_at;
    Ok((place, Event::Unlabeled { label: label.name, sender: payload.sender.into(), at }))
}

fn gone(payload: Issues, how: Gone) -> Found {
    let place = place(payload.installation, payload.repository, &payload.issue)?;
    Ok((place, Event::Gone { how, sender: payload.sender.into(), at: payload.issue.updated_at }))
}

/// Only a branch of ours in the repository itself counts: anybody may name a branch of a fork `agent/12-x`.
fn pull_closed(payload: Pulls) -> Found {
    let Pulls { pull_request: pull, repository, installation } = payload;
    let Some(issue) = issue_of_branch(&pull.head.branch) else {
        return ignored("the pull request's branch is not one of ours");
    };
    if pull.head.repo.is_none_or(|head| head.id != repository.id.0) {
        return ignored("the pull request comes from a fork");
    }
    let event = Event::PullClosed { number: pull.number.0, merged: pull.merged.unwrap_or(false) };
    Ok((place_at(installation, repository, issue)?, event))
}

/// The issue in `agent/<issue>-<slug>`.
fn issue_of_branch(branch: &str) -> Option<IssueNumber> {
    let branch: AgentBranch = branch.parse().ok()?;
    let (number, _slug) = branch.as_str().strip_prefix("agent/")?.split_once('-')?;
    number.parse().ok().filter(|number| *number > 0).map(IssueNumber)
}

fn place(installation: Option<Installation>, repository: Repository, issue: &Issue) -> Result<Place, NoEvent> {
    if issue.pull_request.is_some() {
        return ignored("the number is a pull request's, not an issue's");
    }
    place_at(installation, repository, IssueNumber(issue.number.0))
}

fn place_at(installation: Option<Installation>, repository: Repository, issue: IssueNumber) -> Result<Place, NoEvent> {
    let Some(Installation { id: Positive(installation) }) = installation else {
        return ignored("the delivery names no installation: the webhook belongs to no App");
    };
    Ok(Place {
        installation: InstallationId(installation),
        repository: RepositoryId(repository.id.0),
        name: repository.full_name,
        issue,
    })
}

fn snapshot(issue: Issue) -> Snapshot {
    Snapshot {
        title: issue.title,
        body: issue.body.unwrap_or_default(),
        author: issue.user.map_or_else(ghost, Account::from),
        labels: issue.labels.unwrap_or_default().into_iter().map(|label| label.name).collect(),
        comments: Vec::new(),
        at: issue.updated_at,
    }
}

/// Whom GitHub shows in place of a deleted account.
fn ghost() -> Account {
    Account { id: UserId(10137), login: "ghost".to_owned(), kind: AccountKind::Other }
}

fn read<'a, T: Deserialize<'a>>(body: &'a str) -> Result<T, NoEvent> {
    // A derived struct would also take an array of its fields.
    if !body.trim_start().starts_with('{') {
        return Err(NoEvent::Malformed("the body is not a JSON object".to_owned()));
    }
    serde_json::from_str(body).map_err(|error| NoEvent::Malformed(one_line(&error.to_string(), 300)))
}

fn ignored<T>(reason: impl Into<String>) -> Result<T, NoEvent> {
    Err(NoEvent::Ignored(reason.into()))
}

fn short(name: &str) -> String {
    one_line(name, 60)
}

fn one_line(text: &str, limit: usize) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(limit).collect()
}
