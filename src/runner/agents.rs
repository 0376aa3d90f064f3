//! One prompt turn: the agent's process, its permissions, its clocks, and what became of it.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::Performed;
use super::disk;
use super::lease::Held;
use super::services::Services;
use super::session_tools::{self, SessionTools};
use super::turn_recorder::TurnRecorder;
use crate::agent::{AgentError, Answer, PermissionPolicy, Resume, TurnRequest};
use crate::core::agent::{ErrorClass, Stop, TurnEnd, Usage};
use crate::core::effect::Turn;
use crate::core::event::Event;
use crate::core::failure::Failure;
use crate::core::ids::SessionId;
use crate::core::message::{AgentMessage, MessageKind};
use crate::core::place::Place;
use crate::core::question::Question;
use crate::core::role::{Tool, Tools};
use crate::core::task::{Stage, Step, Task};
use crate::core::text;
use crate::github::{GitHubError, Purpose};
use crate::store::EffectRow;

/// So many of a task's latest facts are looked through.
const LATEST: i64 = 1_000;

/// A turn to run.
pub(super) struct Run<'a> {
    pub(super) row: &'a EffectRow,
    pub(super) place: &'a Place,
    pub(super) session: &'a SessionId,
    pub(super) turn: &'a Turn,
    pub(super) held: &'a Held,
    pub(super) stopping: &'a CancellationToken,
}

/// Runs the turn to its end.
pub(super) async fn run_turn(
    services: &Arc<Services>,
    run: &Run<'_>,
) -> Result<Performed, Failure> {
    let at = services.at(run.place);
    if let Err(error @ (GitHubError::Suspended | GitHubError::Uninstalled)) =
        services.github.token(&at, Purpose::Read).await
    {
        return Err(error.into());
    }
    // First the inbox, then the task: what is handled in between shows in the task.
    let stored = asked_and_stored(services, run).await?;
    let task = earlier_try(services, run).await?;
    if let Some(end) = task.as_ref().and_then(|task| asked_before(task, stored)) {
        let tail = task
            .and_then(|task| task.progress().map(|progress| progress.tail.clone()))
            .unwrap_or_default();
        return Ok(Performed::known(Event::TurnEnded {
            session: run.session.clone(),
            end,
            tail,
        }));
    }
    let request = request(services, run, task).await?;
    let (sender, receiver) = mpsc::channel(256);
    let recorder = TurnRecorder::new(services, run.place, run.session, run.row);
    let cancel = CancellationToken::new();
    let (shut, outgrown) = (CancellationToken::new(), OnceLock::new());
    let turn = services.agents.turn(request, sender, cancel.clone());
    let stop = async {
        tokio::select! {
            () = run.held.cancel.cancelled() => {}
            () = run.stopping.cancelled() => {}
            why = services.github.shut(&at) => {
                tracing::info!(session = %run.session, %why, "the agent is interrupted");
                shut.cancel();
            }
            say = disk::outgrown(services, run.session) => {
                let _only_once = outgrown.set(say);
            }
        }
        cancel.cancel();
        std::future::pending::<()>().await
    };
    let both = async { tokio::join!(turn, recorder.run(receiver)) };
    let (end, seen) = tokio::select! {
        both = both => both,
        () = stop => return Err(Failure::broken("a future that never ends has ended")),
    };
    // An interrupted turn is taken up again: at once by the next start, and when the installation is open again.
    if (run.stopping.is_cancelled() || shut.is_cancelled()) && !run.held.cancel.is_cancelled() {
        return Ok(Performed::Interrupted);
    }
    if disk::weighs(services, run.session).await.is_some() {
        // How the turn ended must be written down.
        services.ballast.drop_it();
    }
    let session = run.session.clone();
    if let Some(say) = outgrown
        .into_inner()
        .filter(|_| !run.held.cancel.is_cancelled())
    {
        return Ok(Performed::known(Event::TurnFailed {
            session,
            class: ErrorClass::Disk,
            say,
            tail: seen.tail,
        }));
    }
    match end {
        Ok(end)
            if matches!(end.stop, Stop::Killed | Stop::Cancelled)
                && run.held.cancel.is_cancelled() =>
        {
            Ok(Performed::Done)
        }
        // Ended by what was planned before this turn, such as the checkpoint of a pause: the turn is still wanted.
        Ok(end) if end.stop == Stop::Killed => Ok(Performed::Interrupted),
        Err(AgentError::Closed) if !run.held.cancel.is_cancelled() => Ok(Performed::Interrupted),
        Ok(mut end) => {
            end.message = services.redact(&end.message);
            Ok(Performed::known(Event::TurnEnded {
                session,
                end,
                tail: seen.tail,
            }))
        }
        Err(error) if !seen.started => not_started(services, run, error, seen.tail),
        Err(error) => Ok(Performed::known(failed(
            services,
            session,
            &error,
            (1, seen.tail),
        ))),
    }
}

