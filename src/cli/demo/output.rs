//! What the demo prints: one line an event, then the diffs, then what to do next.

use std::io;
use std::time::Duration;

use serde_json::{Value, json};

use super::super::output::print;
use super::by_hand;
use super::environment::{Environment, REPOSITORY, USER, pull_of};
use crate::core::event_name::DomainEvent;
use crate::core::ids::{IssueNumber, Sha};
use crate::core::text::{count, demo};
use skep_simulator::PullView;

/// Prints a line; a reader that went away is no reason to leave the demo running.
macro_rules! say {
    ($($words:tt)*) => { print(&format!("{}\n", format_args!($($words)*)))? };
}

/// How the demo ended.
pub(super) struct End {
    pub(super) opened: usize,
    pub(super) total: usize,
    pub(super) answered: usize,
    pub(super) revised: usize,
    pub(super) ok: bool,
    pub(super) took: Duration,
}

/// Prints the demo, as text or as JSON.
pub(super) struct Output {
    pub(super) json: bool,
    pub(super) began: i64,
}

impl Output {
    /// What runs where.
    pub(super) fn opening(
        &self,
        environment: &Environment,
        took: Duration,
        title: &str,
    ) -> io::Result<()> {
        if self.json {
            let details = json!({
                "github": environment.simulator.api_url(), "webhook": format!("http://{}/webhook", environment.listen),
                "admin": format!("http://{}", environment.running.admin), "secret": environment.secret,
            });
            say!("{}", bracket(environment, "demo.started", details));
            return Ok(());
        }
        let policy = &environment.running.app.runner.services().policy;
        let sandbox = policy
            .confinement_warning
            .as_deref()
            .unwrap_or(demo::SANDBOXED);
        say!("{title}\n");
        say!("  GitHub (simulated)   {}", environment.simulator.api_url());
        say!(
            "  skep, for webhooks   http://{}/webhook",
            environment.listen
        );
        say!(
            "  skep, for commands   http://{}",
            environment.running.admin
        );
        say!("  sandbox              {sandbox}");
        say!("  up in                {} ms\n", took.as_millis());
        Ok(())
    }

    /// What will happen.
    pub(super) fn files(&self, environment: &Environment) -> io::Result<()> {
        if self.json {
            return Ok(());
        }
        let policy = &environment.running.app.runner.services().policy;
        match environment.scenarios.len() {
            1 => say!(
                "{}\n",
                demo::files_one(USER, REPOSITORY, &policy.default_agent)
            ),
            _ => say!("{}\n", demo::files_three(USER, REPOSITORY)),
        }
        Ok(())
    }

    pub(super) fn event(&self, event: DomainEvent, line: &Value) -> io::Result<()> {
        if self.json {
            say!("{line}");
            return Ok(());
        }
        let Some(words) = describe(event, line) else {
            return Ok(());
        };
        let at = line["time"].as_i64().unwrap_or(self.began);
        self.line(at, line["issue"].as_i64(), &words)
    }

    /// A line of what happens: when, in epoch milliseconds, on which issue, what.
    pub(super) fn line(&self, at: i64, issue: Option<i64>, words: &str) -> io::Result<()> {
        let issue = issue.map_or_else(String::new, |issue| format!("#{issue}"));
        let seconds = self.seconds(at);
        say!("{seconds:>7.3} s  {issue:<4} {words}");
        Ok(())
    }

    /// How long after the beginning that is.
    pub(super) fn seconds(&self, at: i64) -> f64 {
        (at - self.began).max(0) as f64 / 1_000.0
    }

