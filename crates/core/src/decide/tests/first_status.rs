//! When an issue gets its status comment, and what it is worth then: GitHub lets only so much be created in an hour.

use super::events::*;
use super::{stages, walk};
use crate::actor::Permission;
use crate::decide::decide;
use crate::effect::{Action, EffectKind, ShowStatus, Worth};
use crate::event::{Event, Wait};
use crate::ids::CommentId;
use crate::task::Task;

/// What is to be shown after an event, if anything is.
fn shown(task: &Task, event: &Event) -> Option<ShowStatus> {
    let decision = decide(task, event, &policy(), 60_000);
    let mut effects = decision.effects.into_iter();
    effects.find_map(|planned| match planned.effect.action {
        Action::ShowStatus(status) => Some(status),
        _ => None,
    })
}

fn waiting(position: i64) -> Event {
    Event::Waiting(Wait {
        position,
        total: 40,
        reason: crate::schedule::Reason::Turn,
        within: None,
    })
}

fn unlabeled() -> Event {
    Event::Unlabeled {
        label: "agent:go".into(),
        sender: account("ana"),
        at: 30,
    }
}

#[test]
fn far_back_in_the_queue_label_and_reaction_are_enough() {
    let checking = walk(&[labeled(10)]);
    assert_eq!(shown(&checking, &facts(|_| ())), None, "no place is known");
    let queued = walk(&[labeled(10), facts(|_| ())]);
    let places = [1, 10, 11, 40].map(|place| shown(&queued, &waiting(place)).is_some());
    assert_eq!(places, [true, true, false, false]);
    let far = walk(&[labeled(10), facts(|_| ()), waiting(40)]);
    assert!(shown(&far, &waiting(3)).is_some(), "it came to the front");
    for (task, how) in [(&queued, "at once"), (&far, "after a long wait")] {
        let status = shown(task, &Event::SlotGranted { agent: None }).expect(how);
        assert_eq!((status.comment, status.worth), (None, Worth::Low), "{how}");
    }
}

#[test]
fn a_comment_that_is_there_is_kept_up_to_date() {
    let comment = CommentId(4);
    let known = walk(&[
        labeled(10),
        facts(|_| ()),
        waiting(1),
        Event::StatusPosted { comment },
        waiting(40),
    ]);
    let short = Event::Waiting(Wait {
        position: 40,
        total: 40,
        reason: crate::schedule::Reason::Disk,
        within: None,
    });
    let status = shown(&known, &short).expect("an edit");
    assert_eq!(status.comment, Some(comment));
}

#[test]
fn who_was_at_work_is_shown_wherever_it_waits() {
    let paused = [
        labeled(10),
        facts(|_| ()),
        Event::SlotGranted { agent: None },
        ready(1),
        unlabeled(),
        labeled(40),
    ];
    let again = shown(&walk(&paused), &facts(|_| ())).expect("it goes on when a slot is free");
    assert!(again.body.starts_with("**Queued**"), "{}", again.body);
}

/// A comment that is not there yet is all that tells of a bad end: then somebody waits for it.
#[test]
fn a_bad_end_is_worth_more_than_a_pull_request() {
    let queued = || vec![labeled(10), facts(|_| ())];
    let running = || [queued(), vec![Event::SlotGranted { agent: None }, ready(1)]].concat();
    let refused = facts(|facts| facts.permission = Some(Permission::Read));
    let table = [
        ("refused", vec![labeled(10)], refused, Worth::High),
        (
            "failed",
            running(),
            failed(EffectKind::RunTurn),
            Worth::High,
        ),
        ("paused at work", running(), unlabeled(), Worth::High),
        ("paused before it began", queued(), unlabeled(), Worth::Low),
        (
            "at work",
            queued(),
            Event::SlotGranted { agent: None },
            Worth::Low,
        ),
    ];
    for (name, before, event, worth) in table {
        let status = shown(&walk(&before), &event).expect(name);
        assert_eq!((status.comment, status.worth), (None, worth), "{name}");
    }
    let (_, opening) = stages()
        .into_iter()
        .find(|(name, _)| *name == "opening")
        .expect("a stage");
    let opened = Event::PullOpened {
        session: session(1),
        number: 13,
        url: "u".into(),
        draft: true,
        standing: crate::event::PullStanding::Open,
    };
    let review = shown(&opening, &opened).expect("in review");
    assert_eq!(review.worth, Worth::Low, "its pull request mails people");
}