fn failed(
    services: &Services,
    session: SessionId,
    error: &AgentError,
    (tries, tail): (i64, Vec<String>),
) -> Event {
    let say = text::failure::tried(&format!("{}.", services.redact(&error.to_string())), tries);
    Event::TurnFailed {
        session,
        class: error.class(),
        say,
        tail,
    }
}

/// A start that failed is tried again as often as configured; what cannot get better is said at once.
fn not_started(
    services: &Services,
    run: &Run<'_>,
    error: AgentError,
    tail: Vec<String>,
) -> Result<Performed, Failure> {
    let last = run.row.attempts >= services.policy.limits.start_attempts;
    if last || matches!(error, AgentError::NotFound { .. }) {
        return Ok(Performed::known(failed(
            services,
            run.session.clone(),
            &error,
            (run.row.attempts, tail),
        )));
    }
    Err(Failure::retry(format!("the agent did not start: {error}")))
}

async fn request(
    services: &Arc<Services>,
    run: &Run<'_>,
    task: Option<Task>,
) -> Result<TurnRequest, Failure> {
    let turn = run.turn;
    let launch = services
        .launch(run.session, run.place, &turn.agent, turn.writes)
        .await?;
    let job = task.as_ref().and_then(Task::job);
    let earlier = turn
        .resume
        .clone()
        .or_else(|| job.and_then(|job| job.agent_session.clone()));
    let (mut prompt, resumed) = prompts(turn, run.row.attempts > 1);
    if let Some(words) = task
        .as_ref()
        .and_then(|task| heard_meanwhile(task, &turn.prompt))
    {
        // An agent whose session cannot be loaded knows nothing of what it was told on the way.
        prompt = format!("{prompt}\n\n{words}");
    }
    Ok(TurnRequest {
        launch,
        resume: earlier.map(|session| Resume {
            session,
            prompt: resumed,
        }),
        model: turn.model.clone(),
        instructions: turn.instructions.clone(),
        prompt,
        mcp: Vec::new(),
        desk: Some(Arc::new(SessionTools::new(
            services.clone(),
            run.place,
            run.session,
            run.row,
        ))),
        permissions: permissions(&turn.tools, turn.writes),
        wall: Duration::from_millis(turn.wall_ms.max(1).unsigned_abs()),
        silence: Duration::from_millis(turn.silence_ms.max(1).unsigned_abs()),
        initialize: services.timings.initialize,
        cancel_grace: services.timings.cancel_grace,
    })
}

/// What is said to an agent that starts from nothing, and to one that has its session. A turn that was interrupted in its
/// first prompt is told all of it again, the role's instructions too: whether it arrived, nobody knows.
fn prompts(turn: &Turn, again: bool) -> (String, String) {
    if !again {
        return (turn.prompt.clone(), turn.resumed.clone());
    }
    let told = text::prompt::RESUMED;
    let prompt = format!("{told}\n\n{}", turn.prompt);
    let resumed = match &turn.resume {
        None => text::prompt::headed(&turn.instructions, &prompt),
        Some(_) => format!("{told}\n\n{}", turn.resumed),
    };
    (prompt, resumed)
}

