//! Work is accepted: the job is fixed, and waits for a slot.

use serde_json::json;

use super::base_branch::Base;
use super::gate;
use super::role::Chosen;
use crate::actor::Actor;
use crate::decide::advance::overlap;
use crate::decide::advance::state::{Advance, Fired, because};
use crate::effect::Start;
use crate::event::{Asking, TriggerFacts};
use crate::event_name::DomainEvent;
use crate::ids::{AgentBranch, SessionId};
use crate::label;
use crate::message::{AgentMessage, MessageKind};
use crate::policy::PLAN_LABEL;
use crate::sanitise;
use crate::task::{Job, Next, Planning, Progress, RunOptions, Stage, Task};
use crate::text;

/// What a start was picked for.
pub(super) struct Picked {
    /// The kind of worker.
    pub(super) chosen: Chosen,
    /// Where it begins.
    pub(super) base: Base,
}

/// The new session is queued.
pub(super) fn accept(on: &mut Advance<'_>, facts: &TriggerFacts, picked: Picked) -> Option<Fired> {
    let anew = matches!(on.task.stage, Stage::Queued { .. });
    forget_earlier(&mut on.task, facts.snapshot.at);
    if on.task.sessions == 0 {
        // Nothing was spent before: so all that will be is known.
        on.task.meter.spent = Default::default();
    }
    on.task.sessions += 1;
    let mut wish = std::mem::take(&mut on.task.options);
    if stands_elsewhere(&on.task, &picked.base) {
        // What an earlier session left stands on another branch: its commits do not belong on this one.
        wish.again = false;
        if on.task.branch.is_some() {
            on.task.leave_branch();
        }
    } else if wish.fresh && on.task.branch_shared {
        on.task.leave_branch();
    }
    if on.task.branch.is_none() {
        on.task.pull = None;
    }
    let job = job(on, facts, picked, &wish);
    let stack = &mut on.task.stack;
    if !wish.again {
        stack.on = None;
    }
    // Whoever named a base branch, or starts it in spite of what it waits for, does not want it there.
    stack.may = on.cx.policy.issues.stack
        && facts.asking != Asking::Override
        && job.base_from.is_none()
        && job.role.writes
        && !job.only_asked;
    gate::set(
        &mut on.task,
        &gate::Start {
            facts,
            role: &job.role,
            approved_by: wish.approved_by.clone(),
            anew,
            by_repository: on.cx.policy.issues.needs_approval(&facts.place.name),
        },
        on.cx.now,
    );
    let details = json!({
        "role": job.role.name, "why": text::role_why(&job.why, job.role.name.as_str()), "agent": job.agent,
        "title": facts.snapshot.title,
    });
    on.tell(text::conversation::accepted(job.role.name.as_str()));
    on.task.options.priority = wish.priority;
    let only_asked = job.only_asked;
    on.task.stage = Stage::Queued {
        job: Box::new(job),
        told: None,
        next: Next::Begin,
        slot: false,
        progress: Progress::default(),
    };
    if let (Some(question), Some(login)) = (wish.answer, facts.actor.login()) {
        let message = asked(on, facts, login, question);
        on.task.conversation.messages.push(message);
    }
    on.note(DomainEvent::TaskQueued, details);
    // A mere question starts no work.
    if by_command(facts) && !only_asked {
        on.task.go = Some(true);
    }
    if !only_asked {
        overlap::accepted(on, facts.asking != Asking::Override);
    }
    because("accepted")
}

/// Whether the last session worked on another base. A default branch that was only renamed is the same one.
fn stands_elsewhere(task: &Task, base: &Base) -> bool {
    if task.stands_on_open_pull() && base.from.is_none() {
        // It begins on that one's branch again, or that is merged by then and it follows.
        return false;
    }
    let named = |job: &Job| job.base_from.is_some() || base.from.is_some();
    task.job()
        .is_some_and(|job| named(job) && job.base_branch != base.branch)
}

fn job(on: &Advance<'_>, facts: &TriggerFacts, picked: Picked, wish: &RunOptions) -> Job {
    let Picked { chosen, base } = picked;
    let Chosen { role, why } = chosen;
    let task = &on.task;
    // What others did on our branch is never written over: the session goes on on top of it.
    let shared = task.branch_shared;
    let planned = wish.plan || role.plan || label::has(&facts.snapshot.labels, PLAN_LABEL);
    let tiers = &on.cx.policy.issues.auto_start;
    let planned = planned || tiers.plans_first(&facts.snapshot.labels);
    let default_agent = || on.cx.policy.default_agent.clone();
    Job {
        session: SessionId::new(task.key(), task.sessions),
        actor: facts.actor.clone(),
        agent: role.agent.clone().unwrap_or_else(default_agent),
        branch: branch(task, facts),
        snapshot: facts.snapshot.clone(),
        base_branch: base.branch,
        base_from: base.from,
        base: base.head,
        by_rule: facts.asking == Asking::Rule,
        priority: facts.priority,
        sprint: wish.sprint,
        queued_at: on.cx.now,
        started_at: None,
        workspace: None,
        agent_session: None,
        plan: match planned && role.writes {
            true => Planning::Wanted,
            false => Planning::None,
        },
        start: match (shared, wish.again) {
            (true, _) => Start::Branch,
            (false, true) => Start::Kept,
            (false, false) => Start::Base,
        },
        round: 0,
        moved: shared,
        worked_ms: 0,
        comments: 0,
        spoken: Vec::new(),
        only_asked: wish.answer.is_some(),
        return_to: None,
        cold: false,
        laid_out_anew: 0,
        outage: None,
        role,
        why,
    }
}

/// Our branch as long as it is only ours; then a fresh one.
fn branch(task: &Task, facts: &TriggerFacts) -> AgentBranch {
    let title = sanitise::without_secrets(&facts.snapshot.title);
    let named = || AgentBranch::new(facts.place.issue, &title);
    match (&task.branch, task.branches_left) {
        (Some(ours), _) => ours.clone(),
        (None, 0) => named(),
        (None, left) => named().numbered(left.saturating_add(1)),
    }
}

/// The question that the session is only there to answer.
fn asked(on: &Advance<'_>, facts: &TriggerFacts, login: &str, question: String) -> AgentMessage {
    AgentMessage {
        id: format!("ask:{}", on.task.sessions),
        by: login.to_owned(),
        text: question,
        at: on.cx.now,
        kind: MessageKind::Asked {
            on: facts.place.issue,
        },
        comment: None,
        sending: false,
        heard: false,
        meanwhile: None,
    }
}

/// What an earlier session left for its revisions goes: the new one begins by itself. What people said after the trigger is
/// not in its snapshot, and stays.
fn forget_earlier(task: &mut Task, trigger: i64) {
    let conversation = &mut task.conversation;
    conversation
        .messages
        .retain(|message| message.comment.is_some() && message.at > trigger);
    conversation.questions.clear();
    conversation.told_rest.clear();
    conversation.plan_comment = None;
    conversation.paths = None;
    task.review = Default::default();
}

/// A command that starts work sets the switch as well.
fn by_command(facts: &TriggerFacts) -> bool {
    matches!(
        facts.asking,
        Asking::Command
            | Asking::Rule
            | Asking::Sprint
            | Asking::Override
            | Asking::Discovery
            | Asking::Recurring
    ) && matches!(facts.actor, Actor::Person(_))
}
