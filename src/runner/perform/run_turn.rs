//! One prompt turn: the agent's process, its permissions, its clocks, and what became of it. It decides nothing about the
//! work: how a turn ended is an event.

mod earlier_tries;

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::agent::{AgentError, Resume, TurnRequest};
use crate::core::agent::{ErrorClass, Stop, TurnEnd};
use crate::core::budget::TurnBudget;
use crate::core::containment::Contained;
use crate::core::effect::{RunTurn, Turn};
use crate::core::event::Event;
use crate::core::failure::Failure;
use crate::core::ids::SessionId;
use crate::core::task::TurnSoFar;
use crate::core::text;
use crate::core::usage::Report;
use crate::github::{At, GitHubError, Purpose};
use crate::runner::agent_facts::{AgentFacts, Source};
use crate::runner::attachments;
use crate::runner::budget_watch::BudgetWatch;
use crate::runner::launcher::Access;
use crate::runner::lease::Lease;
use crate::runner::performed::Performed;
use crate::runner::permissions::permissions;
use crate::runner::scope::Turns;
use crate::runner::session_tools::{self, SessionTools};
use crate::runner::turn_recorder::{Seen, TurnRecorder};

/// So many of a task's latest facts are looked through.
const LATEST: i64 = 1_000;

/// Runs the turn to its end.
pub(super) async fn perform(
    action: &RunTurn,
    lease: &Lease,
    scope: &Turns<'_>,
) -> Result<Performed, Failure> {
    let at = At::of(lease.place());
    if let Err(error @ (GitHubError::Suspended | GitHubError::Uninstalled)) =
        scope.github.token(&at, Purpose::Read).await
    {
        return Err(error.into());
    }
    let session = lease.session()?;
    if !scope.launcher.has_workspace(session) {
        // Whatever still runs for it works on nothing.
        scope.agents.close(session).await?;
        return Ok(Performed::workspace_gone(session));
    }
    let so_far = earlier_try(lease);
    earlier_tries::tell(&action.turn.budget, lease, scope).await?;
    if so_far.is_some_and(|so_far| so_far.asked) || asked_since(lease, scope).await? {
        return Ok(Performed::known(asked_before(lease, so_far)?));
    }
    let (turn, budget) = (&action.turn, &action.turn.budget);
    let asked = request(turn, lease, scope).await?;
    let resumed = asked.resume.clone();
    let mut ran = run(asked, budget, lease, scope).await?;
    if let Some(session) = resumed.filter(|_| went_wrong_again(&ran, lease, scope)) {
        tracing::warn!(
            session = session.session,
            "the agent cannot go on with its session; it begins a new one"
        );
        let cold = TurnRequest {
            resume: None,
            ..request(turn, lease, scope).await?
        };
        ran = run(cold, budget, lease, scope).await?;
    }
    what_became(ran, lease, scope).await
}

/// Whether the agent has now died, hung or talked nonsense for the second time, or for the last time that it may, where it was to go on
/// with its earlier session. One that only says that it knows no such session has got a new one already.
fn went_wrong_again(ran: &Ran, lease: &Lease, scope: &Turns<'_>) -> bool {
    let tries = lease.attempts();
    let is_wanted = !lease.cancel().is_cancelled() && !scope.stopping.is_cancelled() && !ran.shut;
    let went_wrong = matches!(
        ran.end,
        Err(AgentError::NoAnswer { .. }
            | AgentError::Crash { .. }
            | AgentError::Protocol(_)
            | AgentError::Silence(_))
    );
    is_wanted
        && went_wrong
        && !ran.seen.started
        && ran.outgrown.is_none()
        && (tries >= 2 || tries >= scope.limits.start_attempts)
}

/// What happened in an earlier try of this turn.
fn earlier_try(lease: &Lease) -> Option<&TurnSoFar> {
    lease.so_far().filter(|_| !lease.is_first_try())
}

/// Whether an earlier try of this turn asked something that was not handled when the effect was claimed.
async fn asked_since(lease: &Lease, scope: &Turns<'_>) -> Result<bool, Failure> {
    if lease.is_first_try() {
        return Ok(false);
    }
    let facts = Source::Tools.prefix(lease.id());
    let since = |handled: Option<i64>| handled.is_none_or(|at| at >= lease.claimed_at());
    let rows = scope
        .store
        .inbox_of_task(lease.place().task(), LATEST)
        .await?;
    Ok(rows.iter().any(|row| {
        row.name == session_tools::ASKED && row.id.starts_with(&facts) && since(row.handled_at)
    }))
}

