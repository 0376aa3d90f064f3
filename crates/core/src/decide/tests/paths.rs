//! Protected paths are published by somebody's word for exactly these changes, and by nothing else.

use super::events::*;
use super::{decide, stages, walk};
use crate::actor::Permission;
use crate::consent::{ChangeHash, ChangedContent, PathsWord, ProtectedChange, ProtectedDiff};
use crate::effect::{Action, EffectKind, Publish};
use crate::event::{Event, PushHeld};
use crate::policy::{AllowProtected, Policy};
use crate::task::{BlockReason, Stage, Task};
use crate::text;

fn hash(digit: char) -> ChangeHash {
    ChangeHash::try_from(digit.to_string().repeat(64)).expect("64 digits")
}

/// Git found a change of one protected path, whose hash is made of this digit.
pub(super) fn made(digit: char) -> Event {
    work(|work| {
        let path = "CLAUDE.md".to_owned();
        work.files[0].path.clone_from(&path);
        work.protected.push(path.clone());
        work.protected_diff = Some(Box::new(ProtectedDiff {
            hash: hash(digit),
            changes: vec![ProtectedChange {
                path,
                old_mode: "000000".into(),
                new_mode: "100644".into(),
                content: ChangedContent::Lines(format!("+be kind {digit}\n")),
            }],
            more: 0,
        }));
    })
}

/// The push was held.
pub(super) fn held() -> Event {
    Event::PushHeld(PushHeld {
        session: session(1),
    })
}

/// The command for what has this hash.
pub(super) fn approve(digit: char) -> String {
    format!("/agent approve-paths {}", hash(digit).short())
}

/// Another comment of somebody who may write.
fn says(comment: i64, body: &str) -> Event {
    weighed(comment, body, Permission::Write)
}

fn collecting() -> Task {
    let begun = [
        labeled(10),
        facts(|_| ()),
        Event::SlotGranted { agent: None },
        ready(1),
        turn("Done.", None),
    ];
    walk(&begun)
}

fn then(task: &Task, events: &[Event]) -> Task {
    events.iter().fold(task.clone(), |task, event| {
        decide(&task, event, &policy(), 60_000).task
    })
}

/// It waits for somebody's word.
pub(super) fn waiting() -> Task {
    then(&collecting(), &[made('a')])
}

/// It has it, and git has looked again.
pub(super) fn approved() -> Task {
    let granted = Event::SlotGranted { agent: None };
    then(&waiting(), &[command(&approve('a')), granted])
}

fn waits(task: &Task) -> bool {
    matches!(
        task.stage,
        Stage::Blocked {
            reason: BlockReason::Paths,
            ..
        }
    )
}

/// What is pushed once GitHub says that it may be.
fn pushed(task: &Task) -> Option<Publish> {
    let decision = decide(task, &may_publish(|_| ()), &policy(), 60_000);
    let mut effects = decision.effects.into_iter();
    effects.find_map(|planned| match planned.effect.action {
        Action::Publish(publish) => Some(publish),
        _ => None,
    })
}

#[test]
fn it_is_kept_and_shown_and_only_its_hash_lets_it_through() {
    let decision = decide(&collecting(), &made('a'), &policy(), 60_000);
    assert!(waits(&decision.task), "{}", decision.reason);
    assert_eq!(decision.task.state(), "needs-you");
    let kinds: Vec<EffectKind> = decision
        .effects
        .iter()
        .map(|one| one.effect.kind())
        .collect();
    assert!(kinds.contains(&EffectKind::EndAgent) && kinds.contains(&EffectKind::UpsertComment));
    assert!(
        !kinds.contains(&EffectKind::CheckPublish) && !kinds.contains(&EffectKind::RemoveWorkspace)
    );
    let asked = decision.task.conversation.paths.clone().expect("asked");
    assert!(
        asked.text.contains("+be kind a") && text::paths::comment(&asked).contains(&approve('a'))
    );
    // The task does not carry the lines twice.
    let kept = decision
        .task
        .progress()
        .and_then(|progress| progress.work.clone());
    assert!(
        kept.expect("kept")
            .protected_diff
            .expect("a hash")
            .changes
            .is_empty()
    );

    let published = then(&approved(), &[made('a')]);
    let publish = pushed(&published).expect("a push");
    let judged = publish.judged.expect("judged");
    assert_eq!((publish.head, judged.approved), (sha('b'), Some(hash('a'))));
    assert_eq!((judged.base, judged.upstream), (sha('a'), None));
}

#[test]
fn another_hash_another_person_and_other_words_let_nothing_through() {
    let events = [
        command(&approve('b')),
        command("/agent approve"),
        command("/agent go"),
        weighed(500, &approve('a'), Permission::Read),
        weighed(500, &approve('a'), Permission::Triage),
    ];
    for event in events {
        let after = then(&waiting(), std::slice::from_ref(&event));
        assert!(waits(&after), "{event:?}");
        let asked = after.conversation.paths.expect("asked still");
        assert_eq!(asked.word, None, "{event:?}");
    }
    // Whoever was let speak here says it in vain, too.
    let mut delegated = waiting();
    delegated.conversation.delegates.push("ana".into());
    let after = then(&delegated, &[weighed(500, &approve('a'), Permission::Read)]);
    assert!(waits(&after) && after.conversation.paths.is_some());
}

