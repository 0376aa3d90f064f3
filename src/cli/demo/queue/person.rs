//! What the demo's person does while skep works: agrees to a start, merges pull requests, which closes their issues.
//!
//! It acts on what is on GitHub, a moment after it is there, as a quick person would, and everything it does is shown. It must
//! never act for skep.

use std::time::{Duration, Instant};

use serde_json::Value;

use super::super::environment::{Environment, USER, pull_of};
use super::issue;
use crate::core::event_name::DomainEvent;
use crate::core::ids::IssueNumber;
use crate::core::text::demo_queue as text;
use crate::core::text::demo_queue_issues::QueueKind;

/// How long the person takes to see something.
const MOMENT: Duration = Duration::from_millis(400);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Action {
    Approve,
    Merge,
}

/// Something that was done.
pub(super) struct Deed {
    pub(super) issue: i64,
    pub(super) words: String,
}

pub(super) struct Person<'a> {
    environment: &'a Environment,
    due: Vec<(Instant, i64, Action)>,
}

impl<'a> Person<'a> {
    pub(super) fn new(environment: &'a Environment) -> Self {
        Self {
            environment,
            due: Vec::new(),
        }
    }

    pub(super) fn see(&mut self, event: DomainEvent, line: &Value) {
        let Some(issue) = line["issue"].as_i64().and_then(issue) else {
            return;
        };
        let details = &line["details"];
        let action = match event {
            DomainEvent::TaskHeld if details["gate"] == "approval" => Action::Approve,
            DomainEvent::SessionCompleted
                if details["state"] == "in-review" && issue.kind != QueueKind::Approved =>
            {
                Action::Merge
            }
            _ => return,
        };
        self.due.push((Instant::now() + MOMENT, issue.number, action));
    }

    /// Does what is due, and says what it was; what is not on GitHub yet waits a little longer.
    pub(super) async fn act(&mut self) -> anyhow::Result<Vec<Deed>> {
        let (now, mut done) = (Instant::now(), Vec::new());
        for (at, issue, action) in std::mem::take(&mut self.due) {
            let words = match at > now {
                true => None,
                false => self.act_on(issue, action).await?,
            };
            match words {
                Some(words) => done.push(Deed { issue, words }),
                None => self.due.push((at, issue, action)),
            }
        }
        Ok(done)
    }

    async fn act_on(&self, issue: i64, action: Action) -> anyhow::Result<Option<String>> {
        let (github, home) = (&self.environment.simulator, self.environment.repository);
        if action == Action::Approve {
            github.comment(home, issue, USER, "/agent approve")?;
            return Ok(Some(text::APPROVES.to_owned()));
        }
        let pulls = github.pulls(home)?;
        let Some(pull) = pull_of(&pulls, IssueNumber(issue)) else {
            return Ok(None);
        };
        let number = pull.issue.number;
        github.mark_ready(home, number, USER)?;
        github.merge(home, number, USER).await?;
        Ok(Some(text::merges(number, issue)))
    }

    pub(super) fn is_idle(&self) -> bool {
        self.due.is_empty()
    }
}