/// The end of a turn in which the agent asked people before it was cut short: all it had left to do was to end its turn. Run
/// again, it would ask again, and the question would stand there twice.
fn asked_before(lease: &Lease, so_far: Option<&TurnSoFar>) -> Result<Event, Failure> {
    let so_far = so_far.cloned().unwrap_or_default();
    Ok(Event::TurnEnded {
        session: lease.session()?.clone(),
        end: TurnEnd {
            stop: Stop::EndTurn,
            message: String::new(),
            usage: Report::nothing(),
            error: None,
            agent_session: so_far.agent_session.unwrap_or_default(),
            resumed: false,
        },
        tail: so_far.tail,
    })
}

/// How a turn went.
struct Ran {
    end: Result<TurnEnd, AgentError>,
    seen: Seen,
    /// The installation was shut to us meanwhile.
    shut: bool,
    /// What to tell people when it took too much of the disk, the memory or the processors, and of which.
    outgrown: Option<(ErrorClass, String)>,
    /// It used up what its issue may.
    over: bool,
}

async fn run(
    request: TurnRequest,
    budget: &TurnBudget,
    lease: &Lease,
    scope: &Turns<'_>,
) -> Result<Ran, Failure> {
    let (at, session) = (At::of(lease.place()), lease.session()?);
    let (sender, receiver) = mpsc::channel(256);
    let over = CancellationToken::new();
    let watch = BudgetWatch::new(budget, scope.clock, over.clone());
    let recorder = TurnRecorder::new(scope, lease, watch)?;
    let (cancel, memory) = (CancellationToken::new(), scope.memory.turn(session));
    let (shut, outgrown) = (CancellationToken::new(), OnceLock::new());
    let turn = scope.agents.turn(request, sender, cancel.clone());
    let stop = async {
        tokio::select! {
            () = lease.cancel().cancelled() => {}
            () = scope.stopping.cancelled() => {}
            () = over.cancelled() => tracing::info!(%session, "the turn has used up what its issue may"),
            why = scope.github.shut(&at) => {
                tracing::info!(%session, %why, "the agent is interrupted");
                shut.cancel();
            }
            say = scope.disk.outgrown(session) => {
                let _only_once = outgrown.set((ErrorClass::Disk, say));
            }
            (class, say) = memory.outgrown() => {
                tracing::warn!(%session, why = say, "the agent is ended");
                let _only_once = outgrown.set((class, say));
                // It is not asked to end its turn first: it would grow meanwhile.
                drop(scope.agents.close(session).await);
            }
        }
        cancel.cancel();
        std::future::pending::<()>().await
    };
    let both = async { tokio::join!(turn, recorder.run(receiver)) };
    let (end, mut seen) = tokio::select! {
        both = both => both,
        () = stop => return Err(Failure::broken("a future that never ends has ended")),
    };
    seen.usage.memory = memory.over();
    let killed = || {
        let say = memory.killed(end.as_ref().err()?, seen.usage.memory)?;
        Some((ErrorClass::Memory, say))
    };
    let outgrown = outgrown.into_inner().or_else(killed);
    Ok(Ran {
        end,
        seen,
        shut: shut.is_cancelled(),
        outgrown,
        over: over.is_cancelled(),
    })
}

/// What a turn came to: its end, its failure, or nothing when it is taken up again or not wanted any more.
async fn what_became(ran: Ran, lease: &Lease, scope: &Turns<'_>) -> Result<Performed, Failure> {
    let (session, withdrawn) = (lease.session()?, lease.cancel().is_cancelled());
    // An interrupted turn is taken up again: at once by the next start, and when the installation is open again.
    if (scope.stopping.is_cancelled() || ran.shut) && !withdrawn {
        return Ok(Performed::Interrupted);
    }
    if let Ok(end) = &ran.end {
        stop_secret(&end.message, lease, scope).await?;
    }
    if scope.disk.is_to_blame(session).await.is_some() {
        // How the turn ended must be written down.
        scope.disk.ballast.drop_it();
    }
    if let Some((class, say)) = ran.outgrown.filter(|_| !withdrawn) {
        return Ok(Performed::known(Event::TurnFailed {
            session: session.clone(),
            class,
            say,
            tail: ran.seen.tail,
            usage: cut_short(ran.seen.usage),
        }));
    }
    match ran.end {
        Ok(end) if withdrawn => Ok(ended(end, ran.seen, lease, scope)?),
        Err(_) if withdrawn => Ok(Performed::known(Event::UsageReported {
            session: session.clone(),
            usage: cut_short(ran.seen.usage),
        })),
        Ok(end) if ran.over && matches!(end.stop, Stop::Killed | Stop::Cancelled) => {
            let end = TurnEnd {
                stop: Stop::OutOfBudget,
                ..end
            };
            Ok(ended(end, ran.seen, lease, scope)?)
        }
        // Ended by what was planned before this turn, such as the checkpoint of a pause: the turn is still wanted.
        Ok(end) if end.stop == Stop::Killed => Ok(Performed::Interrupted),
        Err(AgentError::Closed) if !withdrawn => Ok(Performed::Interrupted),
        Ok(end) => Ok(ended(end, ran.seen, lease, scope)?),
        Err(error) => failed(error, ran.seen, lease, scope),
    }
}

