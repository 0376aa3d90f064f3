//! What the demo prints: one line an event, then the diffs, then what to do next.

use std::io;
use std::time::Duration;

use serde_json::{Value, json};

use super::super::output::print;
use super::stage::{PERSON, REPOSITORY, Stage};
use super::{End, pull_of};
use crate::core::ids::{IssueNumber, Sha};
use crate::core::text::count;
use crate::simulator::PullView;

/// Prints a line; a reader that went away is no reason to leave the stage standing.
macro_rules! say {
    ($($words:tt)*) => { print(&format!("{}\n", format_args!($($words)*)))? };
}

/// How the demo speaks.
pub(super) struct Screen {
    pub(super) json: bool,
    pub(super) began: i64,
}

impl Screen {
    /// Who is on.
    pub(super) fn opening(&self, stage: &Stage, took: Duration) -> io::Result<()> {
        if self.json {
            let details = json!({
                "github": stage.simulator.api_url(), "webhook": format!("http://{}/webhook", stage.running.listen),
                "admin": format!("http://{}", stage.running.admin), "secret": stage.secret,
            });
            say!("{}", bracket(stage, "demo.started", details));
            return Ok(());
        }
        let policy = &stage.running.app.runner.services().policy;
        let sandbox = policy
            .confinement_warning
            .as_deref()
            .unwrap_or("bubblewrap: agents see their own folder only");
        say!("skep demo: a label becomes a pull request\n");
        say!("  GitHub (simulated)   {}", stage.simulator.api_url());
        say!(
            "  skep, for webhooks   http://{}/webhook",
            stage.running.listen
        );
        say!("  skep, for commands   http://{}", stage.running.admin);
        say!("  sandbox              {sandbox}");
        say!("  up in                {} ms\n", took.as_millis());
        match stage.scenes.len() {
            1 => say!(
                "{PERSON} files an issue in {REPOSITORY} and labels it `agent:go`; `{}` works on it.\n",
                policy.default_agent
            ),
            _ => say!("{PERSON} files three issues in {REPOSITORY} and labels each `agent:go`.\n"),
        }
        Ok(())
    }

    /// One event.
    pub(super) fn event(&self, line: &Value) -> io::Result<()> {
        if self.json {
            say!("{line}");
            return Ok(());
        }
        let Some(words) = words(line) else {
            return Ok(());
        };
        let at = line["time"].as_i64().unwrap_or(self.began) - self.began;
        let issue = line["issue"]
            .as_i64()
            .map_or_else(String::new, |issue| format!("#{issue}"));
        say!("{:>7.3} s  {issue:<4} {words}", at.max(0) as f64 / 1_000.0);
        Ok(())
    }

