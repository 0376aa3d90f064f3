//! What is told of recurring work: to the repository itself what its file wants and what happened there, to an issue of it that it
//! starts by itself.

use super::recording::Recording;
use super::trigger;
use crate::actor::Actor;
use crate::discovery::{FoundState, Origin};
use crate::event::Asking;
use crate::ids::IssueNumber;
use crate::recurring::{Recur, RecurringNews};
use crate::task::{Stage, Task, Trigger};
use crate::text;

/// There is news of recurring work.
pub(super) fn told(on: &mut Recording<'_>, task: &mut Task, news: &RecurringNews) -> String {
    let repository = task.place.issue == IssueNumber::REPOSITORY;
    match news {
        RecurringNews::Start { name } => start(on, task, name),
        _ if !repository => "recurring work is the repository's own matter".into(),
        RecurringNews::Wanted { .. } | RecurringNews::Seen(_) if is_off(on, task) => {
            task.recurring.forget();
            "recurring work is switched off here".into()
        }
        RecurringNews::Wanted { wishes } => {
            task.recurring.want(wishes, on.cx.now);
            task.review.taken_away = false;
            format!("{} pieces of work recur", wishes.len())
        }
        RecurringNews::Seen(seen) => match task.recurring.saw(seen) {
            0 => "nothing here waits for that".into(),
            due => format!("{due} pieces of work are due"),
        },
        RecurringNews::StillOpen { key, number } => still_open(task, key, *number),
    }
}

fn is_off(on: &Recording<'_>, task: &Task) -> bool {
    let rules = &on.cx.policy.issues;
    rules.recurring == Recur::Off || rules.is_off(&task.place.name)
}

fn still_open(task: &mut Task, key: &str, number: IssueNumber) -> String {
    let Some(found) = task.discovered.making().filter(|one| one.key() == key) else {
        return "stale: nobody waits for that issue".into();
    };
    found.state = FoundState::Failed {
        say: text::recurring::still_open(number),
        told: true,
    };
    format!("none is opened while #{number} is open")
}

/// It is there: the next one waits for its end.
pub(super) fn opened(task: &mut Task, origin: &Origin, number: IssueNumber) {
    if let Origin::Recurring(name) = origin {
        task.recurring.opened(name, number);
    }
}

/// The issue was opened by the repository's own file, and starts by itself: whoever may merge there wanted it.
fn start(on: &mut Recording<'_>, task: &mut Task, name: &str) -> String {
    if on.cx.policy.issues.recurring != Recur::Start {
        return "recurring work does not start by itself here".into();
    }
    if let Some(reason) = trigger::busy(on.known) {
        return reason;
    }
    if !matches!(on.known.stage, Stage::Idle) {
        return "somebody has started it before".into();
    }
    task.wanted.trigger = Some(Trigger {
        actor: Actor::Operator,
        asking: Asking::Recurring,
        snapshot: None,
    });
    format!("recurring work {name:?}: asked GitHub whether this may start")
}
