//! An effect cannot be done, and will not be tried again. Those that carry the session end it; those that only show do not.

use super::recording::Recording;
use super::{
    blocked, discovery, evidence_file, onboarding, pull_gate, sprint, stack, steps, suggestion,
    verification,
};
use crate::effect::EffectKind;
use crate::event::{Event, Loss};
use crate::ids::SessionId;
use crate::task::{Failed, FailureClass, Late, Reading, Stage, Task};
use crate::text;

/// An effect was given up.
pub(super) fn effect(on: &mut Recording<'_>, task: &mut Task, event: &Event) -> String {
    let Event::EffectFailed {
        effect,
        session,
        say,
        exhausted,
    } = event
    else {
        return "not a failure".into();
    };
    let only_said = || format!("{} failed: {say}", effect.name());
    match effect {
        EffectKind::CheckTrigger => unchecked(on, task, say, *exhausted),
        EffectKind::Steer => unsteered(on, task),
        EffectKind::AuthorizeComment | EffectKind::ReadReview => unread(on, *effect, say),
        // Nobody says that another installation covers it: in doubt nothing runs.
        EffectKind::CheckAccess => {
            task.wanted.lost = Some(Loss::Removed);
            only_said()
        }
        EffectKind::ReadDependencies => {
            dependencies_unread(on, task, &text::dependency::unread(say, *exhausted), only_said())
        }
        EffectKind::ProposePolicy => blocked::unproposed(on, task, only_said()),
        EffectKind::ProposeOnboarding => onboarding::failed(task, say),
        EffectKind::ReadOverlaps => overlaps_unread(task, &only_said()),
        EffectKind::Restack => stack::not_restacked(on, task, say),
        EffectKind::CreateIssue => discovery::not_made(&mut task.discovered, say, *exhausted),
        EffectKind::PushEvidence => evidence_file::not_pushed(task, say),
        EffectKind::Suggest => suggestion::not_made(&mut task.suggested, say),
        EffectKind::ReadSprint => sprint::unread(on, task, say, *exhausted),
        EffectKind::ReportPullGate => pull_gate::unreported(task, &only_said()),
        EffectKind::Verify => verification::broken(on, &mut task.review, say),
        EffectKind::PrepareWorkspace
        | EffectKind::RunTurn
        | EffectKind::Collect
        | EffectKind::CheckPublish
        | EffectKind::Publish
        | EffectKind::OpenPull
        | EffectKind::PostAnswer => {
            let given = Given {
                effect: *effect,
                say,
                session: session.as_ref(),
            };
            of_session(on, task, given)
        }
        EffectKind::SetTimer
        | EffectKind::RefreshPullRequest
        // It is looked again in a while.
        | EffectKind::ReadApprovals
        | EffectKind::ReadWithheld
        | EffectKind::ReadProject
        | EffectKind::ReadPullGate
        | EffectKind::CheckLanded
        | EffectKind::UpsertComment
        | EffectKind::ReactTo
        | EffectKind::Assign
        | EffectKind::SetGoLabel
        | EffectKind::HideComment
        | EffectKind::ReportVerification
        | EffectKind::ShowCheck
        | EffectKind::Reply
        | EffectKind::MarkReady
        | EffectKind::DeleteBranch
        | EffectKind::JoinStack
        | EffectKind::LabelPull
        | EffectKind::DescribePull
        | EffectKind::RequestReview
        | EffectKind::React
        | EffectKind::ShowStatus
        | EffectKind::ShowLabel
        | EffectKind::EndAgent
        | EffectKind::OpenHosts
        | EffectKind::RemoveWorkspace
        | EffectKind::Forget => only_said(),
    }
}

/// A forecast is a hint: without it work starts.
fn overlaps_unread(task: &mut Task, said: &str) -> String {
    task.overlaps.looking = false;
    said.to_owned()
}

/// Nothing of what was offered to the agent at work was taken.
fn unsteered(on: &mut Recording<'_>, task: &mut Task) -> String {
    let messages = task.conversation.messages.iter();
    let ids: Vec<String> = messages.map(|message| message.id.clone()).collect();
    steps::steered(on, task, &ids, false)
}

/// What the issue waits for is not known.
fn dependencies_unread(on: &mut Recording<'_>, task: &mut Task, say: &str, said: String) -> String {
    on.notes.tell(say.to_owned());
    if task.gates.reading == Reading::Asked {
        task.gates.reading = Reading::Failed;
    }
    said
}

/// What somebody wrote never came to us.
fn unread(on: &mut Recording<'_>, effect: EffectKind, why: &str) -> String {
    let say = text::conversation::unread(effect == EffectKind::ReadReview);
    // No status comment tells of it before work is accepted.
    if matches!(on.known.stage, Stage::Idle | Stage::Checking { .. }) {
        let (issue, now) = (on.known.place.issue, on.cx.now);
        on.notes.say(issue, format!("unread:{now}"), say.clone());
    }
    on.notes.tell(say);
    format!("{} failed, and people are told: {why}", effect.name())
}

/// What was to be read before work starts, or goes on, could not be read.
fn unchecked(on: &mut Recording<'_>, task: &mut Task, say: &str, exhausted: bool) -> String {
    let message = text::refusal::unchecked(say, exhausted);
    if matches!(on.known.stage, Stage::Checking { .. }) {
        task.wanted.refusal = Some(message);
        return "the trigger could not be checked".into();
    }
    let looked_for = std::mem::take(&mut task.options.looking_for);
    let now = on.cx.now;
    let (key, message) = match looked_for.is_empty() {
        // Which of several it was is not known: all are named, and looked for anew when they are wished for again.
        false => (
            format!("role:{now}"),
            text::command::role_unread(&looked_for),
        ),
        true if on.known.is_paused() => (
            format!("refused:{now}"),
            text::conversation::not_resumed(&message),
        ),
        true => return format!("{} failed: {say}", EffectKind::CheckTrigger.name()),
    };
    on.notes.say(on.known.place.issue, key, message);
    format!(
        "{} failed, and people are told: {say}",
        EffectKind::CheckTrigger.name()
    )
}

struct Given<'a> {
    effect: EffectKind,
    say: &'a str,
    session: Option<&'a SessionId>,
}

fn of_session(on: &mut Recording<'_>, task: &mut Task, given: Given<'_>) -> String {
    let Given {
        effect,
        say,
        session,
    } = given;
    // For the session in hand or the last one.
    let current = on.known.job().map(|job| &job.session) == session;
    let collect = effect == EffectKind::Collect;
    if collect && matches!(on.known.stage, Stage::Blocked { .. }) {
        return format!("the checkpoint failed: {say}");
    }
    if current && collect && on.known.filled_the_disk() {
        task.wanted.late = Some(Late::NoRoom);
        return format!("nothing of it could be kept: {say}");
    }
    if !current || !matches!(on.known.stage, Stage::Working { .. }) {
        return "stale: of an earlier session".into();
    }
    task.wanted.failed = Some(Failed {
        class: FailureClass::Effect(effect),
        say: say.to_owned(),
    });
    format!("{} failed", effect.name())
}
