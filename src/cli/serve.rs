//! `skep serve`: answer GitHub until a signal says stop.

use std::time::Duration;

use secrecy::ExposeSecret;

use super::{Ended, Stop};
use crate::agent::SandboxChoice;
use crate::agent::presets::preset;
use crate::app::{self, Addresses, GitHubSetup, Reread, Setup};
use crate::config::{self, Args, Config, Missing, Sources};
use crate::git::OldGit;
use crate::github::{Pace, Timeouts};
use crate::runner::Timings;
use crate::webhook::Secrets;

/// How long one git process may take: the first fetch of a large repository is long.
const GIT_TIMEOUT: Duration = Duration::from_secs(600);

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
    app::serve(setup(config)?, addresses, read_again).await
}

/// Where to listen.
pub(super) fn addresses(config: &Config) -> Addresses {
    Addresses {
        listen: config.listen,
        admin: config.admin_listen,
    }
}

/// The operator's wishes in the words of the rooms.
pub(super) fn setup(config: Config) -> anyhow::Result<Setup> {
    let (Some(github), Some(default_agent)) = (config.github, config.default_agent) else {
        anyhow::bail!("credentials or agent are missing")
    };
    let config::Pace {
        burst,
        per_second,
        per_minute,
        per_hour,
    } = config.pace;
    Ok(Setup {
        data_dir: config.data_dir,
        database_url: config.database_url.expose_secret().to_owned(),
        github: GitHubSetup {
            app_id: github.app_id,
            secrets: Secrets::new(github.webhook_secrets())?,
            private_key: github.private_key,
            api_url: github.api_url,
            web_url: github.web_url,
        },
        specs: config.agents,
        default_agent,
        roles: config.roles,
        default_role: config.default_role,
        limits: config.limits,
        allowed_bots: config.allowed_bots,
        allow_protected: config.allow_protected,
        ignore: config.ignore,
        author_answers: config.author_answers,
        ready: config.ready,
        pace: Pace {
            burst,
            per_second,
            per_minute,
            per_hour,
            ..Pace::default()
        },
        timeouts: Timeouts::default(),
        git_timeout: GIT_TIMEOUT,
        old_git: match config.old_git {
            config::OldGit::Refuse => OldGit::Refuse,
            config::OldGit::Allow => OldGit::Allow,
        },
        admin_token: config.admin_token,
        git: config.git,
        network: config.network,
        certificates: config.certificates,
        sandbox: match config.sandbox {
            config::Sandbox::Auto => SandboxChoice::Auto,
            config::Sandbox::Off => SandboxChoice::Off,
        },
        hide: config.hide,
        path: config.path,
        demo_in_process: false,
        timings: Timings {
            look_again: config.look_again,
            ..Timings::default()
        },
        clock: app::system_clock(),
    })
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
