//! How the phases of the plan stand, as its status comment on GitHub shows them.
//!
//! It must never know more of them than whoever reads that comment.

use std::collections::BTreeMap;

use super::super::environment::{Environment, USER};
use crate::core::text::demo_queue_issues::{ISSUES, QueueKind};

/// How each phase stood when it was last looked at.
#[derive(Default)]
pub(super) struct Phases {
    stand: BTreeMap<i64, String>,
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

    /// Whether each is complete.
    pub(super) fn all_complete(&self) -> bool {
        let mut phases = ISSUES.iter().filter(|one| one.kind == QueueKind::Phase);
        phases.all(|phase| self.stand.get(&phase.number).is_some_and(|how| how == "complete"))
    }
}

/// The status comment of the plan.
pub(super) fn comment(environment: &Environment) -> anyhow::Result<Option<String>> {
    let Some(plan) = ISSUES.iter().find(|one| one.kind == QueueKind::Plan) else {
        return Ok(None);
    };
    let comments = environment
        .simulator
        .comments(environment.repository, plan.number)?;
    let ours = comments.into_iter().find(|one| one.author != USER);
    Ok(ours.map(|one| one.body))
}

/// A line `- **#6 Sow** · 1 of 3 · started`: the phase, and how it stands.
fn phase(line: &str) -> Option<(i64, String)> {
    let (title, rest) = line.trim_start().strip_prefix("- **#")?.split_once("** · ")?;
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
        assert_eq!(read("- **#6 A · phase** · 1 of 3 · waits for #2, #3"), known);
        assert_eq!(read("  - [ ] #8 Sow · working"), None);
        assert_eq!(read("**Sprint** · ░░ 0 of 2"), None);
    }
}
