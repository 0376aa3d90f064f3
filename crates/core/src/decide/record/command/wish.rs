//! Commands that say how the next session shall be: its role, its agent, its base branch, its place in the queue, a plan first.

use super::reply::{said, start};
use crate::actor::Actor;
use crate::base_branch;
use crate::command::Priority;
use crate::decide::record::recording::Recording;
use crate::event::AuthorizedComment;
use crate::role;
use crate::task::{Planning, Read, RunOptions, Stage, Task};
use crate::text;

/// A role by name. One that only the repository can have is looked for there first, so that nobody waits for a role that
/// is none.
pub(super) fn role(
    on: &mut Recording<'_>,
    task: &mut Task,
    found: &AuthorizedComment,
    wished: &str,
) -> String {
    let name = role::asked_for(&format!("role:{wished}"));
    let known = |name| role::is_known(name, &on.cx.policy.roles);
    if name.as_ref().is_some_and(known) {
        task.options.role = Some(wished.to_owned());
        return noted(on, task, found);
    }
    let looking = &mut task.options.looking_for;
    if !looking.iter().any(|other| other == wished) {
        looking.push(wished.to_owned());
    }
    task.wanted.reads.push(Read::Role {
        actor: Actor::Person(found.actor.clone()),
        role: wished.to_owned(),
    });
    "looks for that role in the repository".into()
}

/// An agent by name.
pub(super) fn agent(
    on: &mut Recording<'_>,
    task: &mut Task,
    found: &AuthorizedComment,
    wished: &str,
) -> String {
    let known = &on.cx.policy.agents;
    if known.iter().any(|agent| agent == wished) {
        task.options.agent = Some(wished.to_owned());
        return noted(on, task, found);
    }
    let say = text::conversation::unknown_agent(wished, known);
    said(on, found, say)
}

/// A base branch by name. Whether there is one is seen when the session starts.
pub(super) fn base(
    on: &mut Recording<'_>,
    task: &mut Task,
    found: &AuthorizedComment,
    wished: &str,
) -> String {
    let say = match base_branch::name(wished) {
        None => text::base_branch::no_name(wished),
        Some(branch) if base_branch::is_ours(&branch) => text::base_branch::ours(&branch),
        Some(branch) => {
            task.options.base = Some(branch);
            return noted(on, task, found);
        }
    };
    said(on, found, say)
}

/// A wish for the next session; one that waits for its slot is judged anew, since it has not begun.
fn noted(on: &mut Recording<'_>, task: &mut Task, found: &AuthorizedComment) -> String {
    match &on.known.stage {
        Stage::Queued { job, .. } if job.started_at.is_none() => start(on, &mut task.wanted, found),
        Stage::Working { .. } | Stage::Blocked { .. } | Stage::Queued { .. } => {
            said(on, found, text::conversation::WISH_FOR_LATER)
        }
        Stage::Idle | Stage::Checking { .. } | Stage::Ended { .. } => {
            said(on, found, text::conversation::WISH_NOTED)
        }
    }
}

/// Where in the queue.
pub(super) fn priority(options: &mut RunOptions, wished: Priority) -> String {
    options.priority = Some(wished);
    "its priority is set".into()
}

/// A plan first.
pub(super) fn plan(on: &mut Recording<'_>, task: &mut Task, found: &AuthorizedComment) -> String {
    const FIRST: &str = "it makes a plan first";
    match &mut task.stage {
        Stage::Idle | Stage::Ended { .. } => {
            task.options.plan = true;
            start(on, &mut task.wanted, found)
        }
        Stage::Queued { job, .. } if job.started_at.is_none() => {
            job.plan = Planning::Wanted;
            FIRST.into()
        }
        Stage::Checking { .. } => {
            task.options.plan = true;
            FIRST.into()
        }
        Stage::Queued { .. } | Stage::Working { .. } | Stage::Blocked { .. } => {
            said(on, found, text::conversation::PLAN_TOO_LATE)
        }
    }
}
