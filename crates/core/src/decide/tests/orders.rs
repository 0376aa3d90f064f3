//! GitHub promises neither order nor that it tells once. A story is played with its news in every order and told twice; our
//! own effects are answered in between, as they come. It ends the same, but for the listed exceptions.

use proptest::prelude::*;

use super::events::*;
use super::pulls::looked;
use super::walk;
use crate::actor::Permission;
use crate::decide::{Decision, decide};
use crate::effect::{EffectKind, StatusLabel};
use crate::event::{ApprovalsRead, Event, Looked, PullStanding, Timer};
use crate::outsider::ThumbsUp;
use crate::task::{Stage, Task};

/// What GitHub tells of one issue, whose order does not matter to how it ends.
fn told() -> Vec<(&'static str, Event)> {
    let changed = Event::PullRequestChanged {
        hint: "check_suite.completed".into(),
        sender: account("ana"),
    };
    let older = Event::Unlabeled {
        label: "agent:go".into(),
        sender: account("ana"),
        at: 5,
    };
    let otherwise = Event::Unlabeled {
        label: "bug".into(),
        sender: account("ana"),
        at: 30,
    };
    let of = |label: &str| Event::Unlabeled {
        label: label.into(),
        sender: account("ana"),
        at: 40,
    };
    let on = |label: &str, at| Event::Labeled {
        label: label.into(),
        sender: account("ana"),
        snapshot: snapshot(&["agent:go"], at),
    };
    vec![
        ("labeled", labeled(10)),
        ("an older removal of the label", older),
        ("another label", otherwise),
        ("a priority", on("priority:high", 35)),
        ("a priority off", of("priority:high")),
        ("a checkpoint", on("checkpoint", 36)),
        ("a checkpoint off", of("checkpoint")),
        ("a dependency", on("depends:issue-2", 37)),
        ("a dependency off", of("depends:issue-2")),
        ("a role off", of("role:swe")),
        ("a base off", of("base:main")),
        ("a plan off", of("agent:plan")),
        ("a sprint off", of("agent:sprint")),
        ("a pass off", of("autonomy:override")),
        ("commented", said(500, "Use blue, please.")),
        ("between people", said(501, "@ben what do you think?")),
        (
            "a status command",
            weighed(502, "/agent status", Permission::Write),
        ),
        (
            "a stranger's command",
            weighed(503, "/agent stop", Permission::Read),
        ),
        ("checks", changed),
        (
            "another pull request",
            Event::PullClosed {
                number: 99,
                merged: true,
            },
        ),
    ]
}

