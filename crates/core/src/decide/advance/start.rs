//! Somebody asks for work: who may, on what, and as which role. Errors fail closed; a refusal says why, once.

mod accept;
mod base_branch;
mod gate;
mod outsiders;
mod role;

use serde_json::json;

use super::again;
use super::state::{Advance, Fired, because};
use crate::actor::Actor;
use crate::decide::gates;
use crate::effect::{self, Reaction};
use crate::event::{Asking, TriggerFacts};
use crate::event_name::DomainEvent;
use crate::label;
use crate::policy::GO_LABEL;
use crate::task::{End, Owed, Progress, Stage, Task, Trigger};
use crate::text;

/// GitHub is asked; what is here now comes back if nothing starts. A paused session stays paused until it is known.
pub(super) fn check(on: &mut Advance<'_>) -> Option<Fired> {
    let trigger = on.task.wanted.trigger.take()?;
    let check = effect::CheckTrigger {
        actor: trigger.actor.clone(),
        asking: trigger.asking,
        snapshot: trigger.snapshot,
        role: on.task.options.role.clone(),
        base: on.task.options.base.clone(),
    };
    on.plan(check);
    if on.task.is_paused() {
        on.task.asks_to_go_on(true);
        return Some(Fired::Quietly);
    }
    let before = match std::mem::replace(&mut on.task.stage, Stage::Idle) {
        Stage::Idle => None,
        Stage::Checking { before, .. } => before,
        other => Some(Box::new(other)),
    };
    let actor = trigger.actor;
    on.task.stage = Stage::Checking { actor, before };
    Some(Fired::Quietly)
}

/// Nothing starts: what was here before the question is here again.
pub(super) fn uncheck(task: &mut Task) {
    task.options.drop_start();
    if let Stage::Checking { before, .. } = &mut task.stage {
        task.stage = before.take().map_or(Stage::Idle, |before| *before);
    }
}

/// GitHub said what is so.
pub(super) fn judge(on: &mut Advance<'_>) -> Option<Fired> {
    let facts = on.task.wanted.facts.take()?;
    let by_label = match facts.asking {
        Asking::Label => matches!(facts.actor, Actor::Person(_)),
        Asking::Discovery | Asking::Recurring => true,
        Asking::Command
        | Asking::Rule
        | Asking::Sprint
        | Asking::Override
        | Asking::Edit
        | Asking::Role => false,
    };
    if by_label && !label::has(&facts.labels_now, GO_LABEL) {
        uncheck(&mut on.task);
        return because(format!("superseded: the label {GO_LABEL} is gone again"));
    }
    let obstacle = gates::obstacle(&on.task, &facts, on.cx.policy);
    if let Some(say) = obstacle.as_ref().filter(|_| facts.asking == Asking::Rule) {
        uncheck(&mut on.task);
        return because(format!("nothing starts by itself: {say}"));
    }
    if let Some(say) = obstacle {
        return refuse(on, &say);
    }
    if facts.base_wish != on.task.options.base {
        return look_again(on, &facts);
    }
    let facts = outsiders::sorted(on, &facts);
    let wish = on.task.options.clone();
    uncheck(&mut on.task);
    if on.task.can_revise() && !wish.fresh {
        return again::go_on(on, &facts, wish.plan);
    }
    on.task.options = wish;
    let base = match base_branch::pick(&facts) {
        Ok(base) => base,
        Err(say) => {
            on.task.options.base = None;
            return refuse(on, &say);
        }
    };
    match role::pick(&facts, &on.task.options, on.cx.policy) {
        Ok(chosen) => accept::accept(on, &facts, accept::Picked { chosen, base }),
        Err(say) => {
            // A name that stands for nothing would refuse every further start as well.
            (on.task.options.role, on.task.options.agent) = (None, None);
            refuse(on, &say)
        }
    }
}

/// Another base branch was named while GitHub was asked: it is asked for that one.
fn look_again(on: &mut Advance<'_>, facts: &TriggerFacts) -> Option<Fired> {
    on.task.wanted.trigger = Some(Trigger {
        actor: facts.actor.clone(),
        asking: facts.asking,
        snapshot: Some(facts.snapshot.clone()),
    });
    check(on)
}

/// What may not start, whatever GitHub would say.
pub(super) fn refused(on: &mut Advance<'_>) -> Option<Fired> {
    let say = on.task.wanted.refusal.take()?;
    refuse(on, &say)
}

/// Says no on the issue. The same comment says it every time, so saying it again disturbs nobody. A session that waits and
/// a pull request in review stay as they are.
fn refuse(on: &mut Advance<'_>, say: &str) -> Option<Fired> {
    uncheck(&mut on.task);
    let issue = on.task.place.issue;
    on.note(DomainEvent::TaskRefused, json!({ "why": say }));
    if on.task.is_kept() {
        let instead_of = on.task.shown.end.replace(Reaction::Confused);
        on.task.wanted.owed.push(Owed::React {
            reaction: Reaction::Confused,
            instead_of: instead_of.filter(|old| *old != Reaction::Confused),
        });
        on.say(issue, "refused", text::conversation::nothing_new(say));
        return because(format!("refused, and all is as before: {say}"));
    }
    // The status comment of an earlier session is only edited, and GitHub mails nobody for that.
    if matches!(on.task.stage, Stage::Ended { job: Some(_), .. }) {
        on.say(issue, "refused", text::conversation::nothing_new(say));
    }
    let end = End::Refused {
        say: say.to_owned(),
    };
    on.tell(text::ended(&end));
    on.task.stage = Stage::Ended {
        job: None,
        end,
        progress: Progress::default(),
        at: on.cx.now,
    };
    because(format!("refused: {say}"))
}
