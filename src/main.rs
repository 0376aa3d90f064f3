//! The program: parses the command line, starts the log, runs, and maps what came of it to an exit code (0 done, 1 failed,
//! 2 wrong command line or configuration).

use std::io::{IsTerminal, stderr};
use std::process::ExitCode;

use clap::Parser;
use skep::cli::{Cli, Stop};
use skep::config::{Environment, LogFormat, Logging, Sources};
use tracing_subscriber::EnvFilter;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let sources = cli.sources(Environment::of_process());
    match start_log(&cli, &sources).and_then(|()| run(cli, &sources)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(stop) => {
            if let Some(message) = stop.message() {
                eprintln!("{message}");
            }
            stop.exit_code()
        }
    }
}

fn run(cli: Cli, sources: &Sources) -> Result<(), Stop> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(cli.run(sources))
}

/// To standard error: standard output belongs to results and to the agent's protocol.
fn start_log(cli: &Cli, sources: &Sources) -> Result<(), Stop> {
    // A command that reads all of the configuration tells this mistake with the others; until then the defaults serve.
    let logging = match sources.logging() {
        Err(_) if cli.reads_all() => Logging::default(),
        read => read?,
    };
    let filter = EnvFilter::new(logging.filter.as_deref().unwrap_or(cli.default_log()));
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(stderr);
    match logging.format {
        LogFormat::Text => log.with_ansi(stderr().is_terminal()).init(),
        LogFormat::Json => log.json().init(),
    }
    Ok(())
}
