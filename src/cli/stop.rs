//! `skep stop <id>`: end a session, as `/agent stop` does on its issue.

use serde_json::{Value, json};

use super::admin_options::AdminOptions;
use super::command_error::{CommandError, CommandResult};
use super::order;
use super::output::{one_line, print, print_json};
use crate::config::Sources;
use crate::core::ids::SessionId;
use crate::core::text;

/// Stop a session; the issue is told.
#[derive(Debug, clap::Args)]
pub(super) struct StopSession {
    /// The session's id, as `skep sessions` lists it, or its issue: `owner/repo#12`.
    #[arg(value_name = "SESSION OR ISSUE")]
    what: String,
    #[command(flatten)]
    pub(super) admin: AdminOptions,
}

impl StopSession {
    pub(super) async fn run(self, sources: &Sources) -> CommandResult {
        if self.what.contains('/') {
            return order::give(&self.admin, sources, &self.what, "stop").await;
        }
        let id: Result<SessionId, _> = self.what.parse();
        let id = id.map_err(|error| CommandError::Misused(error.to_string()))?;
        let admin = self.admin.admin(sources)?;
        let answer: Value = admin
            .post(&format!("/api/v1/sessions/{id}/stop"), &json!({}))
            .await?;
        if self.admin.json {
            return Ok(print_json(&answer)?);
        }
        let result = answer["result"]
            .as_str()
            .unwrap_or(text::cli::BEING_STOPPED);
        Ok(print(&format!("{id}: {}\n", one_line(result)))?)
    }
}
