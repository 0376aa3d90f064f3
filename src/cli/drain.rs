//! `skep drain`: let what is at work come to its end, and start nothing, so that skep can be stopped without interrupting an agent.
//!
//! It pauses and looks; it stops nothing and nobody.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::json;
use tokio::time::Instant;

use super::admin_client::Admin;
use super::admin_options::AdminOptions;
use super::command_error::{CommandError, CommandResult};
use super::output::{print, print_json};
use super::span_argument::span_of;
use crate::config::Sources;
use crate::core::text::drain as says;
use crate::http::types::StatusAnswer;

/// Between two looks.
const LOOK: Duration = Duration::from_secs(2);

/// Start nothing more (as `skep pause` does), and wait until no agent is at work.
///
/// Then skep can be stopped without interrupting anybody. `skep resume` lets starts go on, also after a restart.
#[derive(Debug, clap::Args)]
pub(super) struct Drain {
    /// Give up waiting after so long, such as 30m; exit code 1 then. Starts stay paused.
    #[arg(long, value_name = "TIME", value_parser = span_of)]
    timeout: Option<Duration>,
    #[command(flatten)]
    pub(super) admin: AdminOptions,
}

impl Drain {
    pub(super) async fn run(self, sources: &Sources) -> CommandResult {
        let admin = self.admin.admin(sources)?;
        let whole = json!({ "repository": null });
        admin.post("/api/v1/queue/pause", &whole).await?;
        let until = self.timeout.map(|timeout| Instant::now() + timeout);
        let mut told = BTreeSet::new();
        loop {
            let at_work = at_work(&admin).await?;
            if at_work.is_empty() {
                break;
            }
            if !self.admin.json && told != at_work {
                print(&says::waiting(&Vec::from_iter(at_work.iter().cloned())))?;
                told = at_work.clone();
            }
            let now = Instant::now();
            if until.is_some_and(|until| now >= until) {
                return Err(CommandError::Failed(anyhow::anyhow!(says::not_yet(
                    at_work.len()
                ))));
            }
            let next = until.map_or(now + LOOK, |until| until.min(now + LOOK));
            tokio::time::sleep_until(next).await;
        }
        match self.admin.json {
            true => Ok(print_json(&json!({ "drained": true }))?),
            false => Ok(print(says::DRAINED)?),
        }
    }
}

/// The sessions whose agents run: such as `octo/hello#12 (1296269-12-1)`.
async fn at_work(admin: &Admin) -> Result<BTreeSet<String>, CommandError> {
    let answer = admin.get("/api/v1/status", &[]).await?;
    let status: StatusAnswer = admin.read(&answer)?;
    let shown = status
        .active
        .iter()
        .map(|session| format!("{} ({})", session.place(), session.id));
    Ok(shown.collect())
}
