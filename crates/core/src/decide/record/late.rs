//! What arrives after its session's end, while it is held, or from an earlier session: nothing of it begins anything, and no
//! work is lost by it.

use super::recording::Recording;
use super::{meter, steps};
use crate::agent::ErrorClass;
use crate::decide::leftover;
use crate::effect::UnpushedCommits;
use crate::event::{Event, PullStanding};
use crate::ids::SessionId;
use crate::task::{Late, PullOver, Read, Stage, Stray, Task, Wanted};

/// Something of this session arrives while it is over or held.
pub(super) fn of_this(on: &mut Recording<'_>, task: &mut Task, event: &Event) -> String {
    let over = matches!(on.known.stage, Stage::Ended { .. });
    let late = &mut task.wanted.late;
    match event {
        Event::Collected { work, .. } if over => {
            *late = Some(Late::Work(work.clone()));
            "what the session left is kept".into()
        }
        Event::Collected { work, .. } => {
            if let Some(progress) = task.stage.progress_mut() {
                progress.work = Some(Box::new(work.without_the_diff()));
            }
            "what the session made so far is kept".into()
        }
        Event::TurnFailed {
            class: ErrorClass::Disk,
            ..
        } if over => {
            *late = Some(Late::NoRoom);
            "there was no room to keep anything of it".into()
        }
        Event::WorkspaceReady { .. } if over => {
            *late = Some(Late::Workspace);
            "the working copy was made while the session was ended".into()
        }
        Event::WorkspaceReady { .. } => {
            "the working copy was made while the session was held; it is made again when it goes on"
                .into()
        }
        Event::Published { head, .. } => {
            *late = Some(Late::Pushed(head.clone()));
            "the push was on its way while the session was ended".into()
        }
        Event::PublishChecked { facts, .. } if over => {
            *late = Some(Late::May(facts.clone()));
            "what the session left stays where it is".into()
        }
        Event::UsageReported { .. } => meter::COUNTED.into(),
        Event::Steered { offered, .. } => steps::steered(on, task, offered, false),
        Event::AgentStarted { .. } | Event::TurnEnded { .. } if !over => {
            agent_known(&mut task.stage, event)
        }
        Event::PullOpened { .. } => opened(on, task, event),
        _ => "stale: the session is over".into(),
    }
}

/// A pause may overtake the agent's first word; it is needed all the same to load its session again.
fn agent_known(stage: &mut Stage, event: &Event) -> String {
    if let Event::AgentStarted {
        agent_session,
        agent,
        ..
    } = event
    {
        if let Some(progress) = stage.progress_mut() {
            progress.agent = Some(agent.clone());
        }
        if let Some(job) = stage.job_mut() {
            job.agent_session = Some(agent_session.clone());
        }
        return "stale: the turn was cut short; the agent's session is known".into();
    }
    if let (Event::TurnEnded { end, .. }, Some(job)) = (event, stage.job_mut())
        && !end.agent_session.is_empty()
    {
        job.agent_session = Some(end.agent_session.clone());
    }
    "stale: the turn was cut short".into()
}

fn opened(on: &mut Recording<'_>, task: &mut Task, event: &Event) -> String {
    let Event::PullOpened {
        number, standing, ..
    } = event
    else {
        return "no pull request".into();
    };
    steps::pull(&mut task.pull, event);
    let (wanted, number) = (&mut task.wanted, *number);
    match standing {
        // Whoever ended the session may have closed the issue: then nobody works on it.
        PullStanding::Open => wanted.reads.push(Read::Pull { at: on.cx.now }),
        PullStanding::Merged => {
            wanted.pull_over = Some(PullOver {
                number,
                merged: true,
            });
        }
        PullStanding::Closed => {
            wanted.pull_over = Some(PullOver {
                number,
                merged: false,
            });
        }
    }
    "the pull request was opened while the session was ended".into()
}

/// Something of an earlier session arrives while a later one is on or asked for: its working copy goes, its work stays.
pub(super) fn of_another(wanted: &mut Wanted, session: &SessionId, event: &Event) -> String {
    let commits = match event {
        Event::WorkspaceReady { .. } => Some(UnpushedCommits::Discard),
        Event::Collected { work, .. } => leftover::of(work),
        _ => None,
    };
    wanted.stray = commits.map(|commits| Stray {
        session: session.clone(),
        commits,
    });
    format!("stale: of session {session}")
}
