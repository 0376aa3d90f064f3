//! One service: its process, whether it is ready, and its further starts. It is ended, with its group, when this is dropped.

use std::net::{Ipv4Addr, TcpListener};
use std::process::Stdio;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process_group};
use tokio::net::TcpStream;
use tokio::process::{Child, Command};

use super::super::carry::as_code;
use super::last_words::LastWords;
use super::order::{Attendance, Side, Trouble, What};

/// How a step went.
pub(super) type Run<T> = Result<T, Trouble>;

/// So often it is started again.
const AGAIN: u32 = 3;
/// So long one look whether it is ready may take.
const LOOK: Duration = Duration::from_secs(10);
/// The variable that names its own folder.
const FOLDER: &str = "SERVICE_DATA";

/// One that was started.
pub(super) struct Running<'a> {
    side: &'a Side,
    attendance: &'a Attendance,
    child: Child,
    words: LastWords,
    starts: u32,
    /// It was ready once.
    pub(super) ready: bool,
}

impl<'a> Running<'a> {
    /// Starts it, unless something else has its port.
    pub(super) fn first(side: &'a Side, attendance: &'a Attendance) -> Result<Run<Self>, String> {
        let trouble = |what| Trouble {
            service: side.name.clone(),
            what,
            said: vec![],
        };
        if TcpListener::bind((Ipv4Addr::LOCALHOST, side.port)).is_err() {
            return Ok(Err(trouble(What::Taken(side.port))));
        }
        let words = LastWords::default();
        match start(side, attendance, &words)? {
            Ok(child) => Ok(Ok(Self {
                side,
                attendance,
                child,
                words,
                starts: 1,
                ready: false,
            })),
            Err(what) => Ok(Err(trouble(what))),
        }
    }

    /// What is told of it.
    pub(super) fn trouble(&self, what: What) -> Trouble {
        Trouble {
            service: self.side.name.clone(),
            what,
            said: self.words.lines(),
        }
    }

    /// Whether it is ready by now. One that ends before it is does not come up.
    pub(super) async fn is_ready(&mut self) -> Run<bool> {
        if self.ready {
            return Ok(true);
        }
        if let Some(code) = self.ended() {
            // What it wrote last may still be on its way.
            tokio::time::sleep(Duration::from_millis(50)).await;
            return Err(self.trouble(What::Ended(code)));
        }
        self.ready = match &self.side.ready {
            None => TcpStream::connect((Ipv4Addr::LOCALHOST, self.side.port))
                .await
                .is_ok(),
            Some(line) => {
                let mut look = command("sh", self.side, self.attendance);
                look.args(["-c", line]).stdout(Stdio::null());
                let look = tokio::time::timeout(LOOK, look.stderr(Stdio::null()).status()).await;
                matches!(look, Ok(Ok(status)) if status.success())
            }
        };
        Ok(self.ready)
    }

    /// Starts it again where it has ended, as often as it may.
    pub(super) fn keep_up(&mut self) -> Run<()> {
        let Some(code) = self.ended() else {
            return Ok(());
        };
        if self.starts > AGAIN {
            return Err(self.trouble(What::Ended(code)));
        }
        self.end();
        self.starts += 1;
        match start(self.side, self.attendance, &self.words) {
            Ok(Ok(child)) => self.child = child,
            Ok(Err(what)) => return Err(self.trouble(what)),
            Err(why) => return Err(self.trouble(What::Missing(why))),
        }
        Ok(())
    }

    /// Its exit code, once it has ended.
    fn ended(&mut self) -> Option<u8> {
        match self.child.try_wait() {
            Ok(status) => status.map(as_code),
            Err(_) => Some(u8::MAX),
        }
    }

    /// Ends what is left of it.
    fn end(&self) {
        let group = self.child.id().and_then(|id| i32::try_from(id).ok());
        if let Some(group) = group.and_then(Pid::from_raw) {
            // It may be gone.
            let _gone = kill_process_group(group, Signal::KILL);
        }
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.end();
    }
}

/// Starts it with an empty folder of its own.
fn start(
    side: &Side,
    attendance: &Attendance,
    words: &LastWords,
) -> Result<Result<Child, What>, String> {
    let folder = attendance.scratch.join(&side.name);
    let failed = |error: std::io::Error| format!("{}: {error}", folder.display());
    match std::fs::remove_dir_all(&folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(failed(error)),
        _ => std::fs::create_dir_all(&folder).map_err(failed)?,
    }
    let Some((program, arguments)) = side.command.split_first() else {
        return Ok(Err(What::Missing("it names no program".to_owned())));
    };
    let mut command = command(program, side, attendance);
    command.args(arguments).process_group(0);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = match command.spawn() {
        Ok(child) => child,
        Err(error) => return Ok(Err(What::Missing(format!("{program}: {error}")))),
    };
    words.follow(child.stdout.take());
    words.follow(child.stderr.take());
    Ok(Ok(child))
}

/// A command as the service has it: the program's variables but for those that are its own.
fn command(program: &str, side: &Side, attendance: &Attendance) -> Command {
    let mut command = Command::new(program);
    for name in &attendance.without {
        command.env_remove(name);
    }
    command
        .env(FOLDER, attendance.scratch.join(&side.name))
        .stdin(Stdio::null())
        .kill_on_drop(true);
    command
}
