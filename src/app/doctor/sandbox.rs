//! A command in a real sandbox: it may write its working copy, and neither the system nor skep's own folder.

use std::time::Duration;

use crate::agent::{Agents, Confinement, TrialCommand};
use crate::app::finding::Finding;
use crate::app::sandbox_view::{agents_config, found, launch};
use crate::app::scratch::Scratch;
use crate::config::Config;
use crate::core::repository_policy::RepositoryPolicy;
use crate::core::text::doctor as text;

/// What it tries, exit code by exit code. The folder of its secrets is its first argument.
const SCRIPT: &str = "touch made || exit 11; if touch /usr/made-by-a-session 2>/dev/null; then rm -f /usr/made-by-a-session; exit 12; fi; \
                      if ls \"$1\" >/dev/null 2>&1; then exit 13; fi; exit 0";
/// How long it may take.
const PATIENCE: Duration = Duration::from_secs(30);
/// The part, in a word.
const PART: &str = "sandbox";

/// Runs it. Where there is no sandbox, that is said already.
pub(super) async fn look(config: &Config) -> Finding {
    match attempt(config).await {
        Ok(finding) => finding,
        Err(error) => Finding::wrong(PART, text::sandbox_fails(&format!("{error:#}"))),
    }
}

async fn attempt(config: &Config) -> anyhow::Result<Finding> {
    let found = found(config, config.default_role.as_str())?;
    let scratch = Scratch::new()?;
    // What a session must not see, whether or not a service ran here before.
    let secrets = scratch.path().join("secrets");
    std::fs::create_dir_all(&secrets)?;
    let launch = launch(
        found.agent,
        &found.role,
        (scratch.path(), &RepositoryPolicy::default()),
    )?;
    let agents = Agents::open(agents_config(config.clone(), scratch.path())).await?;
    if matches!(agents.confinement(), Confinement::None { .. }) {
        return Ok(Finding::odd(PART, text::SANDBOX_NONE));
    }
    let argv = ["/bin/sh", "-c", SCRIPT, "sh", &secrets.to_string_lossy()].map(str::to_owned);
    let command = TrialCommand {
        launch: &launch,
        argv: &argv,
        out: Box::new(tokio::io::sink()),
        errors: Box::new(tokio::io::sink()),
    };
    let cut = tokio::time::sleep(PATIENCE);
    let tried = agents.try_command(command, cut, |_| ()).await;
    agents.close(&launch.session).await?;
    Ok(match tried?.end {
        Ok(0) => Finding::right(PART, text::SANDBOX_HOLDS),
        Ok(code) => Finding::wrong(PART, text::sandbox_leaks(code)),
        Err(()) => Finding::wrong(PART, text::SANDBOX_SLOW),
    })
}
