//! The command line as a whole: which subcommand, what it reads, and who runs it.

use std::sync::LazyLock;

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};

use super::command_error::CommandResult;
use super::{
    agents, audit, backup, completions, config, dashboard, demo, demo_agent, dispatch, doctor,
    drain, events, graph, help, import, man, mcp, notifications, order, outcomes, pause, plan,
    queue, replay, results, sandbox, serve, session, sessions, setup, status, stop, token, top,
    verify_pull, waves,
};
use crate::config::{Args, Environment, Sources};

/// A self-hosted GitHub App: label an issue, talk to the agent on it, get a pull request.
#[derive(Debug, Parser)]
#[command(
    name = "skep",
    version = VERSION.as_str(),
    arg_required_else_help = true,
    disable_help_subcommand = true
)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    #[command(name = "setup")]
    SetUp(setup::SetUp),
    Serve(serve::Serve),
    Demo(demo::Demo),
    #[command(hide = true)]
    DemoAgent(demo_agent::DemoAgent),
    Dispatch(dispatch::Dispatch),
    Dashboard(dashboard::Dashboard),
    Mcp(mcp::Mcp),
    Sessions(sessions::Sessions),
    Session(session::Session),
    Queue(queue::Queue),
    Graph(graph::Graph),
    Outcomes(outcomes::Outcomes),
    Results(results::Results),
    Events(events::Events),
    Audit(audit::Audit),
    Notifications(notifications::Notifications),
    Waves(waves::Waves),
    Plan(plan::Plan),
    Replay(replay::Replay),
    Import(import::Import),
    Stop(stop::StopSession),
    Pause(pause::Pause),
    Resume(pause::Resume),
    Drain(drain::Drain),
    Retry(order::Retry),
    Answer(order::Answer),
    Approve(order::Approve),
    Priority(order::Priority),
    Status(status::Status),
    Top(top::Top),
    Token(token::Token),
    Sandbox(sandbox::Sandbox),
    VerifyPull(verify_pull::VerifyPull),
    Backup(backup::Backup),
    Restore(backup::Restore),
    Migrate(backup::Migrate),
    Agents(agents::Agents),
    Doctor(doctor::Doctor),
    Config(config::Config),
    Completions(completions::Completions),
    Man(man::Man),
    Help(help::Help),
}

/// What `skep --version` says.
static VERSION: LazyLock<String> =
    LazyLock::new(|| version(build_info::COMMIT, build_info::SECONDS));

/// `0.1.0 (12 digits of the commit, its day)`; the number alone where nobody knows the commit.
fn version(commit: Option<&str>, seconds: Option<&str>) -> String {
    let day = |seconds: &str| {
        let at = chrono::DateTime::from_timestamp(seconds.parse().ok()?, 0)?;
        Some(at.format("%Y-%m-%d").to_string())
    };
    let known = [commit.map(str::to_owned), seconds.and_then(day)];
    let known = Vec::from_iter(known.into_iter().flatten()).join(", ");
    let number = env!("CARGO_PKG_VERSION");
    match known.is_empty() {
        true => number.to_owned(),
        false => format!("{number} ({known})"),
    }
}

/// The command line as it is parsed: whichever command is asked for its version, it is skep's.
fn whole() -> clap::Command {
    fn named(command: clap::Command) -> clap::Command {
        command.display_name("skep").mut_subcommands(named)
    }
    named(Cli::command().propagate_version(true))
}

impl Cli {
    /// Reads this process's command line.
    pub fn of_process() -> Result<Self, clap::Error> {
        Self::from_arg_matches(&whole().try_get_matches()?)
    }

    /// What the command reads of flags, environment and file. The demo reads no file: it must run anywhere.
    pub fn sources(&self, environment: Environment) -> Sources {
        let args = match &self.command {
            Command::SetUp(setup) => setup.args.clone(),
            Command::Serve(serve) => serve.args.clone(),
            Command::Agents(agents) => agents.args(),
            Command::Doctor(doctor) => doctor.args.clone(),
            Command::Config(config) => config.args(),
            Command::Sandbox(sandbox) => sandbox.args(),
            Command::VerifyPull(verify) => verify.args(),
            Command::Demo(demo) => return Sources::without_file(demo.args(), environment),
            Command::DemoAgent(_)
            | Command::Help(_)
            | Command::Import(_)
            | Command::Completions(_)
            | Command::Man(_) => {
                return Sources::without_file(Args::default(), environment);
            }
            Command::Dispatch(dispatch) => dispatch.admin.args(),
            Command::Dashboard(dashboard) => dashboard.admin.args(),
            Command::Mcp(mcp) => mcp.admin.args(),
            Command::Sessions(sessions) => sessions.admin.args(),
            Command::Session(session) => session.admin.args(),
            Command::Queue(queue) => queue.admin.args(),
            Command::Graph(graph) => graph.admin.args(),
            Command::Outcomes(outcomes) => outcomes.admin.args(),
            Command::Results(results) => results.admin.args(),
            Command::Events(events) => events.admin.args(),
            Command::Token(token) => token.args(),
            Command::Audit(audit) => audit.args(),
            Command::Notifications(notifications) => notifications.args(),
            Command::Waves(waves) => waves.admin.args(),
            Command::Plan(plan) => plan.admin.args(),
            Command::Replay(replay) => replay.args.clone(),
            Command::Stop(stop) => stop.admin.args(),
            Command::Pause(pause) => pause.what.admin.args(),
            Command::Resume(resume) => resume.what.admin.args(),
            Command::Drain(drain) => drain.admin.args(),
            Command::Backup(backup) => backup.args.clone(),
            Command::Restore(restore) => restore.args.clone(),
            Command::Migrate(migrate) => migrate.args.clone(),
            Command::Retry(order) => order.admin.args(),
            Command::Answer(order) => order.admin.args(),
            Command::Approve(order) => order.admin.args(),
            Command::Priority(order) => order.admin.args(),
            Command::Status(status) => status.admin.args(),
            Command::Top(top) => top.admin.args(),
        };
        Sources::gather(args, environment)
    }

