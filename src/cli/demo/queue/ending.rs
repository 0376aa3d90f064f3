//! How `skep demo --queue` ended: each issue as it stands on GitHub, what lacks, and the drawings that skep makes of it all.
//!
//! It must never take an event's word for an end.

use std::time::Duration;

use serde_json::{Value, json};

use super::super::super::output::{print, table};
use super::super::by_hand::Place;
use super::super::environment::{Environment, REPOSITORY, USER, pull_of};
use super::super::output::{Output, bracket, next, show, started_as, still};
use super::board::{Board, Seen, Stand};
use super::phases;
use crate::core::ids::{IssueNumber, RepositoryName};
use crate::core::text::demo;
use crate::core::text::demo_queue as text;
use crate::core::text::demo_queue_issues::{IN_REVIEW, ISSUES, QueueIssue, QueueKind};
use crate::http::AdminService;
use crate::http::types::GraphFormat;

/// How an issue stands on GitHub.
pub(super) struct Ended {
    issue: &'static QueueIssue,
    /// It ended as it should.
    well: bool,
    /// Its pull request, if it has one, and whether that is merged.
    pull: Option<(i64, bool)>,
}

/// Looks at each of the ten, in order.
pub(super) fn ended(environment: &Environment, board: &Board) -> anyhow::Result<Vec<Ended>> {
    let (github, home) = (&environment.simulator, environment.repository);
    let pulls = github.pulls(home)?;
    let mut all = Vec::new();
    for (issue, _) in board.work() {
        let view = github.issue(home, issue.number)?;
        let pull = pull_of(&pulls, IssueNumber(issue.number));
        let labeled = |label: &str| view.labels.iter().any(|one| one == label);
        let well = pull.is_some_and(|pull| match issue.kind {
            QueueKind::Approved => view.open && pull.issue.open && labeled("agent:review"),
            _ => !view.open && pull.merged && labeled("agent:done"),
        });
        let pull = pull.map(|pull| (pull.issue.number, pull.merged));
        all.push(Ended { issue, well, pull });
    }
    Ok(all)
}

/// What should have happened and did not, as sentences.
pub(super) fn missing(board: &Board, ended: &[Ended], plan_is_done: bool) -> Vec<String> {
    let mut missing = Vec::new();
    for (end, (issue, seen)) in ended.iter().zip(board.work()) {
        if !end.well {
            let stands = text::stands(stands(&seen.stand));
            missing.push(match issue.kind {
                QueueKind::Approved => text::not_in_review(issue.number, &stands),
                _ => text::not_merged(issue.number, &stands),
            });
            continue;
        }
        missing.extend(unseen(issue, seen));
    }
    if !plan_is_done {
        missing.extend(phases::plan().map(|plan| text::not_done(plan.number)));
    }
    missing
}

fn stands(stand: &Stand) -> text::Stands<'_> {
    match stand {
        Stand::NotTaken => text::Stands::NotTaken,
        Stand::Queued => text::Stands::Queued,
        Stand::Held(why) => text::Stands::Held(why),
        Stand::Working => text::Stands::Working,
        Stand::Paused => text::Stands::Paused,
        Stand::InReview => text::Stands::InReview,
        Stand::Merged => text::Stands::Merged,
        Stand::Lost(why) => text::Stands::Lost(why),
    }
}

/// What did not show on the way of an issue that ended well.
fn unseen(issue: &QueueIssue, seen: &Seen) -> Vec<String> {
    let mut due: Vec<String> = issue.after.iter().map(|one| format!("#{one}")).collect();
    let phase = ISSUES.iter().find(|one| Some(one.number) == issue.parent);
    due.extend(
        phase
            .into_iter()
            .flat_map(|one| one.after.iter().copied().map(text::earlier)),
    );
    if issue.kind == QueueKind::Approved {
        due.push(text::APPROVAL.to_owned());
    }
    due.retain(|one| !seen.waited_for.contains(one));
    let mut unseen: Vec<String> = due
        .iter()
        .map(|one| text::not_held(issue.number, one))
        .collect();
    if issue.kind == QueueKind::Limited && !seen.was_paused {
        unseen.push(text::not_paused(issue.number));
    } else if issue.kind == QueueKind::Limited && !seen.was_resumed {
        unseen.push(text::not_resumed(issue.number));
    }
    unseen
}

