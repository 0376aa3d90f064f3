//! How far each issue of the demo is, by the events alone.

use serde_json::Value;

use super::stage::Scene;
use crate::core::ids::IssueNumber;

/// What has happened on each issue.
pub(super) struct Tally<'a> {
    issues: &'a [IssueNumber],
    scenes: &'static [Scene],
    of: Vec<Counts>,
}

#[derive(Clone, Default)]
struct Counts {
    completed: usize,
    lost: bool,
    answered: usize,
    revised: usize,
}

impl<'a> Tally<'a> {
    pub(super) fn new(issues: &'a [IssueNumber], scenes: &'static [Scene]) -> Self {
        Self {
            issues,
            scenes,
            of: vec![Counts::default(); issues.len()],
        }
    }

    /// Counts an event.
    pub(super) fn count(&mut self, line: &Value) {
        let issue = line["issue"].as_i64().map(IssueNumber);
        let at = self.issues.iter().position(|other| Some(*other) == issue);
        let Some(counts) = at.and_then(|at| self.of.get_mut(at)) else {
            return;
        };
        match line["event"].as_str().unwrap_or_default() {
            "session.completed" => counts.completed += 1,
            "session.failed" | "session.cancelled" | "task.refused" => counts.lost = true,
            "question.answered" => counts.answered += 1,
            "revision.started" => counts.revised += 1,
            _ => {}
        }
    }

    /// Whether every issue has come to its end, good or bad.
    pub(super) fn is_over(&self) -> bool {
        let over = |(counts, scene): (&Counts, &Scene)| {
            counts.lost || counts.completed > usize::from(scene.review.is_some())
        };
        self.of.iter().zip(self.scenes).all(over)
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
        for ((issue, counts), scene) in self.issues.iter().zip(&self.of).zip(self.scenes) {
            if scene.asks && counts.answered == 0 {
                missing.push(format!("the question of #{issue} was not answered"));
            }
            if scene.review.is_some()
                && (counts.revised == 0 || counts.completed < 2 || counts.lost)
            {
                missing.push(format!(
                    "the review of the pull request of #{issue} led to no revision"
                ));
            }
        }
        missing
    }
}
