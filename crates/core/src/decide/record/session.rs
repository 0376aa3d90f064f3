//! A session at work: each outcome is written into the step that waits for it. Every outcome names its session; one that fits
//! neither the session nor the step is stale and changes nothing.

use serde_json::json;

use super::recording::Recording;
use super::{late, meter, repository_policy, steps};
use crate::agent::ErrorClass;
use crate::event::{BaseFacts, Event};
use crate::event_name::DomainEvent;
use crate::ids::SessionId;
use crate::task::{Failed, FailureClass, Pushed, Stage, Step, Task, Wanted, WorkspaceBase};
use crate::text;

/// Hands an outcome to the step that waits for it.
pub(super) fn outcome(
    on: &mut Recording<'_>,
    task: &mut Task,
    session: &SessionId,
    event: &Event,
) -> String {
    meter::counted(on, &mut task.meter, session, event);
    let current = on.known.job().is_some_and(|job| job.session == *session);
    if !current {
        return late::of_another(&mut task.wanted, session, event);
    }
    let Stage::Working { step, progress, .. } = &mut task.stage else {
        return late::of_this(on, task, event);
    };
    if is_gone(step, event) {
        task.wanted.workspace_gone = true;
        return "the working copy is gone".into();
    }
    match (step, event) {
        (Step::Preparing { .. }, Event::FetchProgressed(fetching)) => {
            progress.fetch = Some(fetching.progress);
            "the repository is being fetched".into()
        }
        (Step::Preparing { .. }, Event::WorkspaceReady { .. }) => workspace(on, task, event),
        (_, Event::UsageReported { .. }) => meter::COUNTED.into(),
        (Step::Running { .. }, Event::BudgetNeared { cap, .. }) => {
            meter::neared(on, &mut task.meter, *cap)
        }
        (Step::Running { .. }, event) => steps::of_turn(on, task, event),
        (_, Event::Steered { offered, .. }) => steps::steered(on, task, offered, false),
        (
            Step::Collecting { .. },
            Event::TurnFailed {
                class: class @ ErrorClass::Disk,
                say,
                ..
            },
        ) => no_room(&mut task.wanted, *class, say),
        (Step::Collecting { found, .. }, Event::Collected { work, .. }) => {
            *found = Some(work.clone());
            on.notes
                .note(DomainEvent::SessionCollected, text::pull::numbers(work));
            "git said what was made".into()
        }
        (Step::Asking { may, .. }, Event::PublishChecked { facts, .. }) => {
            *may = Some(Box::new(facts.clone()));
            "GitHub said whether it may be published".into()
        }
        (Step::Publishing { pushed, .. }, Event::Published { head, .. }) => {
            *pushed = Some(Box::new(Pushed::At(head.clone())));
            "the branch is on GitHub".into()
        }
        (Step::Publishing { pushed, .. }, Event::BranchMoved(moved)) => {
            *pushed = Some(Box::new(Pushed::Moved(moved.theirs.clone())));
            steps::found_pull(&mut task.pull, moved.pull.as_ref());
            "somebody else wrote to the branch".into()
        }
        (Step::Publishing { pushed, .. }, Event::PushHeld(_)) => {
            *pushed = Some(Box::new(Pushed::Held));
            "its protected paths are not what was let through".into()
        }
        (Step::Opening { opened, .. }, Event::PullOpened { standing, .. }) => {
            *opened = Some(*standing);
            steps::pull(&mut task.pull, event);
            if let Some(pull) = &task.pull {
                on.notes.note(
                    DomainEvent::PullRequestOpened,
                    json!({ "number": pull.number, "url": pull.url, "draft": pull.draft }),
                );
            }
            "the pull request is open".into()
        }
        (Step::Answering { posted }, Event::Answered { .. }) => {
            *posted = true;
            on.notes.note_bare(DomainEvent::AnswerPosted);
            "the answer is on the issue".into()
        }
        (step, _) => format!("stale: the session is at {}", steps::name(step)),
    }
}

/// Whether what a step works with is not there any more.
fn is_gone(step: &Step, event: &Event) -> bool {
    let gone = matches!(event, Event::TurnFailed { class, .. } if *class == ErrorClass::Workspace);
    gone && matches!(
        step,
        Step::Running { .. } | Step::Collecting { .. } | Step::Publishing { .. }
    )
}

/// Git could not look.
fn no_room(wanted: &mut Wanted, class: ErrorClass, say: &str) -> String {
    wanted.failed = Some(Failed {
        class: FailureClass::Agent(class),
        say: text::failure::turn(class, say),
    });
    "git had no room to look".into()
}

/// The working copy stands.
fn workspace(on: &mut Recording<'_>, task: &mut Task, event: &Event) -> String {
    if let Event::WorkspaceReady { base, .. } = event {
        repository_policy::found(on, task, base.policy.as_deref());
    }
    let (
        Event::WorkspaceReady {
            base, head, nonce, ..
        },
        Stage::Working {
            job,
            step,
            progress,
        },
    ) = (event, &mut task.stage)
    else {
        return "no working copy is waited for".into();
    };
    *step = Step::Preparing { ready: true };
    progress.fetch = None;
    // Work that was only kept here is judged whole, with what is added to it; what is on GitHub already is not.
    let published = head.clone().filter(|_| job.round > 0 || job.moved);
    let from = published.unwrap_or_else(|| base.sha.clone());
    on.notes.note(
        DomainEvent::WorkspaceReady,
        json!({ "base": base.sha, "branch": job.branch, "from": from }),
    );
    job.workspace = Some(WorkspaceBase {
        base: BaseFacts {
            policy: None,
            ..base.clone()
        },
        from: from.clone(),
        nonce: nonce.clone(),
    });
    let branch = job.branch.clone();
    if from != base.sha {
        // It begins with our branch as it is on GitHub now, whoever wrote to it: that is what the push may follow.
        task.branch_shared |= task.branch_head.as_ref() != Some(&from);
        task.wrote_branch(branch, from);
    }
    "the working copy stands".into()
}
