//! One command of a repository's own, run to its end in a fence like an agent's: without any agent's variables, and with a way out that
//! leads to no model. The end of what it wrote is kept, and nothing else of it is left.
//!
//! It must never be given a key, and what the repository sets for it must never reach the fence itself: its variables are set inside.

use std::collections::VecDeque;
use std::ffi::OsString;
use std::time::{Duration, Instant};

use tokio::io::{AsyncRead, AsyncReadExt};

use super::Agents;
use super::error::AgentError;
use super::launch::Launch;
use super::process::Process;
use super::side_services;
use super::ways::Ways;
use crate::core::containment::{Attempt, Weight};

/// So much of the end of its output is kept, bytes.
const KEPT: usize = 64 * 1024;
/// More than this is a flood, bytes.
pub const MOST_OUTPUT: u64 = 64 << 20;
/// Both of its streams as one, in the order in which it wrote.
const BOTH: &str = "exec sh -c \"$1\" 2>&1";

/// A command to be run.
#[derive(Debug, Clone, Copy)]
pub struct RepositoryCommand<'a> {
    /// Where, how it is fenced in, and what its repository grants it; of its agent nothing but the folders that are to be seen counts.
    pub launch: &'a Launch,
    /// A line for `sh -c`.
    pub line: &'a str,
    /// So long it may take.
    pub timeout: Duration,
}

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// By itself, with this code; 128 and its number for a signal, as a shell has it.
    Exit(i32),
    /// It took too long.
    TimedOut,
    /// It wrote too much.
    Flooded,
    /// The kernel ended it because this much memory, in bytes, was not enough.
    OutOfMemory(u64),
}

/// What came of a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommandEnd {
    /// How it ended.
    pub end: Ended,
    /// How long it took.
    pub took: Duration,
    /// Why it ended, where one of its services did not come up or did not stay: a sentence. Then `tail` ends with that one's last lines.
    pub no_service: Option<String>,
    /// The last 64 KiB of what it wrote; bytes that are not UTF-8 are replaced.
    pub tail: String,
    /// What its sandbox refused it, with how often.
    pub refused: Vec<(Attempt, u64)>,
}

impl Agents {
    /// Runs it; when this returns nothing of it runs any more.
    ///
    /// # Errors
    /// [`AgentError::Spawn`], [`AgentError::Sandbox`], [`AgentError::Survivors`]; a bad end is no error.
    pub async fn run_repository_command(
        &self,
        command: RepositoryCommand<'_>,
    ) -> Result<CommandEnd, AgentError> {
        let ground = &self.inner.ground;
        let mut ways = ground.plain_ways(command.launch)?;
        let overheard = ways.as_mut().map(Ways::overheard).unwrap_or_default();
        let words = words(&command, ground.attended(command.launch));
        let prepared = ground.outsider(command.launch, &words, ways.as_ref())?;
        let began = Instant::now();
        let (process, mut streams) = Process::start(prepared.order, prepared.mark).await?;
        let mut tail = Tail::default();
        let ended = tokio::time::timeout(command.timeout, async {
            match tail.read(&mut streams.output).await {
                true => {
                    let exit = process.exited().await;
                    (Ended::Exit(exit.code()), Some(exit))
                }
                false => (Ended::Flooded, None),
            }
        })
        .await;
        let short = process.ran_out_of_memory();
        process.kill().await?;
        process.all_said().await;
        let (end, exit) = ended.unwrap_or((Ended::TimedOut, None));
        let end = short.map_or(end, Ended::OutOfMemory);
        let stderr = process.stderr();
        let no_service = exit.and_then(|exit| side_services::trouble(&exit, &stderr));
        match &no_service {
            Some(no_service) => tail.push(no_service.said.join("\n").as_bytes()),
            None => tail.push(stderr.as_bytes()),
        }
        Ok(CommandEnd {
            end,
            no_service: no_service.map(|no_service| no_service.say),
            took: began.elapsed(),
            tail: tail.text(),
            refused: overheard
                .all()
                .into_iter()
                .filter(|(attempt, _)| attempt.weight() != Weight::Habit)
                .collect(),
        })
    }
}

/// The command line inside.
fn words(command: &RepositoryCommand<'_>, attended: Vec<OsString>) -> Vec<String> {
    let mut words = vec!["env".to_owned()];
    let own = command.launch.grants.environment.iter();
    words.extend(own.map(|(name, value)| format!("{name}={value}")));
    let attended = attended.iter();
    words.extend(attended.map(|word| word.to_string_lossy().into_owned()));
    words.extend(["sh", "-c", BOTH, "sh", command.line].map(str::to_owned));
    words
}

/// The bounded end of what was written.
#[derive(Default)]
struct Tail {
    kept: VecDeque<u8>,
    total: u64,
}

impl Tail {
    /// Reads to the end; false when that was too much.
    async fn read(&mut self, stream: &mut (impl AsyncRead + Unpin)) -> bool {
        let mut chunk = vec![0; 64 * 1024];
        while let Ok(count @ 1..) = stream.read(&mut chunk).await {
            self.push(&chunk[..count]);
            self.total += count as u64;
            if self.total > MOST_OUTPUT {
                return false;
            }
        }
        true
    }

    fn push(&mut self, bytes: &[u8]) {
        self.kept.extend(bytes);
        let surplus = self.kept.len().saturating_sub(KEPT);
        self.kept.drain(..surplus);
    }

    fn text(&self) -> String {
        let (front, back) = self.kept.as_slices();
        String::from_utf8_lossy(&[front, back].concat()).into_owned()
    }
}
