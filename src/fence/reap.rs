//! The first process of a container, whose engine has none of its own: it starts the fence once more and waits for whatever ends, since
//! what nobody waits for stays in the table of processes. When it ends, the kernel ends all others.
//!
//! Where it is told of a socket of skep's it ends with skep as well. It must never do anything else: it keeps the rights that the rest
//! gives up.

use std::io::Read;
use std::os::unix::net::UnixStream;
use std::process::{Command, ExitCode};

use rustix::process::{WaitOptions, wait};

use super::wishes::{NOT_FENCED, WORD, Wishes};

/// Is the first process where that is wanted; `None` for the one that is the fence.
pub(super) fn first(wishes: &Wishes) -> Result<Option<ExitCode>, String> {
    if !wishes.reap {
        return Ok(None);
    }
    if let Some(socket) = &wishes.life {
        let stream = UnixStream::connect(socket);
        let stream = stream.map_err(|error| format!("{}: {error}", socket.display()))?;
        std::thread::spawn(move || end_with(stream));
    }
    let words = std::env::args_os().skip(2).collect::<Vec<_>>();
    let end = words
        .iter()
        .position(|word| word == "--")
        .unwrap_or(words.len());
    let (options, program) = words.split_at(end);
    let options = options.iter().filter(|word| *word != "--reap");
    let own = std::env::current_exe().map_err(|error| error.to_string())?;
    let child = Command::new(own)
        .arg(WORD)
        .args(options)
        .args(program)
        .spawn();
    let child = child.map_err(|error| error.to_string())?;
    let number = i32::try_from(child.id()).unwrap_or(i32::MAX);
    loop {
        match wait(WaitOptions::empty()) {
            Ok(Some((ended, status))) if ended.as_raw_nonzero().get() == number => {
                let signal = || status.terminating_signal().map(|signal| 128 + signal);
                let code = status.exit_status().or_else(signal);
                let code = code.and_then(|code| u8::try_from(code).ok());
                return Ok(Some(ExitCode::from(code.unwrap_or(u8::MAX))));
            }
            Ok(_) | Err(rustix::io::Errno::INTR) => {}
            Err(error) => return Err(error.to_string()),
        }
    }
}

fn end_with(mut skep: UnixStream) {
    let mut said = [0; 64];
    while skep.read(&mut said).is_ok_and(|count| count > 0) {}
    std::process::exit(i32::from(NOT_FENCED));
}