/// A last message that holds a secret of ours is told of before the turn's end, which then posts nothing: the session is held.
async fn stop_secret(message: &str, lease: &Lease, scope: &Turns<'_>) -> Result<(), Failure> {
    if scope.redactor.stop(message).is_none() {
        return Ok(());
    }
    let session = lease.session()?.clone();
    tracing::error!(%session, "the last message of an agent holds a secret of this service; its session is held");
    let leak = Contained {
        doing: String::new(),
        session,
        attempt: text::containment::leak(text::containment::LAST_MESSAGE),
        count: 1,
        leak: true,
    };
    let facts = AgentFacts::new(scope.store, scope.clock, Source::End, lease);
    facts
        .state(Event::Contained(Box::new(leak)), "contained")
        .await?;
    Ok(())
}

/// The turn ended, as its agent tells it.
fn ended(
    mut end: TurnEnd,
    seen: Seen,
    lease: &Lease,
    scope: &Turns<'_>,
) -> Result<Performed, Failure> {
    end.message = scope.redactor.redact(&end.message);
    let Report {
        worked_ms,
        began,
        memory,
        ..
    } = seen.usage;
    end.usage = Report {
        worked_ms,
        began,
        memory,
        ..end.usage
    };
    Ok(Performed::known(Event::TurnEnded {
        session: lease.session()?.clone(),
        end,
        tail: seen.tail,
    }))
}

/// What a turn told before it was cut short.
fn cut_short(usage: Report) -> Report {
    Report {
        partial: true,
        ..usage
    }
}

/// A start that failed is tried again as often as configured; what cannot get better is said at once.
fn failed(
    error: AgentError,
    seen: Seen,
    lease: &Lease,
    scope: &Turns<'_>,
) -> Result<Performed, Failure> {
    let may_get_better = !matches!(error, AgentError::NotFound { .. } | AgentError::Service(_));
    if !seen.started && may_get_better && lease.attempts() < scope.limits.start_attempts {
        return Err(Failure::retry(format!("the agent did not start: {error}")));
    }
    let tries = if seen.started { 1 } else { lease.attempts() };
    let told = scope.redactor.redact(&error.to_string());
    Ok(Performed::known(Event::TurnFailed {
        session: lease.session()?.clone(),
        class: error.class(),
        say: text::failure::tried(&format!("{told}."), tries),
        tail: seen.tail,
        usage: cut_short(seen.usage),
    }))
}

async fn request(turn: &Turn, lease: &Lease, scope: &Turns<'_>) -> Result<TurnRequest, Failure> {
    let session: &SessionId = lease.session()?;
    let access = if turn.writes {
        Access::Write
    } else {
        Access::Read
    };
    let mut launch = scope
        .launcher
        .launch(session, lease.place(), &turn.agent, access)
        .await?;
    launch.grants.clone_from(&turn.grants);
    // What people opened after the turn was planned.
    let opened = lease.so_far().into_iter().flat_map(|so_far| &so_far.hosts);
    launch.grants.egress.extend(opened.cloned());
    let so_far = earlier_try(lease);
    let earlier = turn
        .resume
        .clone()
        .or_else(|| so_far.and_then(|so_far| so_far.agent_session.clone()));
    let (mut prompt, resumed) = prompts(turn, !lease.is_first_try());
    if let Some(words) = so_far.and_then(|so_far| heard_meanwhile(so_far, &turn.prompt)) {
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
        pictures: attachments::pictures(&turn.pictures).await,
        mcp: Vec::new(),
        handler: Some(Arc::new(SessionTools::new(turn, scope, lease)?)),
        permissions: permissions(&turn.tools, turn.writes),
        budget: turn.budget.clone(),
        wall: Duration::from_millis(turn.wall_ms.max(1).unsigned_abs()),
        silence: Duration::from_millis(turn.silence_ms.max(1).unsigned_abs()),
        initialize: scope.timings.initialize,
        cancel_grace: scope.timings.cancel_grace,
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

/// What the agent was told in the middle of the turn, besides its prompt.
fn heard_meanwhile(so_far: &TurnSoFar, prompt: &str) -> Option<String> {
    let missing = so_far
        .heard
        .iter()
        .filter(|message| !prompt.contains(message.text.trim()));
    let missing: Vec<_> = missing.cloned().collect();
    let nonce = so_far.nonce.as_ref()?;
    (!missing.is_empty()).then(|| text::prompt::words(&missing, nonce))
}
