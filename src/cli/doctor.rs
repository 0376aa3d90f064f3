//! `skep doctor`: what works here and what does not, what to do about it, and a report for whoever helps.

use std::io::{BufRead, IsTerminal, Write};
use std::path::PathBuf;

use super::command_error::{CommandError, CommandResult};
use super::output::{one_line, print, print_json};
use super::serve::not_ready;
use crate::agent::registry::Known;
use crate::app::{self, Examination, Finding, Verdict};
use crate::config::{Args, Config, Sources, write_private};
use crate::core::text::doctor as text;

/// Look at everything skep needs, here and on GitHub, and say what to do about what is wrong.
#[derive(Debug, clap::Args)]
pub(super) struct Doctor {
    /// Mend what can be mended without harm (file modes, folders, the webhook's address), asking before each
    #[arg(long)]
    fix: bool,
    /// Do not ask before mending
    #[arg(long, requires = "fix")]
    yes: bool,
    /// Write a report without secrets, for whoever helps
    #[arg(long, value_name = "FILE")]
    bundle: Option<PathBuf>,
    /// Do not ask GitHub
    #[arg(long)]
    offline: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    pub(super) args: Args,
}

impl Doctor {
    pub(super) async fn run(self, sources: &Sources) -> CommandResult {
        let config = sources.config(&Known)?;
        if let Err(missing) = config.ready() {
            for finding in absent(&config) {
                print(&format!("{}\n", one_line(&finding.to_string())))?;
            }
            return Err(CommandError::Misused(not_ready(missing)));
        }
        let mut seen = app::examine(&config, self.offline).await?;
        let warnings = config
            .warnings
            .iter()
            .map(|warning| Finding::warning(warning));
        seen.findings.splice(..0, warnings);
        self.show(&seen)?;
        if let Some(file) = &self.bundle {
            write_private(file, &app::bundle(&config, &seen))?;
            eprintln!("{}", text::bundled(&file.display().to_string()));
        }
        if self.fix {
            self.mend(&seen, &config).await?;
        }
        match wrong(&seen) {
            0 => Ok(()),
            _ => Err(CommandError::Unsuccessful),
        }
    }

    fn show(&self, seen: &Examination) -> std::io::Result<()> {
        if self.json {
            let findings: Vec<_> = seen.findings.iter().map(app::finding_json).collect();
            return print_json(
                &serde_json::json!({ "ok": wrong(seen) == 0, "findings": findings }),
            );
        }
        for finding in &seen.findings {
            print(&format!("{}\n", one_line(&finding.to_string())))?;
        }
        print(&format!("\n{}\n", text::examined(wrong(seen))))
    }

    async fn mend(&self, seen: &Examination, config: &Config) -> CommandResult {
        if seen.repairs.is_empty() {
            eprintln!("{}", text::NOTHING_TO_FIX);
            return Ok(());
        }
        if !self.yes && !std::io::stdin().is_terminal() {
            return Err(CommandError::Misused(text::NOBODY_TO_ASK.to_owned()));
        }
        for repair in &seen.repairs {
            eprint!("{} ", repair.question());
            if self.yes || agreed()? {
                repair.make(config).await?;
                eprintln!("{}", text::FIXED);
            } else {
                eprintln!("{}", text::LEFT);
            }
        }
        Ok(())
    }
}

/// What is not there at all.
fn absent(config: &Config) -> Vec<Finding> {
    let app = config
        .has_no_app()
        .then(|| Finding::missing("App", text::NO_APP));
    let agent = config
        .default_agent
        .is_none()
        .then(|| Finding::missing("agent", text::NO_AGENT));
    app.into_iter().chain(agent).collect()
}

fn wrong(seen: &Examination) -> usize {
    seen.findings
        .iter()
        .filter(|finding| finding.verdict == Verdict::Wrong)
        .count()
}

/// Only a yes is one.
fn agreed() -> std::io::Result<bool> {
    eprint!("[y/N] ");
    std::io::stderr().flush()?;
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line)?;
    Ok(matches!(line.trim(), "y" | "Y" | "yes"))
}
