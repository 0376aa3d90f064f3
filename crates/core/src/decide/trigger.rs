//! Somebody asks for work: who may, on what, and as which role. Errors fail closed; a refusal says why, once.

use serde_json::json;

use super::{Decision, Draft, again, edit, pause};
use crate::effect::{self, Reaction, Start};
use crate::event::{Asking, TriggerFacts};
use crate::event_name::DomainEvent;
use crate::ids::{AgentBranch, SessionId};
use crate::label;
use crate::message::{AgentMessage, MessageKind};
use crate::place::{Account, AccountKind, Actor, Snapshot};
use crate::policy::{GO_LABEL, PLAN_LABEL, Policy};
use crate::role::{self, Ceiling, Choice, Role, RoleLimits, RoleName, RoleSource, Tools, Why};
use crate::task::{End, Job, Next, Planning, Progress, RunOptions, Stage, Task};
use crate::text;

/// What the labels that say how soon begin with.
const PRIORITY: &str = "priority:";

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
    // What came before is older than the trigger; what comes in the same second is news.
    draft.task.last_removal = 0;
    draft.task.switched(true);
    let paused = draft.task.is_paused();
    let mere_bot =
        sender.kind != AccountKind::User && !draft.cx.policy.allowed_bots.contains(&sender.id);
    match busy(&draft.task) {
        Some(reason) if mere_bot || !matches!(draft.task.stage, Stage::Checking { .. }) => {
            return draft.because(reason);
        }
        Some(_) | None => {}
    }
    let actor = Actor::Person(sender.clone());
    if mere_bot {
        return refuse(draft, &text::refusal::bot(&sender.login));
    }
    draft.react(Reaction::Eyes);
    draft.note(
        DomainEvent::TaskReceived,
        json!({ "title": snapshot.title, "by": sender.login }),
    );
    let (asking, snapshot) = (Asking::Label, Some(snapshot.clone()));
    let role = draft.task.options.role.clone();
    draft.plan(effect::CheckTrigger {
        actor: actor.clone(),
        asking,
        snapshot,
        role,
    });
    if paused {
        return draft.because("asked GitHub whether this may go on");
    }
    draft.check(actor);
    draft.because("asked GitHub whether this may start")
}

/// GitHub said what is so.
pub(super) fn checked(draft: Draft<'_>, facts: &TriggerFacts) -> Decision {
    match facts.asking {
        Asking::Edit => return edit::checked(draft, facts),
        Asking::Role => return super::role::checked(draft, facts),
        Asking::Label | Asking::Command => {}
    }
    match &draft.task.stage {
        Stage::Checking { .. } if facts.snapshot.at < draft.task.last_trigger => {
            draft.because("a later trigger is being checked")
        }
        Stage::Checking { .. } => judge(draft, facts),
        _ if draft.task.is_paused() => put_back(draft, facts),
        Stage::Idle
        | Stage::Queued { .. }
        | Stage::Working { .. }
        | Stage::Blocked { .. }
        | Stage::Ended { .. } => draft.because("nobody waits for this check any more"),
    }
}

/// The label is back on a paused session: it goes on, if whoever put it there may start work.
fn put_back(mut draft: Draft<'_>, facts: &TriggerFacts) -> Decision {
    if !label::has(&facts.labels_now, GO_LABEL) {
        return draft.because(format!("superseded: the label {GO_LABEL} is gone again"));
    }
    let login = facts.actor.login().unwrap_or("the operator").to_owned();
    if let Some(say) = obstacle(&draft.task, facts) {
        draft.react(Reaction::Confused);
        draft.say_here(
            format!("refused:{}", facts.snapshot.at),
            text::conversation::not_resumed(&say),
        );
        return draft.because(format!("not resumed: {say}"));
    }
    pause::resume(draft, &text::conversation::label_back(&login))
}

/// A label that is not the switch: the priority of a task that waits follows it.
pub(super) fn labeled_otherwise(mut draft: Draft<'_>, label: &str) -> Decision {
    if label::behind(label, PRIORITY).is_none() {
        return draft.because(unread_now(label));
    }
    let Stage::Queued { job, .. } = &mut draft.task.stage else {
        return draft.because("its priority counts only while it waits");
    };
    job.snapshot
        .labels
        .retain(|other| label::behind(other, PRIORITY).is_none());
    job.snapshot.labels.push(label.to_owned());
    draft.because("its priority is set")
}