/// What ends otherwise when it comes at another moment, with why that is right, and how it may end then.
fn exceptions() -> Vec<(&'static str, Event, &'static [&'static str])> {
    vec![
        (
            "a removal of the label pauses a session; in review it only switches off fixes; before the label it is older news",
            Event::Unlabeled {
                label: "agent:go".into(),
                sender: account("ana"),
                at: 30,
            },
            &["paused", "in-review", "idle"],
        ),
        (
            "a stop ends a session; in review or before the label there is none",
            command("/agent stop"),
            &["in-review", "cancelled", "idle"],
        ),
        (
            "our pull request can only be merged once it is known",
            Event::PullClosed {
                number: 13,
                merged: true,
            },
            &["done", "in-review"],
        ),
        (
            "words by name send the agent back to work in review, and are part of the task before",
            command("@skep use blue, please."),
            &["in-review"],
        ),
    ]
}

/// What our effects come to.
fn answer(task: &Task, kind: EffectKind) -> Option<Event> {
    Some(match kind {
        EffectKind::CheckTrigger => facts(|_| ()),
        EffectKind::AuthorizeComment => weighed(500, "Use blue, please.", Permission::Write),
        EffectKind::PrepareWorkspace => ready(1),
        EffectKind::ReadDependencies => Event::DependenciesRead {
            found: Box::default(),
        },
        EffectKind::RunTurn => turn("Done.", None),
        EffectKind::Steer => Event::Steered {
            session: session(1),
            offered: task
                .conversation
                .messages
                .iter()
                .map(|message| message.id.clone())
                .collect(),
            taken: false,
        },
        EffectKind::Collect => work(|_| ()),
        EffectKind::CheckPublish => may_publish(|_| ()),
        EffectKind::Publish => Event::Published {
            session: session(1),
            head: sha('b'),
        },
        EffectKind::OpenPull => Event::PullOpened {
            session: session(1),
            number: 13,
            url: "u".into(),
            draft: true,
            standing: PullStanding::Open,
        },
        EffectKind::RefreshPullRequest => looked(|_| ()),
        EffectKind::MarkReady => Event::MadeReady { number: 13 },
        EffectKind::ShowStatus => Event::StatusPosted {
            comment: crate::ids::CommentId(77),
        },
        _ => return None,
    })
}

/// A world that answers one effect after the other.
struct World {
    task: Task,
    now: i64,
    under_way: Vec<EffectKind>,
}

impl World {
    fn hear(&mut self, event: &Event) {
        self.now += 100;
        let decision = decide(&self.task, event, &policy(), self.now);
        let Decision {
            task,
            effects,
            withdraw,
            ..
        } = decision;
        self.task = task;
        self.under_way.retain(|kind| !withdraw.contains(kind));
        self.under_way
            .extend(effects.iter().map(|planned| planned.effect.kind()));
    }

    /// Answers the oldest effect that has an answer, or gives a slot.
    fn step(&mut self) -> bool {
        while !self.under_way.is_empty() {
            let kind = self.under_way.remove(0);
            if let Some(event) = answer(&self.task, kind) {
                self.hear(&event);
                return true;
            }
        }
        let queued = matches!(self.task.stage, Stage::Queued { .. });
        if queued {
            self.hear(&Event::SlotGranted { agent: None });
        }
        queued
    }
}

impl World {
    /// Answers everything, as long as that leads to more.
    fn settle(&mut self) {
        for _ in 0..200 {
            if !self.step() {
                return;
            }
        }
    }
}

/// Plays the news in this order; after each so many effects are answered.
fn play(news: &[&Event], pauses: &[usize]) -> Task {
    let mut world = World {
        task: Task::new(place()),
        now: 1_000,
        under_way: Vec::new(),
    };
    for (event, pause) in news.iter().zip(pauses.iter().cycle()) {
        world.hear(event);
        for _ in 0..*pause {
            world.step();
        }
    }
    world.settle();
    // Looked at once more: a look that came while a revision was on counted for nothing.
    if let Some((_, at)) = world
        .task
        .timers
        .iter()
        .find(|(timer, _)| *timer == Timer::Look)
    {
        world.now = *at;
        world.hear(&Event::TimerFired { alarm: Timer::Look });
        world.settle();
    }
    world.task
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn news_in_any_order_and_told_twice_end_the_same(
        order in Just((0..told().len() * 2).collect::<Vec<_>>()).prop_shuffle(),
        pauses in proptest::collection::vec(0..6_usize, 1..8),
    ) {
        let told = told();
        let news: Vec<&Event> = order.iter().map(|at| &told[at % told.len()].1).collect();
        let task = play(&news, &pauses);
        prop_assert_eq!(task.state(), "in-review");
        prop_assert_eq!(task.shown.label, Some(StatusLabel::Review));
        prop_assert_eq!(task.sessions, 1);
        // What somebody said may have crossed with the session's end: then it is heard in a revision.
        prop_assert!(task.review.rounds <= 1);
        prop_assert_eq!(task.pull.map(|pull| (pull.number, pull.draft)), Some((13, false)));
        prop_assert!(task.conversation.messages.is_empty());
    }

    #[test]
    fn the_exceptions_end_in_one_of_few_ways(
        which in 0..exceptions().len(),
        order in Just((0..told().len() * 2 + 1).collect::<Vec<_>>()).prop_shuffle(),
        pauses in proptest::collection::vec(0..6_usize, 1..8),
    ) {
        let (told, exceptions) = (told(), exceptions());
        let (why, exception, ends) = &exceptions[which];
        let of = |at: &usize| if *at == told.len() * 2 { exception } else { &told[at % told.len()].1 };
        let news: Vec<&Event> = order.iter().map(of).collect();
        let task = play(&news, &pauses);
        prop_assert!(ends.contains(&task.state()), "{}: {}", task.state(), why);
        prop_assert_eq!(task.sessions <= 1, true);
    }
}

/// The label goes, comes back and goes again, or the repository is archived, while GitHub is asked about the second time: its answer,
/// which knows nothing of that yet, is no reason to go on.
#[test]
fn an_answer_older_than_the_last_pause_lets_nothing_go_on() {
    let removed = |at| Event::Unlabeled {
        label: "agent:go".into(),
        sender: account("ana"),
        at,
    };
    let path = [
        labeled(10),
        facts(|_| ()),
        Event::SlotGranted { agent: None },
        ready(1),
        removed(20),
        labeled(30),
    ];
    let answer = |at| facts(|facts| facts.snapshot = snapshot(&["agent:go"], at));
    let back = walk(&[&path[..], &[answer(30)]].concat());
    assert!(!back.is_paused(), "{:?}", back.stage);
    let gone = walk(&[&path[..], &[removed(40), answer(30)]].concat());
    assert!(gone.is_paused(), "{:?}", gone.stage);
    let kept = Event::Archived { on: true };
    let kept = walk(&[&path[..], &[kept, answer(30)]].concat());
    assert!(kept.is_paused(), "{:?}", kept.stage);
    let again = walk(&[&path[..], &[removed(40), labeled(50), answer(50)]].concat());
    assert!(!again.is_paused(), "{:?}", again.stage);
}

/// Reactions were looked for while a start waited for one; the answer comes when nobody waits any more, or when something else was
/// asked for since.
#[test]
fn a_reaction_read_after_its_wait_agrees_to_nothing() {
    let checkpoint = |at| {
        facts(move |facts| {
            facts.labels_now = vec!["agent:go".into(), "checkpoint".into()];
            facts.snapshot = snapshot(&["agent:go", "checkpoint"], at);
        })
    };
    let thumb = Event::Looked(Looked::Approvals(ApprovalsRead {
        found: vec![ThumbsUp {
            actor: account("ana"),
            permission: Permission::Write,
            at: i64::MAX,
        }],
    }));
    let agreed = |task: &Task| task.gates.approval.as_ref().and_then(|one| one.by.clone());
    let waits = [labeled(10), checkpoint(10)];
    let heard = walk(&[&waits[..], std::slice::from_ref(&thumb)].concat());
    assert_eq!(agreed(&heard).as_deref(), Some("ana"), "{:?}", heard.stage);
    let over = Event::TimerFired {
        alarm: Timer::Expire,
    };
    let (mut task, mut now) = (walk(&waits), 0);
    for event in [over, thumb.clone(), labeled(30), thumb, checkpoint(30)] {
        let mut due = task.timers.iter();
        let due = due.find(|(timer, _)| *timer == Timer::Expire);
        now = due.map_or(now + 1_000, |(_, at)| *at);
        task = decide(&task, &event, &policy(), now).task;
        assert_eq!(agreed(&task), None, "{:?}", task.stage);
    }
    let anew = task;
    assert!(anew.gates.waits_for_approval(), "{:?}", anew.stage);
}
