//! One started process tree: its exit, the end of its error stream, and the proof that it is gone.
//!
//! A tree is never left behind: dropping the handle kills it as well, only without waiting.

use std::collections::VecDeque;
use std::fmt;
use std::future::Future;
use std::io;
use std::os::unix::process::ExitStatusExt;
use std::pin::Pin;
use std::process::ExitStatus;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadBuf};
use tokio::process::{Child, ChildStdin, ChildStdout};
use tokio::sync::watch;

use super::cgroup::Group;
use super::error::AgentError;
use super::process_tree;
use super::spawn::{Order, spawn};

/// How long processes may take to vanish after SIGKILL before that is reported.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long the output of a process that is gone is still read: a child that it left behind may hold the pipe open for ever.
const LAST_OUTPUT: Duration = Duration::from_millis(500);
/// How much of the error stream is kept.
const STDERR_KEPT: usize = 64 * 1024;
/// After this much of it the error stream is read slowly, so that a flood costs the agent and not skep.
const STDERR_FREE: u64 = 4 * 1024 * 1024;

/// How the first process of a tree ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Exit {
    Status(ExitStatus),
    /// Nobody could wait for it; in the system's words.
    Unknown(String),
}

impl Exit {
    /// An exit code, or 128 and the signal's number; -1 where nobody knows.
    pub(super) fn code(&self) -> i32 {
        match self {
            Self::Status(status) => {
                let signal = || status.signal().map(|signal| 128 + signal);
                status.code().or_else(signal).unwrap_or(-1)
            }
            Self::Unknown(_) => -1,
        }
    }

    pub(super) fn is_success(&self) -> bool {
        matches!(self, Self::Status(status) if status.success())
    }
}

impl fmt::Display for Exit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Status(status) => status.fmt(f),
            Self::Unknown(why) => write!(f, "status unknown: {why}"),
        }
    }
}

/// A process tree that runs or ran.
pub(super) struct Process {
    root: u32,
    mark: String,
    stderr: Tail,
    /// Becomes true when nothing more of its error stream comes.
    said: watch::Receiver<bool>,
    exit: watch::Receiver<Option<Exit>>,
    /// Its control group, if it has one of its own.
    group: Option<Arc<Group>>,
    ended: AtomicBool,
}

/// The two streams to talk over.
pub(super) struct Streams {
    pub(super) input: Option<ChildStdin>,
    pub(super) output: Output,
}

/// The standard output of the first process, which ends with that process, whoever else holds the pipe.
pub(super) struct Output {
    pipe: ChildStdout,
    over: Pin<Box<dyn Future<Output = ()> + Send>>,
    ended: bool,
}

impl Output {
    fn of(pipe: ChildStdout, mut exit: watch::Receiver<Option<Exit>>) -> Self {
        let over = async move {
            drop(exit.wait_for(Option::is_some).await);
            tokio::time::sleep(LAST_OUTPUT).await;
        };
        Self {
            pipe,
            over: Box::pin(over),
            ended: false,
        }
    }
}

impl AsyncRead for Output {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let read = Pin::new(&mut self.pipe).poll_read(cx, buffer);
        if read.is_pending() {
            self.ended = self.ended || self.over.as_mut().poll(cx).is_ready();
        }
        // Nothing read is the end of the stream.
        if self.ended && read.is_pending() {
            Poll::Ready(Ok(()))
        } else {
            read
        }
    }
}

impl Process {
    /// Starts the order; `mark` must be the value of [`process_tree::TREE`] in its environment.
    pub(super) async fn start(order: Order, mark: String) -> Result<(Self, Streams), AgentError> {
        Self::start_shown(order, mark, tokio::io::sink()).await
    }

    /// The same, with its error stream shown as it comes.
    pub(super) async fn start_shown(
        mut order: Order,
        mark: String,
        shown: impl AsyncWrite + Send + Unpin + 'static,
    ) -> Result<(Self, Streams), AgentError> {
        let what = order
            .argv
            .first()
            .map(|program| program.to_string_lossy().into_owned())
            .unwrap_or_default();
        let failed = |why: String| AgentError::Spawn {
            what: what.clone(),
            why,
        };
        let group = order.group.take();
        let mut child = spawn(order)
            .await
            .map_err(|error| failed(error.to_string()))?;
        let root = child
            .id()
            .ok_or_else(|| failed("it ended at once".to_owned()))?;
        let pipe = child
            .stdout
            .take()
            .ok_or_else(|| failed("no output stream".to_owned()))?;
        let input = child.stdin.take();
        let (stderr, (all_said, said)) = (Tail::default(), watch::channel(false));
        if let Some(stream) = child.stderr.take() {
            let tail = stderr.clone();
            tokio::spawn(async move {
                collect(stream, tail, shown).await;
                all_said.send_replace(true);
            });
        }
        let (gone, exit) = watch::channel(None);
        tokio::spawn(wait(child, gone));
        let output = Output::of(pipe, exit.clone());
        Ok((
            Self {
                root,
                mark,
                stderr,
                said,
                exit,
                group,
                ended: AtomicBool::new(false),
            },
            Streams { input, output },
        ))
    }

