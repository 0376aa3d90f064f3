//! `skep session <id>`: one session, what happened in it, and its log.

use std::time::Duration;

use serde_json::json;

use super::admin_client::{Admin, AdminError};
use super::admin_options::AdminOptions;
use super::command_error::CommandResult;
use super::output::{facts, lines, moment, now, print, print_bytes, print_json, table};
use super::shown::{self, brief};
use crate::config::Sources;
use crate::core::ids::SessionId;
use crate::core::text::disk::size;
use crate::http::types::{LogAnswer, LogLine, SessionAnswer};

/// Between two questions for what is new.
const PAUSE: Duration = Duration::from_millis(500);
/// Lines of log in one question.
const PAGE: &str = "1000";

/// Show one session with its timeline.
#[derive(Debug, clap::Args)]
pub(super) struct Session {
    /// The session's id, as `skep sessions` lists it.
    #[arg(value_name = "ID")]
    id: SessionId,
    /// Show its whole log too.
    #[arg(long)]
    log: bool,
    /// Go on with its log until it is over; with --json a line of JSON for each line of the log, and nothing else.
    #[arg(long, requires = "log")]
    follow: bool,
    /// Print what it changed, published or not, as a patch for `git apply`, and nothing else.
    #[arg(long, conflicts_with = "log")]
    patch: bool,
    #[command(flatten)]
    pub(super) admin: AdminOptions,
}

impl Session {
    pub(super) async fn run(self, sources: &Sources) -> CommandResult {
        let admin = self.admin.admin(sources)?;
        if self.patch {
            let patch = admin
                .bytes(&format!("/api/v1/sessions/{}/patch", self.id), &[])
                .await?;
            return Ok(print_bytes(&patch)?);
        }
        let mut answer = read(&admin, &self.id).await?;
        if self.admin.json && !self.follow {
            if self.log {
                answer["log"] = json!(read_log(&admin, &self.id, &mut 0).await?);
            }
            return Ok(print_json(&answer)?);
        }
        if !self.admin.json {
            let session: SessionAnswer = admin.read(&answer)?;
            print(&render(&session, now()))?;
        }
        if self.log {
            self.show_log(&admin).await?;
        }
        Ok(())
    }

    /// Prints the log as far as it goes, or as it goes on.
    async fn show_log(&self, admin: &Admin) -> CommandResult {
        if !self.admin.json {
            print("\nLog\n")?;
        }
        let mut after = 0;
        loop {
            // Whether it is over is asked first: what it said last is in the log by then.
            let is_over = !self.follow || !read(admin, &self.id).await?["ended_at"].is_null();
            for line in read_log(admin, &self.id, &mut after).await? {
                match self.admin.json {
                    true => print_json(&line)?,
                    false => print(&render_line(&admin.read(&line)?))?,
                }
            }
            if is_over {
                return Ok(());
            }
            tokio::time::sleep(PAUSE).await;
        }
    }
}

async fn read(admin: &Admin, id: &SessionId) -> Result<serde_json::Value, AdminError> {
    admin.get(&format!("/api/v1/sessions/{id}"), &[]).await
}

/// The lines after a place, which becomes that of the last of them.
async fn read_log(
    admin: &Admin,
    id: &SessionId,
    after: &mut i64,
) -> Result<Vec<serde_json::Value>, AdminError> {
    let mut all = Vec::new();
    loop {
        let query = [("after", after.to_string()), ("limit", PAGE.to_owned())];
        let page = admin
            .get(&format!("/api/v1/sessions/{id}/log"), &query)
            .await?;
        let LogAnswer { lines, next } = admin.read(&page)?;
        if lines.is_empty() || next <= *after {
            return Ok(all);
        }
        all.extend(page["lines"].as_array().cloned().unwrap_or_default());
        *after = next;
    }
}

fn render(session: &SessionAnswer, now: i64) -> String {
    let line = &session.line;
    let head = facts(&[
        ("session", line.id.clone()),
        ("issue", line.place()),
        ("state", line.state.clone()),
        ("why", line.stop.clone().unwrap_or_default()),
        ("role", line.role.clone()),
        ("agent", line.agent.clone()),
        ("branch", line.branch.clone().unwrap_or_default()),
        ("pull request", line.pull_request()),
        ("queued", shown::since(line)),
        ("took", shown::took(line, now)),
        (
            "spent",
            line.usage.as_ref().map(shown::spent).unwrap_or_default(),
        ),
        ("disk", line.disk_bytes.map(size).unwrap_or_default()),
    ]);
    let rows: Vec<[String; 3]> = session
        .timeline
        .iter()
        .map(|event| {
            [
                moment(event.time),
                event.event.clone(),
                brief(&event.details),
            ]
        })
        .collect();
    format!("{head}\n{}", table(["TIME", "EVENT", "DETAILS"], &rows))
}

/// A log line; a long text keeps its lines, indented.
fn render_line(line: &LogLine) -> String {
    let body = lines(&brief(&line.body)).trim_end().replace('\n', "\n    ");
    format!(
        "{}  {}  {body}\n",
        moment(line.time),
        super::output::one_line(&line.kind)
    )
}
