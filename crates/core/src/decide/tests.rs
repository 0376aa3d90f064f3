//! The golden table of stage × event (`fixtures/decide.md`), and random walks that must keep skep's promises.
//!
//! `SKEP_BLESS=1 cargo test --lib decide` writes the table anew.

mod access;
mod audit;
mod blocked;
mod budget;
mod dependencies;
mod discovery;
mod events;
mod first_status;
mod leftover;
mod orders;
mod paths;
mod promises;
mod pull_gates;
mod pulls;
mod reach;
mod recurring;
mod size;
mod sprints;
mod stacks;
mod suggestions;
mod verification;
mod withheld;

use events::*;
use proptest::prelude::*;
use pulls::review;

use super::{Decision, decide};
use crate::actor::Permission;
use crate::agent::{ErrorClass, Finished};
use crate::effect::{self, Action, EffectKind};
use crate::event::{Event, PullStanding, ReviewVerdict, Timer};
use crate::session::SessionState;
use crate::task::{Stage, Task};

fn walk(events: &[Event]) -> Task {
    let mut task = Task::new(place());
    for (step, event) in events.iter().enumerate() {
        task = decide(&task, event, &policy(), 1_000 + step as i64 * 1_000).task;
    }
    task
}

/// A task in every stage and step, reached by events only.
fn stages() -> Vec<(&'static str, Task)> {
    let mut path = vec![
        labeled(10),
        facts(|_| ()),
        Event::SlotGranted { agent: None },
        ready(1),
        turn("Done.", None),
    ];
    let checking = walk(&path[..1]);
    let (queued, preparing, running, collecting) = (
        walk(&path[..2]),
        walk(&path[..3]),
        walk(&path[..4]),
        walk(&path[..5]),
    );
    let answering = walk(&[&path[..], &[work(|work| work.files.clear())]].concat());
    path.push(work(|_| ()));
    let asking = walk(&path);
    path.push(may_publish(|_| ()));
    let publishing = walk(&path);
    path.push(Event::Published {
        session: session(1),
        head: sha('b'),
    });
    let opening = walk(&path);
    path.push(Event::PullOpened {
        session: session(1),
        number: 13,
        url: "u".into(),
        draft: true,
        standing: PullStanding::Open,
    });
    let review = walk(&path);
    // Another review than the one of the events: that one is still to come.
    let earlier = match self::review(ReviewVerdict::ChangesRequested, Permission::Write) {
        Event::ReviewRead { review } => Event::ReviewRead {
            review: Box::new(crate::event::ReviewFacts { id: 60, ..*review }),
        },
        other => other,
    };
    let revision = [&path[..], &[earlier]].concat();
    let failed_revision = walk(
        &[
            &revision[..],
            &[
                Event::SlotGranted { agent: None },
                ready(1),
                failed(EffectKind::RunTurn),
            ],
        ]
        .concat(),
    );
    let asked = [&path[..4], &[asks()]].concat();
    let waiting = [&asked[..], &[turn("Asked.", None)]].concat();
    let told = [&waiting[..], &[command("Choose it yourself, please.")]].concat();
    let finished = [
        &told[..],
        &[Event::Finished {
            session: session(1),
            finished: Finished::default(),
        }],
    ]
    .concat();
    let at_four = |events: &[Event]| {
        decide(
            &walk(events),
            &Event::TimerFired { alarm: Timer::Park },
            &policy(),
            900_000,
        )
        .task
    };
    let planned = [
        &[
            labeled(10),
            facts(|facts| facts.snapshot.labels.push("agent:plan".into())),
        ][..],
        &path[2..5],
    ];
    let paused = [
        &path[..4],
        &[Event::Unlabeled {
            label: "agent:go".into(),
            sender: account("ana"),
            at: 30,
        }],
    ]
    .concat();
    let failed = walk(&[&path[..3], &[failed(EffectKind::PrepareWorkspace)]].concat());
    let waits = walk(
        &[
            &path[..4],
            &[turn(
                "Error: 429, retry after 120 seconds.",
                Some(ErrorClass::RateLimit),
            )],
        ]
        .concat(),
    );
    vec![
        ("idle", Task::new(place())),
        ("checking", checking),
        ("queued", queued),
        ("preparing", preparing),
        ("running", running),
        ("running, a comment withheld", withheld::held_back()),
        ("collecting", collecting),
        ("answering", answering),
        ("asking for the right", asking),
        ("publishing", publishing),
        ("opening", opening),
        ("a pull request at the gate", walk(&[pull_gates::changed()])),
        ("in review", review),
        ("in review on another one", stacks::stacked()),
        ("in review, being verified", verification::verifying()),
        ("asking", walk(&asked)),
        ("waiting for an answer", walk(&waiting)),
        ("told what decides nothing", walk(&told)),
        ("finished while it asks", walk(&finished)),
        ("parked", at_four(&waiting)),
        ("plan", walk(&planned.concat())),
        ("protected paths wait", paths::waiting()),
        ("protected paths approved", paths::approved()),
        ("waiting for its model", waits),
        ("paused", walk(&paused)),
        (
            "asked to go on",
            walk(&[&paused[..], &[labeled(40)]].concat()),
        ),
        ("revision queued", walk(&revision)),
        ("failed", failed),
        ("failed in review", failed_revision),
    ]
}

