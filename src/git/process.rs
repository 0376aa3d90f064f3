//! One git process: argument list, environment, configuration, input, caps and its end.
//!
//! Every git this service starts goes through here, so that no call can forget a switch: the environment is emptied first,
//! no configuration of the machine or the user is read, hooks, fsmonitor, credential helpers and every transport but https
//! are off, and the whole process group is gone when the call ends, times out or is dropped. It must never be given a
//! secret as an argument or in the environment: other processes of the same user read both.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process_group};
use tokio::io::AsyncWriteExt;
use tokio::process::{Child, Command};

use super::error::{GitError, one_line};
use super::pipe::{Rest, Told, messages, read_capped};

/// Listings of paths; a tree of half a million files has about 40 MiB of them.
pub(super) const LISTING: usize = 128 << 20;

/// Where programs are looked for: fixed, so that nothing an operator exports changes which git runs.
const PATH: &str = "/usr/local/bin:/usr/bin:/bin:/opt/homebrew/bin:/run/current-system/sw/bin";

/// Names the data folder of the service that started a process: the next start ends whatever a killed one left running, agents
/// and git alike.
const OWNER: &str = "SKEP_HOME";

/// Names the life of the service that started a process: its guard ends what a killed one left within a moment.
const LIFE: &str = "SKEP_LIFE";

/// The remote that owes a partial mirror what it lacks. Whoever asks git for that reads this name in the error.
pub(super) const OWING: &str = "older-contents-are-not-here";

/// The whole environment of a call, before what the call itself adds.
const ENVIRONMENT: [(&str, &str); 11] = [
    ("PATH", PATH),
    ("LC_ALL", "C"),
    ("TZ", "UTC"),
    ("HOME", "/dev/null"),
    ("GIT_CONFIG_NOSYSTEM", "1"),
    ("GIT_CONFIG_GLOBAL", "/dev/null"),
    ("GIT_ATTR_NOSYSTEM", "1"),
    ("GIT_TERMINAL_PROMPT", "0"),
    ("GIT_NO_REPLACE_OBJECTS", "1"),
    ("GIT_LITERAL_PATHSPECS", "1"),
    ("GIT_NO_LAZY_FETCH", "1"),
];

/// The configuration of every call; command-line configuration wins over any file.
const CONFIGURATION: [&str; 20] = [
    "core.hooksPath=/dev/null",
    "core.fsmonitor=false",
    "core.untrackedCache=false",
    "core.attributesFile=/dev/null",
    "core.excludesFile=/dev/null",
    "core.symlinks=true",
    "core.protectHFS=true",
    "core.protectNTFS=true",
    "core.autocrlf=false",
    "safe.bareRepository=explicit",
    "protocol.allow=never",
    "transfer.fsckObjects=true",
    "submodule.recurse=false",
    "push.recurseSubmodules=no",
    "credential.helper=",
    "http.followRedirects=false",
    "gc.auto=0",
    "maintenance.auto=false",
    "commit.gpgSign=false",
    "diff.renameLimit=400",
];

/// What a process gets on its standard input.
#[derive(Debug)]
pub(super) enum Input {
    /// Nothing.
    Null,
    /// These bytes.
    Bytes(Vec<u8>),
    /// The rest of an open file.
    File(std::fs::File),
}

/// What happens to output beyond the cap.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Overflow {
    /// The process is ended and the call fails.
    Fail,
    /// The process is ended and the call succeeds with what fitted.
    Cut,
}

/// One call to be made.
#[derive(Debug)]
pub(super) struct Call {
    verb: &'static str,
    arguments: Vec<OsString>,
    environment: Vec<(&'static str, OsString)>,
    configuration: Vec<String>,
    input: Input,
    cap: usize,
    beyond: Overflow,
    memory: Option<u64>,
    seconds: Option<u64>,
    timeout: Option<Duration>,
    told: Option<Told>,
}

impl Call {
    /// A call of `git <verb>`.
    pub(super) fn new(verb: &'static str) -> Self {
        Self {
            verb,
            arguments: Vec::new(),
            environment: Vec::new(),
            configuration: Vec::new(),
            input: Input::Null,
            cap: 1 << 20,
            beyond: Overflow::Fail,
            memory: None,
            seconds: None,
            timeout: None,
            told: None,
        }
    }

    /// Adds one argument.
    pub(super) fn arg(mut self, argument: impl AsRef<OsStr>) -> Self {
        self.arguments.push(argument.as_ref().to_owned());
        self
    }

