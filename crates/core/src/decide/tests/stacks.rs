//! Work that stands on the pull request of another issue, for the golden table; and what it comes to.

use super::dependencies::one_open;
use super::events::{
    facts, failed, labeled, may_publish, place, policy, ready, session, sha, turn, work,
};
use super::{decide, walk};
use crate::base_branch::BaseSource;
use crate::dependency::{BlockerNews, RelatedNews};
use crate::effect::{self, Action, EffectKind};
use crate::event::{Event, PullStanding};
use crate::ids::{AgentBranch, IssueNumber, TaskKey};
use crate::policy::Policy;
use crate::stack::{PullBelow, PullBelowIs, RestackEnd, Restacked};
use crate::task::{Gate, Task};

/// One of each.
pub(super) fn stacks() -> Vec<(&'static str, Event)> {
    vec![
        (
            "the pull request below is in review",
            below('e', PullBelowIs::InReview),
        ),
        (
            "the pull request below has new commits",
            below('f', PullBelowIs::Revised),
        ),
        ("the pull request below is merged", below('e', merged())),
        (
            "the pull request below is closed",
            below('e', PullBelowIs::Closed),
        ),
        ("rebased", restacked(RestackEnd::Rebased { head: sha('9') })),
        ("rebased: a conflict", restacked(RestackEnd::Conflict)),
        ("failed: restack", failed(EffectKind::Restack)),
        ("failed: join stack", failed(EffectKind::JoinStack)),
    ]
}

fn merged() -> PullBelowIs {
    PullBelowIs::Merged {
        into: "main".into(),
        from: None,
    }
}

fn below(head: char, is: PullBelowIs) -> Event {
    let pull = PullBelow {
        number: 20,
        branch: AgentBranch::new(IssueNumber(3), "First"),
        head: Some(sha(head)),
        is,
    };
    Event::Related {
        news: RelatedNews::Blocker {
            issue: TaskKey::new(place().repository, IssueNumber(3)),
            news: BlockerNews::Pull(pull),
        },
    }
}

fn restacked(end: RestackEnd) -> Event {
    let base = "main".into();
    Event::Related {
        news: RelatedNews::Restacked(Restacked { base, end }),
    }
}

fn read() -> Event {
    Event::DependenciesRead {
        found: Box::new(one_open()),
    }
}

fn begun() -> Vec<Event> {
    vec![
        labeled(10),
        facts(|facts| facts.snapshot.body = "Depends on #3.".into()),
        read(),
        below('e', PullBelowIs::InReview),
        Event::SlotGranted { agent: None },
        ready(1),
    ]
}

/// In review, on the branch of #3.
pub(super) fn stacked() -> Task {
    let rest = [
        turn("Done.", None),
        work(|_| ()),
        may_publish(|facts| facts.base_branch = "agent/3-first".into()),
        Event::Published {
            session: session(1),
            head: sha('b'),
        },
        Event::PullOpened {
            session: session(1),
            number: 13,
            url: "u".into(),
            draft: true,
            standing: PullStanding::Open,
        },
    ];
    walk(&[&begun()[..], &rest].concat())
}

fn planned(task: &Task, event: &Event) -> (Task, Vec<EffectKind>) {
    let decision = decide(task, event, &policy(), 60_000);
    let kinds = decision.effects.iter();
    let kinds = kinds.map(|planned| planned.effect.kind()).collect();
    (decision.task, kinds)
}

#[test]
fn it_begins_once_the_only_issue_it_waits_for_is_in_review() {
    let path = begun();
    let waits = walk(&path[..3]);
    assert_eq!(waits.gate(), Some(Gate::Blockers));
    let may = walk(&path[..4]);
    assert_eq!(may.gate(), None);
    // While that one is revised it is not in review.
    let revised = planned(&may, &below('e', PullBelowIs::Revised)).0;
    assert_eq!(revised.gate(), Some(Gate::Blockers));
    let job = walk(&path[..5]).job().cloned().expect("a job");
    assert_eq!(
        (job.base_branch.as_str(), job.base),
        ("agent/3-first", Some(sha('e')))
    );
    let by = BaseSource::Below {
        issue: IssueNumber(3),
        pull: 20,
    };
    assert_eq!(job.base_from, Some(by));
}

#[test]
fn where_the_operator_does_not_want_it_or_a_person_named_a_base_it_waits() {
    let mut off: Policy = policy();
    off.issues.stack = false;
    let mut task = Task::new(place());
    for event in &begun()[..4] {
        task = decide(&task, event, &off, 1_000).task;
    }
    assert_eq!(task.gate(), Some(Gate::Blockers));
    let mut path = begun();
    path[1] = facts(|facts| {
        facts.snapshot.body = "Depends on #3.".into();
        facts.snapshot.labels.push("base:next".into());
        facts.base = Some(crate::event::FoundBranch {
            asked: "next".into(),
            name: "next".into(),
            head: Some(sha('c')),
        });
    });
    assert_eq!(walk(&path[..4]).gate(), Some(Gate::Blockers));
}

#[test]
fn it_follows_a_merge_and_stands_on_nothing_then() {
    let (task, kinds) = planned(&stacked(), &below('f', merged()));
    assert!(kinds.contains(&EffectKind::Restack), "{kinds:?}");
    // A second word of it moves nothing twice, and no revision begins meanwhile.
    let (task, kinds) = planned(&task, &below('f', merged()));
    assert!(!kinds.contains(&EffectKind::Restack), "{kinds:?}");
    let decision = decide(
        &task,
        &restacked(RestackEnd::Rebased { head: sha('9') }),
        &policy(),
        61_000,
    );
    let task = decision.task;
    assert_eq!(task.stack.on, None);
    assert_eq!(task.branch_head, Some(sha('9')));
    let job = task.job().expect("a job");
    assert_eq!((job.base_branch.as_str(), &job.base_from), ("main", &None));
    let deleted = decision.effects.iter().any(|planned| {
        matches!(&planned.effect.action, Action::DeleteBranch(effect::DeleteBranch { head, .. }) if *head == sha('f'))
    });
    assert!(deleted, "the branch below goes last");
}

#[test]
fn a_merge_before_its_own_pull_request_leads_that_there() {
    let running = walk(&begun());
    let (task, kinds) = planned(&running, &below('e', merged()));
    assert!(!kinds.contains(&EffectKind::Restack), "{kinds:?}");
    assert_eq!(task.job().map(|job| job.base_branch.as_str()), Some("main"));
    assert!(task.stack.on.is_some(), "its branch still has to follow");
}

#[test]
fn closed_below_a_person_is_asked_until_it_is_open_again() {
    let (task, _) = planned(&stacked(), &below('e', PullBelowIs::Closed));
    assert!(task.needs_a_person());
    let (task, _) = planned(&task, &below('e', PullBelowIs::InReview));
    assert!(!task.needs_a_person());
}