fn row(name: &str, before: &Task, decision: &Decision) -> String {
    let mut effects: Vec<String> = decision
        .effects
        .iter()
        .map(|planned| planned.effect.kind().name().to_owned())
        .collect();
    if !decision.withdraw.is_empty() {
        effects.insert(0, "withdraw".into());
    }
    let to = if decision.task.state() == before.state() {
        ""
    } else {
        decision.task.state()
    };
    format!(
        "| {name} | {to} | {} | {} |\n",
        effects.join(", "),
        decision.reason.replace('|', "/")
    )
}

fn table() -> String {
    let mut text = String::from(
        "# What `decide` answers: every stage × every event\n\nMade by `SKEP_BLESS=1 cargo test --lib decide`; a change \
         here is a change of behaviour.\n",
    );
    for (stage, task) in stages() {
        text.push_str(&format!(
            "\n## {stage}\n\n| event | becomes | effects | reason |\n| --- | --- | --- | --- |\n"
        ));
        for (name, event) in events() {
            let decision = decide(&task, &event, &policy(), when(&task, &event));
            text.push_str(&row(name, &task, &decision));
        }
    }
    text
}

/// A timer fires when it is due, everything else happens after a minute.
fn when(task: &Task, event: &Event) -> i64 {
    let due = task.timers.iter().find_map(|(timer, at)| match event {
        Event::TimerFired { alarm } if alarm == timer => Some(*at),
        _ => None,
    });
    due.unwrap_or(60_000)
}

#[test]
fn golden_table() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/decide.md");
    let now = table();
    if std::env::var_os("SKEP_BLESS").is_some() {
        std::fs::write(path, &now).expect("the fixture can be written");
    }
    let stored = std::fs::read_to_string(path).expect("the fixture is there");
    let differs = now
        .lines()
        .zip(stored.lines())
        .find(|(now, stored)| now != stored);
    assert!(
        now == stored,
        "fixtures/decide.md differs, first at (now, stored): {differs:?}"
    );
}

#[test]
fn every_reason_is_said_and_every_stage_is_reached() {
    for (stage, task) in stages() {
        for (name, event) in events() {
            assert!(
                !decide(&task, &event, &policy(), 60_000).reason.is_empty(),
                "{stage} × {name}"
            );
        }
    }
    let reached: Vec<_> = stages().iter().map(|(_, task)| task.state()).collect();
    for state in [
        "idle",
        "checking",
        "queued",
        "working",
        "in-review",
        "failed",
        "needs-you",
        "paused",
        "waiting",
    ] {
        assert!(reached.contains(&state), "{state}");
    }
}

#[test]
fn the_table_of_stages_covers_every_step() {
    let steps: std::collections::BTreeSet<String> = stages()
        .iter()
        .filter_map(|(_, task)| match &task.stage {
            Stage::Working { step, .. } => serde_json::to_value(step).ok()?["step"]
                .as_str()
                .map(str::to_owned),
            _ => None,
        })
        .collect();
    assert_eq!(steps.len(), 8, "{steps:?}");
}