    /// Adds several arguments.
    pub(super) fn args<I: IntoIterator<Item: AsRef<OsStr>>>(mut self, arguments: I) -> Self {
        self.arguments.extend(
            arguments
                .into_iter()
                .map(|argument| argument.as_ref().to_owned()),
        );
        self
    }

    /// Adds a variable to the environment. Never a secret.
    pub(super) fn env(mut self, name: &'static str, value: impl AsRef<OsStr>) -> Self {
        self.environment.push((name, value.as_ref().to_owned()));
        self
    }

    /// Names the repository: git never looks for one by itself.
    pub(super) fn repository(self, git_dir: &Path) -> Self {
        self.env("GIT_DIR", git_dir)
    }

    /// Adds one `name=value` of configuration.
    pub(super) fn config(mut self, setting: impl Into<String>) -> Self {
        self.configuration.push(setting.into());
        self
    }

    /// Gives it something to read.
    pub(super) fn input(mut self, input: Input) -> Self {
        self.input = input;
        self
    }

    /// Sets how many bytes of output are taken (default 1 MiB) and what happens beyond.
    pub(super) fn cap(mut self, bytes: usize, beyond: Overflow) -> Self {
        self.cap = bytes;
        self.beyond = beyond;
        self
    }

    /// Bounds the memory of the process, for calls that unpack what an agent made.
    pub(super) fn memory(mut self, bytes: u64) -> Self {
        self.memory = Some(bytes);
        self
    }

    /// Lets it live longer than others, or less long.
    pub(super) fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// Whether it has a time of its own.
    pub(super) fn has_timeout(&self) -> bool {
        self.timeout.is_some()
    }

    /// Names where its progress is told, for a fetch with `--progress`.
    pub(super) fn told(mut self, told: &Told) -> Self {
        self.told = Some(told.clone());
        self
    }

    /// Bounds the processor time of the process.
    pub(super) fn seconds(mut self, seconds: u64) -> Self {
        self.seconds = Some(seconds);
        self
    }
}

/// How a process ended and what it said.
#[derive(Debug)]
pub(super) struct Outcome {
    /// The git command.
    pub(super) verb: &'static str,
    /// Exit code 0 (or cut short by [`Overflow::Cut`]).
    pub(super) success: bool,
    /// What it wrote, up to the cap.
    pub(super) stdout: Vec<u8>,
    /// Its messages, up to 64 KiB.
    pub(super) stderr: String,
}

impl Outcome {
    /// The error of an unforeseen failure.
    pub(super) fn failed(&self) -> GitError {
        let stderr = one_line(&self.stderr, 400);
        if stderr.contains(".lock': File exists") {
            return GitError::Locked { why: stderr };
        }
        if stderr.contains("No space left on device") || stderr.contains("Disk quota exceeded") {
            return GitError::Full {
                verb: format!("git {}", self.verb),
            };
        }
        GitError::Failed {
            verb: self.verb.to_owned(),
            stderr,
        }
    }

    /// The output of a call that has to succeed.
    pub(super) fn bytes(self) -> Result<Vec<u8>, GitError> {
        if self.success {
            Ok(self.stdout)
        } else {
            Err(self.failed())
        }
    }

    /// The output as one trimmed line.
    pub(super) fn line(self) -> Result<String, GitError> {
        let verb = self.verb;
        let text = String::from_utf8(self.bytes()?).map_err(|_| GitError::unreadable(verb))?;
        Ok(text.trim().to_owned())
    }
}

/// The git program and how long one of its processes may live.
#[derive(Debug, Clone)]
pub(super) struct Program {
    /// The program.
    path: PathBuf,
    /// Where every process starts: never inside a working copy.
    directory: PathBuf,
    /// The mark of this life of the service.
    life: Option<String>,
    /// The life of one process.
    pub(super) timeout: Duration,
}

impl Program {
    /// Takes a full path, or a bare name that is looked up in the fixed `PATH` now and once: a child whose environment names a
    /// `PATH` of its own can be started without copying this process only when the program is a full path.
    pub(super) fn new(path: PathBuf, directory: PathBuf, timeout: Duration) -> Self {
        let bare = path.components().count() == 1;
        let found = PATH
            .split(':')
            .map(|folder| Path::new(folder).join(&path))
            .find(|file| bare && file.is_file());
        Self {
            path: found.unwrap_or(path),
            directory,
            life: None,
            timeout,
        }
    }

    /// Marks its processes as those of one life of the service.
    pub(super) fn of_life(mut self, life: Option<String>) -> Self {
        self.life = life;
        self
    }

