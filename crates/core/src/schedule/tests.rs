//! The schedule held against a model that sorts everything anew at each step, and what people hear of it.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::*;
use crate::agent::ErrorClass;
use crate::command::Priority;
use crate::ids::{InstallationId, IssueNumber, RepositoryId, TaskKey, UserId};

const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;

fn key(repository: i64, issue: i64) -> TaskKey {
    TaskKey::new(RepositoryId(repository), IssueNumber(issue))
}

fn queued(queued_at: i64) -> Queued {
    Queued {
        installation: InstallationId(1),
        role: "swe".into(),
        agents: vec!["goose".into()],
        person: None,
        priority: Priority::Medium,
        queued_at,
        told: None,
    }
}

fn live(of: &Queued, agent: &str, since: i64) -> Standing {
    Standing::Live(Live {
        installation: of.installation,
        role: of.role.clone(),
        agent: agent.to_owned(),
        since,
        began: of.person,
    })
}

fn schedule(caps: Caps, waiting: &[(TaskKey, Queued)]) -> Schedule {
    let mut schedule = Schedule::new(caps);
    for (task, queued) in waiting {
        schedule.place(*task, Standing::Queued(queued.clone()), 0);
    }
    schedule
}

fn picked(schedule: &mut Schedule, now: i64) -> Vec<TaskKey> {
    let picks = schedule.picks(Room::default(), now);
    picks.into_iter().map(|pick| pick.task).collect()
}

#[test]
fn a_repository_that_floods_delays_the_single_issue_of_another_by_its_share_only() {
    let mut waiting: Vec<_> = (1..=1_000).map(|n| (key(1, n), queued(n))).collect();
    waiting.push((key(2, 1), queued(5_000)));
    let mut schedule = schedule(Caps::of(3), &waiting);
    assert_eq!(
        picked(&mut schedule, 6_000),
        [key(1, 1), key(2, 1), key(1, 2)]
    );
}

#[test]
fn priority_goes_before_age_and_a_level_is_worth_a_day() {
    let of = |priority, queued_at| Queued {
        priority,
        ..queued(queued_at)
    };
    let mut schedule = schedule(
        Caps::of(4),
        &[
            (key(1, 1), of(Priority::Low, 0)),
            (key(1, 2), of(Priority::Medium, 0)),
            (key(1, 3), of(Priority::High, DAY - 1)),
            (key(1, 4), of(Priority::High, DAY + 1)),
        ],
    );
    assert_eq!(
        picked(&mut schedule, DAY),
        [key(1, 3), key(1, 2), key(1, 4), key(1, 1)]
    );
}

#[test]
fn each_cap_holds_back_what_it_is_for_and_says_so() {
    let caps = |change: fn(&mut Caps)| {
        let mut caps = Caps::of(10);
        change(&mut caps);
        caps
    };
    let cases: [(Caps, Reason); 5] = [
        (
            caps(|caps| caps.installation = 1),
            Reason::Account { most: 1 },
        ),
        (
            caps(|caps| caps.repository = 1),
            Reason::Repository { most: 1 },
        ),
        (
            caps(|caps| caps.roles = BTreeMap::from([("swe".into(), 1)])),
            Reason::Role {
                role: "swe".into(),
                most: 1,
            },
        ),
        (
            caps(|caps| caps.agents = BTreeMap::from([("goose".into(), 1)])),
            Reason::Agent {
                agent: "goose".into(),
                most: 1,
            },
        ),
        (
            caps(|caps| caps.person_per_day = 1),
            Reason::Person {
                most: 1,
                until: 100 + DAY,
            },
        ),
    ];
    for (caps, reason) in cases {
        let one = Queued {
            person: Some(UserId(7)),
            ..queued(0)
        };
        let mut schedule = schedule(caps, &[(key(1, 1), one.clone()), (key(1, 2), one.clone())]);
        assert_eq!(picked(&mut schedule, 100), [key(1, 1)], "{reason:?}");
        schedule.place(key(1, 1), live(&one, "goose", 100), 100);
        assert_eq!(picked(&mut schedule, 100), [], "{reason:?}");
        let news = schedule.news(Room::default(), 20, 100);
        let told = Told {
            place: None,
            reason: reason.clone(),
            within: None,
        };
        assert_eq!(news, [(key(1, 2), told)]);
        schedule.place(key(1, 1), Standing::Away, 200);
        let later = match reason {
            Reason::Person { until, .. } => until,
            _ => 200,
        };
        assert_eq!(picked(&mut schedule, later), [key(1, 2)], "{reason:?}");
    }
}

