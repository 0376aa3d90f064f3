//! What the person of the demo does while skep works: answers the agent's question, reviews a pull request.
//!
//! It acts on what is on GitHub, a moment after it is there, as a quick person would. It must never act for skep.

use std::time::{Duration, Instant};

use serde_json::Value;

use super::pull_of;
use super::stage::{PERSON, Scene, Stage};
use crate::core::ids::IssueNumber;
use crate::simulator::world::{LineComment, ReviewDraft};

/// How long the person takes to see something.
const MOMENT: Duration = Duration::from_millis(400);

/// Something the person is about to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Deed {
    Answer,
    Review,
}

/// The person at work.
pub(super) struct Person<'a> {
    stage: &'a Stage,
    issues: &'a [IssueNumber],
    due: Vec<(Instant, IssueNumber, Deed)>,
}

impl<'a> Person<'a> {
    pub(super) fn new(stage: &'a Stage, issues: &'a [IssueNumber]) -> Self {
        Self {
            stage,
            issues,
            due: Vec::new(),
        }
    }

    /// The issue's part in the demo.
    fn scene(&self, issue: IssueNumber) -> Option<&'static Scene> {
        let at = self.issues.iter().position(|other| *other == issue)?;
        self.stage.scenes.get(at)
    }

    /// Takes notice of an event.
    pub(super) fn see(&mut self, line: &Value) {
        let Some(issue) = line["issue"].as_i64().map(IssueNumber) else {
            return;
        };
        let Some(scene) = self.scene(issue) else {
            return;
        };
        let deed = match line["event"].as_str() {
            Some("question.asked") if scene.answer.is_some() => Deed::Answer,
            Some("pull_request.opened") if scene.review.is_some() => Deed::Review,
            _ => return,
        };
        self.due.push((Instant::now() + MOMENT, issue, deed));
    }

    /// Does what is due; what is not on GitHub yet waits a little longer.
    pub(super) fn act(&mut self) -> anyhow::Result<()> {
        let now = Instant::now();
        for (at, issue, deed) in std::mem::take(&mut self.due) {
            if at > now || !self.act_on(issue, deed)? {
                self.due.push((at, issue, deed));
            }
        }
        Ok(())
    }

    fn act_on(&self, issue: IssueNumber, deed: Deed) -> anyhow::Result<bool> {
        let (github, home) = (&self.stage.simulator, self.stage.repository);
        let Some(scene) = self.scene(issue) else {
            return Ok(true);
        };
        match (deed, scene.answer, &scene.review) {
            (Deed::Answer, Some(answer), _) => {
                if scene.asks
                    && !github
                        .comments(home, issue)?
                        .iter()
                        .any(|comment| comment.body.contains("- [ ] "))
                {
                    return Ok(false);
                }
                github.comment(home, issue, PERSON, answer)?;
            }
            (Deed::Review, _, Some(remarks)) => {
                let pulls = github.pulls(home)?;
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
                    home,
                    pull.issue.number,
                    PERSON,
                    ReviewDraft {
                        event,
                        body,
                        comments: vec![line],
                    },
                )?;
            }
            (Deed::Answer | Deed::Review, _, _) => {}
        }
        Ok(true)
    }

    /// Whether nothing is left to do.
    pub(super) fn rests(&self) -> bool {
        self.due.is_empty()
    }
}
