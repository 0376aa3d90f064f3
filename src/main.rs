//! The program: parses the command line, starts the log, runs, and maps what came of it to an exit code (0 done, 1 failed,
//! 2 wrong command line or configuration).
//!
//! Its last words go where the log goes and look as the log does: whoever reads JSON gets a line of JSON.

use std::io::{IsTerminal, Write, stderr};
use std::process::ExitCode;

use rustix::process::{Resource, Rlimit, setrlimit};
use skep::cli::{Cli, CommandError, final_message};
use skep::config::{Args, Environment, LogFormat, Logging, Sources};
use tracing_subscriber::EnvFilter;

fn main() -> ExitCode {
    // Before anything of skep's own begins: this is inside an agent's sandbox then.
    if let Some(code) = skep::fence::entered() {
        return code;
    }
    if let Some(code) = skep::fence::attending() {
        return code;
    }
    if let Some(code) = skep::agent::cgroup::enter::entered() {
        return code;
    }
    if let Some(code) = skep::agent::guard::entered() {
        return code;
    }
    // Before anything secret is read.
    if let Err(error) = keep_to_itself() {
        say(&format!("skep cannot keep its memory to itself: {error}"));
    }
    let cli = match Cli::of_process() {
        Ok(cli) => cli,
        Err(error) => return misspelt(&error),
    };
    let sources = cli.sources(Environment::of_process());
    let format = sources.log_format();
    match start_log(&cli, &sources).and_then(|()| cli.run(&sources)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(stop) => {
            if let Some(message) = stop.message() {
                say(&final_message(&message, format));
            }
            stop.exit_code()
        }
    }
}

/// Whoever closed standard error misses the words; the exit code is right all the same (`eprintln!` would panic).
fn say(words: &str) {
    let _unheard = writeln!(stderr(), "{words}");
}

/// No core dump holds what is in this process's memory, and no other process of the same user may look at that or at its environment
/// (`PR_SET_DUMPABLE`, prctl(2)). Programs that it starts are not bound by the second.
fn keep_to_itself() -> rustix::io::Result<()> {
    let none = Rlimit {
        current: Some(0),
        maximum: Some(0),
    };
    setrlimit(Resource::Core, none)?;
    #[cfg(target_os = "linux")]
    rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::NotDumpable)?;
    Ok(())
}

/// A wrong command line; also a question for help or for the version, which is no mistake.
fn misspelt(error: &clap::Error) -> ExitCode {
    // What the flags say cannot be known here; the environment can.
    let format = Sources::without_file(Args::default(), Environment::of_process()).log_format();
    if error.use_stderr() && format == LogFormat::Json {
        say(&final_message(
            error.render().to_string().trim_end(),
            format,
        ));
        return ExitCode::from(2);
    }
    error.exit()
}

/// To standard error: standard output belongs to results and to the agent's protocol.
fn start_log(cli: &Cli, sources: &Sources) -> Result<(), CommandError> {
    // A command that reads all of the configuration tells this mistake with the others; until then the defaults serve.
    let logging = match sources.logging() {
        Err(_) if cli.reads_all() => Logging {
            filter: None,
            format: sources.log_format(),
        },
        read => read?,
    };
    let filter = EnvFilter::new(logging.filter.as_deref().unwrap_or(cli.default_log()));
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(stderr);
    match logging.format {
        LogFormat::Text => log.with_ansi(stderr().is_terminal()).init(),
        LogFormat::Json => log.json().init(),
    }
    Ok(())
}
