//! The inner half of the fence around an agent: what a process does to itself, inside bubblewrap, before it becomes the agent.
//!
//! skep starts itself again as `skep fence <options> -- <program> <arguments>`; nobody else is meant to. It sets limits, gives up
//! rights to files (Landlock) and calls of the kernel (seccomp), none of which can be had back, and then runs the program: by becoming
//! it, or, where connections are to be carried out of a network namespace, beside it. What it gives up it gives up for itself as well.
//!
//! It must never start the program with less than was asked for: what cannot be done ends it with a sentence. It knows nothing
//! of the rest of skep.
//!
//! What the kernel then refuses is heard outside ([`hear`]): the filter's listener is passed out and no process inside keeps it, because
//! whoever holds it may allow what was denied.

mod attend;
mod called;
mod carry;
mod crowd;
mod environment;
mod files;
mod filter;
mod limits;
mod passed;
mod reap;
mod refusals;
mod syscalls;
mod watched;
mod wishes;

use std::ffi::OsString;
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt;
use std::process::{Command, ExitCode};

use syscalls::Heard as Calls;
use wishes::{NOT_FENCED, Wishes};

pub use attend::{Attendance, NO_SERVICE, Side, Trouble, WORD as ATTEND, What, attending};
pub use called::{Called, Peer};
pub use refusals::{Heard, Refusals, hear};
pub use wishes::WORD;

/// Runs as the inner half of the fence where that is what the command line says; `None` for every other one.
pub fn entered() -> Option<ExitCode> {
    let mut words = std::env::args_os().skip(1);
    if words.next()? != WORD {
        return None;
    }
    let why = match run(words.collect()) {
        Ok(code) => return Some(code),
        Err(why) => why,
    };
    eprintln!("the sandbox ends: {why}");
    Some(ExitCode::from(NOT_FENCED))
}

fn run(words: Vec<OsString>) -> Result<ExitCode, String> {
    let wishes = Wishes::read(words)?;
    if let Some(ended) = reap::first(&wishes)? {
        return Ok(ended);
    }
    limits::set(&wishes.limits)?;
    // Listening comes first: neither files nor calls are given up for it.
    let carriers = carry::listen(&wishes.carried)?;
    let outside = wishes.told.as_ref().map(|socket| {
        UnixStream::connect(socket).map_err(|error| format!("{}: {error}", socket.display()))
    });
    let outside = outside.transpose()?;
    if wishes.confined {
        files::give_up(&wishes.writable)?;
        match &outside {
            Some(outside) => give_up_heard(&wishes, outside)?,
            None => syscalls::give_up()?,
        }
    }
    let mut program = Command::new(&wishes.program);
    program.args(&wishes.arguments);
    if let Some(file) = &wishes.environment {
        environment::tell(&mut program, file)?;
    }
    if carriers.is_empty() {
        let error = program.exec();
        return Err(format!("{}: {error}", wishes.program.to_string_lossy()));
    }
    let crowd = crowd::Crowd {
        most: wishes.processes,
        outside,
    };
    carry::beside(program, carriers, crowd)
}

/// Gives calls up, and passes their listener out before the program is there.
fn give_up_heard(wishes: &Wishes, outside: &UnixStream) -> Result<(), String> {
    let largest = wishes.limits.iter().find(|(name, _)| name == "fsize");
    let passed = match syscalls::give_up_heard(largest.map(|(_, bytes)| *bytes))? {
        Calls::By(listener) => passed::give(outside, listener.as_fd()),
        Calls::Never(why) => passed::give_nothing(outside, &why.to_string()),
    };
    passed.map_err(|error| format!("the filter's listener: {error}"))
}
