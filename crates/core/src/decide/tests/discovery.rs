//! Work that a session finds: what is made of it, in which order, and what starts by itself and by whose right.

use super::events::{account, facts, failed, place, policy, session};
use super::{decide, stages};
use crate::actor::Actor;
use crate::dependency::Named;
use crate::discovery::{Awaited, Discover, DiscoveryNews, FoundState, NewIssue};
use crate::effect::{Action, CreateIssue, EffectKind};
use crate::event::{Asking, Event};
use crate::ids::{IssueNumber, RepositoryId, TaskKey};
use crate::policy::Policy;
use crate::task::{End, Stage, Task};
use crate::text;

fn new(title: &str, waits_for: &[Awaited]) -> NewIssue {
    NewIssue {
        title: title.into(),
        body: "Please, @ana.".into(),
        labels: vec!["role:swe".into()],
        waits_for: waits_for.to_vec(),
    }
}

fn found(issues: Vec<NewIssue>) -> Event {
    Event::Discovery(DiscoveryNews::Found {
        session: session(1),
        issues,
    })
}

fn made(key: &str, number: i64) -> Event {
    Event::Discovery(DiscoveryNews::Made {
        key: key.into(),
        number: IssueNumber(number),
    })
}

fn start(generation: u32) -> Event {
    let of = Named {
        key: TaskKey::new(RepositoryId(1), IssueNumber(3)),
        name: place().name,
    };
    let by = Actor::Person(account("ana"));
    Event::Discovery(DiscoveryNews::Start { of, by, generation })
}

/// One of each.
pub(super) fn discovery() -> Vec<(&'static str, Event)> {
    let two = || vec![new("Mend it", &[]), new("Test it", &[Awaited::New(0)])];
    let listed = Event::Discovery(DiscoveryNews::Listed { issues: two() });
    vec![
        ("found: two issues", found(two())),
        ("listed: two issues", listed),
        ("issue made", made("1.1", 14)),
        ("found issue starts", start(1)),
        ("failed: create issue", failed(EffectKind::CreateIssue)),
    ]
}

fn with(discover: Discover) -> Policy {
    let mut policy = policy();
    policy.issues.discover = discover;
    policy
}

fn running() -> Task {
    let found = stages().into_iter().find(|(name, _)| *name == "running");
    found.expect("a stage").1
}

/// A task on its way, and the issues it has made.
struct Course {
    task: Task,
    policy: Policy,
    made: Vec<CreateIssue>,
    tells: Vec<Event>,
    comments: Vec<String>,
}

impl Course {
    fn new(discover: Discover) -> Self {
        Self {
            task: running(),
            policy: with(discover),
            made: vec![],
            tells: vec![],
            comments: vec![],
        }
    }

    fn hear(&mut self, event: &Event) -> String {
        let decision = decide(&self.task, event, &self.policy, 9_000);
        for planned in decision.effects {
            match planned.effect.action {
                Action::CreateIssue(create) => self.made.push(create),
                Action::UpsertComment(comment) => self.comments.push(comment.body),
                _ => {}
            }
        }
        self.tells.extend(decision.tells.into_iter().map(|tell| {
            assert_eq!(tell.place.repository, place().repository);
            tell.event
        }));
        self.task = decision.task;
        decision.reason
    }

    fn titles(&self) -> Vec<&str> {
        self.made.iter().map(|one| one.title.as_str()).collect()
    }
}

