//! Recurring work: when it becomes an issue, what that issue is told, and what makes none.

use std::collections::BTreeMap;

use super::decide;
use super::events::{facts, place, policy};
use crate::actor::Actor;
use crate::discovery::{DiscoveryNews, Origin};
use crate::effect::{Action, CreateIssue, SetTimer};
use crate::event::{Asking, Event, Loss, Timer};
use crate::ids::IssueNumber;
use crate::location::Place;
use crate::policy::Policy;
use crate::recurring::{Calendar, Every, Occasion, Recur, Recurring, RecurringNews, Seen};
use crate::task::{Stage, Task};

const DAY: i64 = 86_400_000;
/// 1970-01-01, a Thursday, at noon.
const NOON: i64 = DAY / 2;
/// Six in the morning.
const SIX: i64 = DAY / 4;

fn wishes() -> BTreeMap<String, Recurring> {
    let wish = Recurring {
        title: "Update all".into(),
        prompt: "Update it, @ana.".into(),
        role: Some("debugging".into()),
        calendar: Some(Calendar {
            every: Every::Day,
            minute: Calendar::MINUTE,
        }),
        on: [Occasion::WorkflowFailed].into(),
    };
    [("deps".to_owned(), wish)].into()
}

fn wanted() -> Event {
    let wishes = wishes();
    Event::Recurring(RecurringNews::Wanted { wishes })
}

fn failed() -> Event {
    Event::Recurring(RecurringNews::Seen(Seen {
        occasion: Occasion::WorkflowFailed,
        name: "CI @ben".into(),
        url: "https://github.com/octo/garden/actions/runs/7".into(),
    }))
}

fn starts() -> Event {
    let name = "deps".to_owned();
    Event::Recurring(RecurringNews::Start { name })
}

fn still_open(key: &str) -> Event {
    let (key, number) = (key.to_owned(), IssueNumber(20));
    Event::Recurring(RecurringNews::StillOpen { key, number })
}

fn made(key: &str, number: i64) -> Event {
    Event::Discovery(DiscoveryNews::Made {
        key: key.into(),
        number: IssueNumber(number),
    })
}

fn rings() -> Event {
    let alarm = Timer::Recurring;
    Event::TimerFired { alarm }
}

/// One of each.
pub(super) fn recurring() -> Vec<(&'static str, Event)> {
    vec![
        ("recurring work: is wanted", wanted()),
        ("recurring work: a workflow failed", failed()),
        ("recurring work: the one before is open", still_open("1.1")),
        ("recurring work: starts", starts()),
    ]
}

/// The repository itself, and what came of what it heard.
struct Course {
    task: Task,
    policy: Policy,
    made: Vec<CreateIssue>,
    timers: Vec<i64>,
    tells: Vec<(IssueNumber, Event)>,
}

impl Course {
    fn new(recurring: Recur) -> Self {
        let mut policy = policy();
        policy.issues.recurring = recurring;
        let place = Place {
            issue: IssueNumber::REPOSITORY,
            ..place()
        };
        Self {
            task: Task::new(place),
            policy,
            made: vec![],
            timers: vec![],
            tells: vec![],
        }
    }

    fn hear(&mut self, event: &Event, now: i64) -> String {
        let decision = decide(&self.task, event, &self.policy, now);
        for planned in decision.effects {
            match planned.effect.action {
                Action::CreateIssue(create) => self.made.push(create),
                Action::SetTimer(SetTimer {
                    alarm: Timer::Recurring,
                }) => self.timers.push(planned.not_before),
                other => panic!("not for this: {other:?}"),
            }
        }
        let tells = decision.tells.into_iter();
        self.tells
            .extend(tells.map(|tell| (tell.place.issue, tell.event)));
        self.task = decision.task;
        decision.reason
    }

    /// One that is made, and the number it was given.
    fn makes(&mut self, number: i64, now: i64) -> CreateIssue {
        let one = self.made.pop().expect("an issue");
        assert_eq!(self.made, []);
        self.hear(&made(&one.key, number), now);
        one
    }
}

