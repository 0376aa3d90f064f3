//! A sprint, by its facts: what starts, what waits, what is taken back, and that no order of the news makes a difference.

use proptest::prelude::*;

use super::events::{account, command, facts, failed, place, policy, snapshot, weighed};
use crate::actor::{Account, Actor, Permission};
use crate::decide::{Decision, decide};
use crate::dependency::{Named, Standing};
use crate::effect::{Action, EffectKind, ReadSprint};
use crate::event::{Asking, Event};
use crate::ids::{IssueNumber, RepositoryId, TaskKey, UserId};
use crate::sprint::{Awaited, MemberFacts, SprintFacts, SprintNews, TreeFacts, Work};
use crate::task::Task;
use crate::text;

fn named(issue: i64) -> Named {
    Named::new(RepositoryId(1), place().name, IssueNumber(issue))
}

fn member(issue: i64, parent: Option<usize>) -> MemberFacts {
    MemberFacts {
        issue: named(issue),
        title: format!("Issue {issue}"),
        standing: Standing::Open,
        parent,
        checkpoint: false,
        words: String::new(),
        out_of_reach: false,
        blockers: Vec::new(),
        unknown: 0,
    }
}

fn person(login: &str) -> Account {
    let id = UserId(login.bytes().map(i64::from).sum());
    Account {
        id,
        ..account(login)
    }
}

fn labeled(by: &str, at: i64) -> Event {
    Event::Labeled {
        label: "agent:sprint".into(),
        sender: person(by),
        snapshot: snapshot(&["agent:sprint"], at),
    }
}

/// A label was taken off. What there is to it, the sprint hears by a hint of its own.
fn unlabeled(label: &str, at: i64) -> Event {
    Event::Unlabeled {
        label: label.into(),
        sender: person("ana"),
        at,
    }
}

fn news(news: SprintNews) -> Event {
    Event::Sprint(news)
}

fn changed(issue: i64) -> Event {
    let issue = named(issue).key;
    news(SprintNews::Changed { issue })
}

fn works(issue: i64, work: Work) -> Event {
    news(SprintNews::Work {
        issue: named(issue).key,
        work,
        waits_for: Vec::new(),
    })
}

/// GitHub, as far as a sprint goes.
#[derive(Clone)]
struct World {
    labels: Vec<String>,
    open: bool,
    words: String,
    permission: Permission,
    members: Vec<MemberFacts>,
}

impl World {
    /// A phase of two (2: 3, 4), one that waits for it (5: 6), and an issue of its own (7).
    fn new() -> Self {
        let waits = |issue: i64, parent: Option<usize>, blocker: i64| MemberFacts {
            blockers: vec![Awaited {
                issue: named(blocker),
                standing: Standing::Open,
            }],
            ..member(issue, parent)
        };
        Self {
            labels: vec!["agent:sprint".into()],
            open: true,
            words: "as it was".into(),
            permission: Permission::Write,
            members: vec![
                member(2, None),
                waits(5, None, 2),
                member(7, None),
                member(3, Some(0)),
                member(4, Some(0)),
                member(6, Some(1)),
            ],
        }
    }

    fn of(&mut self, issue: i64) -> &mut MemberFacts {
        let key = named(issue).key;
        let mut members = self.members.iter_mut();
        members.find(|one| one.issue.key == key).expect("a member")
    }

    fn read(&self, ask: &ReadSprint) -> Event {
        let trigger = ask.check.as_ref().map(|actor| {
            let trigger = facts(|facts| {
                facts.asking = Asking::Sprint;
                facts.actor = Actor::Person(actor.clone());
                facts.permission = Some(self.permission);
                facts.open = self.open;
            });
            match trigger {
                Event::TriggerChecked { facts } => facts,
                other => panic!("{other:?}"),
            }
        });
        let tree = TreeFacts {
            members: self.members.clone(),
            ..TreeFacts::default()
        };
        news(SprintNews::Read {
            found: Box::new(SprintFacts {
                trigger,
                labels: self.labels.clone(),
                open: self.open,
                words: self.words.clone(),
                tree,
            }),
        })
    }
}

/// A task that hears news and reads the world when it says so.
struct Run {
    task: Task,
    world: World,
    pending: Option<ReadSprint>,
    told: Vec<String>,
    now: i64,
}

impl Run {
    fn new(world: World) -> Self {
        Self {
            task: Task::new(place()),
            world,
            pending: None,
            told: Vec::new(),
            now: 1_000,
        }
    }

