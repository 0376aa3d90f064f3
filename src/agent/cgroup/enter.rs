//! How a start gets into its control group: skep started once more, outside of the sandbox, which enters the group and then becomes the
//! program (`skep cgroup FOLDER PROGRAM ARGUMENTS`). So no process of a session is ever outside.
//!
//! It must never start the program where it could not enter.

use std::ffi::OsString;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, ExitCode};

use super::group::set;

/// The word by which skep is started for it.
const WORD: &str = "cgroup";
/// The exit code when it could not be done.
const NOT_ENTERED: u8 = 125;

/// The line that enters a folder's group and becomes the program of `argv`; `program` is skep's own.
pub(in crate::agent) fn line(program: &Path, folder: &Path, argv: Vec<OsString>) -> Vec<OsString> {
    let mut line = vec![program.into(), WORD.into(), folder.into()];
    line.extend(argv);
    line
}

/// Runs as this where that is what the command line says; `None` for every other one.
pub fn entered() -> Option<ExitCode> {
    let mut words = std::env::args_os().skip(1);
    if words.next()? != WORD {
        return None;
    }
    let why = become_program(words.collect());
    eprintln!("the control group ends: {why}");
    Some(ExitCode::from(NOT_ENTERED))
}

/// Answers only why it did not.
fn become_program(words: Vec<OsString>) -> String {
    let [folder, program, arguments @ ..] = words.as_slice() else {
        return "no program is named".to_owned();
    };
    let processes = Path::new(folder).join("cgroup.procs");
    // Zero is whoever writes.
    if let Err(error) = set(&processes, "0") {
        return format!("{}: {error}", processes.display());
    }
    let error = Command::new(program).args(arguments).exec();
    format!("{}: {error}", program.to_string_lossy())
}
