//! Somebody asks for work: who may, on what, and as which role. Errors fail closed; a refusal says why, once.

use serde_json::json;

use super::{Decision, Draft};
use crate::core::effect::{Effect, Reaction};
use crate::core::event::TriggerFacts;
use crate::core::ids::{AgentBranch, SessionId};
use crate::core::place::{Account, AccountKind, Actor, Snapshot};
use crate::core::policy::{GO_LABEL, Policy};
use crate::core::role::{self, Ceiling, Choice, Role, RoleLimits, RoleName, RoleSource, Tools, Why};
use crate::core::story::Happening;
use crate::core::task::{End, Job, Progress, Stage, Task};
use crate::core::text;

/// The switch was set on the issue.
pub(super) fn asked(mut draft: Draft<'_>, sender: &Account, snapshot: &Snapshot) -> Decision {
    if sender.login == draft.cx.policy.me.login {
        return draft.because("our own label starts nothing");
    }
    if snapshot.at <= draft.task.last_trigger {
        return draft.because("this label event was consumed before");
    }
    // Also when a session is on: an older removal of the label, still on its way, must not end it.
    draft.task.last_trigger = snapshot.at;
    let mere_bot = sender.kind != AccountKind::User && !draft.cx.policy.allowed_bots.contains(&sender.id);
    match busy(&draft.task) {
        Some(reason) if mere_bot || !matches!(draft.task.stage, Stage::Checking { .. }) => {
            return draft.because(reason);
        }
        Some(_) => draft.give_up(),
        None => {}
    }
    let actor = Actor::Person(sender.clone());
    if mere_bot {
        return refuse(draft, &text::refusal::bot(&sender.login));
    }
    draft.react(Reaction::Eyes);
    draft.note(Happening::TaskReceived, json!({ "title": snapshot.title, "by": sender.login }));
    let place = draft.task.place.clone();
    draft.plan(Effect::CheckTrigger { place, actor: actor.clone(), snapshot: snapshot.clone() });
    draft.task.stage = Stage::Checking { actor };
    draft.because("asked GitHub whether this may start")
}

/// GitHub said what is so.
pub(super) fn checked(draft: Draft<'_>, facts: &TriggerFacts) -> Decision {
    match &draft.task.stage {
        Stage::Checking { .. } if facts.snapshot.at < draft.task.last_trigger => {
            draft.because("a later trigger is being checked")
        }
        Stage::Checking { .. } => judge(draft, facts),
        _ => draft.because("nobody waits for this check any more"),
    }
}

/// The operator asks; the facts are there already.
pub(super) fn dispatched(mut draft: Draft<'_>, facts: &TriggerFacts) -> Decision {
    if let Some(reason) = busy(&draft.task) {
        return draft.because(reason);
    }
    draft.task.place.clone_from(&facts.place);
    draft.task.last_trigger = draft.task.last_trigger.max(facts.snapshot.at);
    draft.react(Reaction::Eyes);
    draft.note(Happening::TaskReceived, json!({ "title": facts.snapshot.title, "by": "operator" }));
    judge(draft, facts)
}

/// Why a second start would be one too many.
fn busy(task: &Task) -> Option<String> {
    match &task.stage {
        Stage::Idle | Stage::Ended { .. } => None,
        Stage::Checking { .. } => Some("the trigger is being checked already".into()),
        Stage::Queued { job, .. } => Some(format!("session {} is queued already", job.session)),
        Stage::Working { job, .. } => Some(format!("session {} is at work already", job.session)),
    }
}

fn judge(mut draft: Draft<'_>, facts: &TriggerFacts) -> Decision {
    let from_github = matches!(facts.actor, Actor::Person(_));
    if from_github && !facts.labels_now.iter().any(|label| label == GO_LABEL) {
        draft.task.stage = Stage::Idle;
        return draft.because(format!("superseded: the label {GO_LABEL} is gone again"));
    }
    if let Some(say) = obstacle(facts) {
        return refuse(draft, &say);
    }
    match pick_role(facts, draft.cx.policy) {
        Ok((role, why)) => accept(draft, facts, role, why),
        Err(say) => refuse(draft, &say),
    }
}

