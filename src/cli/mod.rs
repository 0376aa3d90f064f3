//! The command line: one file a subcommand. Commands that ask a running skep do so over its admin address and hold no
//! credentials; none of them decides anything.

mod admin_client;
mod config;
mod demo;
mod demo_agent;
mod dispatch;
mod help;
mod output;
mod serve;
mod session;
mod sessions;
mod shown;
mod status;
mod stop;
mod target;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};

use crate::config::{Args, ConfigError, Environment, LogFormat, Sources};
use admin_client::{Admin, AdminError};

pub use target::{TargetError, parse_targets};

/// A self-hosted GitHub App: label an issue, talk to the agent on it, get a pull request.
#[derive(Debug, Parser)]
#[command(
    name = "skep",
    version,
    arg_required_else_help = true,
    disable_help_subcommand = true
)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Serve(serve::Serve),
    Demo(demo::Demo),
    #[command(hide = true)]
    DemoAgent(demo_agent::DemoAgent),
    Dispatch(dispatch::Dispatch),
    Sessions(sessions::Sessions),
    Session(session::Session),
    Stop(stop::StopSession),
    Status(status::Status),
    Config(config::Config),
    Help(help::Help),
}

/// Why a command did not succeed, by its exit code.
#[derive(Debug)]
pub enum Stop {
    /// 1: it was tried and failed; the text says why.
    Failed(anyhow::Error),
    /// 1: everything was said already.
    Unsuccessful,
    /// 2: the command line or the configuration is wrong; the text says how.
    Misused(String),
}

/// What a command ends with.
pub type Ended = Result<(), Stop>;

impl From<anyhow::Error> for Stop {
    fn from(error: anyhow::Error) -> Self {
        Self::Failed(error)
    }
}

impl From<std::io::Error> for Stop {
    fn from(error: std::io::Error) -> Self {
        Self::Failed(error.into())
    }
}

impl From<AdminError> for Stop {
    fn from(error: AdminError) -> Self {
        Self::Failed(error.into())
    }
}

impl From<ConfigError> for Stop {
    fn from(error: ConfigError) -> Self {
        Self::Misused(error.to_string())
    }
}

impl Stop {
    /// 1 or 2.
    pub fn exit_code(&self) -> ExitCode {
        match self {
            Self::Failed(_) | Self::Unsuccessful => ExitCode::from(1),
            Self::Misused(_) => ExitCode::from(2),
        }
    }

    /// What the person at the terminal is told, with its causes.
    pub fn message(&self) -> Option<String> {
        match self {
            Self::Failed(error) => Some(format!("skep: {error:#}")),
            Self::Unsuccessful => None,
            Self::Misused(what) => Some(format!("skep: {what}")),
        }
    }
}

/// What a program that ends says last, as the rest of its log looks. It must be heard whatever the log's filter says.
pub fn last_words(message: &str, format: LogFormat) -> String {
    match format {
        LogFormat::Text => message.to_owned(),
        LogFormat::Json => {
            let message = message.trim_start_matches("skep: ");
            let time = chrono::DateTime::<chrono::Utc>::from(std::time::SystemTime::now());
            let time = time.to_rfc3339_opts(chrono::SecondsFormat::Micros, true);
            let fields = serde_json::json!({ "message": message });
            serde_json::json!({ "timestamp": time, "level": "ERROR", "fields": fields, "target": "skep" }).to_string()
        }
    }
}

/// Where a running skep is asked.
#[derive(Debug, Clone, Default, clap::Args)]
struct Asking {
    /// The admin address of the running skep, such as http://127.0.0.1:3001.
    #[arg(long, value_name = "URL", value_parser = admin_client::parse_address)]
    admin: Option<url::Url>,
    /// The configuration file that names the admin address.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// The data folder, where the admin token is kept.
    #[arg(long, value_name = "FOLDER")]
    data_dir: Option<String>,
    /// Print JSON, in which times are milliseconds since 1970 (UTC).
    #[arg(long)]
    json: bool,
}

impl Asking {
    fn admin(&self, sources: &Sources) -> Result<Admin, Stop> {
        Ok(Admin::new(sources.admin(self.admin.as_ref())?))
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
        let of_file =
            |asking: &Asking| Args::of_place(asking.config.clone(), asking.data_dir.clone());
        let args = match &self.command {
            Command::Serve(serve) => serve.args.clone(),
            Command::Config(config) => config.args(),
            Command::Demo(demo) => return Sources::without_file(demo.args(), environment),
            Command::DemoAgent(_) | Command::Help(_) => {
                return Sources::without_file(Args::default(), environment);
            }
            Command::Dispatch(dispatch) => of_file(&dispatch.asking),
            Command::Sessions(sessions) => of_file(&sessions.asking),
            Command::Session(session) => of_file(&session.asking),
            Command::Stop(stop) => of_file(&stop.asking),
            Command::Status(status) => of_file(&status.asking),
        };
        Sources::gather(args, environment)
    }

    /// Whether it reads the whole configuration and tells everything that is wrong with it.
    pub fn reads_all(&self) -> bool {
        matches!(self.command, Command::Serve(_) | Command::Config(_))
    }

    /// What is logged when nobody says: a server tells, a command is quiet.
    pub fn default_log(&self) -> &'static str {
        if matches!(self.command, Command::Serve(_)) {
            "warn,skep=info"
        } else {
            "error"
        }
    }

    /// Does it.
    pub async fn run(self, sources: &Sources) -> Ended {
        match self.command {
            Command::Serve(_) => serve::run(sources).await,
            Command::Demo(demo) => demo.run(sources).await,
            Command::DemoAgent(agent) => demo_agent::run(agent).await,
            Command::Dispatch(dispatch) => dispatch.run(sources).await,
            Command::Sessions(sessions) => sessions.run(sources).await,
            Command::Session(session) => session.run(sources).await,
            Command::Stop(stop) => stop.run(sources).await,
            Command::Status(status) => status.run(sources).await,
            Command::Config(config) => config.run(sources).await,
            Command::Help(help) => help.run(),
        }
    }
}

/// Epoch milliseconds, for "how long so far".
fn now() -> i64 {
    chrono::DateTime::<chrono::Utc>::from(std::time::SystemTime::now()).timestamp_millis()
}
