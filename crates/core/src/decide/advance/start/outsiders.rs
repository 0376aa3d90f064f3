//! Comments of people without write access at a start: those that somebody let in stand among the others, the rest is held back.

use crate::decide::advance::state::Advance;
use crate::event::TriggerFacts;
use crate::outsider::Outsider;
use crate::snapshot::Quoted;
use crate::task::Task;

/// The facts of a start with all comments that its agent may read. What it may not read is remembered.
pub(super) fn sorted(on: &mut Advance<'_>, facts: &TriggerFacts) -> TriggerFacts {
    let (task, now) = (&mut on.task, on.cx.now);
    let mut facts = facts.clone();
    task.withheld.begin_anew(facts.snapshot.at);
    for said in std::mem::take(&mut facts.outsiders) {
        match readable(task, &facts, &said) {
            Some(quoted) => facts.snapshot.comments.push(quoted),
            None => task.withheld.hold(said.held_back(), now),
        }
    }
    facts.snapshot.comments.sort_by_key(|comment| comment.at);
    facts
}

/// A comment as it is read; `None` where nobody who may let it in.
fn readable(task: &mut Task, facts: &TriggerFacts, said: &Outsider) -> Option<Quoted> {
    let quoted = |at: i64, let_in_by: Option<String>| Quoted {
        author: said.author.login.clone(),
        at,
        body: said.body.clone(),
        let_in_by,
    };
    // What a delegate changes after the trigger is news, and comes as such.
    if task.delegated(&said.author.login) && said.changed_at <= facts.snapshot.at {
        return Some(quoted(said.changed_at, None));
    }
    let thumb = task.withheld.key_to(said)?.clone();
    task.withheld.let_in(said, &thumb);
    Some(quoted(thumb.at, Some(thumb.actor.login)))
}