    /// Whether it reads the whole configuration and tells everything that is wrong with it.
    pub fn reads_all(&self) -> bool {
        matches!(
            self.command,
            Command::SetUp(_)
                | Command::Serve(_)
                | Command::Agents(_)
                | Command::Doctor(_)
                | Command::Config(_)
                | Command::Sandbox(_)
                | Command::VerifyPull(_)
                | Command::Backup(_)
                | Command::Replay(_)
                | Command::Restore(_)
                | Command::Migrate(_)
        )
    }

    /// What is logged when nobody says: a server tells, a command is quiet.
    pub fn default_log(&self) -> &'static str {
        match self.command {
            Command::Serve(_) => "warn,skep=info",
            Command::SetUp(_) => "warn",
            // What is logged would stand in its picture.
            Command::Top(_) => "off",
            _ => "error",
        }
    }

    /// Does it.
    pub fn run(self, sources: &Sources) -> CommandResult {
        use tokio::runtime::Builder;
        let mut runtime = match self.command {
            // One conversation: it is there sooner without threads to start.
            Command::DemoAgent(_) => Builder::new_current_thread(),
            _ => Builder::new_multi_thread(),
        };
        runtime
            .enable_all()
            .build()?
            .block_on(self.perform(sources))
    }

    async fn perform(self, sources: &Sources) -> CommandResult {
        match self.command {
            Command::SetUp(setup) => setup.run(sources).await,
            Command::Serve(_) => serve::run(sources).await,
            Command::Demo(demo) => demo.run(sources).await,
            Command::DemoAgent(agent) => demo_agent::run(agent).await,
            Command::Dispatch(dispatch) => dispatch.run(sources).await,
            Command::Dashboard(dashboard) => dashboard.run(sources).await,
            Command::Mcp(mcp) => mcp.run(sources).await,
            Command::Sessions(sessions) => sessions.run(sources).await,
            Command::Session(session) => session.run(sources).await,
            Command::Queue(queue) => queue.run(sources).await,
            Command::Graph(graph) => graph.run(sources).await,
            Command::Outcomes(outcomes) => outcomes.run(sources).await,
            Command::Results(results) => results.run(sources).await,
            Command::Events(events) => events.run(sources).await,
            Command::Token(token) => token.run(sources).await,
            Command::Audit(audit) => audit.run(sources).await,
            Command::Notifications(notifications) => notifications.run(sources).await,
            Command::Waves(waves) => waves.run(sources).await,
            Command::Plan(plan) => plan.run(sources).await,
            Command::Replay(replay) => replay.run(sources).await,
            Command::Stop(stop) => stop.run(sources).await,
            Command::Pause(pause) => pause.run(sources).await,
            Command::Resume(resume) => resume.run(sources).await,
            Command::Drain(drain) => drain.run(sources).await,
            Command::Backup(backup) => backup.run(sources).await,
            Command::Restore(restore) => restore.run(sources).await,
            Command::Migrate(migrate) => migrate.run(sources).await,
            Command::Retry(order) => order.run(sources).await,
            Command::Answer(order) => order.run(sources).await,
            Command::Approve(order) => order.run(sources).await,
            Command::Priority(order) => order.run(sources).await,
            Command::Status(status) => status.run(sources).await,
            Command::Top(top) => top.run(sources).await,
            Command::Sandbox(sandbox) => sandbox.run(sources).await,
            Command::VerifyPull(verify) => verify.run(sources).await,
            Command::Agents(agents) => agents.run(sources).await,
            Command::Doctor(doctor) => doctor.run(sources).await,
            Command::Config(config) => config.run(sources).await,
            Command::Import(import) => import.run(),
            Command::Completions(completions) => completions.run(whole()),
            Command::Man(man) => man.run(whole()),
            Command::Help(help) => help.run(&mut whole()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::version;

    #[test]
    fn the_version_tells_commit_and_day_where_they_are_known() {
        let number = env!("CARGO_PKG_VERSION");
        let (commit, seconds) = (Some("0123456789ab"), Some("1764547199"));
        for (commit, seconds, told) in [
            (commit, seconds, " (0123456789ab, 2025-11-30)"),
            // The day begins at midnight UTC.
            (commit, Some("1764547200"), " (0123456789ab, 2025-12-01)"),
            (commit, None, " (0123456789ab)"),
            (None, seconds, " (2025-11-30)"),
            (None, None, ""),
            (None, Some("soon"), ""),
            (None, Some("9223372036854775807"), ""),
        ] {
            assert_eq!(version(commit, seconds), format!("{number}{told}"));
        }
    }
}