#[test]
fn a_chain_of_agents_takes_the_first_that_is_open() {
    let one = Queued {
        agents: vec!["claude".into(), "codex".into()],
        ..queued(0)
    };
    let mut schedule = schedule(Caps::of(5), &[(key(1, 1), one)]);
    let limit = (ErrorClass::RateLimit, Some(HOUR));
    let agent = |schedule: &mut Schedule, now| {
        let picks = schedule.picks(Room::default(), now);
        picks.into_iter().map(|pick| pick.agent).next()
    };
    assert_eq!(agent(&mut schedule, 0).as_deref(), Some("claude"));
    schedule.refused("claude", limit, 0);
    assert_eq!(agent(&mut schedule, 0).as_deref(), Some("codex"));
    schedule.refused("codex", limit, 0);
    assert_eq!(agent(&mut schedule, 0), None);
    assert_eq!(schedule.next_moment(0), Some(HOUR));
    assert_eq!(
        schedule.news(Room::default(), 5, 0)[0].1.reason,
        Reason::Closed {
            agent: "claude".into(),
            closed: Closed {
                class: ErrorClass::RateLimit,
                until: Some(HOUR)
            }
        }
    );
    assert_eq!(agent(&mut schedule, HOUR).as_deref(), Some("claude"));
}

#[test]
fn an_agent_that_was_refused_is_tried_by_one_and_then_by_all() {
    let waiting: Vec<_> = (1..=3).map(|n| (key(1, n), queued(n))).collect();
    let mut schedule = schedule(Caps::of(5), &waiting);
    let shut = schedule.refused("goose", (ErrorClass::Auth, None), 0);
    assert_eq!((shut.until, shut.strikes), (10 * 60_000, 1));
    assert_eq!(picked(&mut schedule, shut.until - 1), []);
    assert!(schedule.due(shut.until), "it is time by itself");
    assert_eq!(picked(&mut schedule, shut.until), [key(1, 1)], "one tries");
    schedule.place(key(1, 1), live(&queued(1), "goose", 0), shut.until);
    assert_eq!(picked(&mut schedule, shut.until), []);
    // It is refused as well: twice as long.
    let again = schedule.refused("goose", (ErrorClass::Auth, None), shut.until);
    schedule.place(key(1, 1), Standing::Away, shut.until);
    assert_eq!(again.until, shut.until + 20 * 60_000);
    assert_eq!(picked(&mut schedule, again.until - 1), []);
    schedule.try_now("goose", shut.until + 1);
    assert_eq!(
        picked(&mut schedule, shut.until + 1),
        [key(1, 2)],
        "a person wants it tried"
    );
    let now = shut.until + 2;
    assert!(!schedule.works("goose", shut.until), "it began before");
    assert!(schedule.works("goose", now));
    assert!(!schedule.works("goose", now), "that is known");
    assert_eq!(
        picked(&mut schedule, shut.until + 1),
        [key(1, 2), key(1, 3)]
    );
}

#[test]
fn one_that_tried_and_ended_without_a_word_lets_the_next_try() {
    let waiting: Vec<_> = (1..=2).map(|n| (key(1, n), queued(n))).collect();
    let mut schedule = schedule(Caps::of(5), &waiting);
    schedule.refused("goose", (ErrorClass::RateLimit, Some(5)), 0);
    schedule.place(key(1, 1), live(&queued(1), "goose", 5), 5);
    assert_eq!(picked(&mut schedule, 5), []);
    schedule.place(key(1, 1), Standing::Away, 6);
    assert_eq!(picked(&mut schedule, 6), [key(1, 2)]);
}

#[test]
fn those_at_work_when_the_first_was_refused_do_not_make_it_last_longer() {
    let mut schedule = schedule(Caps::of(5), &[]);
    let first = schedule.refused("goose", (ErrorClass::RateLimit, None), 0);
    let second = schedule.refused("goose", (ErrorClass::RateLimit, None), 1);
    assert_eq!(second.strikes, 1);
    assert!(second.until <= first.until + 1);
}