    fn hear(&mut self, event: &Event) -> Decision {
        self.now += 1_000;
        let decision = decide(&self.task, event, &policy(), self.now);
        self.task = decision.task.clone();
        for planned in &decision.effects {
            if let Action::ReadSprint(read) = &planned.effect.action {
                self.pending = Some(read.clone());
            }
        }
        for tell in &decision.tells {
            let Event::Sprint(news) = &tell.event else {
                panic!("{tell:?}");
            };
            let news = serde_json::to_value(news).expect("news");
            let about = news["about"].as_str().unwrap_or_default();
            self.told.push(format!("{about} #{}", tell.place.issue));
        }
        decision
    }

    /// Reads until nothing is to be read.
    fn settle(&mut self) {
        while let Some(read) = self.pending.take() {
            let event = self.world.read(&read);
            self.hear(&event);
        }
    }

    fn began(world: World) -> Self {
        let mut run = Self::new(world);
        run.hear(&labeled("ana", 10));
        run.settle();
        run
    }

    fn told(&mut self) -> String {
        std::mem::take(&mut self.told).join(", ")
    }

    fn shown(&self) -> String {
        let text = text::sprint::render(&self.task, 0);
        let end = text.find("<details>").unwrap_or(text.len());
        text[..end].trim_end().to_owned()
    }
}

/// One of each, for the golden table.
pub(super) fn sprints() -> Vec<(&'static str, Event)> {
    let of = Named {
        key: TaskKey::new(RepositoryId(1), IssueNumber(1)),
        name: place().name,
    };
    let by = person("ana");
    let asked = ReadSprint {
        check: Some(person("ana")),
    };
    vec![
        ("labeled agent:sprint", labeled("ana", 20)),
        ("sprint read", World::new().read(&asked)),
        ("sprint: changed", changed(3)),
        (
            "sprint: start",
            news(SprintNews::Start {
                of: of.clone(),
                by: by.clone(),
            }),
        ),
        (
            "sprint: withdraw",
            news(SprintNews::Withdraw {
                of: of.clone(),
                why: "it waited as part of `octo/hello#1`, which was closed".into(),
            }),
        ),
        (
            "sprint: agree",
            news(SprintNews::Agree {
                of,
                by: by.login,
                revision: 0,
                void: None,
            }),
        ),
        ("failed: read sprint", failed(EffectKind::ReadSprint)),
    ]
}