#[test]
fn what_changed_since_is_asked_about_anew() {
    let after = then(&approved(), &[made('b')]);
    assert!(waits(&after));
    let asked = after.conversation.paths.expect("asked anew");
    assert_eq!((asked.word, asked.hash), (None, hash('b')));
    // The earlier state is approved no more.
    let again = then(
        &then(&approved(), &[made('b')]),
        &[says(501, &approve('a'))],
    );
    assert!(waits(&again));
}

#[test]
fn what_git_says_at_the_push_has_the_last_word() {
    let pushing = then(&approved(), &[made('a'), may_publish(|_| ())]);
    let held = then(&pushing, &[held()]);
    assert_eq!(held.conversation.paths, None, "the approval is void");
    let asks = then(&held, &[made('b')]);
    assert!(waits(&asks));
    // Without anybody's word there is nothing to ask about twice: it ends, and says so.
    let unasked = then(
        &collecting(),
        &[work(|_| ()), may_publish(|_| ()), super::paths::held()],
    );
    assert_eq!(unasked.state(), "failed");
}

#[test]
fn it_is_published_without_them_when_people_want_that() {
    let granted = Event::SlotGranted { agent: None };
    let before = then(&waiting(), &[command("/agent drop-paths")]);
    let decision = decide(&before, &granted, &policy(), 60_000);
    let without = decision.effects.iter().any(|planned| {
        matches!(&planned.effect.action, Action::Collect(collect) if collect.without_protected)
    });
    assert!(without, "{}", decision.reason);
    let publish = pushed(&then(&decision.task, &[work(|_| ())])).expect("a push");
    assert_eq!(publish.judged.expect("judged").approved, None);
    // What git says counts: had it left them in, it would be asked again.
    assert!(waits(&then(&decision.task, &[made('a')])));
}

#[test]
fn a_plain_reply_sends_the_agent_back() {
    let after = then(&waiting(), &[command("Put that into README.md instead.")]);
    assert!(
        matches!(after.stage, Stage::Queued { .. }),
        "{:?}",
        after.state()
    );
    assert_eq!(after.conversation.paths, None);
    let begins = decide(
        &after,
        &Event::SlotGranted { agent: None },
        &policy(),
        60_000,
    );
    let told = begins
        .effects
        .iter()
        .find_map(|planned| match &planned.effect.action {
            Action::RunTurn(run) => Some(format!("{:?}", run.turn)),
            _ => None,
        });
    let told = told.expect("a turn");
    assert!(
        told.contains("CLAUDE.md") && told.contains("into README.md instead"),
        "{told}"
    );
}

#[test]
fn a_pause_does_not_lose_what_waits() {
    let paused = then(&waiting(), &[command("/agent pause")]);
    assert_eq!(paused.state(), "paused");
    let early = then(&paused, &[says(501, &approve('a'))]);
    assert_eq!(early.state(), "paused");
    let resumed = then(&early, &[says(502, "/agent resume")]);
    assert!(waits(&resumed), "{:?}", resumed.state());
    let stopped = then(&waiting(), &[command("/agent stop")]);
    assert_eq!(
        (stopped.state(), stopped.conversation.paths),
        ("cancelled", None)
    );
}

#[test]
fn what_the_operator_allows_is_not_asked_about() {
    let allows = Policy {
        allow_protected: AllowProtected::Matching(vec!["CLAUDE.md".into()]),
        ..policy()
    };
    let decision = decide(&collecting(), &made('a'), &allows, 60_000);
    assert!(!waits(&decision.task), "{}", decision.reason);
}

#[test]
fn who_said_what_is_in_the_pull_request() {
    let word = PathsWord::Approved { by: "ana".into() };
    let task = approved();
    let asked = task.conversation.paths.as_ref().expect("asked");
    assert_eq!(asked.word, Some(word));
    let published = then(
        &task,
        &[
            made('a'),
            may_publish(|_| ()),
            Event::Published {
                session: session(1),
                head: sha('b'),
            },
        ],
    );
    let [approved] = &published.review.approved_paths[..] else {
        unreachable!("one is remembered");
    };
    assert_eq!((approved.by.as_str(), &approved.hash), ("ana", &hash('a')));
    assert_eq!(published.conversation.paths, None);
}

#[test]
fn every_stage_answers_it() {
    for (name, task) in stages() {
        for event in [
            made('a'),
            held(),
            command(&approve('a')),
            command("/agent drop-paths"),
        ] {
            let decision = decide(&task, &event, &policy(), 60_000);
            assert!(!decision.reason.is_empty(), "{name}");
        }
    }
}
