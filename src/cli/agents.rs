//! `skep agents`: which agents there are, what is installed, what each needs; one tried, one installed.

use std::io::{BufRead, IsTerminal, Write};

use serde_json::json;

use super::command_error::{CommandError, CommandResult};
use super::output::{one_line, print, print_json, table};
use crate::agent::presets::{self, preset};
use crate::agent::registry::{Known, Listed, listed, preset_of, registry};
use crate::app::{self, Verdict};
use crate::config::{Args, Sources};
use crate::core::document::nearest;
use crate::core::text::agents as text;

/// List coding agents: presets and those of the ACP registry, what is installed and what each needs.
#[derive(Debug, clap::Args)]
pub(super) struct Agents {
    #[command(subcommand)]
    command: Option<Command>,
    /// Start this agent in its sandbox and ask it a word
    #[arg(long = "try", value_name = "NAME | COMMAND")]
    tried: Option<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Install one by the command that its makers document, after asking
    Install {
        /// Its name in the list
        name: String,
        /// Do not ask
        #[arg(long)]
        yes: bool,
    },
}

/// An agent as it is shown.
struct Row {
    name: String,
    is_preset: bool,
    installed: &'static str,
    version: String,
    license: String,
    needs: String,
    how: String,
}

impl Agents {
    /// The agent that is tried counts as the configured one.
    pub(super) fn args(&self) -> Args {
        Args::of_agent(self.tried.clone())
    }

    pub(super) async fn run(self, sources: &Sources) -> CommandResult {
        match self.command {
            Some(Command::Install { name, yes }) => install(&name, yes).await,
            None if self.tried.is_some() => attempt(sources).await,
            None => self.list(sources),
        }
    }

    fn list(&self, sources: &Sources) -> CommandResult {
        let of_preset = presets::names().filter_map(|name| row(sources, listed(name)?));
        let others = registry()
            .agents
            .iter()
            .filter(|agent| preset_of(agent).is_none());
        let rows: Vec<Row> = of_preset
            .chain(others.filter_map(|agent| row(sources, agent)))
            .collect();
        if self.json {
            let all: Vec<_> = rows.iter().map(Row::json).collect();
            return Ok(print_json(
                &json!({ "registry": registry().source, "read": registry().read, "agents": all }),
            )?);
        }
        let headings = ["NAME", "HERE", "VERSION", "LICENCE", "NEEDS", "TO INSTALL"];
        let cells = rows.into_iter().map(|row| {
            [
                row.name,
                row.installed.to_owned(),
                row.version,
                row.license,
                row.needs,
                row.how,
            ]
        });
        print(&table(headings, &cells.collect::<Vec<_>>()))?;
        Ok(print(&format!(
            "\n{}\n",
            text::listed(&registry().source, &registry().read)
        ))?)
    }
}

impl Row {
    fn json(&self) -> serde_json::Value {
        json!({
            "name": self.name, "preset": self.is_preset, "installed": self.installed, "version": self.version,
            "licence": self.license, "needs": self.needs, "install": self.how,
        })
    }
}

fn row(sources: &Sources, entry: &Listed) -> Option<Row> {
    let known = preset_of(entry);
    let spec = known.and_then(preset);
    let program = spec
        .as_ref()
        .and_then(|spec| spec.command.first())
        .or(entry.program.as_ref());
    let installed = match program.map(|program| app::find_program(program, &sources.path())) {
        Some(Some(_)) => text::INSTALLED,
        Some(None) => text::NOT_INSTALLED,
        None => text::UNKNOWN,
    };
    let keys: Vec<String> = spec
        .iter()
        .flat_map(|spec| &spec.inherit)
        .filter(|name| is_key(name))
        .cloned()
        .collect();
    let set = keys.iter().find(|name| sources.is_set(name));
    let needs = match (set, keys.is_empty()) {
        (Some(name), _) => text::has_key(name),
        (None, true) if spec.is_none() => text::NEEDS_OWN.to_owned(),
        (None, true) => String::new(),
        (None, false) => text::wants_key(&keys),
    };
    let how = entry.install_command().map(|command| shown(&command));
    Some(Row {
        name: known.unwrap_or(&entry.id).to_owned(),
        is_preset: known.is_some(),
        installed,
        version: entry.version.clone(),
        license: entry.license.clone(),
        needs,
        how: how.or_else(|| entry.archive.as_deref().map(text::by_archive))?,
    })
}

fn is_key(name: &str) -> bool {
    ["KEY", "TOKEN", "*"].iter().any(|part| name.contains(part))
}

/// A command line as a person would type it.
fn shown(command: &[String]) -> String {
    match command {
        [shell, flag, script] if shell == "sh" && flag == "-c" => script.clone(),
        words => words.join(" "),
    }
}

async fn attempt(sources: &Sources) -> CommandResult {
    let config = sources.config(&Known)?;
    let name = config.default_agent.clone().unwrap_or_default();
    let found = app::try_agent(config, &name).await?;
    for finding in &found {
        print(&format!("{}\n", one_line(&finding.to_string())))?;
    }
    match found
        .iter()
        .any(|finding| finding.verdict == Verdict::Wrong)
    {
        true => Err(CommandError::Unsuccessful),
        false => Ok(()),
    }
}

async fn install(name: &str, yes: bool) -> CommandResult {
    let misused = |what: String| CommandError::Misused(what);
    let Some(entry) = listed(name) else {
        let known: Vec<&str> = presets::names()
            .chain(registry().agents.iter().map(|agent| agent.id.as_str()))
            .collect();
        let near = nearest(name, known.iter().copied());
        return Err(misused(text::unknown(name, &known.join(", "), near)));
    };
    let Some(command) = entry.install_command() else {
        let address = entry.archive.as_deref().unwrap_or_default();
        return Err(misused(text::no_command(name, address)));
    };
    if !yes {
        if !std::io::stdin().is_terminal() {
            return Err(misused(text::NOBODY_TO_ASK.to_owned()));
        }
        eprint!("{} [y/N] ", text::ask(name, &shown(&command)));
        std::io::stderr().flush()?;
        let mut line = String::new();
        std::io::stdin().lock().read_line(&mut line)?;
        if !matches!(line.trim(), "y" | "Y" | "yes") {
            return Ok(print(&format!("{}\n", text::NOT_INSTALLED_NOW))?);
        }
    }
    let ended = crate::agent::install(&command)
        .await
        .map_err(anyhow::Error::from)?;
    match ended {
        0 => Ok(print(&format!("{}\n", text::installed(name)))?),
        code => Err(CommandError::Failed(anyhow::anyhow!(text::failed(code)))),
    }
}
