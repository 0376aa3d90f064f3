//! What an inbox row says: a webhook's payload or a fact of our own, read back into a domain event.

use std::collections::BTreeSet;

use super::error::EngineError;
use super::queue_order::{QUEUE_ORDER, QueueOrder};
use crate::core::actor::Account;
use crate::core::decide::Tell;
use crate::core::dependency::NewStanding;
use crate::core::event::{Event, Fact};
use crate::core::ids::{InstallationId, RepositoryId, RepositoryName, TaskKey};
use crate::core::vocabulary::Vocabulary;
use crate::store::{InboxKind, InboxRow};
use crate::webhook::{self, Parsed, Turned};

/// What a row comes to.
pub(super) enum Meaning {
    /// Something to decide about.
    Fact(Fact),
    /// The same, of an issue that stands otherwise now: those that wait for it are told.
    OfIssue(Fact, NewStanding),
    /// An installation is open to us again: what waits for it may go on.
    Opened(InstallationId),
    /// Something on a pull request: whose it is, its number tells.
    OfPull(OfPull),
    /// A branch moved that pull requests of ours may go to.
    Pushed(Pushed),
    /// Something that concerns all we do in some repositories.
    OfRepositories(OfRepositories),
    /// What the operator wants of the whole queue.
    Queue(QueueOrder),
    /// Of no issue's task: the gate's tasks are told, and why.
    Gate(String),
    /// Nothing, and why.
    Nothing(String),
    /// It cannot be read, and why: whoever looks into that needs its body.
    Malformed(String),
}

impl Meaning {
    /// What means nothing to the task of an issue is taken all the same when the gate's tasks are told of it.
    pub(super) fn or_of_gate(self, told: &[Tell]) -> Self {
        match (self, told.first()) {
            (Self::Nothing(_), Some(tell)) => {
                let pull = tell.place.issue;
                Self::Gate(format!("the gate looks at pull request {pull}"))
            }
            (meaning, _) => meaning,
        }
    }
}

/// Something on a pull request.
pub(super) struct OfPull {
    pub(super) installation: InstallationId,
    pub(super) repository: RepositoryId,
    pub(super) name: RepositoryName,
    pub(super) pull: i64,
    pub(super) event: Event,
}

/// Something that concerns all we do in some repositories.
pub(super) struct OfRepositories {
    pub(super) installation: InstallationId,
    /// `None`: all that the installation covers.
    pub(super) repositories: Option<Vec<RepositoryId>>,
    pub(super) event: Event,
}

/// A branch moved.
pub(super) struct Pushed {
    pub(super) repository: RepositoryId,
    pub(super) branch: String,
    pub(super) sender: Account,
}

/// The tasks that facts are about, each once.
pub(super) fn tasks(meanings: &[Meaning]) -> Vec<TaskKey> {
    let of_one = |meaning: &Meaning| match meaning {
        Meaning::Fact(fact) | Meaning::OfIssue(fact, _) => Some(fact.place.task()),
        Meaning::Opened(_)
        | Meaning::OfPull(_)
        | Meaning::Pushed(_)
        | Meaning::OfRepositories(_)
        | Meaning::Queue(_)
        | Meaning::Gate(_)
        | Meaning::Nothing(_)
        | Meaning::Malformed(_) => None,
    };
    let keys: BTreeSet<TaskKey> = meanings.iter().filter_map(of_one).collect();
    keys.into_iter().collect()
}

/// Reads a row.
pub(super) fn meaning(row: &InboxRow, words: &Vocabulary) -> Result<Meaning, EngineError> {
    if row.kind == InboxKind::Malformed {
        return Ok(Meaning::Malformed(
            match webhook::parse(&row.name, &row.body, words) {
                Parsed::Malformed { reason } => format!("malformed: {reason}"),
                // It was made readable for the database, so that it is no longer what was signed.
                Parsed::Event { .. }
                | Parsed::OfIssue { .. }
                | Parsed::OfPull { .. }
                | Parsed::Pushed { .. }
                | Parsed::OfRepositories { .. }
                | Parsed::Ignored { .. } => {
                    "malformed: the body is not plain UTF-8 text".to_owned()
                }
            },
        ));
    }
    if row.kind == InboxKind::Operator && row.name == QUEUE_ORDER {
        let order = serde_json::from_str(&row.body);
        return order
            .map(Meaning::Queue)
            .map_err(|source| unreadable(row, source));
    }
    if row.kind != InboxKind::Webhook {
        return serde_json::from_str(&row.body)
            .map(Meaning::Fact)
            .map_err(|source| unreadable(row, source));
    }
    if let Some(Turned::Open(installation)) = webhook::turned(&row.name, &row.body) {
        return Ok(Meaning::Opened(installation));
    }
    Ok(match webhook::parse(&row.name, &row.body, words) {
        Parsed::Event { place, event } => Meaning::Fact(Fact { place, event }),
        Parsed::OfIssue {
            place,
            standing,
            event,
        } => Meaning::OfIssue(Fact { place, event }, standing),
        Parsed::OfPull {
            installation,
            repository,
            name,
            pull,
            event,
        } => Meaning::OfPull(OfPull {
            installation,
            repository,
            name,
            pull,
            event,
        }),
        Parsed::Pushed {
            repository,
            branch,
            sender,
            ..
        } => Meaning::Pushed(Pushed {
            repository,
            branch,
            sender,
        }),
        Parsed::OfRepositories {
            installation,
            repositories,
            event,
        } => Meaning::OfRepositories(OfRepositories {
            installation,
            repositories,
            event,
        }),
        Parsed::Ignored { reason } => Meaning::Nothing(format!("ignored: {reason}")),
        Parsed::Malformed { reason } => Meaning::Malformed(format!("malformed: {reason}")),
    })
}

fn unreadable(row: &InboxRow, source: serde_json::Error) -> EngineError {
    let what = format!("fact {}", row.id);
    EngineError::Unreadable { what, source }
}
