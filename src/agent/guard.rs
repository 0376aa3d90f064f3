//! The process that outlives skep by a moment: skep started once more, which waits for the first one's end and then ends whatever it
//! left running, git and its helpers as well as agents. A `kill -9` leaves skep itself no time for that, and the kernel's own "die with
//! your parent" reaches children only, not what they started.
//!
//! What belongs to a life of skep carries that life's own mark in its environment, so that the next life, which may have begun already,
//! is not touched. It must never end anything else, and it knows no secret: it is given nothing but the mark.

use std::ffi::OsString;
use std::io;
use std::path::PathBuf;
use std::process::{ExitCode, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use tokio::process::{Child, Command};
use tokio::signal::unix::{SignalKind, signal};
use tokio::task::AbortHandle;

use super::cgroup;
use super::process_tree;

/// The word by which skep is started as the guard.
const WORD: &str = "guard";
/// The variable that names the life of skep that started a process.
pub(super) const LIFE: &str = "SKEP_LIFE";

/// How long is looked after nothing was found any more: a process that was being started shows its mark a moment later.
const CALM: Duration = Duration::from_millis(400);
/// The pause between two looks.
const PAUSE: Duration = Duration::from_millis(20);
/// When it gives up on what does not end; the next start tries again.
const PATIENCE: Duration = Duration::from_secs(20);
/// The pause before a guard that ended is started again.
const AGAIN: Duration = Duration::from_secs(1);

/// The guard of one life of skep. When this is dropped, or the process ends however it does, the guard looks and goes.
#[derive(Debug)]
pub struct Guard {
    life: String,
    keeper: AbortHandle,
}

impl Guard {
    /// Starts it; `program` is skep's own. What keeps it from starting is logged: the next start ends what was left as well.
    pub fn start(program: PathBuf) -> Self {
        static LIVES: AtomicU64 = AtomicU64::new(0);
        let began = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        let life = format!(
            "{}.{}.{}",
            std::process::id(),
            began.unwrap_or_default().as_nanos(),
            LIVES.fetch_add(1, Ordering::Relaxed)
        );
        let keeper = tokio::spawn(keep(program, life.clone())).abort_handle();
        Self { life, keeper }
    }

    /// What every process of this life carries as its mark.
    pub fn life(&self) -> &str {
        &self.life
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        // With the task goes the other end of the guard's input.
        self.keeper.abort();
    }
}

/// Runs as the guard where that is what the command line says; `None` for every other one.
pub fn entered() -> Option<ExitCode> {
    let mut words = std::env::args_os().skip(1);
    if words.next()? != WORD {
        return None;
    }
    match watch(words.next()) {
        Ok(()) => Some(ExitCode::SUCCESS),
        Err(error) => {
            eprintln!("the guard ends: {error}");
            Some(ExitCode::FAILURE)
        }
    }
}

/// Keeps one running as long as it is not cancelled.
async fn keep(program: PathBuf, life: String) {
    loop {
        match begin(&program, &life) {
            Ok(mut guard) => {
                // Waiting would close it, and its end is what the guard waits for.
                let _held = guard.stdin.take();
                let ended = guard.wait().await;
                tracing::warn!(?ended, "the guard ended; another one is started");
            }
            Err(error) => {
                tracing::error!(%error, "the guard cannot be started: after a kill -9, what skep has started goes on until its next start");
            }
        }
        tokio::time::sleep(AGAIN).await;
    }
}

/// In a group of its own: what is typed at the terminal is not meant for it.
fn begin(program: &PathBuf, life: &str) -> io::Result<Child> {
    Command::new(program)
        .args([WORD, life])
        .env_clear()
        .current_dir("/")
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .process_group(0)
        .spawn()
}

fn watch(life: Option<OsString>) -> io::Result<()> {
    let life = life.and_then(|life| life.into_string().ok());
    let life = life.ok_or_else(|| io::Error::other("no life is named"))?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        // A signal to all of a service's processes reaches it as well, and skep takes its time to end.
        let _ignored = [
            signal(SignalKind::terminate())?,
            signal(SignalKind::interrupt())?,
            signal(SignalKind::hangup())?,
        ];
        io::copy(&mut io::stdin().lock(), &mut io::sink())?;
        sweep(&life);
        // What took the mark off itself is in the control groups yet.
        cgroup::sweep_left();
        Ok(())
    })
}

/// Ends what carries the mark, until there has been nothing for a while.
fn sweep(life: &str) {
    let marks = [(LIFE, life)];
    let began = Instant::now();
    let mut found = began;
    while found.elapsed() < CALM && began.elapsed() < PATIENCE {
        if process_tree::marked(&marks).is_empty() {
            std::thread::sleep(PAUSE);
        } else {
            process_tree::end(None, &marks, CALM);
            found = Instant::now();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    fn child(life: &str) -> std::process::Child {
        let script = "setsid sleep 300 & wait";
        let shell = Command::new("sh")
            .args(["-c", script])
            .env(LIFE, life)
            .spawn();
        shell.expect("a shell")
    }

    #[test]
    fn what_carries_the_mark_goes_and_another_life_stays() {
        let (ours, others) = (
            format!("{}.a", std::process::id()),
            format!("{}.b", std::process::id()),
        );
        let (mut ended, mut stays) = (child(&ours), child(&others));
        let deadline = Instant::now() + Duration::from_secs(20);
        while process_tree::marked(&[(LIFE, &ours)]).len() < 2 {
            assert!(
                Instant::now() < deadline,
                "the shell does not start its child"
            );
            std::thread::yield_now();
        }
        sweep(&ours);
        assert!(process_tree::marked(&[(LIFE, &ours)]).is_empty());
        assert!(
            stays.try_wait().expect("asked").is_none(),
            "another life's was ended"
        );
        ended.wait().expect("gone");
        sweep(&others);
        stays.wait().expect("gone");
    }
}
