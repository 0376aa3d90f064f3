//! The operator's orders: what they ask for becomes a fact in the inbox, as everything does that happens.
//!
//! It waits a while for the engine to take the fact up, so that the answer can say what came of it. It must never change a
//! task by itself.

use std::time::Duration;

use futures::StreamExt;
use serde_json::{Map, Value};

use super::lookup::read_task;
use crate::core::actor::Actor;
use crate::core::command::{self, Command, Line};
use crate::core::event::{Event, Fact};
use crate::core::ids::{IssueNumber, RepositoryName, SessionId, TaskKey};
use crate::core::location::Place;
use crate::core::task::Begun;
use crate::core::text::requests;
use crate::engine::{QUEUE_ORDER, QueueOrder};
use crate::github::{At, GitHubError};
use crate::http::{ApiError, Batch, By, IssueAt, NotStarted, Started, Target};
use crate::runner::{Services, read_facts};
use crate::store::{Accepted, InboxKind, NewInbox};

/// How long an order waits for the engine to take the fact up.
const TAKEN_UP: Duration = Duration::from_secs(10);
/// Between two looks whether it has, where no event wakes us.
const LOOK: Duration = Duration::from_millis(20);
/// Issues that are read at once.
const AT_ONCE: usize = 8;

/// A session that an order started.
struct Dispatched {
    session: SessionId,
    /// It continues with its open pull request.
    goes_on: bool,
}

/// Carries orders out.
#[derive(Clone, Copy)]
pub(super) struct Orders<'a> {
    pub(super) services: &'a Services,
    /// On whose word.
    pub(super) by: &'a By,
}