#[test]
fn a_pause_holds_starts_and_says_whose_it_is() {
    let mut schedule = schedule(
        Caps::of(5),
        &[(key(1, 1), queued(0)), (key(2, 1), queued(0))],
    );
    schedule.pause_repository(RepositoryId(1), true);
    assert_eq!(picked(&mut schedule, 0), [key(2, 1)]);
    schedule.pause(true);
    assert_eq!(picked(&mut schedule, 0), []);
    let reasons: Vec<Reason> = schedule
        .listed(Room::default(), 9, 0)
        .into_iter()
        .map(|(_, told)| told.reason)
        .collect();
    assert_eq!(
        reasons,
        [
            Reason::Paused { repository: false },
            Reason::Paused { repository: false }
        ]
    );
    schedule.pause(false);
    schedule.pause_repository(RepositoryId(1), false);
    assert_eq!(picked(&mut schedule, 0).len(), 2);
}

#[test]
fn people_hear_their_place_once_and_again_near_the_front() {
    assert!(worth_telling(None, 40));
    assert!(!worth_telling(Some((40, 41)), 39));
    assert!(worth_telling(Some((4, 9)), 3));
    assert!(!worth_telling(Some((3, 9)), 3));
}

#[test]
fn a_place_is_told_with_an_estimate_once_some_sessions_have_ended() {
    let waiting: Vec<_> = (1..=4).map(|n| (key(1, n), queued(n))).collect();
    let mut schedule = schedule(Caps::of(2), &waiting);
    let within = |schedule: &Schedule| -> Vec<Option<i64>> {
        let news = schedule.news(Room::default(), 9, 0);
        news.into_iter().map(|(_, told)| told.within).collect()
    };
    assert_eq!(within(&schedule), [None; 4]);
    for n in 0..3 {
        schedule.place(key(9, n), live(&queued(0), "goose", 0), 0);
        schedule.place(key(9, n), Standing::Away, 600_000);
    }
    assert_eq!(
        within(&schedule),
        [300_000, 600_000, 900_000, 1_200_000].map(Some)
    );
}

#[test]
fn what_is_known_is_no_news() {
    let waiting: Vec<_> = (1..=30).map(|n| (key(1, n), queued(n))).collect();
    let mut schedule = schedule(Caps::of(0), &waiting);
    let news = schedule.news(Room::default(), 20, 0);
    assert_eq!(news.len(), 20);
    for (task, told) in news {
        schedule.knows(task, told);
    }
    assert_eq!(schedule.news(Room::default(), 20, 0), []);
    // The one before all goes: only the front hears of it, and who comes near enough for the first time.
    schedule.place(key(1, 1), Standing::Away, 0);
    let moved: Vec<TaskKey> = schedule
        .news(Room::default(), 20, 0)
        .into_iter()
        .map(|(task, _)| task)
        .collect();
    assert_eq!(moved, [key(1, 2), key(1, 3), key(1, 4), key(1, 21)]);
    let full_disk = Room {
        disk_short: true,
        ..Room::default()
    };
    assert_eq!(
        schedule.news(full_disk, 20, 0).len(),
        20,
        "another reason is news for all"
    );
}

/// What the model knows of a task that waits.
type Waiting = BTreeMap<TaskKey, Queued>;

/// One after the other, everything sorted anew: the repository with the fewest at work, that which was served longest ago, the
/// turn.
fn model(waiting: &Waiting, at_work: &Waiting, served: &[i64], caps: &Caps) -> Vec<TaskKey> {
    let (mut left, mut on, mut served) = (waiting.clone(), at_work.clone(), served.to_vec());
    let mut picks = Vec::new();
    let count = |on: &BTreeMap<TaskKey, Queued>, is: &dyn Fn(&TaskKey, &Queued) -> bool| {
        on.iter().filter(|(task, it)| is(task, it)).count()
    };
    let full = |limit: u32, taken: usize| limit > 0 && taken >= limit as usize;
    while on.len() < caps.sessions as usize {
        let next = left
            .iter()
            .filter(|(task, it)| {
                let repository = count(&on, &|other, _| other.repository == task.repository);
                let account = count(&on, &|_, other| other.installation == it.installation);
                let role = count(&on, &|_, other| other.role == it.role);
                let agent = count(&on, &|_, other| other.agents == it.agents);
                let of_role = caps.roles.get(&it.role).copied().unwrap_or_default();
                let of_agent = caps.agents.get(&it.agents[0]).copied().unwrap_or_default();
                !full(caps.repository, repository)
                    && !full(caps.installation, account)
                    && !full(of_role, role)
                    && !full(of_agent, agent)
            })
            .min_by_key(|(task, it)| {
                let busy = count(&on, &|other, _| other.repository == task.repository);
                let last = served.iter().rposition(|other| *other == task.repository.0);
                (busy, last, Turn::new(**task, it.priority, it.queued_at))
            })
            .map(|(task, it)| (*task, it.clone()));
        let Some((task, it)) = next else { break };
        left.remove(&task);
        on.insert(task, it);
        served.push(task.repository.0);
        picks.push(task);
    }
    picks
}

