//! The one thread that starts processes. The kernel ties "die with your parent" to the *thread* that forked, and a
//! runtime's threads come and go; so every agent is forked from this thread, which lives as long as the process.
//!
//! It never starts anything with an inherited environment: what is in the [`Order`] is all the child gets.

use std::ffi::OsString;
use std::io;
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, OnceLock};

use tokio::process::{Child, Command};
use tokio::runtime::Handle;
use tokio::sync::oneshot;

use super::cgroup::Group;

/// A process to be started: all of its arguments and all of its environment.
pub(super) struct Order {
    /// Absolute path of the program, then its arguments.
    pub(super) argv: Vec<OsString>,
    /// The whole environment.
    pub(super) environment: Vec<(String, String)>,
    /// The working directory.
    pub(super) directory: PathBuf,
    /// Whether something will be written to its standard input; otherwise that is empty.
    pub(super) input: bool,
    /// The control group that its first words enter, if it has one of its own.
    pub(super) group: Option<Arc<Group>>,
}

struct Ticket {
    order: Order,
    runtime: Handle,
    answer: oneshot::Sender<io::Result<Child>>,
}

/// Open files that skep got from whoever started it and that every process it starts will have, too: the standard library
/// marks its own files "close on exec", and marking foreign ones takes unsafe code. Beyond the three standard streams
/// there should be none.
pub(super) fn inherited_files() -> Vec<u32> {
    let Ok(entries) = std::fs::read_dir("/proc/self/fdinfo") else {
        return vec![];
    };
    let numbers = entries
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    let stays_open = |number: &u32| {
        let Ok(text) = std::fs::read_to_string(format!("/proc/self/fdinfo/{number}")) else {
            return false;
        };
        let flags = text.lines().find_map(|line| line.strip_prefix("flags:"));
        flags
            .and_then(|flags| u32::from_str_radix(flags.trim(), 8).ok())
            .is_some_and(|flags| flags & CLOSE_ON_EXEC == 0)
    };
    let mut files: Vec<u32> = numbers
        .filter(|number| *number > 2)
        .filter(stays_open)
        .collect();
    files.sort_unstable();
    files
}

const CLOSE_ON_EXEC: u32 = 0o2_000_000;

/// Starts a process in a group of its own, with its three streams piped.
pub(super) async fn spawn(order: Order) -> io::Result<Child> {
    let (answer, started) = oneshot::channel();
    let ticket = Ticket {
        order,
        runtime: Handle::current(),
        answer,
    };
    let thread = thread()?;
    // A full queue means dozens of forks are waiting; the send must not block a thread of the runtime.
    tokio::task::spawn_blocking(move || thread.send(ticket))
        .await
        .map_err(io::Error::other)?
        .map_err(|_| io::Error::other("the thread that starts processes is gone"))?;
    started
        .await
        .map_err(|_| io::Error::other("the thread that starts processes is gone"))?
}

fn thread() -> io::Result<SyncSender<Ticket>> {
    static THREAD: OnceLock<Result<SyncSender<Ticket>, io::ErrorKind>> = OnceLock::new();
    let made = THREAD.get_or_init(|| {
        let (orders, queue) = sync_channel(16);
        std::thread::Builder::new()
            .name("spawner".to_owned())
            .spawn(move || serve(&queue))
            .map(|_lives_for_ever| orders)
            .map_err(|error| error.kind())
    });
    made.clone().map_err(io::Error::from)
}

fn serve(queue: &Receiver<Ticket>) {
    while let Ok(ticket) = queue.recv() {
        let _inside = ticket.runtime.enter();
        // Nobody waits any more: the child is dropped and with it killed.
        drop(ticket.answer.send(start(&ticket.order)));
    }
}

fn start(order: &Order) -> io::Result<Child> {
    let Some((program, arguments)) = order.argv.split_first() else {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "no program"));
    };
    Command::new(program)
        .args(arguments)
        .env_clear()
        .envs(order.environment.iter().map(|(key, value)| (key, value)))
        .current_dir(&order.directory)
        .stdin(if order.input {
            Stdio::piped()
        } else {
            Stdio::null()
        })
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .process_group(0)
        .kill_on_drop(true)
        .spawn()
}