/// A label that is not the switch is gone.
pub(super) fn unlabeled_otherwise(mut draft: Draft<'_>, label: &str) -> Decision {
    if label::behind(label, PRIORITY).is_none() {
        return draft.because(unread_now(label));
    }
    let Stage::Queued { job, .. } = &mut draft.task.stage else {
        return draft.because("its priority counts only while it waits");
    };
    job.snapshot
        .labels
        .retain(|other| !label::same(other, label));
    draft.because("its priority is as its labels say")
}

/// Why a label changes nothing now.
fn unread_now(label: &str) -> String {
    if label::behind(label, "role:").is_some() || label::same(label, PLAN_LABEL) {
        return format!("the label {label:?} counts when work starts");
    }
    if label::behind(label, "agent:").is_some() {
        return format!("the label {label:?} only shows how it stands");
    }
    format!("the label {label:?} means nothing here")
}

/// The operator asks; the facts are there already.
pub(super) fn dispatched(mut draft: Draft<'_>, facts: &TriggerFacts) -> Decision {
    if let Some(reason) = busy(&draft.task) {
        return draft.because(reason);
    }
    if draft.task.is_paused() {
        draft.task.go = Some(true);
        return pause::resume(draft, "the operator asked for it");
    }
    draft.task.place.clone_from(&facts.place);
    draft.task.last_trigger = draft.task.last_trigger.max(facts.snapshot.at);
    draft.react(Reaction::Eyes);
    draft.note(
        DomainEvent::TaskReceived,
        json!({ "title": facts.snapshot.title, "by": "operator" }),
    );
    judge(draft, facts)
}

/// Why a second start would be one too many.
fn busy(task: &Task) -> Option<String> {
    match &task.stage {
        Stage::Idle | Stage::Ended { .. } => None,
        _ if task.is_paused() => None,
        Stage::Blocked { job, .. } => Some(format!("session {} waits for people", job.session)),
        Stage::Checking { .. } => Some("the trigger is being checked already".into()),
        Stage::Queued { job, .. } => Some(format!("session {} is queued already", job.session)),
        Stage::Working { job, .. } => Some(format!("session {} is at work already", job.session)),
    }
}

fn judge(mut draft: Draft<'_>, facts: &TriggerFacts) -> Decision {
    let by_label = facts.asking == Asking::Label && matches!(facts.actor, Actor::Person(_));
    if by_label && !label::has(&facts.labels_now, GO_LABEL) {
        draft.uncheck();
        return draft.because(format!("superseded: the label {GO_LABEL} is gone again"));
    }
    if let Some(say) = obstacle(&draft.task, facts) {
        return refuse(draft, &say);
    }
    let wish = draft.task.options.clone();
    draft.uncheck();
    if draft.task.can_revise() && !wish.fresh {
        return again::go_on(draft, facts, wish.plan);
    }
    draft.task.options = wish;
    match pick_role(facts, &draft.task.options, draft.cx.policy) {
        Ok((role, why)) => accept(draft, facts, role, why),
        Err(say) => {
            // A name that stands for nothing would refuse every further start as well.
            (draft.task.options.role, draft.task.options.agent) = (None, None);
            refuse(draft, &say)
        }
    }
}

