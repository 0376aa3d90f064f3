//! What the GitHub user of the demo does while skep works: answers the agent's question, reviews a pull request.
//!
//! It acts on what is on GitHub, a moment after it is there, as a quick person would. It must never act for skep.

use std::time::{Duration, Instant};

use serde_json::Value;

use super::environment::{Environment, USER, pull_of};
use crate::core::event_name::DomainEvent;
use crate::core::ids::IssueNumber;
use crate::core::text::demo_issues::Scenario;
use skep_simulator::world::{LineComment, ReviewDraft};

/// How long the user takes to see something.
const MOMENT: Duration = Duration::from_millis(400);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Action {
    Answer,
    Review,
}

pub(super) struct User<'a> {
    environment: &'a Environment,
    issues: &'a [IssueNumber],
    due: Vec<(Instant, IssueNumber, Action)>,
}

impl<'a> User<'a> {
    pub(super) fn new(environment: &'a Environment, issues: &'a [IssueNumber]) -> Self {
        Self {
            environment,
            issues,
            due: Vec::new(),
        }
    }

    fn scenario(&self, issue: IssueNumber) -> Option<&'static Scenario> {
        let at = self.issues.iter().position(|other| *other == issue)?;
        self.environment.scenarios.get(at)
    }

    pub(super) fn see(&mut self, event: DomainEvent, line: &Value) {
        let Some(issue) = line["issue"].as_i64().map(IssueNumber) else {
            return;
        };
        let Some(scenario) = self.scenario(issue) else {
            return;
        };
        let action = match event {
            DomainEvent::QuestionAsked if scenario.answer.is_some() => Action::Answer,
            DomainEvent::PullRequestOpened if scenario.review.is_some() => Action::Review,
            _ => return,
        };
        self.due.push((Instant::now() + MOMENT, issue, action));
    }

    /// Does what is due; what is not on GitHub yet waits a little longer.
    pub(super) fn act(&mut self) -> anyhow::Result<()> {
        let now = Instant::now();
        for (at, issue, action) in std::mem::take(&mut self.due) {
            if at > now || !self.act_on(issue, action)? {
                self.due.push((at, issue, action));
            }
        }
        Ok(())
    }

    fn act_on(&self, issue: IssueNumber, action: Action) -> anyhow::Result<bool> {
        let (github, repository) = (&self.environment.simulator, self.environment.repository);
        let Some(scenario) = self.scenario(issue) else {
            return Ok(true);
        };
        match (action, scenario.answer, &scenario.review) {
            (Action::Answer, Some(answer), _) => {
                if scenario.asks
                    && !github
                        .comments(repository, issue)?
                        .iter()
                        .any(|comment| comment.body.contains("- [ ] "))
                {
                    return Ok(false);
                }
                github.comment(repository, issue, USER, answer)?;
            }
            (Action::Review, _, Some(remarks)) => {
                let pulls = github.pulls(repository)?;
                let Some(pull) = pull_of(&pulls, issue) else {
                    return Ok(false);
                };
                let (path, body) = (remarks.path.to_owned(), remarks.remark.to_owned());
                let line = LineComment {
                    path,
                    line: remarks.line,
                    body,
                    hunk: remarks.hunk.to_owned(),
                };
                let (event, body) = ("REQUEST_CHANGES".to_owned(), remarks.body.to_owned());
                github.review(
                    repository,
                    pull.issue.number,
                    USER,
                    ReviewDraft {
                        event,
                        body,
                        comments: vec![line],
                    },
                )?;
            }
            (Action::Answer | Action::Review, _, _) => {}
        }
        Ok(true)
    }

    pub(super) fn is_idle(&self) -> bool {
        self.due.is_empty()
    }
}
