//! What is not ready holds back what needs it, and nothing else.

use crate::command::Priority;
use crate::ids::{InstallationId, IssueNumber, RepositoryId, TaskKey};
use crate::schedule::{
    Caps, Fault, OnFault, Queued, READY_FOR_MS, Reason, Room, Schedule, Standing, Subject, Told,
};

fn key(repository: i64, issue: i64) -> TaskKey {
    TaskKey::new(RepositoryId(repository), IssueNumber(issue))
}

fn queue(schedule: &mut Schedule, task: TaskKey, agents: &[&str]) {
    let queued = Queued {
        installation: InstallationId(1),
        role: "swe".into(),
        agents: agents.iter().map(|agent| (*agent).to_owned()).collect(),
        person: None,
        priority: Priority::Medium,
        queued_at: task.issue.0,
        told: None,
    };
    schedule.place(task, Standing::Queued(queued), 0);
}

fn agent(name: &str) -> Subject {
    Subject::Agent(name.to_owned())
}

fn broken(name: &str) -> Option<Fault> {
    Some(Fault::Agent {
        agent: name.to_owned(),
        why: "it is not installed".to_owned(),
    })
}

fn picks(schedule: &mut Schedule, now: i64) -> Vec<(i64, String)> {
    let picks = schedule.picks(Room::default(), now).into_iter();
    picks.map(|pick| (pick.task.issue.0, pick.agent)).collect()
}

fn reason(schedule: &Schedule, issue: i64) -> Reason {
    let listed = schedule.listed(Room::default(), 99, 0).into_iter();
    let mut of = listed.filter(|(task, _)| task.issue.0 == issue);
    of.next().expect("it waits").1.reason
}

fn asked(schedule: &Schedule, now: i64) -> Vec<Subject> {
    schedule.asks(now).into_iter().map(|(it, _)| it).collect()
}

#[test]
fn what_is_not_known_is_asked_for_first_and_a_fault_holds_only_what_needs_it() {
    let here = Subject::Repository(RepositoryId(1));
    let mut schedule = Schedule::new(Caps::of(9));
    queue(&mut schedule, key(1, 1), &["goose"]);
    queue(&mut schedule, key(1, 2), &["codex"]);
    queue(&mut schedule, key(1, 3), &["codex", "goose"]);
    assert_eq!(picks(&mut schedule, 0).len(), 3, "nobody looks");
    assert_eq!(asked(&schedule, 0), []);
    schedule.looks_for_faults(OnFault::Hold);
    assert_eq!(picks(&mut schedule, 0), []);
    assert_eq!(
        asked(&schedule, 0),
        [agent("codex"), agent("goose"), here.clone()]
    );
    assert_eq!(
        schedule.news(Room::default(), 9, 0),
        [],
        "that nobody has looked yet is no news"
    );
    assert!(schedule.found(agent("codex"), broken("codex"), 0));
    assert!(!schedule.found(agent("codex"), broken("codex"), 0));
    assert!(!schedule.found(agent("goose"), None, 0));
    assert!(!schedule.found(here.clone(), None, 0));
    assert_eq!(
        picks(&mut schedule, 1),
        [(1, "goose".to_owned()), (3, "goose".to_owned())]
    );
    let fault = broken("codex").expect("a fault");
    let held = Reason::Unready { fault };
    assert_eq!(reason(&schedule, 2), held);
    let news = schedule.news(Room::default(), 9, 1);
    assert!(news.contains(&(key(1, 2), Told::held(held))), "{news:?}");
    assert_eq!(asked(&schedule, 1), []);
    // It is looked at again while somebody waits for it, and what was ready as well before more of it starts.
    let later = READY_FOR_MS;
    assert_eq!(
        asked(&schedule, later),
        [agent("codex"), agent("goose"), here]
    );
    assert_eq!(picks(&mut schedule, later), []);
    assert!(schedule.found(agent("codex"), None, later), "mended");
    schedule.found(Subject::Repository(RepositoryId(1)), None, later);
    assert_eq!(
        picks(&mut schedule, later),
        [(2, "codex".to_owned()), (3, "codex".to_owned())]
    );
}

#[test]
fn a_fault_of_a_repository_holds_it_alone_and_nothing_is_asked_for_what_is_paused() {
    let mut schedule = Schedule::new(Caps::of(9));
    schedule.looks_for_faults(OnFault::Hold);
    queue(&mut schedule, key(1, 1), &["goose"]);
    queue(&mut schedule, key(2, 2), &["goose"]);
    let fault = Fault::Permissions {
        lacks: vec!["contents=write".into()],
    };
    schedule.found(agent("goose"), None, 0);
    let (one, two) = (
        Subject::Repository(RepositoryId(1)),
        Subject::Repository(RepositoryId(2)),
    );
    schedule.found(one.clone(), Some(fault.clone()), 0);
    schedule.found(two, None, 0);
    assert_eq!(picks(&mut schedule, 1), [(2, "goose".to_owned())]);
    assert_eq!(reason(&schedule, 1), Reason::Unready { fault });
    schedule.pause_repository(RepositoryId(2), true);
    assert_eq!(asked(&schedule, READY_FOR_MS), [agent("goose"), one]);
    schedule.pause(true);
    assert_eq!(asked(&schedule, READY_FOR_MS), []);
}

#[test]
fn a_fault_that_is_only_told_holds_nothing() {
    let mut schedule = Schedule::new(Caps::of(9));
    schedule.looks_for_faults(OnFault::Tell);
    queue(&mut schedule, key(1, 1), &["goose"]);
    assert_eq!(asked(&schedule, 0).len(), 2);
    assert!(schedule.found(agent("goose"), broken("goose"), 0));
    assert_eq!(picks(&mut schedule, 0).len(), 1);
}
