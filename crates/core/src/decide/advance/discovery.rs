//! Issues that were found are made, one after the other and each behind those that it waits for; those that start by
//! themselves are told so; people are told what could not be made.

use super::recurring;
use super::state::{Advance, Fired};
use crate::decide::notes::Notes;
use crate::decide::tell::Tell;
use crate::dependency::Named;
use crate::discovery::{DiscoveryNews, FoundState, Next, Origin};
use crate::effect;
use crate::event::Event;
use crate::policy::GO_LABEL;
use crate::recurring::RecurringNews;
use crate::text;

/// Does the next thing that is to be done.
pub(super) fn go_on(on: &mut Advance<'_>) -> Option<Fired> {
    match on.task.discovered.next()? {
        Next::Make(at, waits_for) => make(on, at, &waits_for),
        Next::GiveUp(at, other) => give_up(on, at, other),
        Next::Start(at) => start(on, at),
        Next::Tell(batch) => tell(on, batch),
    }
}

fn make(on: &mut Advance<'_>, at: usize, waits_for: &[String]) -> Option<Fired> {
    let issue = on.task.place.issue;
    let found = on.task.discovered.issues.get_mut(at)?;
    let FoundState::Waiting { new } = std::mem::replace(&mut found.state, FoundState::Making)
    else {
        return None;
    };
    let mut labels = new.labels.clone();
    if found.start.is_some() {
        labels.push(GO_LABEL.to_owned());
    }
    let (key, origin) = (found.key(), found.origin.clone());
    let create = effect::CreateIssue {
        key,
        body: text::discovery::body(&new, &text::discovery::from(&origin, issue), waits_for),
        title: new.title,
        labels,
        after: recurring::before(&on.task, &origin),
    };
    on.plan(create);
    Some(Fired::Quietly)
}

fn give_up(on: &mut Advance<'_>, at: usize, other: usize) -> Option<Fired> {
    let issues = &mut on.task.discovered.issues;
    let say = text::discovery::needs(&issues.get(other)?.title);
    issues.get_mut(at)?.state = FoundState::Failed { say, told: false };
    Some(Fired::Quietly)
}

fn start(on: &mut Advance<'_>, at: usize) -> Option<Fired> {
    let (place, key) = (on.task.place.clone(), on.task.key());
    let generation = on.task.discovered.generation.saturating_add(1);
    let found = on.task.discovered.issues.get_mut(at)?;
    let number = found.number()?;
    found.state = FoundState::Made { number, told: true };
    if let Some(by) = found.start.clone() {
        let event = match &found.origin {
            Origin::Recurring(name) => {
                let name = name.clone();
                Event::Recurring(RecurringNews::Start { name })
            }
            Origin::Session(_) | Origin::List => {
                let of = Named {
                    key,
                    name: place.name.clone(),
                };
                Event::Discovery(DiscoveryNews::Start { of, by, generation })
            }
        };
        let place = crate::location::Place {
            issue: number,
            ..place
        };
        on.tells.push(Tell { place, event });
    }
    Some(Fired::Quietly)
}

fn tell(on: &mut Advance<'_>, batch: u32) -> Option<Fired> {
    let body = text::discovery::failed(&on.task.discovered, batch);
    let mut of_session = false;
    for found in &mut on.task.discovered.issues {
        if let FoundState::Failed { told, .. } = &mut found.state
            && found.batch == batch
        {
            *told = true;
            of_session |= matches!(found.origin, Origin::Session(_));
        }
    }
    if of_session {
        let mut notes = Notes::default();
        notes.say_anyway(on.task.place.issue, format!("discovered:{batch}"), body);
        on.absorb(notes);
    }
    Some(Fired::Quietly)
}
