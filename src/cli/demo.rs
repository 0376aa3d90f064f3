//! `skep demo`: the whole pipeline in a few seconds, with nothing but git.
//!
//! It runs the same code as `skep serve`, against a simulated GitHub and with an agent that follows a script. It shows
//! what happened and never what should have: every line is a domain event, and the end is read from the simulated GitHub.

mod by_hand;
mod environment;
mod key;
mod output;
mod progress;
mod queue;
mod user;

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};

use super::command_error::CommandResult;
use crate::agent::registry::Known;
use crate::app::event_json;
use crate::config::{Args, Sources};
use crate::core::event_name::DomainEvent;
use crate::core::text::demo;
use crate::core::text::demo_issues::{OWN, SCENARIOS};
use environment::{DemoSetup, Environment, pull_of};
use output::{End, Output};
use progress::Progress;
use user::User;

/// Watch issues become pull requests: a GitHub, an agent and skep, all on this machine.
#[derive(Debug, Clone, PartialEq, Eq, clap::Args)]
pub(super) struct Demo {
    /// Leave it running afterwards and print its addresses.
    #[arg(long)]
    keep: bool,
    /// Print one event a line, as JSON, in which times are milliseconds since 1970 (UTC).
    #[arg(long)]
    json: bool,
    /// The port of the webhook address on loopback; a free one if not said.
    #[arg(long, value_name = "NUMBER", default_value_t = 0)]
    port: u16,
    /// Play ten issues that wait for each other instead, with a plan and a provider's limit, and draw the graph.
    #[arg(long, conflicts_with = "agent")]
    queue: bool,
    /// Play it with your own coding agent, which needs its model: a preset, or a command line that speaks ACP.
    #[arg(long, value_name = "NAME | COMMAND")]
    agent: Option<String>,
}

impl Demo {
    /// What of the configuration it takes: nothing but the agent that was asked for.
    pub(super) fn args(&self) -> Args {
        Args::of_agent(self.agent.clone())
    }

    pub(super) async fn run(self, sources: &Sources) -> CommandResult {
        let scenarios: &[_] = if self.queue { &[] } else { &SCENARIOS };
        let mut setup = DemoSetup::scripted(scenarios, sources.path());
        if self.queue {
            setup.time_limit = queue::TIME_LIMIT;
        }
        if self.agent.is_some() {
            // SKEP_AGENT alone is for `serve`: the demo needs no model unless `--agent` asks for one.
            if let Some(agent) = sources.agent(&Known)? {
                let (network, certificates) = sources.network()?;
                setup = DemoSetup {
                    scenarios: &OWN,
                    agent: Some(agent),
                    time_limit: environment::WITH_A_MODEL,
                    network,
                    certificates,
                    ..setup
                };
            }
        }
        Ok(run(self, setup).await?)
    }
}

/// Plays the demo; an error means that an issue did not end in its pull request, a question without its answer, or a
/// review without its revision. Its folder goes in any case.
async fn run(options: Demo, setup: DemoSetup) -> anyhow::Result<()> {
    let began = Instant::now();
    // Before anything is made that would have to be removed again.
    let mut signals = crate::app::Signals::listen()?;
    let address = SocketAddr::from(([127, 0, 0, 1], options.port));
    let folder = environment::folder()?;
    let built = tokio::select! {
        built = Environment::build(&folder, address, setup) => Some(built),
        () = signals.any() => None,
    };
    let environment = match built {
        Some(Ok(environment)) => environment,
        early => {
            tokio::fs::remove_dir_all(&folder)
                .await
                .with_context(|| format!("remove {}", folder.display()))?;
            return early.map_or_else(|| bail!(demo::INTERRUPTED_EARLY), |failed| failed.map(drop));
        }
    };
    let output = Output {
        json: options.json,
        began: (environment.running.app.runner.services().clock)(),
    };
    let play = async {
        match options.queue {
            true => queue::play(&environment, &output, options.keep, began).await,
            false => run_scenarios(&environment, &output, &options, began).await,
        }
    };
    let ran = tokio::select! {
        ran = play => Some(ran),
        () = signals.any() => None,
    };
    if ran.is_some() && options.keep {
        signals.any().await;
    }
    environment.clear().await?;
    ran.unwrap_or_else(|| bail!(demo::INTERRUPTED))
}

/// Files the issues, follows them to their ends and prints what happened.
async fn run_scenarios(
    environment: &Environment,
    output: &Output,
    options: &Demo,
    began: Instant,
) -> anyhow::Result<()> {
    output.opening(environment, began.elapsed(), demo::TITLE)?;
    output.files(environment)?;
    let mut issues = Vec::new();
    for scenario in environment.scenarios {
        issues.push(environment.file(scenario)?);
    }
    let mut progress = Progress::new(&issues, environment.scenarios);
    let user = User::new(environment, &issues);
    let ran = tokio::time::timeout(
        environment.time_limit,
        follow(environment, output, user, &mut progress),
    )
    .await;
    let pulls = environment.simulator.pulls(environment.repository)?;
    let missing: Vec<String> = issues
        .iter()
        .filter(|issue| pull_of(&pulls, **issue).is_none())
        .map(|issue| format!("#{issue}"))
        .collect();
    for issue in &issues {
        if let Some(pull) = pull_of(&pulls, *issue) {
            output.pull(environment, *issue, pull).await?;
        }
    }
    let undone = progress.missing();
    let ok = missing.is_empty() && undone.is_empty() && matches!(ran, Ok(Ok(())));
    let end = End {
        opened: issues.len() - missing.len(),
        total: issues.len(),
        answered: progress.answered(),
        revised: progress.revised(),
        ok,
        took: began.elapsed(),
    };
    output.ending(environment, &end, options.keep)?;
    match ran {
        _ if !missing.is_empty() => bail!(demo::no_pull(&missing)),
        Ok(Ok(())) if !undone.is_empty() => bail!(demo::undone(&undone)),
        Ok(followed) => followed,
        Err(_) => bail!(demo::too_slow(environment.time_limit.as_secs())),
    }
}

/// Shows events as they come, lets the user act, until every issue has come to an end and GitHub has been told.
async fn follow(
    environment: &Environment,
    output: &Output,
    mut user: User<'_>,
    progress: &mut Progress<'_>,
) -> anyhow::Result<()> {
    let store = &environment.running.app.store;
    let (mut wake, mut after) = (store.event_wake(), 0);
    loop {
        for row in store.events(after, 500).await? {
            after = row.seq;
            let line = event_json(&row);
            if let Some(event) = DomainEvent::parse(&row.event.name) {
                progress.count(event, &line);
                user.see(event, &line);
                output.event(event, &line)?;
            }
        }
        user.act()?;
        if progress.is_over() && user.is_idle() && environment.all_said().await? {
            return Ok(());
        }
        let _rang = tokio::time::timeout(Duration::from_millis(50), wake.changed()).await;
    }
}
