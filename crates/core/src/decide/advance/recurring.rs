//! Recurring work that is due becomes an issue, by the same way as one that a session found.

use super::state::{Advance, Fired, because};
use crate::actor::Actor;
use crate::discovery::{NewIssue, Origin};
use crate::event::Timer;
use crate::ids::IssueNumber;
use crate::recurring::Recur;
use crate::task::Task;
use crate::text;

/// The next day that something is due.
pub(super) fn wanted(task: &Task) -> Option<(Timer, i64)> {
    task.recurring.next().map(|at| (Timer::Recurring, at))
}

/// The day has come.
pub(super) fn come(on: &mut Advance<'_>) -> Option<Fired> {
    on.task.recurring.come(on.cx.now);
    because("recurring work is due")
}

/// What is due is to be made into an issue. What is due again while that is being made is due once.
pub(super) fn go_on(on: &mut Advance<'_>) -> Option<Fired> {
    let (name, one, cause) = on.task.recurring.take_due()?;
    let rules = &on.cx.policy.issues;
    if rules.recurring == Recur::Off || rules.is_off(&on.task.place.name) {
        return because("recurring work is switched off here");
    }
    let origin = Origin::Recurring(name.clone());
    let mut before = on.task.discovered.issues.iter();
    if before.any(|found| found.origin == origin && !found.is_over()) {
        return Some(Fired::Quietly);
    }
    let labels = one.wish.role.iter().map(|role| format!("role:{role}"));
    let new = NewIssue {
        title: text::recurring::title(&one.wish, &cause),
        body: text::recurring::body(&one, (&name, &cause)),
        labels: labels.collect(),
        waits_for: vec![],
    };
    let starts = rules.recurring == Recur::Start;
    let by = starts.then_some(Actor::Operator);
    on.task.discovered.add(&[new], &origin, by.as_ref());
    because(format!("recurring work {name:?} is due"))
}

/// The issue that must be over before another one is opened.
pub(super) fn before(task: &Task, origin: &Origin) -> Option<IssueNumber> {
    match origin {
        Origin::Recurring(name) => task.recurring.last(name),
        Origin::Session(_) | Origin::List => None,
    }
}