    /// A pull request with its diff.
    pub(super) async fn pull(
        &self,
        stage: &Stage,
        issue: IssueNumber,
        pull: &PullView,
    ) -> anyhow::Result<()> {
        if self.json {
            return Ok(());
        }
        let parts = stage.running.app.runner.services();
        let head: Sha = pull.head_sha.parse()?;
        let base = stage
            .simulator
            .branch_head(stage.repository, &pull.base)
            .unwrap_or_else(|| head.clone());
        let diff = parts
            .git
            .diff(stage.repository, &base, &head, 4_000)
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

    /// What to do next.
    pub(super) fn ending(&self, stage: &Stage, end: &End, keep: bool) -> io::Result<()> {
        let took = end.took;
        if self.json {
            let ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
            let details = json!({
                "pull_requests": end.opened, "issues": end.total, "questions_answered": end.answered,
                "revisions": end.revised, "took_ms": ms,
            });
            let mut line = bracket(stage, "demo.finished", details);
            line["ok"] = json!(end.ok);
            say!("{line}");
            return Ok(());
        }
        let became = if end.total == 1 {
            "issue became a pull request"
        } else {
            "issues became pull requests"
        };
        say!(
            "\n{} of {} {became}, in {:.1} s.",
            end.opened,
            end.total,
            took.as_secs_f64()
        );
        say!(
            "Questions answered: {}. Revisions after a review: {}.\n",
            end.answered,
            end.revised
        );
        say!(
            "The {}, as people on GitHub see it:\n",
            if end.total == 1 {
                "issue"
            } else {
                "issue with the question"
            }
        );
        let (github, home) = (&stage.simulator, stage.repository);
        show(&github.thread(home, IssueNumber(1)).unwrap_or_default())?;
        let pulls = github.pulls(home).unwrap_or_default();
        if let Some(pull) = pull_of(&pulls, IssueNumber(2)) {
            say!("\nThe pull request with the review:\n");
            show(
                &github
                    .pull_thread(home, pull.issue.number)
                    .unwrap_or_default(),
            )?;
        }
        say!("\nNext:");
        // Nothing may be installed yet: the name it was started by works in any case.
        let skep = std::env::args().next().unwrap_or_else(|| "skep".to_owned());
        for line in next_steps(&skep) {
            say!("{line}");
        }
        if keep {
            self.kept(stage)?;
        }
        Ok(())
    }

    /// Everything that can be done by hand, each line for a shell.
    fn kept(&self, stage: &Stage) -> io::Result<()> {
        let (api, door, next) = (
            stage.simulator.api_url(),
            stage.running.listen,
            stage.next_number(),
        );
        let act = |deed: &str| {
            let who = format!("\"as\":\"{PERSON}\",\"repository\":\"{REPOSITORY}\"");
            format!("curl -s {api}/_simulator/act -d '{{{who},{deed}}}'")
        };
        say!(
            "\nStill running; Ctrl-C ends it and removes {}.",
            stage.folder.display()
        );
        say!("\nAs {PERSON}, file an issue and label it; look at it some seconds later:\n");
        let script = "```skep-demo\\nwrite BYE.md: bye\\nsay Done.\\n```";
        say!(
            "  {}",
            act(&format!(
                "\"do\":\"open_issue\",\"title\":\"Say bye\",\"body\":\"{script}\""
            ))
        );
        say!(
            "  {}",
            act(&format!(
                "\"do\":\"label\",\"issue\":{next},\"label\":\"agent:go\""
            ))
        );
        say!("  curl -s {api}/_simulator/thread/{REPOSITORY}/{next}");
        say!("\nSay something on it, and edit what was said:\n");
        say!(
            "  id=$({} | tr -dc 0-9)",
            act(&format!(
                "\"do\":\"comment\",\"issue\":{next},\"body\":\"/agent status\""
            ))
        );
        say!(
            "  {}",
            act("\"do\":\"edit_comment\",\"comment\":'$id',\"body\":\"/agent logs\"")
        );
        let pulls = stage.simulator.pulls(stage.repository).unwrap_or_default();
        let last = i64::try_from(stage.scenes.len()).unwrap_or_default();
        if let Some(pull) = pull_of(&pulls, IssueNumber(last)) {
            let (pull, branch) = (pull.issue.number, &pull.head);
            let on =
                |verb: &str, more: &str| act(&format!("\"do\":\"{verb}\",\"issue\":{pull}{more}"));
            say!(
                "\nOn the pull request #{pull}, comment on a line, let a check fail and pass, push, review, merge:\n"
            );
            let (path, at) = if last == 1 {
                ("src/greet.py", 1)
            } else {
                ("README.md", 3)
            };
            let line = format!("\"path\":\"{path}\",\"line\":{at}");
            let script = "Say more.\\n```skep-demo\\nappend README.md: More.\\nreply all: There is more now.\\n```";
            say!(
                "  {}",
                on("line_comment", &format!(",{line},\"body\":\"{script}\""))
            );
            say!(
                "  {}",
                on(
                    "check",
                    ",\"name\":\"tests\",\"conclusion\":\"failure\",\"log\":\"1 failed\""
                )
            );
            say!(
                "  {}",
                on("check", ",\"name\":\"tests\",\"conclusion\":\"success\"")
            );
            say!(
                "  {}",
                act(&format!(
                    "\"do\":\"push_file\",\"branch\":\"{branch}\",\"path\":\"MINE.md\",\"content\":\"mine\""
                ))
            );
            say!("  {}", on("ready", ""));
            say!(
                "  {}",
                on("review", ",\"event\":\"APPROVE\",\"body\":\"Good.\"")
            );
            say!("  {}", on("merge", ""));
        }
        say!("\nAll verbs with their fields (unlabel, react, close, reopen and more):\n");
        say!("  curl -s {api}/_simulator/act");
        say!("\nOr send a webhook by hand (secret: {}):\n", stage.secret);
        say!(
            "  body='{{\"zen\":\"hi\"}}'; sig=$(printf %s \"$body\" | openssl dgst -sha256 -hmac '{}' | sed 's/.*= //')",
            stage.secret
        );
        say!(
            "  curl -si http://{door}/webhook -H \"X-Hub-Signature-256: sha256=$sig\" -H 'X-GitHub-Event: ping' \
             -H \"X-GitHub-Delivery: by-hand-1\" -H 'Content-Type: application/json' -d \"$body\""
        );
        say!(
            "\nAnd look: skep status --admin http://{}",
            stage.running.admin
        );
        Ok(())
    }
}

/// What to do after the demo, in two columns however long the name is that skep was started by.
fn next_steps(skep: &str) -> Vec<String> {
    let steps = [
        (
            format!("{skep} demo --keep"),
            "leaves all of this running, to send it webhooks by hand",
        ),
        (
            format!("{skep} config check"),
            "says what a real installation still needs",
        ),
        (
            "README.md".to_owned(),
            "install the App on GitHub in five steps",
        ),
    ];
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

fn show(thread: &str) -> io::Result<()> {
    for line in thread.lines() {
        say!("    {line}");
    }
    Ok(())
}

/// A line of `--json` that is no event of skep: the first and the last.
fn bracket(stage: &Stage, event: &str, details: Value) -> Value {
    let time = (stage.running.app.runner.services().clock)();
    json!({
        "time": time, "event": event, "repository": REPOSITORY, "issue": null, "session": null, "details": details,
    })
}

/// An event in words; `None` for those that only machines need.
fn words(line: &Value) -> Option<String> {
    let details = &line["details"];
    let text = |key: &str| details[key].as_str().unwrap_or_default().to_owned();
    let number = |key: &str, one: &str| count(details[key].as_u64().unwrap_or(0), one);
    Some(match line["event"].as_str()? {
        "task.received" => format!("received    “{}” by {}", text("title"), text("by")),
        "task.refused" => format!("refused     {}", text("why")),
        "task.queued" => format!(
            "role        {}: {}",
            text("role"),
            text("why").replace('`', "")
        ),
        "task.waiting" => format!(
            "queued      {} of {}",
            details["position"], details["total"]
        ),
        "session.dispatched" => format!(
            "session     {}",
            line["session"].as_str().unwrap_or_default()
        ),
        "workspace.ready" => format!("workspace   {} at {:.10}", text("branch"), text("base")),
        "session.running" => format!("agent       {}", text("agent")),
        "session.progress" => progress(details)?,
        "session.collected" => format!(
            "changed     {}, +{} −{}, in {}",
            number("files", "file"),
            details["insertions"],
            details["deletions"],
            number("commits", "commit")
        ),
        "branch.pushed" => format!("pushed      {}", text("branch")),
        "pull_request.opened" => format!("opened      {}", text("url")),
        "pull_request.ready" => "ready       for review".to_owned(),
        "question.asked" => {
            let first = &details["questions"][0];
            format!(
                "asks        “{}”",
                first["text"].as_str().unwrap_or_default()
            )
        }
        "question.answered" => format!("answer      “{}” by {}", text("text"), text("by")),
        "question.withdrawn" => "withdrawn   the agent went on without an answer".to_owned(),
        "session.parked" => "parked      until the answer comes".to_owned(),
        "review.taken" => format!(
            "review      by {} ({})",
            text("by"),
            number("threads", "comment")
        ),
        "revision.started" => format!("revision    {}", details["round"]),
        "session.needs_person" => format!("needs you   {}", text("why")),
        "answer.posted" => "answered    on the issue".to_owned(),
        "session.failed" => format!("failed      {}: {}", text("class"), text("why")),
        "session.cancelled" => format!("stopped     {}", text("why")),
        "session.completed" => "completed".to_owned(),
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
            let columns: Vec<_> = next_steps(skep)
                .iter()
                .map(|line| line.rfind("  "))
                .collect();
            assert!(
                columns.iter().all(|column| *column == columns[0]),
                "{:?}",
                next_steps(skep)
            );
        }
    }
}