/// What stands in the way, as a sentence for the issue.
fn obstacle(facts: &TriggerFacts) -> Option<String> {
    if facts.is_pull {
        return Some(text::refusal::PULL.into());
    }
    if !facts.open {
        return Some(text::refusal::CLOSED.into());
    }
    if let Some(permission) = facts.permission.filter(|permission| !permission.may_start()) {
        return Some(text::refusal::permission(facts.actor.login().unwrap_or_default(), permission));
    }
    if facts.repository.archived {
        return Some(text::refusal::ARCHIVED.into());
    }
    if facts.repository.head.is_none() {
        return Some(text::refusal::empty(&facts.repository.default_branch));
    }
    None
}

/// The role of the issue's labels, with the repository's own file for it laid over.
fn pick_role(facts: &TriggerFacts, policy: &Policy) -> Result<(Role, Why), String> {
    let in_repository = |name: &RoleName| facts.role_files.iter().find(|file| file.role == name.as_str());
    let known = |name: &RoleName| {
        let ours = policy.roles.get(name).cloned().or_else(|| role::built_in(name));
        ours.or_else(|| in_repository(name).map(|file| of_repository(name, &file.path)))
    };
    let (chosen, why) = match role::choose(&facts.snapshot.labels, &policy.default_role, known) {
        Choice::Chosen { role, why } => (*role, why),
        Choice::Unknown { label, nearest } => return Err(text::refusal::unknown_role(&label, nearest.as_deref())),
    };
    let layered = match in_repository(&chosen.name) {
        None => chosen,
        Some(file) => {
            let over = role::from_agent_file(&chosen.name, &file.path, &file.text)
                .map_err(|error| text::refusal::role_file(&error.to_string()))?;
            role::layer(chosen, over, &Ceiling::default())
        }
    };
    match &layered.agent {
        Some(agent) if !policy.agents.contains(agent) => {
            Err(text::refusal::unknown_agent(layered.name.as_str(), agent))
        }
        _ => Ok((layered, why)),
    }
}

/// A role that only the repository knows: all of its words come from its file.
fn of_repository(name: &RoleName, path: &str) -> Role {
    Role {
        name: name.clone(),
        description: String::new(),
        prompt: String::new(),
        agent: None,
        model: None,
        tools: Tools::all(),
        writes: true,
        limits: RoleLimits::default(),
        source: RoleSource::Repository { path: path.to_owned() },
    }
}

/// Our branch as long as it is only ours; then a fresh one.
fn branch(task: &Task, facts: &TriggerFacts) -> AgentBranch {
    let named = || AgentBranch::new(facts.place.issue, &facts.snapshot.title);
    match (&task.branch, task.branches_left) {
        (Some(ours), _) => ours.clone(),
        (None, 0) => named(),
        (None, left) => named().numbered(left.saturating_add(1)),
    }
}

fn accept(mut draft: Draft<'_>, facts: &TriggerFacts, role: Role, why: Why) -> Decision {
    let now = draft.cx.now;
    draft.task.sessions += 1;
    let job = Job {
        session: SessionId::new(draft.task.key(), draft.task.sessions),
        actor: facts.actor.clone(),
        agent: role.agent.clone().unwrap_or_else(|| draft.cx.policy.default_agent.clone()),
        branch: branch(&draft.task, facts),
        snapshot: facts.snapshot.clone(),
        base_branch: facts.repository.default_branch.clone(),
        base: facts.repository.head.clone(),
        queued_at: now,
        started_at: None,
        role,
        why,
    };
    let details = json!({
        "role": job.role.name, "why": text::role_why(&job.why, job.role.name.as_str()), "agent": job.agent,
        "title": facts.snapshot.title,
    });
    draft.task.tell(now, format!("Accepted as `{}`.", job.role.name));
    draft.task.stage = Stage::Queued { job: Box::new(job), told: None };
    draft.note(Happening::TaskQueued, details);
    draft.show();
    draft.because("accepted")
}

/// Says no on the issue. The same comment says it every time, so saying it again disturbs nobody.
pub(super) fn refuse(mut draft: Draft<'_>, say: &str) -> Decision {
    let end = End::Refused { say: say.to_owned() };
    draft.task.tell(draft.cx.now, format!("Not started: {say}"));
    draft.task.stage = Stage::Ended { job: None, end, progress: Progress::default(), at: draft.cx.now };
    draft.note(Happening::TaskRefused, json!({ "why": say }));
    draft.react(Reaction::Confused);
    draft.show();
    draft.because(format!("refused: {say}"))
}
