//! `skep setup`: make skep a GitHub App by one button, and look until everything works.

use super::command_error::{CommandError, CommandResult};
use super::output::{one_line, print};
use super::serve::not_ready;
use crate::agent::registry::Known;
use crate::app::{Keep, Reception, RegistrationSetup};
use crate::config::{APP_FILE, Args, Config, RegisteredApp, Sources, write_private};
use crate::core::text::polling::SETUP_LISTENS;
use crate::core::text::registration as text;

/// Register skep as a GitHub App by one button, then watch until everything works.
#[derive(Debug, clap::Args)]
pub(super) struct SetUp {
    /// The organization that is to own the App; without it, you do
    #[arg(long, value_name = "NAME")]
    org: Option<String>,
    /// What the App is to be called, at most 34 characters; it can be changed on GitHub's page
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// Print the App's secrets as lines for an environment file instead of keeping them in the data folder
    #[arg(long)]
    print: bool,
    #[command(flatten)]
    pub(super) args: Args,
}

impl SetUp {
    pub(super) async fn run(self, sources: &Sources) -> CommandResult {
        let config = sources.config(&Known)?;
        let known = kept_here(&config)?;
        if let (Some(github), None) = (&config.github, &known) {
            return Ok(print(&format!("{}\n", text::configured(github.app_id)))?);
        }
        if known.is_none() && !config.has_no_app() {
            return Err(CommandError::Misused(not_ready(&config.missing)));
        }
        let setup = RegistrationSetup {
            organization: self.org,
            name: self.name,
            keep: if self.print {
                Keep::Printed
            } else {
                Keep::InFolder
            },
            ..RegistrationSetup::of(&config, sources.github()?)
        };
        if known.is_none() && setup.hook.is_none() && !setup.only_polls {
            return Err(CommandError::Misused(text::NO_HOOK.to_owned()));
        }
        if crate::app::is_served(&config.data_dir) {
            let folder = config.data_dir.display().to_string();
            return Err(CommandError::Failed(anyhow::anyhow!(text::is_running(
                &folder
            ))));
        }
        for warning in config
            .warnings
            .iter()
            .cloned()
            .chain(config.make_data_dir()?)
        {
            tracing::warn!("{warning}");
        }
        let lines = self.args.kept_lines();
        let mut reception = Reception::open(setup).await?;
        if config.file.is_none() && !self.print && !lines.is_empty() {
            let file = config.data_dir.join("skep.toml");
            write_private(&file, &lines)?;
            print(&format!(
                "{}\n\n",
                text::kept_settings(&file.display().to_string())
            ))?;
        }
        let heard = match reception.listen() {
            Some(listen) => text::listens(&listen.to_string()),
            None => SETUP_LISTENS.to_owned(),
        };
        print(&format!("{heard}\n"))?;
        print(&format!("{}\n", text::open_page(&reception.address())))?;
        let complete = attend(&mut reception, &config).await?;
        reception.close().await;
        match complete {
            true => Ok(print(&format!("\n{}\n", text::COMPLETE))?),
            false => Err(CommandError::Failed(anyhow::anyhow!(text::NOT_COMPLETE))),
        }
    }
}

/// The App of an earlier set-up, if it is the one that counts.
fn kept_here(config: &Config) -> anyhow::Result<Option<RegisteredApp>> {
    let known = RegisteredApp::read(&config.data_dir).map_err(anyhow::Error::msg)?;
    let counts = |app: &RegisteredApp| {
        config
            .github
            .as_ref()
            .is_some_and(|github| github.app_id == app.app_id)
    };
    Ok(known.filter(counts))
}

/// Tells what happens until all is done, or a signal comes.
async fn attend(reception: &mut Reception, config: &Config) -> std::io::Result<bool> {
    let Some(app) = reception.registered().await else {
        return Ok(false);
    };
    if reception.prints() {
        print(&format!(
            "{}\n\n{}\n",
            text::printed(&app.slug),
            app.variables()
        ))?;
    } else {
        let file = config.data_dir.join(APP_FILE).display().to_string();
        print(&format!("{}\n\n", text::kept(&app.slug, &file)))?;
    }
    let mut wrong = Ok(());
    let complete = reception
        .complete(|item| {
            if wrong.is_ok() {
                wrong = print(&format!("{}\n", one_line(&text::turned(item))));
            }
        })
        .await;
    wrong.map(|()| complete)
}