    /// A pull request with its diff.
    pub(super) async fn pull(
        &self,
        environment: &Environment,
        issue: IssueNumber,
        pull: &PullView,
    ) -> anyhow::Result<()> {
        if self.json {
            return Ok(());
        }
        let parts = environment.running.app.runner.services();
        let head: Sha = pull.head_sha.parse()?;
        let base = environment
            .simulator
            .branch_head(environment.repository, &pull.base)
            .and_then(|sha| sha.as_str().parse().ok())
            .unwrap_or_else(|| head.clone());
        let diff = parts
            .git
            .diff(environment.repository, &base, &head, 4_000)
            .await?;
        let kind = if pull.draft {
            "draft pull request"
        } else {
            "pull request"
        };
        say!(
            "\n── issue #{issue} → {kind} #{}: {} ({}) ──\n",
            pull.issue.number,
            pull.issue.title,
            pull.head
        );
        say!("{}", diff.trim_end());
        Ok(())
    }

    /// What came of it, and what to do next.
    pub(super) fn ending(
        &self,
        environment: &Environment,
        end: &End,
        keep: bool,
    ) -> io::Result<()> {
        let took = end.took;
        if self.json {
            let ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
            let details = json!({
                "pull_requests": end.opened, "issues": end.total, "questions_answered": end.answered,
                "revisions": end.revised, "took_ms": ms,
            });
            let mut line = bracket(environment, "demo.finished", details);
            line["ok"] = json!(end.ok);
            say!("{line}");
            return Ok(());
        }
        let seconds = took.as_secs_f64();
        say!("\n{}", demo::ended(end.opened, end.total, seconds));
        say!("{}\n", demo::counts(end.answered, end.revised));
        say!("{}\n", demo::thread(end.total));
        let (github, repository) = (&environment.simulator, environment.repository);
        let thread = github.thread(repository, IssueNumber(1));
        show(&thread.unwrap_or_default())?;
        let pulls = github.pulls(repository).unwrap_or_default();
        if let Some(pull) = pull_of(&pulls, IssueNumber(2)) {
            say!("\n{}\n", demo::REVIEWED);
            let thread = github.pull_thread(repository, pull.issue.number);
            show(&thread.unwrap_or_default())?;
        }
        let skep = started_as();
        next(&[
            (format!("{skep} demo --keep"), demo::KEEP),
            (format!("{skep} config check"), demo::CHECK),
            ("README.md".to_owned(), demo::README),
        ])?;
        if keep {
            let filed = environment.scenarios.len();
            let (path, line) = match filed {
                1 => ("src/greet.py", 1),
                _ => ("README.md", 3),
            };
            let issue = IssueNumber(filed as i64);
            let place = by_hand::Place { issue, path, line };
            still(environment, &place, filed)?;
        }
        Ok(())
    }
}

/// The name it was started by: nothing may be installed yet, and that works in any case.
pub(super) fn started_as() -> String {
    std::env::args().next().unwrap_or_else(|| "skep".to_owned())
}

/// What to do next.
pub(super) fn next(steps: &[(String, &str)]) -> io::Result<()> {
    say!("\n{}", demo::NEXT);
    for line in next_steps(steps) {
        say!("{line}");
    }
    Ok(())
}

/// What can be done by hand, with so many issues filed.
pub(super) fn still(
    environment: &Environment,
    place: &by_hand::Place,
    filed: usize,
) -> io::Result<()> {
    for line in by_hand::lines(environment, place, filed) {
        say!("{line}");
    }
    Ok(())
}

/// What to do after the demo, in two columns however long the name is that skep was started by.
fn next_steps(steps: &[(String, &str)]) -> Vec<String> {
    let width = steps
        .iter()
        .map(|(step, _)| step.chars().count())
        .max()
        .unwrap_or_default();
    steps
        .iter()
        .map(|(step, what)| format!("  {step:width$}  {what}"))
        .collect()
}

pub(super) fn show(thread: &str) -> io::Result<()> {
    for line in thread.lines() {
        say!("    {line}");
    }
    Ok(())
}

/// A line of `--json` that is no event of skep: the first and the last.
pub(super) fn bracket(environment: &Environment, event: &str, details: Value) -> Value {
    let time = (environment.running.app.runner.services().clock)();
    json!({
        "time": time, "event": event, "repository": REPOSITORY, "issue": null, "session": null, "details": details,
    })
}

