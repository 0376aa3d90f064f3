//! `skep pause|resume`: let nothing start, everywhere, in one repository, or hold one issue's session.

use serde_json::{Value, json};

use super::admin_options::AdminOptions;
use super::command_error::CommandResult;
use super::order;
use super::output::{one_line, print, print_json};
use crate::config::Sources;
use crate::core::ids::RepositoryName;

/// What is paused or goes on.
#[derive(Debug, clap::Args)]
pub(super) struct What {
    /// One issue: its session is held, or goes on. Without it all starts are meant; what is at work stays at work.
    #[arg(value_name = "ISSUE")]
    issue: Option<String>,
    /// Only starts in this repository.
    #[arg(long, value_name = "OWNER/REPO", conflicts_with = "issue")]
    repo: Option<RepositoryName>,
    #[command(flatten)]
    pub(super) admin: AdminOptions,
}

/// Start nothing until `skep resume`, also over a restart; sessions at work go on. With an issue, hold its session.
#[derive(Debug, clap::Args)]
pub(super) struct Pause {
    #[command(flatten)]
    pub(super) what: What,
}

impl Pause {
    pub(super) async fn run(self, sources: &Sources) -> CommandResult {
        self.what.order(sources, "pause").await
    }
}

/// Start again what waits, after `skep pause`. With an issue, its session goes on.
#[derive(Debug, clap::Args)]
pub(super) struct Resume {
    #[command(flatten)]
    pub(super) what: What,
}

impl Resume {
    pub(super) async fn run(self, sources: &Sources) -> CommandResult {
        self.what.order(sources, "resume").await
    }
}

impl What {
    async fn order(self, sources: &Sources, order: &str) -> CommandResult {
        if let Some(issue) = &self.issue {
            return order::give(&self.admin, sources, issue, order).await;
        }
        let admin = self.admin.admin(sources)?;
        let path = format!("/api/v1/queue/{order}");
        let answer: Value = admin
            .post(&path, &json!({ "repository": self.repo }))
            .await?;
        if self.admin.json {
            return Ok(print_json(&answer)?);
        }
        let result = answer["result"].as_str().unwrap_or_default();
        Ok(print(&format!("{}\n", one_line(result)))?)
    }
}