    /// Runs a call to its end. Errors: the program is missing, takes too long or floods; an exit code is not an error here.
    pub(super) async fn run(&self, mut call: Call) -> Result<Outcome, GitError> {
        let (mut command, verb) = (self.command(&mut call), call.verb);
        let timeout = call.timeout.unwrap_or(self.timeout);
        let mut child = command.spawn().map_err(|error| GitError::Missing {
            why: error.to_string(),
        })?;
        let mut group = Group::of(&child);
        bound(&child, &call);
        let conversation = run_remote(&mut child, call);
        match tokio::time::timeout(timeout, conversation).await {
            Ok(result) => {
                group.0 = None;
                result
            }
            Err(_) => {
                group.end(&mut child).await;
                Err(GitError::Timeout {
                    verb: verb.to_owned(),
                    after: timeout,
                })
            }
        }
    }

    fn command(&self, call: &mut Call) -> Command {
        let mut command = Command::new(&self.path);
        command
            .env_clear()
            .envs(ENVIRONMENT)
            .env(OWNER, &self.directory)
            .envs(self.life.iter().map(|life| (LIFE, life)))
            .envs(call.environment.iter().map(|(name, value)| (name, value)));
        for setting in CONFIGURATION
            .iter()
            .copied()
            .chain(call.configuration.iter().map(String::as_str))
        {
            command.args(["-c", setting]);
        }
        command
            .arg(call.verb)
            .args(&call.arguments)
            .current_dir(&self.directory);
        command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0)
            .kill_on_drop(true);
        command.stdin(match std::mem::replace(&mut call.input, Input::Null) {
            Input::Null => Stdio::null(),
            Input::File(file) => Stdio::from(file),
            bytes => {
                call.input = bytes;
                Stdio::piped()
            }
        });
        command
    }
}

/// Talks with the process until it is gone.
async fn run_remote(child: &mut Child, call: Call) -> Result<Outcome, GitError> {
    let (stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    let feed = async {
        if let (Some(mut pipe), Input::Bytes(bytes)) = (stdin, &call.input) {
            // The error is not lost: a process that has heard enough closes its end, and its exit code tells whether that was right.
            let _ = pipe.write_all(bytes).await;
        }
    };
    let messages = messages(stderr, call.told.as_ref());
    let verb = call.verb;
    let (_, (stdout, cut), stderr) =
        tokio::join!(feed, read_capped(stdout, call.cap, Rest::Leave), messages);
    let status = child
        .wait()
        .await
        .map_err(|error| GitError::disk("wait for git", error))?;
    if cut && call.beyond == Overflow::Fail {
        return Err(GitError::Flood {
            verb: verb.to_owned(),
            cap: call.cap,
        });
    }
    let success = status.success() || cut;
    Ok(Outcome {
        verb,
        success,
        stdout,
        stderr,
    })
}

/// The process group of one call; whoever is still in it when the call times out or is dropped is killed.
struct Group(Option<Pid>);

impl Group {
    fn of(child: &Child) -> Self {
        Self(child.id().and_then(|id| Pid::from_raw(id.cast_signed())))
    }

    /// Asks first (git then removes its lock files), kills after two seconds.
    async fn end(self, child: &mut Child) {
        if let Some(pid) = self.0 {
            let _ = kill_process_group(pid, Signal::TERM);
        }
        let _ = tokio::time::timeout(Duration::from_secs(2), child.wait()).await;
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        if let Some(pid) = self.0 {
            // ESRCH is the usual answer: everybody has left already.
            let _ = kill_process_group(pid, Signal::KILL);
        }
    }
}

/// Of the memory only what is private counts: mapped packs of a large mirror do not.
#[cfg(target_os = "linux")]
fn bound(child: &Child, call: &Call) {
    use rustix::process::{Resource, Rlimit, prlimit};
    let Some(pid) = child.id().and_then(|id| Pid::from_raw(id.cast_signed())) else {
        return;
    };
    for (resource, limit) in [(Resource::Data, call.memory), (Resource::Cpu, call.seconds)] {
        let Some(limit) = limit else { continue };
        if let Err(error) = prlimit(
            Some(pid),
            resource,
            Rlimit {
                current: Some(limit),
                maximum: Some(limit),
            },
        ) {
            tracing::warn!(%error, "cannot bound git");
        }
    }
}

/// Other systems cannot bound a process from outside; the timeout holds there, too.
#[cfg(not(target_os = "linux"))]
fn bound(_: &Child, _: &Call) {}

/// The paths of an output with `-z`.
pub(super) fn paths(output: &[u8]) -> impl Iterator<Item = &[u8]> {
    output.split(|b| *b == 0).filter(|path| !path.is_empty())
}
