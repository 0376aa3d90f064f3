//! The flags of commands that read the whole configuration, as typed. Secrets have none: a command line can be read by
//! every process of the machine.

use std::path::PathBuf;

use super::reference;

/// The one sentence of a key, without the full stop that no other help text has.
fn meaning(key: &str) -> &'static str {
    reference::meaning(key).trim_end_matches('.')
}

/// Flags; each wins over its variable and its key in `skep.toml`.
#[derive(Debug, Clone, Default, PartialEq, Eq, clap::Args)]
#[command(
    next_help_heading = "Configuration (also by variable and skep.toml: `skep config show --reference`)"
)]
pub struct Args {
    #[arg(long, value_name = "FILE", help = meaning("config"))]
    pub(super) config: Option<PathBuf>,
    #[arg(long, value_name = "ADDRESS", help = meaning("listen"))]
    pub(super) listen: Option<String>,
    #[arg(long, value_name = "ADDRESS", help = meaning("admin_listen"))]
    pub(super) admin_listen: Option<String>,
    #[arg(long, value_name = "URL", help = meaning("public_url"))]
    pub(super) url: Option<String>,
    #[arg(long, value_name = "URL", help = meaning("webhook_proxy"))]
    pub(super) webhook_proxy: Option<String>,
    #[arg(long, value_name = "INTERVAL", help = meaning("poll"))]
    pub(super) poll: Option<String>,
    #[arg(long, value_name = "FOLDER", help = meaning("data_dir"))]
    pub(super) data_dir: Option<String>,
    #[arg(long, value_name = "NUMBER", help = meaning("app_id"))]
    pub(super) app_id: Option<String>,
    #[arg(long, value_name = "FILE", help = meaning("private_key_file"))]
    pub(super) private_key_file: Option<String>,
    #[arg(long, value_name = "URL", help = meaning("github_api_url"))]
    pub(super) github_api_url: Option<String>,
    #[arg(long, value_name = "URL", help = meaning("github_url"))]
    pub(super) github_url: Option<String>,
    #[arg(long, value_name = "NAME | COMMAND", help = meaning("agent"))]
    pub(super) agent: Option<String>,
    #[arg(
        long,
        help = "Do not fence agents in with bubblewrap: they can then read what skep can read"
    )]
    pub(super) no_sandbox: bool,
    #[arg(long, value_name = "FILTER", help = meaning("log"))]
    pub(super) log: Option<String>,
    #[arg(long, value_name = "FORMAT", help = meaning("log_format"))]
    pub(super) log_format: Option<String>,
}

impl Args {
    /// Only `--config` and `--data-dir`, for commands that need little of the rest.
    pub fn of_place(config: Option<PathBuf>, data_dir: Option<String>) -> Self {
        Self {
            config,
            data_dir,
            ..Self::default()
        }
    }

    /// Only `--agent`, for the demo.
    pub fn of_agent(agent: Option<String>) -> Self {
        Self {
            agent,
            ..Self::default()
        }
    }

    /// What of this a service needs later as well, as lines of a `skep.toml`: the agent, and how webhooks get here.
    pub fn kept_lines(&self) -> String {
        let typed = [
            ("agent", &self.agent),
            ("public_url", &self.url),
            ("webhook_proxy", &self.webhook_proxy),
            ("poll", &self.poll),
        ];
        let line = |(key, value): (&str, &Option<String>)| {
            let value = serde_json::Value::from(value.as_deref()?);
            Some(format!("{key} = {value}\n"))
        };
        typed.into_iter().filter_map(line).collect()
    }

    /// What was typed for a key, with the flag it was typed as.
    pub(super) fn typed(&self, key: &str) -> Option<(&'static str, String)> {
        let (flag, value) = match key {
            "listen" => ("--listen", &self.listen),
            "admin_listen" => ("--admin-listen", &self.admin_listen),
            "public_url" => ("--url", &self.url),
            "webhook_proxy" => ("--webhook-proxy", &self.webhook_proxy),
            "poll" => ("--poll", &self.poll),
            "data_dir" => ("--data-dir", &self.data_dir),
            "app_id" => ("--app-id", &self.app_id),
            "private_key_file" => ("--private-key-file", &self.private_key_file),
            "github_api_url" => ("--github-api-url", &self.github_api_url),
            "github_url" => ("--github-url", &self.github_url),
            "agent" => ("--agent", &self.agent),
            "log" => ("--log", &self.log),
            "log_format" => ("--log-format", &self.log_format),
            "sandbox" if self.no_sandbox => return Some(("--no-sandbox", "none".to_owned())),
            _ => return None,
        };
        value.clone().map(|value| (flag, value))
    }
}