/// An hour is an hour, however many turns it has.
#[test]
fn the_turns_of_a_session_share_its_time() {
    let asking = walk(&[
        labeled(10),
        facts(|_| ()),
        Event::SlotGranted { agent: None },
        ready(1),
        asks(),
    ]);
    let whole = policy().limits.session_timeout_ms;
    for (took, left) in [(whole / 2, whole / 2), (whole * 2, whole / 10)] {
        let waiting = decide(&asking, &turn("Asked.", None), &policy(), 4_000 + took).task;
        let answered = decide(
            &waiting,
            &weighed(500, "1", Permission::Write),
            &policy(),
            9_000_000,
        );
        let walls = answered
            .effects
            .iter()
            .filter_map(|planned| match &planned.effect.action {
                Action::RunTurn(effect::RunTurn { turn, .. }) => Some(turn.wall_ms),
                _ => None,
            });
        assert_eq!(
            walls.collect::<Vec<_>>(),
            [left],
            "after a turn of {took} ms"
        );
    }
}

/// The agent hears fifty comments at a time; of the next one its writer hears that it was not taken.
#[test]
fn no_comment_is_lost_when_too_many_wait() {
    let mut task = walk(&[labeled(10), facts(|_| ())]);
    for comment in 0..50 {
        task = decide(
            &task,
            &weighed(600 + comment, "Mind the whales.", Permission::Write),
            &policy(),
            60_000,
        )
        .task;
    }
    assert_eq!(task.conversation.messages.len(), 50);
    let event = weighed(700, "Mind the gulls.", Permission::Write);
    let decision = decide(&task, &event, &policy(), 60_000);
    let kinds: Vec<_> = decision
        .effects
        .iter()
        .map(|planned| planned.effect.kind())
        .collect();
    assert_eq!(
        kinds,
        [EffectKind::ReactTo, EffectKind::UpsertComment],
        "{}",
        decision.reason
    );
    // Once there is room, an edit of it is heard.
    let mut task = decision.task;
    task.conversation.messages.clear();
    let Event::CommentAuthorized { mut found } = event else {
        panic!("it is weighed")
    };
    found.at += 1;
    let task = decide(
        &task,
        &Event::CommentAuthorized { found },
        &policy(),
        61_000,
    )
    .task;
    assert_eq!(task.conversation.messages.len(), 1);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    /// Any events in any order: no panic, legal session transitions only, at most one session on, no end without a word.
    #[test]
    fn random_walks_keep_the_promises(picks in proptest::collection::vec(0..events().len(), 1..60)) {
        let all = events();
        let mut task = Task::new(place());
        for (step, pick) in picks.into_iter().enumerate() {
            let decision = decide(&task, &all[pick].1, &policy(), 1_000 + step as i64);
            let (before, after) = (task.record(), decision.task.record());
            if let (Some(before), Some(after)) = (&before, &after) {
                if before.id == after.id && before.state != after.state {
                    prop_assert!(before.state.may_become(after.state) || both_ends(before.state, after.state),
                        "{:?} -> {:?} by {}", before.state, after.state, all[pick].0);
                }
                if before.id != after.id {
                    // A session that has not begun gives way when people wish for another role or agent.
                    let begun = before.started_at.is_some();
                    prop_assert!(before.state.is_end() || !begun, "a second session beside {:?}", before.state);
                    prop_assert_eq!(after.state, SessionState::Created);
                }
            }
            // What is restored after a start that came to nothing shows already.
            let was = matches!(&task.stage, Stage::Ended { .. } | Stage::Checking { before: Some(_), .. });
            if matches!(decision.task.stage, Stage::Ended { .. }) && !was {
                // Of what its owner took away nobody can be told.
                let told = [EffectKind::ShowStatus, EffectKind::Forget];
                prop_assert!(decision.effects.iter().any(|planned| told.contains(&planned.effect.kind())));
            }
            prop_assert!(decision.task.timeline.len() <= Task::TIMELINE);
            let json = serde_json::to_string(&decision.task).expect("a task serializes");
            prop_assert_eq!(&serde_json::from_str::<Task>(&json).expect("a task reads back"), &decision.task);
            task = decision.task;
        }
    }
}

/// A merged or closed pull request changes how an ended session reads, not that it has ended.
fn both_ends(before: SessionState, after: SessionState) -> bool {
    before.is_end() && after.is_end()
}
