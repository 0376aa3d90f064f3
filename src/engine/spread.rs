//! One fact that concerns many tasks, and the schedule's own: each becomes a fact of every task it is told.

use std::collections::HashSet;

use super::Engine;
use super::error::EngineError;
use super::facts::{OfRepositories, Pushed};
use super::open::Open;
use super::settle::read_stored;
use crate::core::event::{Event, Fact, Loss};
use crate::store::{Accepted, InboxKind, InboxRow, NewInbox, TaskRow};

/// How many pull requests are looked at when their base moves.
const REVIEWS_AT_ONCE: i64 = 100;

/// The states in which something goes on or may go on by itself.
const STIRRING: [&str; 7] = [
    "checking",
    "queued",
    "working",
    "needs-you",
    "waiting",
    "paused",
    "in-review",
];

impl Engine {
    /// Tells every pull request in review that goes to a branch that the branch has moved; answers how many there are.
    pub(super) async fn base_moved(
        &self,
        transition: &mut Open<'_>,
        row: &InboxRow,
        pushed: &Pushed,
    ) -> Result<usize, EngineError> {
        let mut told = 0;
        for task in transition
            .in_review(pushed.repository, REVIEWS_AT_ONCE)
            .await?
        {
            let goes_there = read_stored(&task)?
                .job()
                .is_some_and(|job| job.base_branch == pushed.branch);
            if !goes_there {
                continue;
            }
            let hint = format!("push to {}", pushed.branch);
            let event = Event::PullRequestChanged {
                hint,
                sender: pushed.sender.clone(),
            };
            self.tell(transition, &task, event, &format!("base-{}", row.seq))
                .await?;
            told += 1;
        }
        Ok(told)
    }

    /// Tells every task of some repositories on which something is on, and one of each repository in any case: it tidies up
    /// for all. Answers how many they are.
    pub(super) async fn tell_all(
        &self,
        transition: &mut Open<'_>,
        row: &InboxRow,
        of: &OfRepositories,
    ) -> Result<usize, EngineError> {
        let mut tasks = transition
            .of_repositories(of.installation, of.repositories.as_deref())
            .await?;
        if of.event == (Event::TakenAway { how: Loss::Removed }) {
            // One that is known to have moved does not belong to its former owner's installation any more.
            tasks.retain(|task| task.installation == of.installation);
        }
        let mut seen = HashSet::new();
        let mut told = 0;
        for task in &tasks {
            let first = seen.insert(task.key.repository);
            if first || STIRRING.contains(&task.state.as_str()) {
                self.tell(
                    transition,
                    task,
                    of.event.clone(),
                    &format!("repository-{}", row.seq),
                )
                .await?;
                told += 1;
            }
        }
        Ok(told)
    }

    /// Lets the schedule's own facts go through the pipeline like any other.
    pub(super) async fn tell(
        &self,
        transition: &mut Open<'_>,
        row: &TaskRow,
        event: Event,
        name: &str,
    ) -> Result<(), EngineError> {
        let fact = Fact {
            place: read_stored(row)?.place,
            event,
        };
        self.tell_fact(transition, (&fact, row.version), name).await
    }

    /// The same of an issue that may have no task yet: then its version is 0.
    pub(super) async fn tell_fact(
        &self,
        transition: &mut Open<'_>,
        (fact, version): (&Fact, i64),
        name: &str,
    ) -> Result<(), EngineError> {
        let (key, now) = (fact.place.task(), (self.clock)());
        let id = format!("schedule:{name}:{key}:{version}");
        let body = fact.to_json();
        let new = NewInbox {
            id: id.clone(),
            kind: InboxKind::Schedule,
            name: name.into(),
            task: Some(key),
            body: body.clone(),
            received_at: now,
        };
        let Accepted::New { seq } = transition.accept_inline(new).await? else {
            return Ok(());
        };
        let row = InboxRow {
            seq,
            id,
            kind: InboxKind::Schedule,
            name: name.into(),
            task: Some(key),
            body,
            received_at: now,
            handled_at: None,
            result: None,
        };
        self.take(transition, &row, fact, None).await
    }
}
