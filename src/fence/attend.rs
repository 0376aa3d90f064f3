//! Throw-away services beside one program, inside its sandbox: started first, waited for, and gone with it.
//!
//! skep starts itself as `skep attend <order> -- <program> <arguments>`, within the fence and under its limits; nobody else is meant to.
//! The services have the program's loopback, files and limits, since they are processes beside it, and each an empty folder of its own.
//! One that ends is started again a few times. One that does not come up, or does not stay, ends the program, and the error stream says
//! which and why.
//!
//! It must never write to standard output, which is the program's, and never start the program before everything is ready. It gives
//! nobody a right that the fence has taken.

mod last_words;
mod order;
mod side_process;

use std::ffi::OsString;
use std::process::ExitCode;
use std::time::Duration;

use tokio::process::Command;
use tokio::signal::unix::{SignalKind, signal};

use super::carry::as_code;
pub use order::{Attendance, Side, Trouble, What};
use side_process::{Run, Running};

/// The word by which skep is started so.
pub const WORD: &str = "attend";
/// What it ends with when a service did not come up or did not stay.
pub const NO_SERVICE: u8 = 124;
/// What it ends with when it cannot do its work at all.
const NOT_ATTENDED: u8 = 125;

/// The pause between two looks at all of them.
const LOOK: Duration = Duration::from_millis(50);

/// Attends where that is what the command line says; `None` for every other one.
pub fn attending() -> Option<ExitCode> {
    let mut words = std::env::args_os().skip(1);
    if words.next()? != WORD {
        return None;
    }
    let code = run(words.collect()).unwrap_or_else(|why| {
        eprintln!("the services of the sandbox end: {why}");
        NOT_ATTENDED
    });
    Some(ExitCode::from(code))
}

fn run(words: Vec<OsString>) -> Result<u8, String> {
    let [order, dashes, program, arguments @ ..] = words.as_slice() else {
        return Err("no program is named".to_owned());
    };
    if dashes != "--" {
        return Err(format!("{} is no option", dashes.to_string_lossy()));
    }
    let attendance = Attendance::read(order)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| error.to_string())?;
    let mut command = Command::new(program);
    command.args(arguments).kill_on_drop(true);
    match runtime.block_on(attend(&attendance, command))? {
        Ok(code) => Ok(code),
        Err(trouble) => {
            eprint!("{}", trouble.render());
            Ok(NO_SERVICE)
        }
    }
}

async fn attend(attendance: &Attendance, program: Command) -> Result<Run<u8>, String> {
    // Whoever wants an end to it tells the program as well, which may take its time.
    let _ignored = signal(SignalKind::terminate()).map_err(|error| error.to_string())?;
    let mut all = Vec::new();
    for side in &attendance.services {
        match Running::first(side, attendance)? {
            Ok(running) => all.push(running),
            Err(trouble) => return Ok(Err(trouble)),
        }
    }
    if let Err(trouble) = ready(&mut all, attendance).await {
        return Ok(Err(trouble));
    }
    let mut program = program;
    let name = program
        .as_std()
        .get_program()
        .to_string_lossy()
        .into_owned();
    let mut child = program
        .spawn()
        .map_err(|error| format!("{name}: {error}"))?;
    tokio::select! {
        ended = child.wait() => ended.map(|status| Ok(as_code(status))).map_err(|error| error.to_string()),
        trouble = stay(&mut all) => Ok(Err(trouble)),
    }
}

/// Waits until each of them is ready.
async fn ready(all: &mut [Running<'_>], attendance: &Attendance) -> Run<()> {
    let within = Duration::from_secs(attendance.within_seconds);
    let come_up = async {
        loop {
            let mut waiting = false;
            for running in all.iter_mut() {
                waiting |= !running.is_ready().await?;
            }
            if !waiting {
                return Ok(());
            }
            tokio::time::sleep(LOOK).await;
        }
    };
    match tokio::time::timeout(within, come_up).await {
        Ok(end) => end,
        Err(_) => {
            let late = all.iter().find(|running| !running.ready);
            late.map_or(Ok(()), |late| {
                Err(late.trouble(What::Late {
                    seconds: attendance.within_seconds,
                }))
            })
        }
    }
}

/// Keeps them up; ends when one will not stay.
async fn stay(all: &mut [Running<'_>]) -> Trouble {
    loop {
        tokio::time::sleep(LOOK).await;
        for running in all.iter_mut() {
            if let Err(trouble) = running.keep_up() {
                return trouble;
            }
        }
    }
}
