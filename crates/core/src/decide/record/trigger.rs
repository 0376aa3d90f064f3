//! Somebody asks for work, or takes that back: the label `agent:go`, the operator, and what GitHub said when it was asked about
//! them. Older news than what was taken is a replay.

use serde_json::json;

use super::recording::Recording;
use super::{edit, repository_policy, role};
use crate::actor::{Account, AccountKind, Actor};
use crate::decide::gates;
use crate::effect::Reaction;
use crate::event::{Asking, TriggerFacts};
use crate::event_name::DomainEvent;
use crate::label;
use crate::policy::{GO_LABEL, OVERRIDE_LABEL, PLAN_LABEL, SPRINT_LABEL};
use crate::snapshot::Snapshot;
use crate::task::{Order, Owed, Stage, Task, Trigger};
use crate::text;

/// What the labels that say how soon begin with.
const PRIORITY: &str = "priority:";

/// The switch was set on the issue.
pub(super) fn asked(
    on: &mut Recording<'_>,
    task: &mut Task,
    sender: &Account,
    snapshot: &Snapshot,
) -> String {
    if sender.login == on.cx.policy.me.login {
        return "our own label starts nothing".into();
    }
    if snapshot.at <= on.known.last_trigger {
        return "this label event was consumed before".into();
    }
    let listened =
        sender.kind == AccountKind::User || on.cx.policy.allowed_bots.contains(&sender.id);
    let checking = matches!(on.known.stage, Stage::Checking { .. });
    let busy = busy(on.known);
    if let Some(reason) = busy.as_ref().filter(|_| checking && !listened) {
        return reason.clone();
    }
    // Also when a session is on: an older removal of the label, still on its way, must not end it.
    task.last_trigger = snapshot.at;
    // What came before is older than the trigger; what comes in the same second is news.
    task.last_removal = 0;
    task.switched(true);
    if let Some(reason) = busy.filter(|_| !checking) {
        return reason;
    }
    if !listened {
        task.wanted.refusal = Some(text::refusal::bot(&sender.login));
        return "a bot may not start work".into();
    }
    on.notes.react(Reaction::Eyes);
    on.notes.note(
        DomainEvent::TaskReceived,
        json!({ "title": snapshot.title, "by": sender.login }),
    );
    task.wanted.trigger = Some(Trigger {
        actor: Actor::Person(sender.clone()),
        asking: Asking::Label,
        snapshot: Some(snapshot.clone()),
    });
    match on.known.is_paused() {
        true => "asked GitHub whether this may go on".into(),
        false => "asked GitHub whether this may start".into(),
    }
}

/// An issue was opened: those of some people start by themselves.
pub(super) fn opened(
    on: &mut Recording<'_>,
    task: &mut Task,
    sender: &Account,
    snapshot: &Snapshot,
) -> String {
    let rules = &on.cx.policy.issues.auto_start;
    match rules.by_user(&sender.login) {
        true => by_rule(on, task, sender, snapshot),
        false => "no issue of theirs starts by itself".into(),
    }
}

/// A rule of the operator starts the issue, if whoever did this might. What is known here already is left to people.
pub(super) fn by_rule(
    on: &mut Recording<'_>,
    task: &mut Task,
    sender: &Account,
    snapshot: &Snapshot,
) -> String {
    let listened =
        sender.kind == AccountKind::User || on.cx.policy.allowed_bots.contains(&sender.id);
    if !listened || sender.login == on.cx.policy.me.login {
        return "a bot starts nothing by a rule".into();
    }
    if !matches!(on.known.stage, Stage::Idle) || on.known.sessions > 0 {
        return "a rule starts an issue once".into();
    }
    task.wanted.trigger = Some(Trigger {
        actor: Actor::Person(sender.clone()),
        asking: Asking::Rule,
        snapshot: Some(snapshot.clone()),
    });
    "asked GitHub whether this may start by itself".into()
}