fn any_task() -> impl Strategy<Value = (TaskKey, Queued)> {
    (1..5_i64, 1..9_i64, 0..3_usize, 0..4_i64, 0..3_usize).prop_map(
        |(repository, issue, level, days, kind)| {
            let one = Queued {
                installation: InstallationId(repository / 3),
                role: ["swe", "testing", "docs"][kind].into(),
                agents: vec![["goose", "codex", "goose"][kind].into()],
                priority: [Priority::High, Priority::Medium, Priority::Low][level],
                ..queued(days * DAY + issue)
            };
            (key(repository, issue), one)
        },
    )
}

fn any_caps() -> impl Strategy<Value = Caps> {
    (1..6_u32, 0..4_u32, 0..3_u32, 0..3_u32, 0..3_u32).prop_map(
        |(sessions, installation, repository, role, agent)| Caps {
            installation,
            repository,
            roles: BTreeMap::from([("swe".into(), role)]),
            agents: BTreeMap::from([("goose".into(), agent)]),
            ..Caps::of(sessions)
        },
    )
}

proptest! {
    /// Whatever comes, goes, starts and ends in whatever order: the same ones start as the model says, no cap is exceeded, and
    /// whoever does not start has a reason that is so.
    #[test]
    fn it_picks_what_the_model_picks(caps in any_caps(), steps in prop::collection::vec((any_task(), 0..3_u8), 1..60)) {
        let mut schedule = Schedule::new(caps.clone());
        let (mut waiting, mut on, mut served) = (Waiting::new(), Waiting::new(), Vec::new());
        for ((task, it), what) in steps {
            waiting.remove(&task);
            let before = on.remove(&task);
            match what {
                0 => schedule.place(task, Standing::Away, 0),
                1 => {
                    schedule.place(task, live(&it, &it.agents[0], 0), 0);
                    // A session that stays at work starts nothing anew.
                    if before.is_none_or(|before| (&before.role, &before.agents) != (&it.role, &it.agents)) {
                        served.push(task.repository.0);
                    }
                    on.insert(task, it);
                }
                _ => {
                    schedule.place(task, Standing::Queued(it.clone()), 0);
                    waiting.insert(task, it);
                }
            }
            prop_assert_eq!(schedule.waiting(), waiting.len());
            prop_assert_eq!(schedule.at_work() as usize, on.len());
        }
        prop_assert_eq!(picked(&mut schedule, 0), model(&waiting, &on, &served, &caps));
        let listed: Vec<TaskKey> = schedule.listed(Room::default(), 99, 0).into_iter().map(|(task, _)| task).collect();
        let all: BTreeSet<TaskKey> = listed.iter().copied().collect();
        prop_assert_eq!(all.len(), listed.len(), "nobody is listed twice");
        prop_assert_eq!(all, waiting.keys().copied().collect::<BTreeSet<_>>());
    }

    /// Only what is true at the end counts, not the order in which it was said, nor how often.
    #[test]
    fn the_order_of_news_does_not_matter(mut tasks in prop::collection::vec(any_task(), 1..30), turn in 0..30_usize) {
        tasks.sort_by_key(|(task, _)| *task);
        tasks.dedup_by_key(|(task, _)| *task);
        let mut straight = schedule(Caps::of(9), &tasks);
        let by = turn % tasks.len();
        tasks.rotate_left(by);
        let doubled: Vec<_> = tasks.iter().chain(&tasks).cloned().collect();
        prop_assert_eq!(picked(&mut straight, 0), picked(&mut schedule(Caps::of(9), &doubled), 0));
    }
}

#[test]
fn one_word_alone_shuts_an_agent_for_a_day_at_most_and_a_second_for_as_long_as_it_says() {
    let mut schedule = schedule(Caps::of(5), &[]);
    let week = (ErrorClass::RateLimit, Some(7 * 24 * HOUR));
    assert_eq!(schedule.refused("goose", week, 0).until, 24 * HOUR);
    assert_eq!(schedule.refused("goose", week, 1).until, 7 * 24 * HOUR);
}