    /// Waits for the first process to exit.
    pub(super) async fn exited(&self) -> Exit {
        let mut exit = self.exit.clone();
        let ended = exit.wait_for(Option::is_some).await;
        let ended = ended.ok().and_then(|exit| exit.clone());
        ended.unwrap_or_else(|| Exit::Unknown("nobody waited".to_owned()))
    }

    /// True once the first process is gone.
    pub(super) fn has_exited(&self) -> bool {
        self.exit.borrow().is_some() || !process_tree::is_running(self.root)
    }

    /// What its control group might take of the memory, bytes, where the kernel ended processes of it because that was not enough.
    pub(super) fn ran_out_of_memory(&self) -> Option<u64> {
        self.group.as_ref()?.ran_out_of_memory()
    }

    /// The last part of what it wrote to its error stream.
    pub(super) fn stderr(&self) -> String {
        self.stderr.text()
    }

    /// Waits a moment for what is left of the error stream of a process that is gone.
    pub(super) async fn all_said(&self) {
        let mut said = self.said.clone();
        let all = said.wait_for(|said| *said);
        drop(tokio::time::timeout(LAST_OUTPUT, all).await);
    }

    /// Ends the whole tree and returns when it is gone: `grace` to leave by itself after its input was closed, `grace` after
    /// SIGTERM, then SIGKILL.
    pub(super) async fn end(&self, grace: Duration) -> Result<(), AgentError> {
        let (root, mark) = (self.root, self.mark.clone());
        if tokio::time::timeout(grace, self.exited()).await.is_err() {
            let asked = mark.clone();
            drop(
                tokio::task::spawn_blocking(move || {
                    process_tree::terminate(root, &[(process_tree::TREE, &asked)])
                })
                .await,
            );
            drop(tokio::time::timeout(grace, self.exited()).await);
        }
        self.kill().await
    }

    /// Ends the whole tree at once and returns when it is gone.
    pub(super) async fn kill(&self) -> Result<(), AgentError> {
        let (mark, root) = (
            self.mark.clone(),
            self.exit.borrow().is_none().then_some(self.root),
        );
        let group = self.group.clone();
        let left = tokio::task::spawn_blocking(move || end_all(root, &mark, group.as_deref()))
            .await
            .unwrap_or(1);
        if left > 0 {
            return Err(AgentError::Survivors { count: left });
        }
        self.exited().await;
        self.ended.store(true, Ordering::Release);
        Ok(())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if self.ended.load(Ordering::Acquire) {
            return;
        }
        let (mark, root) = (
            std::mem::take(&mut self.mark),
            self.exit.borrow().is_none().then_some(self.root),
        );
        // Nobody can wait here; the thread ends by itself after a few seconds at most.
        let ending = std::thread::Builder::new().name("reaper".to_owned());
        let group = self.group.take();
        drop(ending.spawn(move || end_all(root, &mark, group.as_deref())));
    }
}

/// Ends a tree, with the control group it has of its own; answers how many processes are still there.
fn end_all(root: Option<u32>, mark: &str, group: Option<&Group>) -> usize {
    if let Some(group) = group {
        group.kill();
    }
    let left = process_tree::end(root, &[(process_tree::TREE, mark)], PATIENCE);
    if let Some(group) = group {
        group.end(PATIENCE);
    }
    left
}

async fn wait(mut child: Child, gone: watch::Sender<Option<Exit>>) {
    let exit = match child.wait().await {
        Ok(status) => Exit::Status(status),
        Err(error) => Exit::Unknown(error.to_string()),
    };
    gone.send_replace(Some(exit));
}

/// The bounded end of a stream of text.
#[derive(Clone, Default)]
struct Tail(Arc<Mutex<VecDeque<u8>>>);

impl Tail {
    fn push(&self, bytes: &[u8]) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.extend(bytes);
        let surplus = kept.len().saturating_sub(STDERR_KEPT);
        kept.drain(..surplus);
    }

    fn text(&self) -> String {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (front, back) = kept.as_slices();
        String::from_utf8_lossy(&[front, back].concat()).into_owned()
    }
}

async fn collect(
    mut stream: impl AsyncRead + Unpin,
    tail: Tail,
    mut shown: impl AsyncWrite + Unpin,
) {
    let mut chunk = vec![0; 16 * 1024];
    let mut total = 0_u64;
    while let Ok(count @ 1..) = stream.read(&mut chunk).await {
        tail.push(&chunk[..count]);
        // Nobody may be looking any more.
        drop(shown.write_all(&chunk[..count]).await);
        drop(shown.flush().await);
        total = total.saturating_add(count as u64);
        if total > STDERR_FREE {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tail_keeps_the_end() {
        let tail = Tail::default();
        tail.push(&[b'a'; STDERR_KEPT]);
        tail.push(b"the end");
        let text = tail.text();
        assert_eq!(text.len(), STDERR_KEPT);
        assert!(text.ends_with("athe end"));
    }
}