/// The label `autonomy:override`: a person wants the issue started whatever would hold it.
pub(super) fn overridden(
    on: &mut Recording<'_>,
    task: &mut Task,
    sender: &Account,
    snapshot: &Snapshot,
) -> String {
    // Also those bots that may start work: what holds an issue is there for people to pass.
    if sender.kind != AccountKind::User {
        on.notes.tell(text::gate::only_people(&sender.login));
        return "only people pass what holds an issue".into();
    }
    let held = on.known.gate().is_some();
    if let Some(reason) = busy(on.known).filter(|_| !held)
        && !matches!(on.known.stage, Stage::Checking { .. })
    {
        return reason;
    }
    on.notes.react(Reaction::Eyes);
    task.wanted.trigger = Some(Trigger {
        actor: Actor::Person(sender.clone()),
        asking: Asking::Override,
        snapshot: Some(snapshot.clone()),
    });
    "asked GitHub whether this may start whatever holds it".into()
}

/// The label `agent:go` is gone.
pub(super) fn label_removed(
    on: &mut Recording<'_>,
    task: &mut Task,
    login: &str,
    at: i64,
) -> String {
    if at < on.known.last_trigger {
        return "older than the last trigger".into();
    }
    if at <= on.known.last_removal {
        return "this removal was taken before".into();
    }
    task.last_removal = at;
    task.switched(false);
    task.wanted.order = Some(Order::Pause {
        why: text::conversation::label_removed(login),
        archived: false,
    });
    "nothing is on".into()
}

/// The operator asks, or a person on the dashboard; the facts are there already.
pub(super) fn dispatched(on: &mut Recording<'_>, task: &mut Task, facts: &TriggerFacts) -> String {
    if let Some(reason) = busy(on.known) {
        return reason;
    }
    if on.known.is_paused() {
        task.go = Some(true);
        task.wanted.order = Some(Order::Resume {
            why: text::dashboard_order::asked(facts.actor.login()),
        });
        return "the operator asked for it".into();
    }
    repository_policy::found(on, task, facts.policy.as_deref());
    task.place.clone_from(&facts.place);
    task.last_trigger = task.last_trigger.max(facts.snapshot.at);
    on.notes.react(Reaction::Eyes);
    on.notes.note(
        DomainEvent::TaskReceived,
        json!({ "title": facts.snapshot.title, "by": facts.actor.login().unwrap_or("operator") }),
    );
    // What a person asks for waits for the same approvals as on the issue.
    if facts.actor.login().is_none() {
        task.options.approved_by = Some(text::requests::order::OPERATOR.into());
    }
    task.wanted.facts = Some(Box::new(facts.clone()));
    "the operator asks for work".into()
}

/// Why a second start would be one too many.
pub(super) fn busy(task: &Task) -> Option<String> {
    match &task.stage {
        Stage::Idle | Stage::Ended { .. } => None,
        _ if task.is_paused() => None,
        Stage::Blocked { job, .. } => Some(format!("session {} waits for people", job.session)),
        Stage::Checking { .. } => Some("the trigger is being checked already".into()),
        Stage::Queued { job, .. } => Some(format!("session {} is queued already", job.session)),
        Stage::Working { job, .. } => Some(format!("session {} is at work already", job.session)),
    }
}

/// GitHub said what is so.
pub(super) fn checked(on: &mut Recording<'_>, task: &mut Task, facts: &TriggerFacts) -> String {
    repository_policy::found(on, task, facts.policy.as_deref());
    match facts.asking {
        Asking::Edit => return edit::checked(on, task, facts),
        Asking::Role => return role::checked(on, &mut task.options, facts),
        Asking::Label
        | Asking::Command
        | Asking::Rule
        | Asking::Sprint
        | Asking::Override
        | Asking::Discovery
        | Asking::Recurring => {}
    }
    let held = on.known.gate().is_some();
    match &on.known.stage {
        Stage::Checking { .. } if facts.snapshot.at < on.known.last_trigger => {
            "a later trigger is being checked".into()
        }
        Stage::Checking { .. } => {
            task.wanted.facts = Some(Box::new(facts.clone()));
            "GitHub said what is so".into()
        }
        Stage::Queued { .. } if facts.asking == Asking::Override && held => {
            task.wanted.facts = Some(Box::new(facts.clone()));
            "GitHub said whether it may pass".into()
        }
        _ if on.known.is_paused() => put_back(on, task, facts),
        Stage::Idle
        | Stage::Queued { .. }
        | Stage::Working { .. }
        | Stage::Blocked { .. }
        | Stage::Ended { .. } => "nobody waits for this check any more".into(),
    }
}

