//! `skep dashboard`: the dashboard's address, by a link that signs in once.

use serde_json::json;

use super::admin_options::AdminOptions;
use super::command_error::CommandResult;
use super::output::{print, print_json};
use crate::config::Sources;
use crate::core::text::pages;

/// Print a link to the dashboard that signs in once.
#[derive(Debug, clap::Args)]
pub(super) struct Dashboard {
    #[command(flatten)]
    pub(super) admin: AdminOptions,
}

impl Dashboard {
    pub(super) async fn run(self, sources: &Sources) -> CommandResult {
        let admin = self.admin.admin(sources)?;
        let answer = admin.post("/sign-in/link", &json!({})).await?;
        let path = answer["path"].as_str().unwrap_or_default();
        let url = format!("{}{path}", admin.shown());
        if self.admin.json {
            return Ok(print_json(&json!({ "url": url }))?);
        }
        Ok(print(&format!("{}\n", pages::one_time_link(&url)))?)
    }
}
