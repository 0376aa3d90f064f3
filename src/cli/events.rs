//! `skep events`: what happened, and with `--follow` what happens: one line an event, as it comes.

use std::time::Duration;

use super::admin_client::{Admin, AdminError};
use super::admin_options::AdminOptions;
use super::command_error::CommandResult;
use super::output::{moment, one_line, print, print_json};
use super::shown::brief;
use crate::config::Sources;
use crate::core::text;
use crate::http::types::EventLine;

/// How long one question may wait at the other end, seconds; it allows 30.
const WAIT_SECONDS: u64 = 25;
/// Events that are asked for at once.
const PAGE: usize = 500;
/// The pause before a skep that went away is asked again.
const AWAY: Duration = Duration::from_secs(2);

/// Show what happened, oldest first; with --follow, also what happens from then on.
///
/// Every event has a position: `--after` with the last that you saw misses nothing. docs/events.md lists the names.
#[derive(Debug, clap::Args)]
pub(super) struct Events {
    /// Go on with what happens, until interrupted; also while skep restarts.
    #[arg(long)]
    follow: bool,
    /// Only those after this position; if not said, all that are kept, and with --follow none.
    #[arg(long, value_name = "POSITION", value_parser = clap::value_parser!(i64).range(0..))]
    after: Option<i64>,
    /// Only there.
    #[arg(long, value_name = "OWNER/REPO")]
    repo: Option<String>,
    /// Only events of these names, such as session.failed,question.asked; may be given several times.
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    kind: Vec<String>,
    #[command(flatten)]
    pub(super) admin: AdminOptions,
}

impl Events {
    pub(super) async fn run(self, sources: &Sources) -> CommandResult {
        let admin = self.admin.admin(sources)?;
        let mut after = self.after;
        // What came before a restart is not missed: from the first answer on, the position is known.
        if self.follow && after.is_none() {
            after = Some(newest(&admin).await?);
        }
        let mut after = after.unwrap_or(0);
        loop {
            let page = match admin.lines("/api/v1/events", &self.query(after)).await {
                Ok(page) => page,
                Err(AdminError::NotRunning(_) | AdminError::Lost { .. }) if self.follow => {
                    tokio::time::sleep(AWAY).await;
                    continue;
                }
                Err(error) => return Err(error.into()),
            };
            let is_last = page.len() < PAGE;
            for event in &page {
                after = self.show(event, after)?;
            }
            if is_last && !self.follow {
                return Ok(());
            }
        }
    }

    fn query(&self, after: i64) -> Vec<(&'static str, String)> {
        let mut query = vec![("after", after.to_string()), ("limit", PAGE.to_string())];
        query.extend(self.repo.clone().map(|name| ("repository", name)));
        if !self.kind.is_empty() {
            query.push(("kind", self.kind.join(",")));
        }
        if self.follow {
            query.push(("wait", WAIT_SECONDS.to_string()));
        }
        query
    }

    /// Prints one, and answers its position.
    fn show(&self, event: &serde_json::Value, after: i64) -> Result<i64, super::CommandError> {
        let seq = event["seq"].as_i64().unwrap_or(after);
        if self.admin.json {
            print_json(event)?;
        } else if let Ok(line) = serde_json::from_value::<EventLine>(event.clone()) {
            print(&render(&line))?;
        }
        Ok(seq)
    }
}

/// The position of the newest event.
async fn newest(admin: &Admin) -> Result<i64, AdminError> {
    let answer = admin.get("/api/v1/events/newest", &[]).await?;
    Ok(answer["seq"].as_i64().unwrap_or(0))
}

fn render(event: &EventLine) -> String {
    let place = match (&event.repository, event.issue) {
        (Some(repository), Some(issue)) => format!("{repository}#{issue}"),
        (Some(repository), None) => repository.clone(),
        _ => text::cli::NOWHERE.to_owned(),
    };
    let details = brief(&event.details);
    let line = format!(
        "{}  {}  {}  {place}  {details}",
        event.seq,
        moment(event.time),
        event.event
    );
    format!("{}\n", one_line(line.trim_end()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_one_line() {
        let event = EventLine {
            seq: 41,
            time: 1_700_000_000_000,
            event: "session.failed".into(),
            repository: Some("octo/hello".into()),
            issue: Some(12),
            session: Some("7-12-1".into()),
            delivery: None,
            details: serde_json::json!({ "stop": "crashed\u{1b}[2J" }),
        };
        insta::assert_snapshot!(render(&event), @"41  2023-11-14 22:13:20Z  session.failed  octo/hello#12  stop=crashed [2J");
    }
}