/// The label is back on a paused session: it goes on, if whoever put it there may start work.
fn put_back(on: &mut Recording<'_>, task: &mut Task, facts: &TriggerFacts) -> String {
    if !label::has(&facts.labels_now, GO_LABEL) {
        return format!("superseded: the label {GO_LABEL} is gone again");
    }
    // GitHub may have been read before it was paused again, and answer after that.
    if !on.known.is_asked_to_go_on() {
        return "superseded: it was paused again since".into();
    }
    if let Some(say) = gates::obstacle(on.known, facts, on.cx.policy) {
        let instead_of = task.shown.end.replace(Reaction::Confused);
        on.notes.owe(Owed::React {
            reaction: Reaction::Confused,
            instead_of: instead_of.filter(|old| *old != Reaction::Confused),
        });
        on.notes.say(
            on.known.place.issue,
            format!("refused:{}", facts.snapshot.at),
            text::conversation::not_resumed(&say),
        );
        return format!("not resumed: {say}");
    }
    let login = facts.actor.login().unwrap_or("the operator");
    task.wanted.order = Some(Order::Resume {
        why: text::conversation::label_back(login),
    });
    "the label is back".into()
}

/// Somebody else moved a status label of ours. A bot that does so where we work is told of on the issue, once.
pub(super) fn status_touched(on: &mut Recording<'_>, task: &mut Task, sender: &Account) -> String {
    let works = !matches!(on.known.stage, Stage::Idle);
    if sender.kind == AccountKind::Bot && works && task.second_bot.is_none() {
        task.second_bot = Some(sender.login.clone());
        return "another bot uses labels of ours".into();
    }
    "the label only shows how it stands".into()
}

/// A label that is not the switch: the priority of a task that waits follows it.
pub(super) fn labeled_otherwise(stage: &mut Stage, label: &str) -> String {
    if let Some(reason) = unread_now(label) {
        return reason;
    }
    let Stage::Queued { job, .. } = stage else {
        return "its priority counts only while it waits".into();
    };
    job.snapshot
        .labels
        .retain(|other| label::behind(other, PRIORITY).is_none());
    job.snapshot.labels.push(label.to_owned());
    "its priority is set".into()
}

/// A label that is not the switch is gone.
pub(super) fn unlabeled_otherwise(stage: &mut Stage, label: &str) -> String {
    if let Some(reason) = unread_now(label) {
        return reason;
    }
    let Stage::Queued { job, .. } = stage else {
        return "its priority counts only while it waits".into();
    };
    job.snapshot
        .labels
        .retain(|other| !label::same(other, label));
    "its priority is as its labels say".into()
}

/// Why a label that is not the switch changes nothing now; `None` for a priority.
pub(super) fn unread_now(label: &str) -> Option<String> {
    if label::behind(label, PRIORITY).is_some() {
        return None;
    }
    let counts = |prefix| label::behind(label, prefix).is_some();
    if label::same(label, OVERRIDE_LABEL) {
        return Some("what it let pass stays passed".into());
    }
    if label::same(label, SPRINT_LABEL) {
        return Some("the sprint is read again where there is one".into());
    }
    if counts("role:") || counts("base:") || label::same(label, PLAN_LABEL) {
        return Some(format!("the label {label:?} counts when work starts"));
    }
    if label::behind(label, "agent:").is_some() {
        return Some(format!("the label {label:?} only shows how it stands"));
    }
    Some(format!("the label {label:?} means nothing here"))
}