#[test]
fn each_is_made_behind_what_it_waits_for_and_names_it() {
    let mut course = Course::new(Discover::Create);
    let known = Awaited::Known("octo/lib#3".into());
    course.hear(&found(vec![
        new("Test it", &[Awaited::New(1), known]),
        new("Mend it", &[]),
    ]));
    assert_eq!(course.titles(), ["Mend it"]);
    assert_eq!(
        course.hear(&made("1.1", 20)),
        "stale: nobody waits for that issue"
    );
    course.hear(&made("1.2", 20));
    assert_eq!(course.titles(), ["Mend it", "Test it"]);
    course.hear(&made("1.2", 20));
    course.hear(&made("1.1", 21));
    assert_eq!(course.titles().len(), 2);
    assert_eq!(course.made[1].labels, ["role:swe"]);
    insta::assert_snapshot!(course.made[1].body, @"
    Please, `@ana`.

    ---

    Found while working on #12.

    Depends on #20
    Depends on octo/lib#3
    ");
    assert!(course.tells.is_empty() && course.comments.is_empty());
    insta::assert_snapshot!(text::discovery::section(&course.task.discovered).unwrap_or_default(), @"
    Found on the way:

    - #21 Test it: to start it, add the label `agent:go` there
    - #20 Mend it: to start it, add the label `agent:go` there
    ");
}

#[test]
fn what_starts_by_itself_has_the_label_and_is_told_by_whose_right() {
    let mut course = Course::new(Discover::Start);
    course.hear(&found(vec![new("Mend it", &[])]));
    assert_eq!(course.made[0].labels, ["role:swe", "agent:go"]);
    course.hear(&made("1.1", 20));
    let [Event::Discovery(DiscoveryNews::Start { of, by, generation })] = course.tells.as_slice()
    else {
        panic!("{:?}", course.tells);
    };
    assert_eq!((of.key, generation), (place().task(), &1));
    assert_eq!(by.login(), Some("ana"));
    // The fourth of a row is a person's to start.
    course.task.discovered.generation = 3;
    course.hear(&found(vec![new("More", &[])]));
    course.hear(&made("2.1", 21));
    assert_eq!(course.made[1].labels, ["role:swe"]);
    assert_eq!(course.tells.len(), 1);
}

#[test]
fn what_github_refuses_is_told_with_all_that_waits_for_it() {
    let mut course = Course::new(Discover::Create);
    course.hear(&found(vec![
        new("Mend it", &[]),
        new("Test it", &[Awaited::New(0)]),
        new("Tell of it", &[]),
    ]));
    course.hear(&failed(EffectKind::CreateIssue));
    assert_eq!(course.titles(), ["Mend it", "Tell of it"]);
    assert!(course.comments.is_empty(), "one comment, when all is over");
    course.hear(&made("1.3", 20));
    let [comment] = course.comments.as_slice() else {
        panic!("{:?}", course.comments);
    };
    insta::assert_snapshot!(comment, @"
    The agent found more work here, and not all of it could be made into issues:

    - Mend it: GitHub could not be reached for long enough (no)
    - Test it: it waits for “Mend it”, which could not be made

    Whoever wants that done opens an issue for it.
    ");
    assert!(
        matches!(course.task.stage, Stage::Working { .. }),
        "the session goes on"
    );
    insta::assert_snapshot!(text::discovery::section(&course.task.discovered).unwrap_or_default(), @"
    Found on the way:

    - Mend it: no issue was made, because GitHub could not be reached for long enough (no)
    - Test it: no issue was made, because it waits for “Mend it”, which could not be made
    - #20 Tell of it: to start it, add the label `agent:go` there
    ");
}

#[test]
fn more_than_a_session_may_is_not_made_and_not_passed_over() {
    let mut course = Course::new(Discover::Create);
    course.policy.limits.discovered = 2;
    course.hear(&found(vec![new("a", &[]), new("b", &[])]));
    let before = course.task.timeline.len();
    course.hear(&found(vec![new("c", &[])]));
    assert_eq!(course.task.discovered.issues.len(), 2);
    assert_eq!(course.task.timeline.len(), before + 1);
    let mut course = Course::new(Discover::Off);
    course.hear(&found(vec![new("a", &[])]));
    assert!(course.task.discovered.issues.is_empty());
}

#[test]
fn a_found_issue_starts_only_where_the_operator_lets_it_and_while_its_label_is_there() {
    let fresh = || Task::new(place());
    let decision = decide(&fresh(), &start(1), &with(Discover::Create), 9_000);
    assert!(decision.effects.is_empty() && decision.task == fresh());
    let decision = decide(&fresh(), &start(2), &with(Discover::Start), 9_000);
    assert_eq!(decision.task.discovered.generation, 2);
    assert!(matches!(decision.task.stage, Stage::Checking { .. }));
    let checked = |labeled: bool, write: bool| {
        let event = facts(|facts| {
            facts.asking = Asking::Discovery;
            if !labeled {
                facts.labels_now.clear();
            }
            if !write {
                facts.permission = Some(crate::actor::Permission::Read);
            }
        });
        decide(&decision.task, &event, &with(Discover::Start), 9_500).task
    };
    assert!(matches!(checked(true, true).stage, Stage::Queued { .. }));
    assert!(matches!(checked(false, true).stage, Stage::Idle));
    let refused = checked(true, false);
    let Stage::Ended { end, .. } = &refused.stage else {
        panic!("{:?}", refused.stage);
    };
    assert!(matches!(end, End::Refused { .. }), "and it is said why");
    // A second word of it starts nothing.
    let again = decide(
        &checked(true, true),
        &start(2),
        &with(Discover::Start),
        9_900,
    );
    assert!(again.effects.is_empty());
}

#[test]
fn a_repository_that_is_taken_away_gets_no_more_issues() {
    let mut course = Course::new(Discover::Create);
    course.hear(&found(vec![new("a", &[])]));
    course.hear(&found(vec![new("b", &[]), new("c", &[])]));
    // One failed, and another one is on its way: nobody was told yet.
    course.hear(&failed(EffectKind::CreateIssue));
    course.hear(&failed(EffectKind::CreateIssue));
    assert_eq!((course.made.len(), course.comments.len()), (3, 0));
    course.hear(&Event::TakenAway {
        how: crate::event::Loss::Uninstalled,
    });
    let failed =
        |one: &crate::discovery::Found| matches!(one.state, FoundState::Failed { told: true, .. });
    let issues = &course.task.discovered.issues;
    assert!(issues.iter().all(failed), "{issues:?}");
    course.hear(&made("2.2", 20));
    assert_eq!((course.made.len(), course.comments.len()), (3, 0));
}
