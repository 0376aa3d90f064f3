//! Runs a repository's own commands on one commit: in a clean checkout, in the sandbox, without keys, within bounds. What an agent
//! says of its tests is not asked.
//!
//! Each try begins anew, and when it is over nothing of it is left: no process, no checkout.

use std::time::Duration;

use crate::agent::{CommandEnd, Ended, Launch, MOST_OUTPUT, RepositoryCommand};
use crate::core::containment::Attempt;
use crate::core::effect::Verify;
use crate::core::event::Event;
use crate::core::failure::Failure;
use crate::core::ids::SessionId;
use crate::core::text;
use crate::core::verification::{Run, RunEnd, VerifyNews};
use crate::git::FetchRequest;
use crate::github::Purpose;
use crate::runner::lease::Lease;
use crate::runner::performed::Performed;
use crate::runner::remote::AuthenticatedRemote;
use crate::runner::scope::Verifying;

/// Different refusals of a sandbox that are told.
const REFUSED: usize = 50;

/// Runs them all, unless nobody wants to know any more.
pub(super) async fn perform(
    action: &Verify,
    lease: &Lease,
    scope: &Verifying<'_>,
) -> Result<Performed, Failure> {
    if lease.attempts() > lease.max_attempts() {
        return Err(Failure::refused(text::verify::TOO_OFTEN));
    }
    let marks = SessionId::of_verification(lease.place().task());
    let performed = tokio::select! {
        performed = verify(action, lease, (scope, &marks)) => performed,
        () = lease.cancel().cancelled() => Ok(Performed::Done),
        () = scope.stopping.cancelled() => Ok(Performed::Interrupted),
    };
    scope.agents.close(&marks).await?;
    let folder = scope.folders.verification(lease.place().task());
    if let Err(error) = scope.remotes.git.discard(&folder).await {
        // The next try removes it first.
        tracing::warn!(%error, "a checkout that was verified could not be removed");
    }
    performed
}

