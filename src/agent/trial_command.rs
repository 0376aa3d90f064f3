//! A command of the operator's, tried in exactly the sandbox that a session would have: what it writes is shown as it comes, what it is
//! refused is counted, and nothing of it is left.
//!
//! It reaches what the session's agent would reach, with no key of a model and no gateway to one: it must never be given either.

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};

use super::Agents;
use super::error::AgentError;
use super::launch::{Launch, LaunchContext, Prepared, mark};
use super::network_variables::way_out;
use super::process::Process;
use super::side_services;
use super::trial_errors::{self, Shown};
use super::ways::Ways;
use crate::core::containment::Attempt;

/// What is tried.
pub struct TrialCommand<'a> {
    /// Where, and how it is fenced in.
    pub launch: &'a Launch,
    /// The program and its arguments.
    pub argv: &'a [String],
    /// Where its output goes.
    pub out: Shown,
    /// Where its errors go.
    pub errors: Shown,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tried<T> {
    /// Its exit code, 128 and its number for a signal; or what ended it.
    pub end: Result<i32, T>,
    /// What its sandbox refused it, with how often.
    pub refused: Vec<(Attempt, u64)>,
}

impl Agents {
    /// Tries it, until it ends or `stop` does; when this returns nothing of it runs any more. `out_of_memory` says what it is when the
    /// kernel ended it because so many bytes were not enough.
    ///
    /// # Errors
    /// [`AgentError::NotFound`], [`AgentError::Spawn`], [`AgentError::Sandbox`], [`AgentError::Service`], [`AgentError::Survivors`]; a bad end is no error.
    pub async fn try_command<T>(
        &self,
        command: TrialCommand<'_>,
        stop: impl Future<Output = T>,
        out_of_memory: impl FnOnce(u64) -> T,
    ) -> Result<Tried<T>, AgentError> {
        let ground = &self.inner.ground;
        let mut ways = ground.ways_without_model(command.launch)?;
        let overheard = ways.as_mut().map(Ways::overheard).unwrap_or_default();
        let prepared = ground.tried(command.launch, command.argv, ways.as_ref())?;
        let (order, mark) = (prepared.order, prepared.mark);
        let (errors, shown) = trial_errors::through(command.errors);
        let (process, mut streams) = Process::start_shown(order, mark, errors).await?;
        let run = async {
            copy(&mut streams.output, command.out).await;
            process.exited().await
        };
        let end = tokio::select! {
            exit = run => Ok(exit),
            why = stop => Err(why),
        };
        let short = process.ran_out_of_memory();
        process.kill().await?;
        process.all_said().await;
        let exit = end.as_ref().ok();
        let no_service = exit.and_then(|exit| side_services::trouble(exit, &process.stderr()));
        shown.end(no_service.is_some()).await;
        if let Some(no_service) = no_service {
            return Err(no_service.into());
        }
        Ok(Tried {
            end: match short {
                Some(limit) => Err(out_of_memory(limit)),
                None => end.map(|exit| exit.code()),
            },
            refused: overheard.all(),
        })
    }
}

impl LaunchContext {
    /// What leads out of the sandbox of one: to all that an agent of that session may reach.
    fn ways_without_model(&self, launch: &Launch) -> Result<Option<Ways>, AgentError> {
        let (agent, grants, mark) = (&launch.agent, &launch.grants, mark(&launch.session));
        self.where_fenced(|outside| outside.open_without_model(agent, grants, &mark))
    }

    /// Its start: the repository's variables and the way out, and none of the agent's.
    fn tried(
        &self,
        launch: &Launch,
        argv: &[String],
        ways: Option<&Ways>,
    ) -> Result<Prepared, AgentError> {
        let network = ways.map(|ways| ways.network(&self.network));
        let network = network.unwrap_or_else(|| self.network.clone());
        let mut environment = launch.grants.environment.clone();
        environment.extend(way_out(&network));
        self.prepare(launch, (argv, environment.into_iter().collect()), ways)
    }
}

/// Shows what comes until nobody looks any more; reads on all the same, so that the command is not held up.
async fn copy(from: &mut (impl AsyncRead + Unpin), mut to: Shown) {
    let (mut chunk, mut looked_at) = (vec![0; 64 * 1024], true);
    while let Ok(count @ 1..) = from.read(&mut chunk).await {
        if looked_at {
            let shown = async {
                to.write_all(&chunk[..count]).await?;
                to.flush().await
            };
            looked_at = shown.await.is_ok();
        }
    }
}