#[test]
fn phases_start_one_after_the_other() {
    let mut run = Run::began(World::new());
    insta::assert_snapshot!(run.told(), @"start #7, start #3, start #4");
    for (issue, work) in [(7, Work::Working), (3, Work::Queued), (4, Work::Held)] {
        run.hear(&works(issue, work));
    }
    insta::assert_snapshot!(run.shown(), @"
    **Sprint** · ░░░░ 0 of 4

    - **#2 Issue 2** · 0 of 2 · started
      - [ ] #3 Issue 3 · queued
      - [ ] #4 Issue 4 · waits for other issues
    - **#5 Issue 5** · 0 of 1 · waits for #2
      - [ ] #6 Issue 6
    - [ ] #7 Issue 7 · working

    `@ana` approved phases without the label `checkpoint` by `agent:sprint`: they start by themselves.
    ");
    run.world.of(3).standing = Standing::Completed;
    run.hear(&changed(3));
    run.settle();
    assert_eq!(run.told(), "");
    run.world.of(4).standing = Standing::NotPlanned;
    run.hear(&changed(4));
    run.settle();
    assert_eq!(run.told(), "start #6");
    run.hear(&works(6, Work::Failed));
    insta::assert_snapshot!(run.shown(), @"
    **Sprint** · ██░░ 2 of 4

    - **#2 Issue 2** · 2 of 2 · complete
    - **#5 Issue 5** · 0 of 1 · started
      - [ ] #6 Issue 6 · failed
    - [ ] #7 Issue 7 · working

    Needs a person: #6. Comment `/agent retry` there, or close the issue, and the sprint goes on.
    ");
    for issue in [6, 7] {
        run.world.of(issue).standing = Standing::Completed;
        run.hear(&changed(issue));
    }
    run.settle();
    insta::assert_snapshot!(run.shown(), @"
    **Sprint done** · ████ 4 of 4

    - **#2 Issue 2** · 2 of 2 · complete
    - **#5 Issue 5** · 1 of 1 · complete
    - [x] #7 Issue 7
    ");
}

#[test]
fn checkpoints_wait_for_a_person_with_the_right() {
    let mut world = World::new();
    world.labels.push("checkpoint".into());
    world.of(2).checkpoint = true;
    let mut run = Run::began(world);
    assert_eq!(run.told(), "");
    insta::assert_snapshot!(run.shown(), @"
    **Needs `@ana`** · the sprint's start has to be approved · ░░░░ 0 of 4

    The issue has the label `checkpoint`. Somebody with write access can let its sub-issues start with `/agent approve`, or with 👍 on this comment.

    - **#2 Issue 2** · 0 of 2 · not started
      - [ ] #3 Issue 3
      - [ ] #4 Issue 4
    - **#5 Issue 5** · 0 of 1 · not started
      - [ ] #6 Issue 6
    - [ ] #7 Issue 7
    ");
    run.hear(&weighed(70, "/agent approve", Permission::Read));
    assert_eq!(run.told(), "");
    run.hear(&command("/agent approve"));
    assert_eq!(run.told(), "start #7, agree #2");
    run.hear(&news(SprintNews::Approved {
        phase: named(2).key,
        by: "ana".into(),
    }));
    assert_eq!(run.told(), "start #3, start #4, settled #2");
}

/// What is there another time than somebody agreed to; nothing of it has begun.
#[test]
fn an_approval_is_for_what_was_there() {
    let approved = |issue: i64| {
        news(SprintNews::Approved {
            phase: named(issue).key,
            by: "ana".into(),
        })
    };
    let mut world = World::new();
    world.of(2).checkpoint = true;
    world.of(2).words = "first".into();
    let mut run = Run::began(world);
    let changes: [(&str, Deed); 3] = [
        ("its words", |world| world.of(2).words = "second".into()),
        ("the plan's words", |world| world.words = "another".into()),
        ("what is below", |world| {
            world.members.push(member(8, Some(0)))
        }),
    ];
    run.hear(&works(7, Work::Queued));
    run.told();
    for (what, happens) in changes {
        run.hear(&approved(2));
        let told = run.told();
        assert!(told.starts_with("start #3, start #4"), "{what}: {told}");
        run.hear(&changed(2));
        run.settle();
        assert_eq!(run.told(), "", "{what}: nothing is another");
        happens(&mut run.world);
        run.hear(&changed(2));
        run.settle();
        assert_eq!(run.told(), "withdraw #3, withdraw #4, agree #2", "{what}");
    }
    run.hear(&approved(2));
    run.told();
    run.hear(&works(3, Work::Working));
    run.world.of(2).words = "third".into();
    run.hear(&changed(2));
    run.settle();
    assert_eq!(run.told(), "", "what has begun goes on");
}

#[test]
fn a_phase_that_waits_tells_its_sprint_who_agreed() {
    let mut run = Run::new(World::new());
    let agree = || {
        news(SprintNews::Agree {
            of: named(1),
            by: "ana".into(),
            revision: 0,
            void: None,
        })
    };
    let said = |decision: &Decision| {
        let comment = |action: &Action| matches!(action, Action::UpsertComment(_));
        let mut effects = decision.effects.iter();
        effects.any(|planned| comment(&planned.effect.action))
    };
    assert!(said(&run.hear(&agree())), "people are told");
    assert!(!said(&run.hear(&agree())), "once");
    run.hear(&weighed(71, "/agent approve", Permission::Triage));
    assert_eq!(run.told(), "");
    run.hear(&command("/agent go"));
    assert_eq!(run.told(), "approved #1");
    assert_eq!(run.task.phase, None);
}

#[test]
fn what_waits_is_taken_back_with_the_label() {
    let mut run = Run::began(World::new());
    run.told();
    for (issue, work) in [(7, Work::Working), (3, Work::Queued), (4, Work::Held)] {
        run.hear(&works(issue, work));
    }
    run.world.labels.clear();
    run.hear(&changed(12));
    run.settle();
    assert_eq!(run.told(), "withdraw #3, withdraw #4");
    insta::assert_snapshot!(run.shown(), @"
    **Sprint stopped** · ░░░░ 0 of 4

    The label `agent:sprint` was taken off, so nothing more of it starts; what is at work goes on. Put the label on again to go on.

    - **#2 Issue 2** · 0 of 2 · not started
      - [ ] #3 Issue 3 · queued
      - [ ] #4 Issue 4 · waits for other issues
    - **#5 Issue 5** · 0 of 1 · not started
      - [ ] #6 Issue 6
    - [ ] #7 Issue 7 · working
    ");
    run.world.labels.push("agent:sprint".into());
    run.world.open = false;
    run.hear(&labeled("ana", 20));
    run.settle();
    assert_eq!(run.told(), "");
    run.world.open = true;
    run.hear(&labeled("ana", 30));
    run.settle();
    assert_eq!(run.told(), "start #7, start #3, start #4");
    // What is taken out of it waits no more.
    run.world.members.remove(4);
    run.hear(&changed(12));
    run.settle();
    assert_eq!(run.told(), "withdraw #4");
}

#[test]
fn who_may_not_starts_nothing() {
    let mut world = World::new();
    world.permission = Permission::Triage;
    let mut run = Run::began(world);
    assert_eq!(run.told(), "");
    insta::assert_snapshot!(run.shown(), @"
    **Sprint not started**

    The label `agent:sprint` starts nothing here: @ana has triage access here, and agents are started by people with write access. Someone with write access can start it: put the label `agent:sprint` on again.

    - **#2 Issue 2** · 0 of 2 · not started
      - [ ] #3 Issue 3
      - [ ] #4 Issue 4
    - **#5 Issue 5** · 0 of 1 · not started
      - [ ] #6 Issue 6
    - [ ] #7 Issue 7
    ");
    run.world.permission = Permission::Write;
    run.hear(&changed(3));
    run.settle();
    assert_eq!(run.told(), "", "their label is there, and counts no more");
}

#[test]
fn a_reading_that_fails_starts_nothing() {
    let mut run = Run::new(World::new());
    run.hear(&labeled("ana", 10));
    run.hear(&failed(EffectKind::ReadSprint));
    assert_eq!(run.told(), "");
    let mut run = Run::began(World::new());
    run.told();
    run.world.of(3).standing = Standing::Completed;
    run.world.of(4).standing = Standing::Completed;
    run.hear(&changed(3));
    run.hear(&failed(EffectKind::ReadSprint));
    run.hear(&works(7, Work::Working));
    assert_eq!(run.told(), "");
    assert!(
        run.shown().contains("GitHub did not tell"),
        "{}",
        run.shown()
    );
}

#[test]
fn a_large_sprint_asks_for_few_at_a_time() {
    let mut world = World::new();
    world.members = (2..1_002).map(|issue| member(issue, None)).collect();
    let mut run = Run::began(world);
    assert_eq!(run.told.len(), 50);
    // One that waits for others makes room, one that is in line does not.
    run.hear(&works(2, Work::Held));
    run.hear(&works(3, Work::Queued));
    assert_eq!(run.told.len(), 51);
    assert!(run.shown().chars().count() < 20_000, "it is bounded");
}

#[test]
fn phases_that_wait_for_each_other_are_named() {
    let mut world = World::new();
    world.of(2).blockers = vec![Awaited {
        issue: named(5),
        standing: Standing::Open,
    }];
    let mut run = Run::began(world);
    assert_eq!(run.told(), "start #7");
    insta::assert_snapshot!(run.shown(), @"
    **Sprint** · ░░░░ 0 of 4

    - **#2 Issue 2** · 0 of 2 · waits for #5, which waits for it in turn: take one of these dependencies away
      - [ ] #3 Issue 3
      - [ ] #4 Issue 4
    - **#5 Issue 5** · 0 of 1 · waits for #2, which waits for it in turn: take one of these dependencies away
      - [ ] #6 Issue 6
    - [ ] #7 Issue 7 · queued

    `@ana` approved phases without the label `checkpoint` by `agent:sprint`: they start by themselves.
    ");
}

#[test]
fn without_sub_issues_there_is_a_next_step() {
    let mut world = World::new();
    let members = std::mem::take(&mut world.members);
    let mut run = Run::began(world);
    insta::assert_snapshot!(run.shown(), @"
    **Needs `@ana`** · a sprint without sub-issues

    The label `agent:sprint` has an issue's sub-issues worked on, and there are none here. Add sub-issues, and they start by themselves; to have this issue itself worked on, use the label `agent:go` instead.

    <sub>updated 00:00:00Z</sub>
    ");
    run.world.members = members;
    run.hear(&changed(12));
    run.settle();
    assert_eq!(run.told(), "start #7, start #3, start #4");
    run.world.labels.push("agent:go".into());
    run.hear(&changed(12));
    run.settle();
    insta::assert_snapshot!(run.shown(), @"
    **Needs `@ana`** · `agent:go` goes first · ░░░░ 0 of 4

    The label `agent:go` is on this issue as well and goes first: one agent works on the issue as a whole, and no further sub-issue starts. Take `agent:go` off to have the sub-issues worked on.

    - **#2 Issue 2** · 0 of 2 · not started
      - [ ] #3 Issue 3 · queued
      - [ ] #4 Issue 4 · queued
    - **#5 Issue 5** · 0 of 1 · not started
      - [ ] #6 Issue 6
    - [ ] #7 Issue 7 · queued
    ");
}

/// Something that happens on GitHub.
type Deed = fn(&mut World);

/// What happens on GitHub, in this order, and the news of each.
fn story() -> Vec<(Deed, Event)> {
    vec![
        (|_| {}, labeled("ana", 10)),
        (
            |world| world.of(3).standing = Standing::Completed,
            changed(3),
        ),
        (|world| world.of(3).standing = Standing::Open, changed(3)),
        (|world| world.members.push(member(8, Some(0))), changed(2)),
        (|world| drop(world.members.remove(4)), changed(2)),
        (
            |world| world.of(3).standing = Standing::NotPlanned,
            changed(3),
        ),
        (|world| world.labels.clear(), changed(12)),
        (|_| {}, unlabeled("agent:sprint", 15)),
        (
            |world| world.labels.push("agent:sprint".into()),
            labeled("bo", 20),
        ),
        (|world| world.labels.push("checkpoint".into()), changed(1)),
        (|_| {}, unlabeled("agent:sprint", 16)),
        (|world| world.labels.push("agent:go".into()), changed(1)),
        (|_| {}, unlabeled("checkpoint", 30)),
        (
            |world| world.labels.retain(|label| label == "agent:sprint"),
            changed(1),
        ),
        (|_| {}, unlabeled("agent:go", 40)),
        (|world| world.of(2).checkpoint = true, changed(2)),
        (|world| world.of(2).checkpoint = false, changed(2)),
        (|world| world.of(5).checkpoint = true, changed(5)),
        (
            |_| {},
            news(SprintNews::Approved {
                phase: named(5).key,
                by: "ana".into(),
            }),
        ),
        (
            |world| world.of(8).standing = Standing::Completed,
            changed(8),
        ),
    ]
}

fn is_approval(event: &Event) -> bool {
    let approved = |news: &SprintNews| matches!(news, SprintNews::Approved { .. });
    matches!(event, Event::Sprint(news) if approved(news))
}

/// The state, without how it came about: what is closed may have been asked to start before it was.
fn facts_of(task: &Task) -> serde_json::Value {
    let mut sprint = task.sprint.clone().expect("a sprint");
    for member in &mut sprint.members {
        if member.is.standing != Standing::Open {
            (member.asked, member.work) = (false, Work::None);
        }
    }
    serde_json::to_value(sprint).expect("a sprint")
}

proptest! {
    /// News may come late, twice, and in any order; what is read in between is true when it is read.
    #[test]
    fn only_facts_count(steps in proptest::collection::vec((0_u8..3, any::<prop::sample::Index>()), 0..60)) {
        let mut clean = Run::new(World::new());
        for (happens, event) in story() {
            happens(&mut clean.world);
            clean.hear(&event);
            clean.settle();
        }
        let mut run = Run::new(World::new());
        let (mut ahead, mut news) = (story().into_iter(), Vec::new());
        let mut unheard: Vec<usize> = Vec::new();
        let mut steps = steps.into_iter();
        loop {
            let (kind, which) = match steps.next() {
                Some((kind, which)) => (kind, Some(which)),
                None if ahead.len() > 0 => (0, None),
                None => break,
            };
            match (kind, which) {
                (1, Some(which)) if !news.is_empty() => {
                    let at = which.index(news.len());
                    let event: &Event = &news[at];
                    // Only a phase of a sprint that is known is asked for, and so approved.
                    if run.task.sprint.is_some() || !is_approval(event) {
                        unheard.retain(|other| *other != at);
                        run.hear(event);
                    }
                }
                (2, _) => run.settle(),
                _ => if let Some((happens, event)) = ahead.next() {
                    happens(&mut run.world);
                    unheard.push(news.len());
                    news.push(event);
                },
            }
        }
        unheard.sort_by_key(|at| (is_approval(&news[*at]), std::cmp::Reverse(*at)));
        for at in unheard {
            run.hear(&news[at]);
        }
        run.settle();
        prop_assert_eq!(facts_of(&run.task), facts_of(&clean.task));
    }
}