/// What stands in the way, as a sentence for the issue.
fn obstacle(task: &Task, facts: &TriggerFacts) -> Option<String> {
    if facts.is_pull {
        return Some(text::refusal::PULL.into());
    }
    if !facts.open {
        return Some(text::refusal::CLOSED.into());
    }
    let login = facts.actor.login().unwrap_or_default();
    if let Some(permission) = facts
        .permission
        .filter(|permission| !permission.may_start() && !task.delegated(login))
    {
        return Some(text::refusal::permission(login, permission));
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
fn pick_role(
    facts: &TriggerFacts,
    wish: &RunOptions,
    policy: &Policy,
) -> Result<(Role, Why), String> {
    let in_repository = |name: &RoleName| {
        facts
            .role_files
            .iter()
            .find(|file| file.role == name.as_str())
    };
    let known = |name: &RoleName| {
        let ours = policy
            .roles
            .get(name)
            .cloned()
            .or_else(|| role::built_in(name));
        ours.or_else(|| in_repository(name).map(|file| of_repository(name, &file.path)))
    };
    let wished: Vec<String> = wish
        .role
        .iter()
        .map(|role| format!("role:{role}"))
        .collect();
    let labels = if wished.is_empty() {
        &facts.snapshot.labels
    } else {
        &wished
    };
    let (chosen, why) = match role::choose(labels, &policy.default_role, known) {
        Choice::Chosen { role, .. } if wish.role.is_some() => (*role, Why::Command),
        Choice::Chosen { role, why } => (*role, why),
        Choice::Unknown { label, nearest } => {
            let known = role::names(&policy.roles);
            return Err(text::refusal::unknown_role(
                &label,
                nearest.as_deref(),
                &known,
            ));
        }
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
        _ => Ok((wished_for(layered, wish), why)),
    }
}

/// An agent by command, and no rights for a mere answer.
fn wished_for(mut role: Role, wish: &RunOptions) -> Role {
    if let Some(agent) = &wish.agent {
        role.agent = Some(agent.clone());
    }
    role.writes &= wish.answer.is_none();
    role
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
        plan: false,
        source: RoleSource::Repository {
            path: path.to_owned(),
        },
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
    forget_earlier(&mut draft, facts.snapshot.at);
    draft.task.sessions += 1;
    let wish = std::mem::take(&mut draft.task.options);
    if wish.fresh && draft.task.branch_shared {
        draft.task.leave_branch();
    }
    if draft.task.branch.is_none() {
        draft.task.pull = None;
    }
    // What others did on our branch is never written over: the session goes on on top of it.
    let shared = draft.task.branch_shared;
    let planned = wish.plan || role.plan || label::has(&facts.snapshot.labels, PLAN_LABEL);
    let job = Job {
        session: SessionId::new(draft.task.key(), draft.task.sessions),
        actor: facts.actor.clone(),
        agent: role
            .agent
            .clone()
            .unwrap_or_else(|| draft.cx.policy.default_agent.clone()),
        branch: branch(&draft.task, facts),
        snapshot: facts.snapshot.clone(),
        base_branch: facts.repository.default_branch.clone(),
        base: facts.repository.head.clone(),
        queued_at: now,
        started_at: None,
        workspace: None,
        agent_session: None,
        plan: if planned && role.writes {
            Planning::Wanted
        } else {
            Planning::None
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
        outage: None,
        role,
        why,
    };
    let details = json!({
        "role": job.role.name, "why": text::role_why(&job.why, job.role.name.as_str()), "agent": job.agent,
        "title": facts.snapshot.title,
    });
    draft
        .task
        .tell(now, format!("Accepted as `{}`.", job.role.name));
    if let (Some(question), Some(login)) = (wish.answer, facts.actor.login()) {
        let id = format!("ask:{}", draft.task.sessions);
        let kind = MessageKind::Asked {
            on: facts.place.issue,
        };
        let by = login.to_owned();
        draft.task.conversation.messages.push(AgentMessage {
            id,
            by,
            text: question,
            at: now,
            kind,
            comment: None,
            sending: false,
        });
    }
    draft.task.options.priority = wish.priority;
    draft.task.stage = Stage::Queued {
        job: Box::new(job),
        told: None,
        next: Next::Begin,
        progress: Progress::default(),
    };
    draft.note(DomainEvent::TaskQueued, details);
    // A mere question starts no work.
    let only_asked = draft.task.job().is_some_and(|job| job.only_asked);
    if facts.asking == Asking::Command && matches!(facts.actor, Actor::Person(_)) && !only_asked {
        draft.task.go = Some(true);
    }
    draft.because("accepted")
}

/// What an earlier session left for its revisions goes: the new one begins by itself. What people said after the trigger is
/// not in its snapshot, and stays.
fn forget_earlier(draft: &mut Draft<'_>, trigger: i64) {
    draft
        .task
        .conversation
        .messages
        .retain(|word| word.comment.is_some() && word.at > trigger);
    draft.task.conversation.questions.clear();
    draft.task.conversation.told_rest.clear();
    draft.task.conversation.plan_comment = None;
    draft.task.review = Default::default();
}

/// Says no on the issue. The same comment says it every time, so saying it again disturbs nobody. A session that waits and
/// a pull request in review stay as they are.
pub(super) fn refuse(mut draft: Draft<'_>, say: &str) -> Decision {
    draft.uncheck();
    if draft.task.is_kept() {
        draft.note(DomainEvent::TaskRefused, json!({ "why": say }));
        draft.react(Reaction::Confused);
        draft.say_here("refused", text::conversation::nothing_new(say));
        return draft.because(format!("refused, and all is as before: {say}"));
    }
    // The status comment of an earlier session is only edited, and GitHub mails nobody for that.
    if matches!(draft.task.stage, Stage::Ended { job: Some(_), .. }) {
        draft.say_here("refused", text::conversation::nothing_new(say));
    }
    let end = End::Refused {
        say: say.to_owned(),
    };
    draft.task.tell(draft.cx.now, format!("Not started: {say}"));
    draft.task.stage = Stage::Ended {
        job: None,
        end,
        progress: Progress::default(),
        at: draft.cx.now,
    };
    draft.note(DomainEvent::TaskRefused, json!({ "why": say }));
    draft.because(format!("refused: {say}"))
}