async fn verify(
    action: &Verify,
    lease: &Lease,
    (scope, marks): (&Verifying<'_>, &SessionId),
) -> Result<Performed, Failure> {
    // What an earlier try left was killed in the middle.
    scope.agents.close(marks).await?;
    have_commit(action, lease, scope).await?;
    let place = lease.place();
    let folder = scope.folders.verification(place.task());
    scope.remotes.git.discard(&folder).await?;
    let launcher = scope.launcher;
    let launch = launcher.verification(marks, place, &action.agent, &folder);
    let launch = Launch {
        grants: action.grants.clone(),
        ..launch.await?
    };
    let git = scope.remotes.git;
    git.check_out(place.repository, &action.head, &launch.workspace)
        .await?;
    tokio::fs::create_dir_all(&launch.home)
        .await
        .map_err(|error| Failure::retry(format!("no home could be made: {error}")))?;
    let (mut runs, mut refused) = (Vec::new(), Vec::new());
    for line in &action.commands {
        // What was ended for what it took would take it again.
        let goes_on = runs
            .iter()
            .all(|run: &Run| matches!(run.end, RunEnd::Exit { .. }));
        if !goes_on {
            runs.push(not_run(line));
            continue;
        }
        let command = RepositoryCommand {
            launch: &launch,
            line,
            timeout: Duration::from_millis(action.limit_ms.max(1).unsigned_abs()),
        };
        let (run, denied) = run(command, scope, marks).await?;
        tracing::info!(effect = lease.id(), task = %place.task(), end = ?run.end, ms = run.ms, "a command of a verification ended");
        runs.push(run);
        keep(&mut refused, denied);
    }
    Ok(Performed::known(Event::Verification(VerifyNews::Ran {
        head: action.head.clone(),
        runs,
        refused,
    })))
}

/// Makes sure that the mirror has the commit: what we pushed it has, what somebody else pushed it may not.
async fn have_commit(action: &Verify, lease: &Lease, scope: &Verifying<'_>) -> Result<(), Failure> {
    let (git, place) = (scope.remotes.git, lease.place());
    let held = git.holds(place.repository, &action.head).await?;
    if held && !git.is_partial(place.repository) {
        return Ok(());
    }
    let mut remote = AuthenticatedRemote::open(scope.remotes.github, place, Purpose::Clone).await?;
    let request = &FetchRequest {
        branch: action.branch.to_string(),
        sha: Some(action.head.clone()),
    };
    if !held {
        remote
            .ask(|remote| async move { git.fetch(&remote, request).await })
            .await?;
    }
    if !git.holds(place.repository, &action.head).await? {
        return Err(Failure::refused(text::verify::NO_COMMIT));
    }
    let commits = &[&action.head];
    remote
        .ask(|remote| async move { git.fetch_contents(&remote, commits).await })
        .await
}

/// One command, watched: it may take so much of disk and memory as a session may.
async fn run(
    command: RepositoryCommand<'_>,
    scope: &Verifying<'_>,
    marks: &SessionId,
) -> Result<(Run, Vec<(Attempt, u64)>), Failure> {
    let began = std::time::Instant::now();
    let memory = scope.memory.turn(marks);
    let folder = home_of(command.launch);
    let why = tokio::select! {
        ended = scope.agents.run_repository_command(command) => {
            return Ok(ended_by_itself(command.line, ended?, scope));
        }
        (_, say) = memory.outgrown() => say,
        say = scope.disk.outgrown_in(marks, folder) => say,
    };
    scope.agents.close(marks).await?;
    let ms = began.elapsed().as_millis();
    let run = Run {
        command: command.line.to_owned(),
        end: RunEnd::Killed { why },
        ms: i64::try_from(ms).unwrap_or(i64::MAX),
        tail: String::new(),
    };
    Ok((run, Vec::new()))
}

/// The folder in which all of it lies.
fn home_of(launch: &Launch) -> std::path::PathBuf {
    let parent = launch.workspace.parent();
    parent.map_or_else(|| launch.workspace.clone(), std::path::Path::to_owned)
}

fn ended_by_itself(
    line: &str,
    ended: CommandEnd,
    scope: &Verifying<'_>,
) -> (Run, Vec<(Attempt, u64)>) {
    let CommandEnd {
        end,
        took,
        mut tail,
        refused,
        no_service,
    } = ended;
    for (attempt, _) in refused.iter().take(REFUSED) {
        let line = text::verify::refused(&attempt.what, &attempt.why);
        if !tail.contains(&line) {
            tail.push_str(&format!("\n{line}"));
        }
    }
    let run = Run {
        command: line.to_owned(),
        end: match end {
            _ if no_service.is_some() => RunEnd::Killed {
                why: no_service.unwrap_or_default(),
            },
            Ended::Exit(code) => RunEnd::Exit { code },
            Ended::TimedOut => RunEnd::TimedOut,
            Ended::OutOfMemory(limit) => RunEnd::Killed {
                why: text::failure::too_much_memory(limit, limit),
            },
            Ended::Flooded => RunEnd::Killed {
                why: text::verify::wrote_too_much(MOST_OUTPUT),
            },
        },
        ms: i64::try_from(took.as_millis()).unwrap_or(i64::MAX),
        tail: end_of(&scope.redactor.redact(&tail)),
    };
    (run, refused)
}

/// So much of it is stored, characters.
const TAIL: usize = 8_000;

fn end_of(text: &str) -> String {
    let surplus = text.chars().count().saturating_sub(TAIL);
    text.chars().skip(surplus).collect()
}

fn not_run(line: &str) -> Run {
    Run {
        command: line.to_owned(),
        end: RunEnd::NotRun,
        ms: 0,
        tail: String::new(),
    }
}

/// Each refusal once, with how often it was seen at most.
fn keep(all: &mut Vec<(Attempt, u64)>, more: Vec<(Attempt, u64)>) {
    for (attempt, count) in more {
        if let Some((_, known)) = all.iter_mut().find(|(known, _)| *known == attempt) {
            *known = (*known).max(count);
        } else if all.len() < REFUSED {
            all.push((attempt, count));
        }
    }
}
