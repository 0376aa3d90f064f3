//! `skep serve`: answer GitHub until a signal says stop.

use super::{Ended, Stop};
use crate::agent::presets::preset;
use crate::app::{self, Addresses, Reread, Setup};
use crate::config::{Args, Config, Missing, Sources};

/// Serve webhooks and run sessions until SIGTERM or SIGINT; SIGHUP reads the webhook secrets again.
#[derive(Debug, clap::Args)]
pub struct Serve {
    #[command(flatten)]
    pub(super) args: Args,
}

pub(super) async fn run(sources: &Sources) -> Ended {
    let config = sources.config(&preset)?;
    config
        .ready()
        .map_err(|missing| Stop::Misused(not_ready(missing)))?;
    let warnings = config
        .warnings
        .iter()
        .cloned()
        .chain(config.make_data_dir()?);
    for warning in warnings {
        tracing::warn!("{warning}");
    }
    Ok(start(config, sources).await?)
}

async fn start(config: Config, sources: &Sources) -> anyhow::Result<()> {
    let addresses = addresses(&config);
    let read_again = || {
        let config = sources
            .read_again()
            .config(&preset)
            .map_err(|error| error.to_string())?;
        let github = config.github.ok_or("credentials are missing")?;
        Ok(Reread {
            webhook_secrets: github.webhook_secrets(),
        })
    };
    app::serve(Setup::from_config(config)?, addresses, read_again).await
}

/// Where to listen.
pub(super) fn addresses(config: &Config) -> Addresses {
    Addresses {
        listen: config.listen,
        admin: config.admin_listen,
    }
}

/// What is missing and how to get it.
pub(super) fn not_ready(missing: &[Missing]) -> String {
    let list: String = missing
        .iter()
        .map(|missing| format!("\n  {}: {}", missing.name, missing.meaning))
        .collect();
    format!(
        "`skep serve` still needs:{list}

Five steps to there (the README has them in full):
  1. Create a GitHub App with the permissions and events of app-manifest.json.
  2. Give it the webhook URL https://YOUR-HOST/webhook and a secret: SKEP_WEBHOOK_SECRET.
  3. Generate its private key and note its App ID: SKEP_PRIVATE_KEY_FILE, SKEP_APP_ID.
  4. Name a coding agent and give it its model's key: SKEP_AGENT. Then start `skep serve`.
  5. Install the App on a repository and add the label agent:go to an issue.

`skep demo` shows all of it without GitHub; `skep config check` says what is left to do."
    )
}
