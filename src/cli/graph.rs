//! `skep graph`: which issue of a repository waits for which.

use super::admin_options::AdminOptions;
use super::command_error::CommandResult;
use super::output::{print, print_json};
use crate::config::Sources;
use crate::core::ids::RepositoryName;
use crate::http::types::GraphAnswer;

/// Draw which issue of a repository waits for which: as Mermaid (GitHub shows it in Markdown), for Graphviz, as JSON, or as
/// plain lines.
#[derive(Debug, clap::Args)]
pub(super) struct Graph {
    /// The repository.
    #[arg(value_name = "OWNER/REPO")]
    repository: RepositoryName,
    /// How it is drawn.
    #[arg(long, value_enum, default_value = "mermaid")]
    format: Format,
    #[command(flatten)]
    pub(super) admin: AdminOptions,
}

impl Graph {
    pub(super) async fn run(self, sources: &Sources) -> CommandResult {
        let admin = self.admin.admin(sources)?;
        let query = [
            ("repository", self.repository.to_string()),
            ("format", self.format.name().to_owned()),
        ];
        let answer = admin.get("/api/v1/graph", &query).await?;
        if self.admin.json {
            return Ok(print_json(&answer)?);
        }
        let graph: GraphAnswer = admin.read(&answer)?;
        Ok(print(&format!("{}\n", graph.text.trim_end()))?)
    }
}

/// How a graph is drawn.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Format {
    Mermaid,
    Dot,
    Json,
    Text,
}

impl Format {
    /// Its name at the admin address.
    fn name(self) -> &'static str {
        match self {
            Self::Mermaid => "mermaid",
            Self::Dot => "dot",
            Self::Json => "json",
            Self::Text => "text",
        }
    }
}
