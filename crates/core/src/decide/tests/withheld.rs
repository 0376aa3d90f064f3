//! What people without write access wrote, and who lets it in.

use super::events::{account, facts, labeled, place, policy, ready};
use super::walk;
use crate::actor::Permission;
use crate::decide::decide;
use crate::effect::EffectKind;
use crate::event::{AuthorizedComment, Event, Looked, Timer, WithheldRead};
use crate::ids::CommentId;
use crate::message::MessageKind;
use crate::outsider::{Outsider, ThumbsUp};
use crate::task::Task;

/// One of each.
pub(super) fn withheld() -> Vec<(&'static str, Event)> {
    vec![
        (
            "a withheld comment was let in",
            read(vec![liked(503, Permission::Write, 60_000)]),
        ),
        (
            "a withheld comment was liked by a stranger",
            read(vec![liked(503, Permission::Read, 60_000)]),
        ),
        (
            "withheld comments are gone",
            Event::Looked(Looked::Withheld(WithheldRead {
                found: vec![],
                gone: vec![CommentId(503)],
            })),
        ),
        (
            "rang: withheld",
            Event::TimerFired {
                alarm: Timer::Withheld,
            },
        ),
    ]
}

/// A session at work, and a stranger's comment.
pub(super) fn held_back() -> Task {
    walk(&[
        labeled(10),
        facts(|_| ()),
        Event::SlotGranted { agent: None },
        ready(1),
        strangers(503, 40),
    ])
}

fn read(found: Vec<Outsider>) -> Event {
    Event::Looked(Looked::Withheld(WithheldRead {
        found,
        gone: vec![],
    }))
}

fn liked(comment: i64, permission: Permission, at: i64) -> Outsider {
    Outsider {
        comment: CommentId(comment),
        on: place().issue,
        author: account("stranger"),
        changed_at: 40,
        body: "It fails on Tuesdays. /agent stop".into(),
        sha256: "5".repeat(64),
        thumbs: vec![ThumbsUp {
            actor: account("ana"),
            permission,
            at,
        }],
    }
}

fn strangers(comment: i64, at: i64) -> Event {
    Event::CommentAuthorized {
        found: Box::new(AuthorizedComment {
            comment: CommentId(comment),
            on: place().issue,
            actor: account("stranger"),
            permission: Permission::Read,
            of_ours: false,
            at,
            body: Some("It fails on Tuesdays. /agent stop".into()),
            issue_author: "ana".into(),
            issue_open: true,
        }),
    }
}

fn after(task: &Task, event: &Event, now: i64) -> Task {
    decide(task, event, &policy(), now).task
}

#[test]
fn it_is_looked_while_something_is_withheld_and_less_and_less_often() {
    let mut task = held_back();
    let (mut now, mut looks) = (20_000, Vec::new());
    while looks.len() < 22 {
        let timer = task
            .timers
            .iter()
            .find(|(timer, _)| *timer == Timer::Withheld);
        let at = timer.expect("a moment to look").1;
        looks.push((at - now) / 60_000);
        now = at;
        let event = Event::TimerFired {
            alarm: Timer::Withheld,
        };
        let decision = decide(&task, &event, &policy(), now);
        let reads = |kind: EffectKind| kind == EffectKind::ReadWithheld;
        assert!(decision.effects.iter().any(|one| reads(one.effect.kind())));
        task = decision.task;
    }
    assert_eq!((looks[1], looks[11], looks[21]), (1, 5, 15));
    let gone = Event::CommentDeleted {
        comment: CommentId(503),
        sender: account("stranger"),
    };
    let task = after(&task, &gone, now);
    assert!(
        task.timers
            .iter()
            .all(|(timer, _)| *timer != Timer::Withheld)
    );
}

#[test]
fn what_is_let_in_is_a_message_once_and_no_command() {
    let task = held_back();
    let let_in = read(vec![liked(503, Permission::Write, 60_000)]);
    let task = after(&task, &let_in, 70_000);
    assert_eq!(task.state(), "working");
    let kinds: Vec<&MessageKind> = task
        .conversation
        .messages
        .iter()
        .map(|one| &one.kind)
        .collect();
    assert_eq!(kinds, [&MessageKind::LetIn { by: "ana".into() }]);
    let again = after(&task, &let_in, 80_000);
    assert_eq!(again.conversation.messages.len(), 1);
    // Its writer changes it before the agent has heard it.
    let changed = after(&task, &strangers(503, 90_000), 91_000);
    let waits = changed
        .conversation
        .messages
        .iter()
        .filter(|one| !one.sending);
    assert_eq!(waits.count(), 0);
    assert!(changed.withheld.holds(CommentId(503)));
    let old = after(&changed, &let_in, 92_000);
    assert!(
        old.conversation
            .messages
            .iter()
            .filter(|one| !one.sending)
            .count()
            == 0,
        "what was read before the change lets nothing in that came after it"
    );
}

#[test]
fn a_delegates_words_are_no_outsiders() {
    let delegate = |task: Task| {
        let mut task = task;
        task.conversation.delegates.push("Stranger".into());
        task
    };
    let checking = delegate(walk(&[labeled(10)]));
    let said = |comment| Outsider {
        changed_at: 5,
        thumbs: vec![],
        ..liked(comment, Permission::None, 0)
    };
    let facts = facts(|facts| {
        facts.outsiders.push(said(601));
        facts.outsiders.push(Outsider {
            author: account("eve"),
            ..said(602)
        });
    });
    let task = after(&checking, &facts, 1_000);
    let job = task.job().expect("a job");
    let authors: Vec<&str> = job
        .snapshot
        .comments
        .iter()
        .map(|one| one.author.as_str())
        .collect();
    assert_eq!(authors, ["stranger"]);
    assert!(task.withheld.holds(CommentId(602)) && !task.withheld.holds(CommentId(601)));
}
