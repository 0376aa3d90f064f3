//! What arrives after its session's end, or from an earlier session: nothing of it begins anything, and no work is lost by
//! it.

use super::end::{leftover, reap, remove_workspace};
use super::{Decision, Draft, closed, kept, notice, pull, revised, turn};
use crate::agent::ErrorClass;
use crate::effect::{self, UnpushedCommits};
use crate::event::{Event, PullStanding, Work};
use crate::ids::SessionId;
use crate::task::Stage;

/// Something of the session arrives after its end: saved work is told, the rest is an echo.
pub(super) fn late(mut draft: Draft<'_>, event: &Event) -> Decision {
    let over = matches!(draft.task.stage, Stage::Ended { .. });
    match event {
        Event::Collected { work, .. } if !over => {
            draft.on_progress(|progress| progress.work = Some(work.clone()));
            draft.because("what the session made so far is kept")
        }
        Event::Collected { work, .. } => saved(draft, work),
        Event::TurnFailed { class: ErrorClass::Disk, .. } if over => {
            remove_workspace(&mut draft, UnpushedCommits::Discard);
            draft.because("there was no room to keep anything of it")
        }
        Event::Steered { offered, .. } => turn::steered(draft, offered, false),
        // A pause may overtake the agent's first word; it is needed all the same to load its session again.
        Event::AgentStarted { agent_session, agent, .. } if !over => {
            if let Some(job) = draft.job_mut() {
                job.agent_session = Some(agent_session.clone());
            }
            draft.on_progress(|progress| progress.agent = Some(agent.clone()));
            draft.because("an echo: the turn was cut short; the agent's session is known")
        }
        Event::TurnEnded { end, .. } if !over => {
            if let Some(job) = draft.job_mut()
                && !end.agent_session.is_empty()
            {
                job.agent_session = Some(end.agent_session.clone());
            }
            draft.because("an echo: the turn was cut short")
        }
        Event::PullOpened { number, url, draft: is_draft, standing, .. } => {
            draft.task.pull = Some(crate::task::Pull { number: *number, url: url.clone(), draft: *is_draft });
            match standing {
                // Whoever ended it may have closed the issue: then nobody works on it.
                PullStanding::Open => draft = closed::issue_closed(draft),
                PullStanding::Merged => return pull::closed(draft, *number, true),
                PullStanding::Closed => return pull::closed(draft, *number, false),
            }
            draft.because("the pull request was opened while the session was ended")
        }
        Event::WorkspaceReady { .. } if !over => {
            draft.because("the working copy was made while the session was held; it is made again when it goes on")
        }
        Event::WorkspaceReady { .. } => {
            remove_workspace(&mut draft, UnpushedCommits::Discard);
            draft.because("the working copy was made while the session was ended")
        }
        Event::Published { head, .. } => kept::pushed(draft, head),
        Event::PublishChecked { facts, .. } if over => kept::checked(draft, facts),
        _ => draft.because("an echo: the session is over"),
    }
}

fn saved(mut draft: Draft<'_>, work: &Work) -> Decision {
    let whole = draft
        .task
        .job()
        .map(|job| revised::with_old_conflicts(&draft, job, work));
    let work = whole.as_ref().unwrap_or(work);
    draft.on_progress(|progress| progress.work = Some(work.clone()));
    match leftover(work) {
        // It was ended for what it takes of the disk: that is freed even when nothing of it could be kept.
        None if draft.task.filled_the_disk() => {
            remove_workspace(&mut draft, UnpushedCommits::Discard)
        }
        _ => reap(&mut draft, work),
    }
    kept::offer(&mut draft, work);
    if !work.is_empty() {
        notice::again(&mut draft);
    }
    draft.because("what the session left is kept")
}

/// Something of an earlier session arrives while a later one is on or asked for: its working copy goes, its work stays.
pub(super) fn stray(mut draft: Draft<'_>, session: &SessionId, event: &Event) -> Decision {
    let commits = match event {
        Event::WorkspaceReady { .. } => Some(UnpushedCommits::Discard),
        Event::Collected { work, .. } => leftover(work),
        _ => None,
    };
    if let Some(commits) = commits {
        let remove = effect::RemoveWorkspace {
            commits,
            keep_home: false,
        };
        draft.plan_for(session.clone(), remove);
    }
    draft.because(format!("an echo of session {session}"))
}