/// An event in words; `None` for those that only machines need.
pub(super) fn describe(event: DomainEvent, line: &Value) -> Option<String> {
    let details = &line["details"];
    let text = |key: &str| details[key].as_str().unwrap_or_default().to_owned();
    let number = |key: &str| details[key].as_u64().unwrap_or(0);
    Some(match event {
        DomainEvent::TaskReceived => format!("received    “{}” by {}", text("title"), text("by")),
        DomainEvent::TaskRefused => format!("refused     {}", text("why")),
        DomainEvent::TaskQueued => format!(
            "role        {}: {}",
            text("role"),
            text("why").replace('`', "")
        ),
        DomainEvent::TaskWaiting => format!(
            "queued      {} of {}",
            details["position"], details["total"]
        ),
        DomainEvent::SessionDispatched => format!(
            "session     {}",
            line["session"].as_str().unwrap_or_default()
        ),
        DomainEvent::WorkspaceReady => {
            format!("workspace   {} at {:.10}", text("branch"), text("base"))
        }
        DomainEvent::SessionRunning => format!("agent       {}", text("agent")),
        DomainEvent::SessionProgress => progress(details)?,
        DomainEvent::SessionCollected => {
            let lines = format!("+{} −{}", details["insertions"], details["deletions"]);
            let changed = demo::changed(number("files"), &lines, number("commits"));
            format!("changed     {changed}")
        }
        DomainEvent::BranchPushed => format!("pushed      {}", text("branch")),
        DomainEvent::PullRequestOpened => format!("opened      {}", text("url")),
        DomainEvent::PullRequestReady => "ready       for review".to_owned(),
        DomainEvent::QuestionAsked => {
            let first = &details["questions"][0];
            format!(
                "asks        “{}”",
                first["text"].as_str().unwrap_or_default()
            )
        }
        DomainEvent::QuestionAnswered => {
            format!("answer      “{}” by {}", text("text"), text("by"))
        }
        DomainEvent::QuestionWithdrawn => format!("withdrawn   {}", demo::WITHDRAWN),
        DomainEvent::SessionParked => format!("parked      {}", demo::PARKED),
        DomainEvent::ReviewTaken => format!(
            "review      by {} ({})",
            text("by"),
            count(number("threads"), "comment")
        ),
        DomainEvent::RevisionStarted => format!("revision    {}", details["round"]),
        DomainEvent::NeedsPerson => format!("needs you   {}", text("why")),
        DomainEvent::AnswerPosted => "answered    on the issue".to_owned(),
        DomainEvent::SessionFailed => format!("failed      {}: {}", text("class"), text("why")),
        DomainEvent::SessionCancelled => format!("stopped     {}", text("why")),
        DomainEvent::SessionCompleted => "completed".to_owned(),
        _ => return None,
    })
}

fn progress(details: &Value) -> Option<String> {
    let plan = details["plan"].as_array()?;
    let done = plan
        .iter()
        .filter(|entry| entry["status"] == "completed")
        .count();
    let now = plan.iter().find(|entry| entry["status"] == "in_progress");
    let now = now
        .and_then(|entry| entry["content"].as_str())
        .or(details["doing"].as_str())
        .unwrap_or_default();
    match (plan.len(), now) {
        (0, "") => None,
        (0, now) => Some(format!("progress    {now}")),
        (all, now) => Some(format!("progress    {done}/{all} {now}")),
    }
}

#[cfg(test)]
mod tests {
    use super::next_steps;

    #[test]
    fn the_next_steps_stand_in_columns() {
        for skep in ["skep", "./target/release/skep"] {
            let steps = [
                (format!("{skep} demo"), "what"),
                ("README.md".into(), "why"),
            ];
            let lines = next_steps(&steps);
            let columns: Vec<_> = lines.iter().map(|line| line.rfind("  ")).collect();
            assert!(
                columns.iter().all(|column| *column == columns[0]),
                "{lines:?}"
            );
        }
    }
}
