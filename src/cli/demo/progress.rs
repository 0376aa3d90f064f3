//! How far each issue of the demo is, by the events alone.

use serde_json::Value;

use crate::core::event_name::DomainEvent;
use crate::core::ids::IssueNumber;
use crate::core::text::demo;
use crate::core::text::demo_issues::Scenario;

/// What has happened on each issue.
pub(super) struct Progress<'a> {
    issues: &'a [IssueNumber],
    scenarios: &'static [Scenario],
    of: Vec<Counts>,
}

#[derive(Clone, Default)]
struct Counts {
    completed: usize,
    lost: bool,
    answered: usize,
    revised: usize,
}

impl<'a> Progress<'a> {
    pub(super) fn new(issues: &'a [IssueNumber], scenarios: &'static [Scenario]) -> Self {
        Self {
            issues,
            scenarios,
            of: vec![Counts::default(); issues.len()],
        }
    }

    pub(super) fn count(&mut self, event: DomainEvent, line: &Value) {
        let issue = line["issue"].as_i64().map(IssueNumber);
        let at = self.issues.iter().position(|other| Some(*other) == issue);
        let Some(counts) = at.and_then(|at| self.of.get_mut(at)) else {
            return;
        };
        match event {
            DomainEvent::SessionCompleted => counts.completed += 1,
            DomainEvent::SessionFailed
            | DomainEvent::SessionCancelled
            | DomainEvent::TaskRefused => counts.lost = true,
            DomainEvent::QuestionAnswered => counts.answered += 1,
            DomainEvent::RevisionStarted => counts.revised += 1,
            _ => {}
        }
    }

    /// Whether every issue has come to its end, good or bad.
    pub(super) fn is_over(&self) -> bool {
        let over = |(counts, scenario): (&Counts, &Scenario)| {
            counts.lost || counts.completed > usize::from(scenario.review.is_some())
        };
        self.of.iter().zip(self.scenarios).all(over)
    }

    pub(super) fn answered(&self) -> usize {
        self.of.iter().map(|counts| counts.answered).sum()
    }

    pub(super) fn revised(&self) -> usize {
        self.of.iter().map(|counts| counts.revised).sum()
    }

    /// What should have happened and did not, as sentences.
    pub(super) fn missing(&self) -> Vec<String> {
        let mut missing = Vec::new();
        for ((issue, counts), scenario) in self.issues.iter().zip(&self.of).zip(self.scenarios) {
            if scenario.asks && counts.answered == 0 {
                missing.push(demo::unanswered(issue.0));
            }
            if scenario.review.is_some()
                && (counts.revised == 0 || counts.completed < 2 || counts.lost)
            {
                missing.push(demo::unrevised(issue.0));
            }
        }
        missing
    }
}
