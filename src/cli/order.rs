//! `skep retry|answer|approve|priority OWNER/REPO#N`: what people say by command on an issue, said by the operator.

use serde_json::{Value, json};

use super::admin_options::AdminOptions;
use super::command_error::CommandResult;
use super::issue::Issue;
use super::output::{one_line, print, print_json};
use crate::config::Sources;

/// Run an issue again after its session ended, as `/agent retry` does.
#[derive(Debug, clap::Args)]
pub(super) struct Retry {
    /// The issue: `owner/repo#12`, or its address.
    #[arg(value_name = "ISSUE")]
    issue: String,
    /// Begin without what the last session left.
    #[arg(long)]
    fresh: bool,
    #[command(flatten)]
    pub(super) admin: AdminOptions,
}

impl Retry {
    pub(super) async fn run(self, sources: &Sources) -> CommandResult {
        let order = if self.fresh { "retry fresh" } else { "retry" };
        give(&self.admin, sources, &self.issue, order).await
    }
}

/// Answer the open question of an issue's session, as `/agent answer` does.
#[derive(Debug, clap::Args)]
pub(super) struct Answer {
    /// The issue: `owner/repo#12`, or its address.
    #[arg(value_name = "ISSUE")]
    issue: String,
    /// The answer: an option's number, or words.
    #[arg(value_name = "ANSWER", required = true)]
    words: Vec<String>,
    #[command(flatten)]
    pub(super) admin: AdminOptions,
}

impl Answer {
    pub(super) async fn run(self, sources: &Sources) -> CommandResult {
        let order = format!("answer {}", self.words.join(" "));
        give(&self.admin, sources, &self.issue, &order).await
    }
}

/// Approve what waits for approval on an issue, as `/agent approve` does.
#[derive(Debug, clap::Args)]
pub(super) struct Approve {
    /// The issue: `owner/repo#12`, or its address.
    #[arg(value_name = "ISSUE")]
    issue: String,
    #[command(flatten)]
    pub(super) admin: AdminOptions,
}

impl Approve {
    pub(super) async fn run(self, sources: &Sources) -> CommandResult {
        give(&self.admin, sources, &self.issue, "approve").await
    }
}

/// Say how soon an issue is worked on, as `/agent priority` does.
#[derive(Debug, clap::Args)]
pub(super) struct Priority {
    /// The issue: `owner/repo#12`, or its address.
    #[arg(value_name = "ISSUE")]
    issue: String,
    /// How soon.
    #[arg(value_name = "LEVEL", value_parser = ["high", "medium", "low"])]
    level: String,
    #[command(flatten)]
    pub(super) admin: AdminOptions,
}

impl Priority {
    pub(super) async fn run(self, sources: &Sources) -> CommandResult {
        let order = format!("priority {}", self.level);
        give(&self.admin, sources, &self.issue, &order).await
    }
}

/// Gives an order for one issue, and prints what came of it.
pub(super) async fn give(
    options: &AdminOptions,
    sources: &Sources,
    typed: &str,
    order: &str,
) -> CommandResult {
    let issue = Issue::parse(typed)?;
    let admin = options.admin(sources)?;
    let answer: Value = admin
        .post(&issue.orders(), &json!({ "order": order }))
        .await?;
    if options.json {
        return Ok(print_json(&answer)?);
    }
    let result = answer["result"].as_str().unwrap_or_default();
    Ok(print(&format!("{issue}: {}\n", one_line(result)))?)
}