/// All that is shown at the end.
pub(super) struct Ending<'a> {
    pub(super) environment: &'a Environment,
    pub(super) board: &'a Board,
    pub(super) ended: &'a [Ended],
    pub(super) ok: bool,
    pub(super) took: Duration,
}

impl Ending<'_> {
    /// Prints it.
    pub(super) async fn show(&self, output: &Output, keep: bool) -> anyhow::Result<()> {
        let page = self.drawn(GraphFormat::Mermaid).await?;
        if output.json {
            return Ok(print(&format!("{}\n", self.finished(output, &page)))?);
        }
        let good = self.ended.iter().filter(|end| end.well).count();
        let seconds = self.took.as_secs_f64();
        print(&format!(
            "\n{}\n\n",
            text::ended(good, self.ended.len(), seconds)
        ))?;
        let all = self.ended.iter().zip(self.board.work());
        let rows: Vec<[String; 6]> = all.map(|(end, (_, seen))| row(end, seen, output)).collect();
        print(&table(text::HEADINGS, &rows))?;
        self.plan()?;
        let skep = started_as();
        let plain = self.drawn(GraphFormat::Text).await?;
        print(&format!("\n{}\n\n", text::drawing(&skep, REPOSITORY)))?;
        show(&plain)?;
        print(&format!("\n{}\n\n", text::page(&skep, REPOSITORY)))?;
        print(&format!("```mermaid\n{}\n```\n", page.trim_end()))?;
        next(&[
            (format!("{skep} demo --queue --keep"), text::KEEP),
            ("docs/conversation.md".to_owned(), text::DEPENDENCIES),
            (format!("{skep} config check"), demo::CHECK),
        ])?;
        if keep {
            let (issue, path) = IN_REVIEW;
            let place = Place {
                issue: IssueNumber(issue),
                path,
                line: 1,
            };
            still(self.environment, &place, ISSUES.len())?;
        }
        Ok(())
    }

    /// The plan's status comment, without its own drawing.
    fn plan(&self) -> anyhow::Result<()> {
        let plan = phases::plan();
        let comment = phases::comment(self.environment)?;
        if let (Some(plan), Some(comment)) = (plan, comment) {
            let end = comment.find("<details>").unwrap_or(comment.len());
            print(&format!("\n{}\n\n", text::plan_is(plan.number)))?;
            show(comment[..end].trim_end())?;
        }
        Ok(())
    }

    async fn drawn(&self, format: GraphFormat) -> anyhow::Result<String> {
        let repository: RepositoryName = REPOSITORY.parse()?;
        let admin = &self.environment.running.app.admin;
        let answer = admin.graph(repository, format).await;
        let graph = answer.map_err(|error| anyhow::anyhow!(error.message))?;
        Ok(graph.text)
    }

    /// The last line of `--json`.
    fn finished(&self, output: &Output, page: &str) -> Value {
        let all = self.ended.iter().zip(self.board.work());
        let issues: Vec<Value> = all
            .map(|(end, (issue, seen))| {
                json!({
                    "issue": issue.number, "title": issue.title, "ended_well": end.well, "ended": how(end),
                    "pull_request": end.pull.map(|(number, _)| number), "waited_for": seen.waited_for,
                    "started": seen.started, "ended_at": seen.ended,
                })
            })
            .collect();
        let ms = u64::try_from(self.took.as_millis()).unwrap_or(u64::MAX);
        let details = json!({
            "issues": issues, "graph": page, "by": USER, "began": output.began, "took_ms": ms,
        });
        let mut line = bracket(self.environment, "demo.finished", details);
        line["ok"] = json!(self.ok);
        line
    }
}

/// How an issue ended, in words.
fn how(end: &Ended) -> String {
    match end.pull {
        Some((number, true)) => text::merged_as(number),
        Some((number, false)) => text::in_review_as(number),
        None => String::new(),
    }
}

fn row(end: &Ended, seen: &Seen, output: &Output) -> [String; 6] {
    let at =
        |at: Option<i64>| at.map_or_else(String::new, |at| format!("{:.1} s", output.seconds(at)));
    let how = match end.pull {
        Some(_) => how(end),
        None => text::stands(stands(&seen.stand)),
    };
    let waited = match seen.waited_for.as_slice() {
        [] => "-".to_owned(),
        all => all.join(", "),
    };
    let issue = format!("#{}", end.issue.number);
    let title = end.issue.title.to_owned();
    [issue, title, waited, at(seen.started), at(seen.ended), how]
}
