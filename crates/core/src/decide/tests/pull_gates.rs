//! A pull request at the gate, by its facts: what is read, what is reported, and that nothing is reported twice.

use super::events::{account, failed, place, policy};
use crate::actor::{Account, AccountKind};
use crate::decide::{Decision, decide};
use crate::effect::{Action, EffectKind, ReportPullGate};
use crate::event::Event;
use crate::gated_pulls::GatedPulls;
use crate::ids::{IssueNumber, RepositoryId, TaskKey};
use crate::policy::Policy;
use crate::pull_gate::{GateFacts, GateNews, NamedFacts, NamedIs};
use crate::task::Task;

fn news(news: GateNews) -> Event {
    Event::PullGate(news)
}

pub(super) fn changed() -> Event {
    news(GateNews::Changed {
        hint: "pull_request.opened".into(),
    })
}

fn issue(number: i64, is: NamedIs) -> NamedFacts {
    NamedFacts {
        written: format!("#{number}"),
        key: Some(TaskKey::new(RepositoryId(1), IssueNumber(number))),
        is,
    }
}

fn read(head: char, labels: &[&str], named: &[NamedFacts]) -> Event {
    let found = GateFacts {
        head: head.to_string().repeat(40).parse().expect("a commit"),
        author: Account {
            kind: AccountKind::Bot,
            ..account("copilot[bot]")
        },
        labels: labels.iter().map(|label| (*label).to_owned()).collect(),
        named: named.to_vec(),
        cut: false,
    };
    news(GateNews::Read {
        found: Box::new(found),
    })
}

/// What a pull request at the gate is told.
pub(super) fn pull_gates() -> Vec<(&'static str, Event)> {
    vec![
        ("gate: changed", changed()),
        (
            "gate: read, of an issue",
            read('c', &[], &[issue(3, NamedIs::Released)]),
        ),
        (
            "gate: read, of a sprint",
            read('c', &[], &[issue(3, NamedIs::Sprint)]),
        ),
        (
            "gate: read, of none",
            read('c', &[], &[issue(3, NamedIs::Unlabeled)]),
        ),
        ("gate: wanted again", news(GateNews::Rerequested)),
        ("gate: not permitted", news(GateNews::NotPermitted)),
        ("gate: over", news(GateNews::Over)),
        ("failed: read gate", failed(EffectKind::ReadPullGate)),
        ("failed: report gate", failed(EffectKind::ReportPullGate)),
    ]
}

struct Run {
    task: Task,
    policy: Policy,
}

impl Run {
    fn new(gated: GatedPulls) -> Self {
        let mut policy = policy();
        policy.issues.pull_gate = gated;
        Self {
            task: Task::new(place()),
            policy,
        }
    }

    fn hear(&mut self, event: &Event) -> Decision {
        let decision = decide(&self.task, event, &self.policy, 60_000);
        self.task.clone_from(&decision.task);
        decision
    }

    fn kinds(&mut self, event: &Event) -> Vec<EffectKind> {
        let decision = self.hear(event);
        let effects = decision.effects.iter();
        effects.map(|planned| planned.effect.kind()).collect()
    }
}

fn reported(decision: &Decision) -> Option<&ReportPullGate> {
    decision
        .effects
        .iter()
        .find_map(|planned| match &planned.effect.action {
            Action::ReportPullGate(report) => Some(report),
            _ => None,
        })
}

#[test]
fn what_stands_is_reported_once_for_each_head() {
    let mut run = Run::new(GatedPulls::Agents);
    assert_eq!(run.kinds(&changed()), [EffectKind::ReadPullGate]);
    let none = |head| read(head, &[], &[issue(3, NamedIs::Unlabeled)]);
    // The issue is new to the index, so it is read once more behind it.
    let first = run.hear(&none('c'));
    assert!(reported(&first).is_some_and(|report| !report.passes));
    assert_eq!(first.effects.len(), 2);
    assert!(run.kinds(&none('c')).is_empty(), "nothing is new");
    assert_eq!(run.kinds(&none('d')), [EffectKind::ReportPullGate]);
    let released = run.hear(&read('d', &[], &[issue(3, NamedIs::Released)]));
    assert!(reported(&released).is_some_and(|report| report.passes));
    let own = run.hear(&read('d', &["Agent:Go"], &[issue(3, NamedIs::Unlabeled)]));
    assert!(reported(&own).is_some_and(|report| report.passes));
}

#[test]
fn a_sprint_passes_its_label_on_once() {
    let mut run = Run::new(GatedPulls::All);
    run.hear(&changed());
    let sprint = |labels: &[&str]| read('c', labels, &[issue(3, NamedIs::Sprint)]);
    let kinds = run.kinds(&sprint(&[]));
    assert!(kinds.contains(&EffectKind::LabelPull), "{kinds:?}");
    assert!(run.kinds(&sprint(&["agent:go"])).is_empty());
    // Whoever takes it off again meant it.
    assert!(run.kinds(&sprint(&[])).is_empty());
}

#[test]
fn a_check_that_is_wanted_again_or_failed_is_reported_again() {
    let none = read('c', &[], &[]);
    for event in [
        news(GateNews::Rerequested),
        failed(EffectKind::ReportPullGate),
        news(GateNews::NotPermitted),
    ] {
        let mut run = Run::new(GatedPulls::All);
        run.hear(&changed());
        run.hear(&none);
        run.hear(&event);
        assert_eq!(run.kinds(&none), [EffectKind::ReportPullGate], "{event:?}");
    }
}

#[test]
fn what_is_over_or_not_judged_is_forgotten() {
    let none = read('c', &[], &[]);
    let mut run = Run::new(GatedPulls::All);
    run.hear(&changed());
    run.hear(&none);
    run.hear(&news(GateNews::Over));
    assert_eq!(run.task, Task::new(place()));
    assert!(run.kinds(&none).is_empty(), "it comes too late");
    let mut run = Run::new(GatedPulls::Off);
    assert!(run.kinds(&changed()).is_empty());
    assert_eq!(run.task, Task::new(place()));
}

#[test]
fn a_person_is_judged_where_all_are() {
    let person = |gated| {
        let mut run = Run::new(gated);
        run.hear(&changed());
        let Event::PullGate(GateNews::Read { mut found }) = read('c', &[], &[]) else {
            panic!("it is read");
        };
        found.author = account("ben");
        let decision = run.hear(&news(GateNews::Read { found }));
        reported(&decision).is_some()
    };
    assert!(person(GatedPulls::All));
    assert!(!person(GatedPulls::Agents));
}
