//! How the phases of the plan stand, as its status comment on GitHub shows them.
//!
//! It must never know more of them than whoever reads that comment.

use std::collections::BTreeMap;

use super::super::environment::{Environment, USER};
use crate::core::text::demo_queue_issues::{ISSUES, QueueIssue, QueueKind};

/// How a phase stands all of whose parts are closed.
const COMPLETE: &str = "complete";

/// How each phase stood when it was last looked at.
#[derive(Default)]
pub(super) struct Phases {
    stand: BTreeMap<i64, String>,
    was_done: bool,
}

impl Phases {
    /// Looks, and answers those that stand otherwise now.
    pub(super) fn look(&mut self, environment: &Environment) -> anyhow::Result<Vec<(i64, String)>> {
        let comment = comment(environment)?.unwrap_or_default();
        let lines = comment.lines().filter_map(phase);
        let news = lines.filter(|(number, how)| self.stand.get(number) != Some(how));
        let news: Vec<(i64, String)> = news.collect();
        self.stand.extend(news.iter().cloned());
        Ok(news)
    }

    /// The plan, once, when it is done.
    pub(super) fn done(&mut self, environment: &Environment) -> anyhow::Result<Option<i64>> {
        if self.was_done || !self.all_complete() || !is_done(environment)? {
            return Ok(None);
        }
        self.was_done = true;
        Ok(plan().map(|plan| plan.number))
    }

    /// Whether each is complete.
    pub(super) fn all_complete(&self) -> bool {
        let mut phases = ISSUES.iter().filter(|one| one.kind == QueueKind::Phase);
        phases.all(|phase| {
            self.stand
                .get(&phase.number)
                .is_some_and(|how| how == COMPLETE)
        })
    }
}

/// The plan.
pub(super) fn plan() -> Option<&'static QueueIssue> {
    ISSUES.iter().find(|one| one.kind == QueueKind::Plan)
}

/// Whether the plan is done, as its label says.
pub(super) fn is_done(environment: &Environment) -> anyhow::Result<bool> {
    let Some(plan) = plan() else { return Ok(false) };
    let (github, home) = (&environment.simulator, environment.repository);
    let labels = github.issue(home, plan.number)?.labels;
    Ok(labels.iter().any(|label| label == "agent:done"))
}

/// Whether it is done and closed.
pub(super) fn is_closed(environment: &Environment) -> anyhow::Result<bool> {
    let Some(plan) = plan() else { return Ok(false) };
    let (github, home) = (&environment.simulator, environment.repository);
    Ok(!github.issue(home, plan.number)?.open && is_done(environment)?)
}

/// The status comment of the plan.
pub(super) fn comment(environment: &Environment) -> anyhow::Result<Option<String>> {
    let Some(plan) = plan() else { return Ok(None) };
    let comments = environment
        .simulator
        .comments(environment.repository, plan.number)?;
    let ours = comments.into_iter().find(|one| one.author != USER);
    Ok(ours.map(|one| one.body))
}

/// A line `- **#6 Sow** · 1 of 3 · started`: the phase, and how it stands.
fn phase(line: &str) -> Option<(i64, String)> {
    let (title, rest) = line
        .trim_start()
        .strip_prefix("- **#")?
        .split_once("** · ")?;
    let number = title.split_once(' ')?.0.parse().ok()?;
    let how = rest.split_once(" · ")?.1;
    Some((number, how.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::phase;

    #[test]
    fn a_line_of_the_status_comment_is_read() {
        let read = |line| phase(line);
        let known = Some((6, "waits for #2, #3".to_owned()));
        assert_eq!(
            read("- **#6 A · phase** · 1 of 3 · waits for #2, #3"),
            known
        );
        assert_eq!(read("  - [ ] #8 Sow · working"), None);
        assert_eq!(read("**Sprint** · ░░ 0 of 2"), None);
    }
}
