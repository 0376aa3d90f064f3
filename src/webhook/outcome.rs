//! What reading a delivery comes to, and the few words every reading shares: where it happened, whose branch it is.
//!
//! Values only; nothing here knows a particular event of GitHub's.

use serde::Deserialize;

use super::payload::{Installation, Positive, Repository, User};
use crate::core::actor::{Account, AccountKind};
use crate::core::dependency::NewStanding;
use crate::core::event::Event;
use crate::core::ids::{
    AgentBranch, InstallationId, IssueNumber, RepositoryId, RepositoryName, UserId,
};
use crate::core::location::Place;
use crate::core::sanitise;

/// What a delivery turned out to be.
#[derive(Debug, Clone, PartialEq)]
pub enum Parsed {
    /// Something that happened to one task.
    Event {
        /// Where.
        place: Place,
        /// What.
        event: Event,
    },
    /// An issue ended, was opened again or went away: an event of its task, if it is anybody's, and news for all that
    /// wait for it.
    OfIssue {
        /// Where.
        place: Place,
        /// What became of it.
        standing: NewStanding,
        /// What that is to its own task.
        event: Event,
    },
    /// Something on a pull request, of which the delivery does not say whose it is: the engine looks up the task by
    /// the pull request's number.
    OfPull {
        /// The installation through which we may act.
        installation: InstallationId,
        /// The repository of the pull request.
        repository: RepositoryId,
        /// Its name now.
        name: RepositoryName,
        /// The pull request.
        pull: i64,
        /// What.
        event: Event,
    },
    /// A branch that is none of ours moved: tasks whose pull requests go there may conflict now.
    Pushed {
        /// The installation through which we may act.
        installation: InstallationId,
        /// The repository.
        repository: RepositoryId,
        /// Its name now.
        name: RepositoryName,
        /// The branch, without `refs/heads/`.
        branch: String,
        /// Who pushed.
        sender: Account,
    },
    /// Something that concerns everything we do in some repositories.
    OfRepositories {
        /// The installation that covers them (or did).
        installation: InstallationId,
        /// Which; `None`: all that it covers.
        repositories: Option<Vec<RepositoryId>>,
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

/// What an event says about the App itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    /// GitHub tried the webhook's address.
    Ping,
    /// The App was installed, uninstalled, suspended, or given other repositories.
    Installation {
        /// GitHub's word for it: `created`, `deleted`, `suspend`, `added`, …
        action: String,
        /// On whose account.
        account: String,
        /// How many repositories the event names.
        repositories: usize,
    },
}

/// Why there is nothing to decide about.
pub(super) enum NoEvent {
    Ignored(String),
    Malformed(String),
}

pub(super) type Found = Result<Parsed, NoEvent>;

impl From<NoEvent> for Parsed {
    fn from(none: NoEvent) -> Self {
        match none {
            NoEvent::Ignored(reason) => Self::Ignored { reason },
            NoEvent::Malformed(reason) => Self::Malformed { reason },
        }
    }
}

pub(super) fn ignored<T>(reason: impl Into<String>) -> Result<T, NoEvent> {
    Err(NoEvent::Ignored(reason.into()))
}

/// The number of the installation, without which nothing can be done.
pub(super) fn installed(installation: Option<Installation>) -> Result<InstallationId, NoEvent> {
    match installation {
        Some(Installation { id: Positive(id) }) => Ok(InstallationId(id)),
        None => ignored("the delivery names no installation: the webhook belongs to no App"),
    }
}

/// An event of the task of an issue.
pub(super) fn of_issue(
    home: (Option<Installation>, Repository),
    issue: IssueNumber,
    event: Event,
) -> Found {
    let place = place(home, issue)?;
    Ok(Parsed::Event { place, event })
}

/// An issue of a repository that the App covers.
pub(super) fn place(
    home: (Option<Installation>, Repository),
    issue: IssueNumber,
) -> Result<Place, NoEvent> {
    let (installation, repository) = home;
    let installation = installed(installation)?;
    let Repository {
        id: Positive(id),
        full_name: name,
    } = repository;
    Ok(Place {
        installation,
        repository: RepositoryId(id),
        name,
        issue,
    })
}

/// The issue in `agent/<issue>-<slug>`.
pub(super) fn issue_of_branch(branch: &str) -> Option<IssueNumber> {
    let branch: AgentBranch = branch.parse().ok()?;
    let (number, _slug) = branch.as_str().strip_prefix("agent/")?.split_once('-')?;
    number
        .parse()
        .ok()
        .filter(|number| *number > 0)
        .map(IssueNumber)
}

/// An account, or whom GitHub shows in place of a deleted one.
pub(super) fn account(user: Option<User>) -> Account {
    let ghost = || Account {
        id: UserId(10137),
        login: "ghost".to_owned(),
        kind: AccountKind::Other,
    };
    user.map_or_else(ghost, Account::from)
}

/// The payload of an event.
pub(super) fn read<'a, T: Deserialize<'a>>(body: &'a str) -> Result<T, NoEvent> {
    // A derived struct would also take an array of its fields.
    if !body.trim_start().starts_with('{') {
        return Err(NoEvent::Malformed(
            "the body is not a JSON object".to_owned(),
        ));
    }
    serde_json::from_str(body)
        .map_err(|error| NoEvent::Malformed(one_line(&error.to_string(), 300)))
}

pub(super) fn one_line(text: &str, limit: usize) -> String {
    sanitise::one_line(text).chars().take(limit).collect()
}
