//! `skep dispatch`: start work without a label, on one issue, several, or all open ones with a label.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::json;

use super::admin_client::{Admin, AdminError};
use super::admin_options::AdminOptions;
use super::command_error::{CommandError, CommandResult};
use super::output::{one_line, print, print_json, table};
use super::target::parse_targets;
use crate::config::Sources;
use crate::core::session::SessionState;
use crate::core::text;
use crate::http::types::{EventLine, SessionAnswer};
use crate::http::{Batch, Started};

/// How long one question for events may wait at the other end, seconds; it allows 30.
const WAIT_SECONDS: u64 = 25;
/// The pause before a skep that went away is asked again, and how often: it may be restarting.
const AWAY: Duration = Duration::from_secs(2);
const TIMES_AWAY: u32 = 30;

/// Queue issues as if they had been labeled, and print their sessions.
///
/// Examples: `skep dispatch owner/repo#12`, `skep dispatch owner/repo#12 13 14` (write `'#13'` in quotes, for a shell takes
/// a bare #13 for a comment), `skep dispatch owner/repo --label agent:go`.
#[derive(Debug, clap::Args)]
pub(super) struct Dispatch {
    /// `owner/repo#12`, or an issue's address; `13` means the same repository as the one before; with --label only `owner/repo`.
    #[arg(value_name = "TARGET", required = true)]
    targets: Vec<String>,
    /// All open issues with this label.
    #[arg(long)]
    label: Option<String>,
    /// Wait until each session ended; succeed only if all ended well.
    #[arg(long)]
    wait: bool,
    #[command(flatten)]
    pub(super) admin: AdminOptions,
}

impl Dispatch {
    pub(super) async fn run(self, sources: &Sources) -> CommandResult {
        let targets = parse_targets(&self.targets, self.label.as_deref());
        let targets = targets.map_err(|error| CommandError::Misused(error.to_string()))?;
        let order = json!({ "targets": targets.iter().map(super::target::Target::to_json).collect::<Vec<_>>() });
        let admin = self.admin.admin(sources)?;
        let answer = admin.post("/api/v1/dispatch", &order).await?;
        let batch: Batch = admin.read(&answer)?;
        if self.admin.json {
            print_json(&answer)?
        } else {
            print(&render(&batch))?
        }
        if let Some(label) = self.label.as_ref().filter(|_| batch.total == 0) {
            let nothing = text::cli::nothing_labeled(label.trim());
            return Err(CommandError::Failed(anyhow::anyhow!(nothing)));
        }
        let mut well = batch.failed.is_empty();
        if self.wait {
            well &= Follow {
                admin: &admin,
                json: self.admin.json,
            }
            .all(batch.successful)
            .await?;
        }
        if well {
            Ok(())
        } else {
            Err(CommandError::Unsuccessful)
        }
    }
}

fn render(batch: &Batch) -> String {
    let mut shown = String::new();
    if !batch.successful.is_empty() {
        let rows: Vec<_> = batch
            .successful
            .iter()
            .map(|line| [line.issue.clone(), line.session.to_string()])
            .collect();
        shown.push_str(&table(["ISSUE", "SESSION"], &rows));
    }
    if !batch.failed.is_empty() {
        let rows: Vec<_> = batch
            .failed
            .iter()
            .map(|line| [line.issue.clone(), line.reason.clone()])
            .collect();
        shown.push_str(&table(["NOT STARTED", "WHY"], &rows));
    }
    let mut say = |sentence: String| shown.push_str(&format!("{sentence}\n"));
    say(text::cli::started(batch.successful.len(), batch.total));
    let continued = batch.successful.iter().filter(|line| line.goes_on).count();
    if continued > 0 {
        say(text::cli::continued(continued));
    }
    if batch.in_review > 0 {
        say(text::cli::passed_over(batch.in_review));
    }
    shown
}

/// Follows sessions to their ends.
struct Follow<'a> {
    admin: &'a Admin,
    json: bool,
}

impl Follow<'_> {
    /// Whether all ended well. Events only say when to look; what counts is the session's own state.
    async fn all(&self, started: Vec<Started>) -> Result<bool, CommandError> {
        let mut open: BTreeSet<String> = started
            .into_iter()
            .map(|line| line.session.to_string())
            .collect();
        let mut look: BTreeSet<String> = open.clone();
        let (mut after, mut well, mut away) = (None, true, 0);
        while !open.is_empty() {
            let round = async {
                for id in std::mem::take(&mut look) {
                    let (ended, seen) = self.look(&id).await?;
                    after = after.max(seen);
                    if let Some(ended_well) = ended {
                        well &= ended_well;
                        open.remove(&id);
                    }
                }
                if open.is_empty() {
                    Ok(Vec::new())
                } else {
                    self.events(after.unwrap_or(0)).await
                }
            };
            match round.await {
                Ok(events) => {
                    away = 0;
                    after = after.max(events.iter().map(|event| event.seq).max());
                    let named = events.into_iter().filter_map(|event| event.session);
                    look = named.filter(|id| open.contains(id)).collect();
                    if look.is_empty() {
                        look = open.clone();
                    }
                }
                Err(CommandError::Failed(error)) if is_away(&error) && away < TIMES_AWAY => {
                    away += 1;
                    look = open.clone();
                    tokio::time::sleep(AWAY).await;
                }
                Err(stop) => return Err(stop),
            }
        }
        Ok(well)
    }

    /// Whether a session ended, and well; and the last event that its timeline shows.
    async fn look(&self, id: &str) -> Result<(Option<bool>, Option<i64>), CommandError> {
        let answer = self
            .admin
            .get(&format!("/api/v1/sessions/{id}"), &[])
            .await?;
        let session: SessionAnswer = self.admin.read(&answer)?;
        let seen = session.timeline.iter().map(|event| event.seq).max();
        let Some(state) = session.line.known_state().filter(|state| state.is_end()) else {
            return Ok((None, seen));
        };
        if self.json {
            print_json(&answer)?;
        } else {
            let why = session
                .line
                .stop
                .clone()
                .or_else(|| Some(session.line.pull_request()))
                .unwrap_or_default();
            let line = format!(
                "{}  {}  {}  {why}",
                session.line.place(),
                session.line.id,
                session.line.state
            );
            print(&(one_line(&line).trim_end().to_owned() + "\n"))?;
        }
        Ok((Some(state == SessionState::Completed), seen))
    }

    async fn events(&self, after: i64) -> Result<Vec<EventLine>, CommandError> {
        let query = [
            ("after", after.to_string()),
            ("wait", WAIT_SECONDS.to_string()),
        ];
        Ok(self.admin.lines("/api/v1/events", &query).await?)
    }
}

/// A skep that is restarted comes back with the same sessions.
fn is_away(error: &anyhow::Error) -> bool {
    matches!(
        error.downcast_ref(),
        Some(AdminError::NotRunning(_) | AdminError::Lost { .. })
    )
}
