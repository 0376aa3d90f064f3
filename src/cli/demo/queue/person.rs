//! What the demo's person does while skep works: agrees to a start, merges pull requests, which closes their issues.
//!
//! It acts on what is on GitHub, a moment after it is there, as a quick person would, and everything it does is shown. It must
//! never act for skep.

use std::time::{Duration, Instant};

use serde_json::Value;

use super::super::environment::{Environment, USER, pull_of};
use crate::core::event_name::DomainEvent;
use crate::core::ids::IssueNumber;
use crate::core::text::demo_queue as text;
use crate::core::text::demo_queue_issues::{QueueIssue, QueueKind};

/// How long the person takes to see something.
const MOMENT: Duration = Duration::from_millis(400);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Action {
    Approve,
    Merge,
    Close,
}

/// Something that was done.
pub(super) struct Deed {
    /// Epoch milliseconds.
    pub(super) at: i64,
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
        let Some(issue) = line["issue"].as_i64().and_then(QueueIssue::of) else {
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
        self.due
            .push((Instant::now() + MOMENT, issue.number, action));
    }

    /// The plan is done: the person closes it.
    pub(super) fn see_plan(&mut self, plan: i64) {
        self.due
            .push((Instant::now() + MOMENT, plan, Action::Close));
    }

    /// Does one thing that is due, and says what it was; what is not on GitHub yet waits a little longer.
    pub(super) async fn act(&mut self) -> anyhow::Result<Option<Deed>> {
        let now = Instant::now();
        for place in 0..self.due.len() {
            let (at, issue, action) = self.due[place];
            if at > now {
                continue;
            }
            let clock = &self.environment.running.app.runner.services().clock;
            let at = clock();
            if let Some(words) = self.act_on(issue, action).await? {
                self.due.remove(place);
                return Ok(Some(Deed { at, issue, words }));
            }
        }
        Ok(None)
    }

    async fn act_on(&self, issue: i64, action: Action) -> anyhow::Result<Option<String>> {
        let (github, home) = (&self.environment.simulator, self.environment.repository);
        match action {
            Action::Approve => {
                github.comment(home, issue, USER, "/agent approve")?;
                return Ok(Some(text::APPROVES.to_owned()));
            }
            Action::Close => {
                github.close_as((home, IssueNumber(issue)), "completed", USER)?;
                return Ok(Some(text::CLOSES.to_owned()));
            }
            Action::Merge => {}
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