/// The task as an earlier try of this turn left it.
async fn earlier_try(services: &Services, run: &Run<'_>) -> Result<Option<Task>, Failure> {
    if run.row.attempts == 1 {
        return Ok(None);
    }
    let row = services.store.task(run.place.task()).await?;
    let task = row.and_then(|row| serde_json::from_str::<Task>(&row.body).ok());
    Ok(task.filter(|task| task.job().is_some_and(|job| job.session == *run.session)))
}

/// Whether a question of an earlier try of this turn is in the inbox, and nobody has handled it yet.
async fn asked_and_stored(services: &Services, run: &Run<'_>) -> Result<bool, Failure> {
    if run.row.attempts == 1 {
        return Ok(false);
    }
    let rows = services
        .store
        .inbox_of_task(run.place.task(), LATEST)
        .await?;
    let by_it = |id: &str| id.starts_with(&session_tools::fact_of(&run.row.id));
    Ok(rows
        .iter()
        .any(|row| row.handled_at.is_none() && row.name == session_tools::ASKED && by_it(&row.id)))
}

/// The end of a turn in which the agent asked people before it was cut short: all it had left to do was to end its turn. Run
/// again, it would ask again, and the question would stand there twice.
fn asked_before(task: &Task, stored: bool) -> Option<TurnEnd> {
    let Stage::Working {
        job,
        step: Step::Running { turn },
        ..
    } = &task.stage
    else {
        return None;
    };
    let waits = |question: &Question| {
        let unheard = |word: &AgentMessage| matches!(word.kind, MessageKind::Answer { question: id } if id == question.id);
        question.answer.is_none() || task.conversation.messages.iter().any(unheard)
    };
    let asked = stored
        || task
            .conversation
            .questions
            .iter()
            .any(|question| question.asked_at >= turn.began && waits(question));
    asked.then(|| TurnEnd {
        stop: Stop::EndTurn,
        message: String::new(),
        usage: Usage::default(),
        error: None,
        agent_session: job.agent_session.clone().unwrap_or_default(),
        resumed: false,
    })
}

/// What the agent was told in the middle of the turn, besides its prompt.
fn heard_meanwhile(task: &Task, prompt: &str) -> Option<String> {
    let Stage::Working {
        job,
        step: Step::Running { turn },
        ..
    } = &task.stage
    else {
        return None;
    };
    let missing = turn
        .heard
        .iter()
        .filter(|word| !prompt.contains(word.text.trim()));
    let missing: Vec<AgentMessage> = missing.cloned().collect();
    let nonce = &job.workspace.as_ref()?.nonce;
    (!missing.is_empty()).then(|| text::prompt::words(&missing, nonce))
}

/// The role's tools as answers to the agent's questions.
fn permissions(tools: &Tools, writes: bool) -> PermissionPolicy {
    let kinds = [
        ("read", Tool::Read),
        ("search", Tool::Search),
        ("edit", Tool::Edit),
        ("delete", Tool::Edit),
        ("move", Tool::Edit),
        ("execute", Tool::Execute),
        ("fetch", Tool::Fetch),
        ("think", Tool::Think),
    ];
    let allowed = |tool: Tool| tools.contains(tool) && (writes || tool != Tool::Edit);
    let answer = |tool: Tool| {
        if allowed(tool) {
            Answer::Allow
        } else {
            Answer::Reject
        }
    };
    PermissionPolicy {
        kinds: kinds
            .into_iter()
            .map(|(kind, tool)| (kind.to_owned(), answer(tool)))
            .collect(),
        otherwise: answer(Tool::Other),
    }
}

/// Ends the agent.
pub(super) async fn end(services: &Services, session: &SessionId) -> Result<Performed, Failure> {
    services.agents.close(session).await?;
    Ok(Performed::Done)
}