#[test]
fn each_day_becomes_an_issue_that_starts_and_waits_for_the_one_before() {
    let mut on = Course::new(Recur::Start);
    on.hear(&wanted(), NOON);
    assert_eq!(on.timers, [DAY + SIX]);
    assert_eq!(on.made, []);
    on.hear(&rings(), DAY + SIX + 1);
    assert_eq!(on.timers, [DAY + SIX, 2 * DAY + SIX]);
    let one = on.makes(20, DAY + SIX + 2);
    assert_eq!(one.title, "Update all (1970-01-02)");
    assert_eq!(one.labels, ["role:debugging", "agent:go"]);
    assert_eq!(one.after, None);
    insta::assert_snapshot!(one.body, @"
    Update it, `@ana`.

    ---

    Opened for `recurring.deps` in `.github/skep.toml`: each day at 06:00 UTC. No other one is opened while this issue is open. Closing it stops the work on it; changing the file ends all of it.
    ");
    assert_eq!(on.tells, [(IssueNumber(20), starts())]);
    on.hear(&rings(), 2 * DAY + SIX + 1);
    let next = on.made.pop().expect("an issue");
    assert_eq!(next.after, Some(IssueNumber(20)));
    assert_eq!(
        on.hear(&still_open(&next.key), 2 * DAY + SIX + 2),
        "none is opened while #20 is open"
    );
    // The next day it is closed.
    on.hear(&rings(), 3 * DAY + SIX + 1);
    let third = on.makes(31, 3 * DAY + SIX + 2);
    assert_eq!(third.after, Some(IssueNumber(20)));
    assert_eq!(on.task.recurring.last("deps"), Some(IssueNumber(31)));
    assert_eq!(on.tells.len(), 2);
}

#[test]
fn what_fails_is_one_issue_however_often_it_is_told() {
    let mut on = Course::new(Recur::Create);
    assert_eq!(on.hear(&failed(), 1), "nothing here waits for that");
    on.hear(&wanted(), NOON);
    on.hear(&failed(), NOON + 1);
    on.hear(&failed(), NOON + 2);
    assert_eq!(on.made.len(), 1);
    let one = on.makes(20, NOON + 3);
    assert_eq!(one.title, "Update all (CI @ ben)");
    assert_eq!(one.labels, ["role:debugging"]);
    assert!(
        one.body.contains("the workflow `CI @ ben` failed"),
        "{}",
        one.body
    );
    assert_eq!(on.tells, [], "people start it");
    let origin = Origin::Recurring("deps".into());
    assert!(
        on.task
            .discovered
            .issues
            .iter()
            .all(|found| found.origin == origin)
    );
}

#[test]
fn nothing_recurs_where_it_is_off_or_taken_away() {
    let mut on = Course::new(Recur::Off);
    assert_eq!(
        on.hear(&wanted(), NOON),
        "recurring work is switched off here"
    );
    assert!(on.task.recurring.is_empty() && on.timers.is_empty());
    let mut on = Course::new(Recur::Start);
    on.hear(&wanted(), NOON);
    on.policy.issues.off = vec!["octo/*".into()];
    on.hear(&failed(), NOON + 1);
    assert!(on.task.recurring.is_empty() && on.made.is_empty());
    // Switched off while the day is waited for: the day comes, and nothing else.
    for (recurring, off) in [(Recur::Off, None), (Recur::Start, Some("octo/*"))] {
        let mut on = Course::new(Recur::Start);
        on.hear(&wanted(), NOON);
        on.policy.issues.recurring = recurring;
        on.policy.issues.off.extend(off.map(str::to_owned));
        on.hear(&rings(), DAY + SIX + 1);
        assert!(on.made.is_empty() && on.task.discovered.issues.is_empty());
    }
    let mut on = Course::new(Recur::Start);
    on.hear(&wanted(), NOON);
    let deleted = Event::TakenAway { how: Loss::Deleted };
    let decision = decide(&on.task, &deleted, &on.policy, NOON + 1);
    assert!(decision.task.recurring.is_empty() && decision.task.timers.is_empty());
}

#[test]
fn its_issue_starts_once_and_by_the_operators_leave_alone() {
    let mut policy = policy();
    let idle = Task::new(place());
    let decision = decide(&idle, &starts(), &policy, 9);
    assert!(matches!(
        &decision.task.stage,
        Stage::Checking {
            actor: Actor::Operator,
            ..
        }
    ));
    let [planned] = decision.effects.as_slice() else {
        panic!("{:?}", decision.effects)
    };
    let Action::CheckTrigger(check) = &planned.effect.action else {
        panic!("{planned:?}")
    };
    assert_eq!(check.asking, Asking::Recurring);
    // Somebody took the label off meanwhile.
    let Event::TriggerChecked { facts: read } = facts(|facts| {
        facts.asking = Asking::Recurring;
        facts.actor = Actor::Operator;
        facts.labels_now.clear();
    }) else {
        panic!("facts")
    };
    let gone = decide(
        &decision.task,
        &Event::TriggerChecked { facts: read },
        &policy,
        10,
    );
    assert!(matches!(gone.task.stage, Stage::Idle), "{}", gone.reason);
    policy.issues.recurring = Recur::Create;
    let decision = decide(&idle, &starts(), &policy, 9);
    assert_eq!(decision.effects, []);
}