impl Orders<'_> {
    /// Starts what the targets name. An issue that cannot be started fails alone.
    pub(super) async fn dispatch(self, targets: Vec<Target>) -> Result<Batch, ApiError> {
        let mut batch = Batch::default();
        for target in targets {
            let (Target::Issues { repository, .. } | Target::Labeled { repository, .. }) = &target;
            let github = &self.services.github;
            let at = &github.locate(repository).await.map_err(refused)?;
            let issues = match &target {
                Target::Issues { issues, .. } => issues.clone(),
                Target::Labeled { label, .. } => {
                    let found = github.open_issues_with_label(at, label).await;
                    let found = found.map_err(refused)?;
                    let found = found.into_iter().map(|issue| issue.number);
                    let (wanted, in_review) = self.without_those_in_review(at, found).await?;
                    batch.in_review += in_review;
                    wanted
                }
            };
            // Each is read from GitHub first, which takes its time: some at once, or a long list would outlast the caller.
            let started = futures::stream::iter(issues)
                .map(|issue| async move { (issue, self.dispatch_one(at, issue).await) })
                .buffered(AT_ONCE);
            for (issue, started) in started.collect::<Vec<_>>().await {
                let issue = format!("{repository}#{issue}");
                batch.total += 1;
                match started {
                    Ok(Dispatched { session, goes_on }) => batch.successful.push(Started {
                        issue,
                        session,
                        goes_on,
                    }),
                    Err(reason) => batch.failed.push(NotStarted { issue, reason }),
                }
            }
        }
        Ok(batch)
    }

    async fn dispatch_one(self, at: &At, issue: IssueNumber) -> Result<Dispatched, String> {
        let place = Place {
            installation: at.installation,
            repository: at.repository,
            name: at.name.clone(),
            issue,
        };
        let actor = match self.by.person() {
            Some(account) => Actor::Person(account.clone()),
            None => Actor::Operator,
        };
        let facts = read_facts(self.services, &place, &actor)
            .await
            .map_err(|error| unreadable(&place, &error))?;
        let fact = Fact {
            place: place.clone(),
            event: Event::Dispatched {
                facts: Box::new(facts),
            },
        };
        let look = async || {
            read_task(&self.services.store, place.task())
                .await
                .map_err(|error| error.message)
        };
        let before = look().await?;
        let handled = self.tell(&fact, "dispatch").await?;
        let after = look().await?;
        let (session, goes_on) = match after.map(|after| Begun::between(before.as_ref(), &after)) {
            Some(Begun::Session(session)) => (session, false),
            Some(Begun::Revision(session)) => (session, true),
            Some(Begun::Nothing) | None => return Err(handled),
        };
        Ok(Dispatched { session, goes_on })
    }

    /// Stops the session at work on a place; answers what came of it.
    pub(super) async fn stop(self, place: Place) -> Result<String, ApiError> {
        let event = Event::StopAsked {
            why: requests::order::STOPPED.to_owned(),
        };
        let fact = Fact { place, event };
        self.tell(&fact, "stop").await.map_err(ApiError::busy)
    }

    /// Gives an order for one issue, in the words of a command; answers what came of it.
    pub(super) async fn order(self, issue: &IssueAt, order: &str) -> Result<String, ApiError> {
        let IssueAt { repository, issue } = issue;
        let issue = *issue;
        let command = understood(order)?;
        let at = &self
            .services
            .github
            .locate(repository)
            .await
            .map_err(refused)?;
        let place = Place {
            installation: at.installation,
            repository: at.repository,
            name: at.name.clone(),
            issue,
        };
        let key = place.task();
        let again = matches!(command, Command::Retry { .. });
        let by = self.by.person().map(|account| account.login.clone());
        let event = Event::Ordered { command, by };
        let fact = Fact { place, event };
        let told = self.tell(&fact, "order").await.map_err(ApiError::busy)?;
        let known = read_task(&self.services.store, key).await?;
        let rests = known.is_none_or(|task| !task.stage.is_live());
        if !(again && rests) {
            return Ok(told);
        }
        let begun = self.dispatch_one(at, issue).await;
        let begun = begun.map_err(ApiError::conflict)?;
        Ok(requests::order::begun(&begun.session.to_string()))
    }

    /// Lets nothing start in a repository or anywhere, or lets it start again; answers what came of it.
    pub(super) async fn pause(
        self,
        repository: Option<RepositoryName>,
        pause: bool,
    ) -> Result<String, ApiError> {
        let repository = match repository {
            None => None,
            Some(name) => {
                let at = self.services.github.locate(&name).await.map_err(refused)?;
                Some((at.repository, at.name))
            }
        };
        let place = repository.as_ref().map_or(0, |(id, _)| id.0);
        let order = QueueOrder { pause, repository };
        let now = (self.services.clock)();
        let new = NewInbox {
            id: format!("operator:{QUEUE_ORDER}:{place}:{now}"),
            kind: InboxKind::Operator,
            name: QUEUE_ORDER.into(),
            task: None,
            body: self.signed(order.to_json()),
            received_at: now,
        };
        self.put(new).await.map_err(ApiError::busy)
    }

    /// States which issues of a task list are wanted, and waits until that was heard.
    pub(super) async fn list(self, fact: &Fact) -> Result<String, String> {
        self.tell(fact, "plan").await
    }

    /// Puts a fact into the inbox and waits until it was handled; answers the reason.
    async fn tell(self, fact: &Fact, name: &str) -> Result<String, String> {
        let now = (self.services.clock)();
        let task = fact.place.task();
        self.put(NewInbox {
            id: format!("operator:{name}:{task}:{now}"),
            kind: InboxKind::Operator,
            name: name.into(),
            task: Some(task),
            body: self.signed(fact.to_json()),
            received_at: now,
        })
        .await
    }

    /// The order with the name of the token that it came with, or the login of who gave it, which the audit keeps.
    fn signed(self, body: String) -> String {
        let (key, name) = match self.by {
            By::Operator => return body,
            By::Token(name) => ("by", name),
            By::Person(account) => ("person", &account.login),
        };
        match serde_json::from_str::<Map<String, Value>>(&body) {
            Ok(mut order) => {
                order.insert(key.to_owned(), name.as_str().into());
                Value::Object(order).to_string()
            }
            Err(_) => body,
        }
    }

    /// Puts a row into the inbox and waits until it was handled; answers the reason.
    async fn put(self, new: NewInbox) -> Result<String, String> {
        let store = &self.services.store;
        let mut wake = store.event_wake();
        let id = new.id.clone();
        let accepted = store.accept(new).await;
        match accepted.map_err(|error| error.to_string())? {
            Accepted::New { .. } => {}
            Accepted::Duplicate => return Err(requests::order::ALREADY_ASKED.to_owned()),
        }
        let handled = async {
            loop {
                let row = store.inbox(&id).await.map_err(|error| error.to_string())?;
                if let Some(result) = row.and_then(|row| row.result) {
                    return Ok(result);
                }
                tokio::select! {
                    _ = wake.changed() => {}
                    () = tokio::time::sleep(LOOK) => {}
                }
            }
        };
        let handled = tokio::time::timeout(TAKEN_UP, handled).await;
        handled.unwrap_or_else(|_| Err(requests::order::NOT_YET.to_owned()))
    }

    /// Nobody means a pull request in review who asks for all issues with a label: those are left alone, and counted.
    async fn without_those_in_review(
        self,
        at: &At,
        issues: impl Iterator<Item = IssueNumber>,
    ) -> Result<(Vec<IssueNumber>, usize), ApiError> {
        let (mut wanted, mut in_review) = (Vec::new(), 0);
        for issue in issues {
            let key = TaskKey::new(at.repository, issue);
            match read_task(&self.services.store, key).await? {
                Some(task) if task.can_revise() => in_review += 1,
                _ => wanted.push(issue),
            }
        }
        Ok((wanted, in_review))
    }
}

/// GitHub refused what an order or a question needs.
pub(super) fn refused(error: GitHubError) -> ApiError {
    ApiError::conflict(error.to_string())
}

/// Several things are read at once, and each of them says that it is not there.
pub(super) fn unreadable(place: &Place, error: &GitHubError) -> String {
    match error {
        GitHubError::NotFound { .. } | GitHubError::Gone { .. } => {
            requests::order::no_issue(place.issue.0, &place.name.to_string())
        }
        other => other.to_string(),
    }
}

/// An order in the words of a command, one of those that the operator may give for an issue.
fn understood(order: &str) -> Result<Command, ApiError> {
    // A line of its own is a command of its own.
    let line = order.split_whitespace().collect::<Vec<_>>().join(" ");
    let names = command::Names {
        slug: "",
        word: "/agent",
    };
    let spoken = command::read(&format!("/agent {line}"), names);
    match spoken.lines.as_slice() {
        [Line::Command(command)]
            if matches!(
                command,
                Command::Stop
                    | Command::Pause
                    | Command::Resume
                    | Command::Retry { .. }
                    | Command::Answer(_)
                    | Command::Approve
                    | Command::Priority(_)
            ) =>
        {
            Ok(command.clone())
        }
        _ => Err(ApiError::invalid(requests::order::unknown(order)).next(requests::order::KNOWN)),
    }
}
