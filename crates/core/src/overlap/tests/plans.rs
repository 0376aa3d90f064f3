//! Waves.

use proptest::prelude::*;

use super::super::*;
use crate::ids::{IssueNumber, RepositoryId, TaskKey};

fn key(number: i64) -> TaskKey {
    TaskKey::new(RepositoryId(1), IssueNumber(number))
}

fn planned(number: i64, waits_for: &[i64], paths: &[&str]) -> Planned {
    Planned {
        task: key(number),
        at_work: false,
        waits_for: waits_for.iter().copied().map(key).collect(),
        touches: Touched::changed(paths.iter().copied(), &History::default()),
    }
}

const TERMS: WaveTerms = WaveTerms {
    at_once: 3,
    threshold: 0.5,
};

fn shown(queue: &[Planned]) -> String {
    let plan = waves(queue, TERMS);
    let member = |member: &Member| {
        let why = match &member.because {
            Because::First => String::new(),
            Because::WaitsFor(blocker) => format!(" waits for {}", blocker.issue),
            Because::Meets(other, shared) => {
                format!(" meets {} at {}", other.issue, shared.paths.join(" "))
            }
            Because::Full => " full".to_owned(),
        };
        format!("{}{why}", member.task.issue)
    };
    let wave = |wave: &Vec<Member>| wave.iter().map(member).collect::<Vec<_>>().join(", ");
    let mut lines: Vec<String> = plan.waves.iter().map(wave).collect();
    if !plan.left.is_empty() {
        lines.push(format!(
            "left: {:?}",
            plan.left
                .iter()
                .map(|task| task.issue.0)
                .collect::<Vec<_>>()
        ));
    }
    lines.join("\n")
}

#[test]
fn what_meets_goes_into_another_wave_and_the_queue_keeps_its_order() {
    let queue = [
        planned(1, &[], &["a"]),
        planned(2, &[], &["a", "b"]),
        planned(3, &[], &["c"]),
        planned(4, &[], &["b"]),
        planned(5, &[], &["d"]),
        planned(2, &[], &[]),
    ];
    insta::assert_snapshot!(shown(&queue), @"
    1, 3, 4
    2 meets 1 at a, 5 full
    ");
}

#[test]
fn what_is_at_work_is_in_the_first_wave_whatever_it_meets() {
    let at_work = |number, paths: &[&str]| Planned {
        at_work: true,
        ..planned(number, &[99], paths)
    };
    let queue = [
        planned(1, &[], &["a"]),
        at_work(2, &["a"]),
        at_work(3, &["a", "b"]),
        planned(4, &[], &["c"]),
    ];
    insta::assert_snapshot!(shown(&queue), @"
    2, 3, 4
    1 meets 2 at a
    ");
}

#[test]
fn nothing_comes_before_what_it_waits_for() {
    let queue = [
        planned(1, &[2], &["a"]),
        planned(2, &[], &["b"]),
        planned(3, &[1], &["c"]),
        planned(4, &[5], &["d"]),
        planned(5, &[4], &["e"]),
        planned(6, &[99], &["f"]),
        planned(7, &[2], &["a"]),
    ];
    insta::assert_snapshot!(shown(&queue), @"
    2
    1 waits for 2
    3 waits for 1, 7 meets 1 at a
    left: [4, 5, 6]
    ");
}

#[test]
fn one_at_once_is_the_least_and_long_queues_are_cut() {
    let queue: Vec<Planned> = (0..600).map(|number| planned(number, &[], &[])).collect();
    let plan = waves(
        &queue,
        WaveTerms {
            at_once: 0,
            threshold: 0.5,
        },
    );
    assert_eq!((plan.waves.len(), plan.left.len()), (500, 100));
}

proptest! {
    #[test]
    fn waves_hold_what_they_promise(
        tasks in prop::collection::vec((prop::collection::vec(0..20_i64, 0..3), "[a-f]{0,3}"), 0..20),
        at_once in 0..6_usize,
    ) {
        let queue: Vec<Planned> = (0..).zip(&tasks).map(|(number, (waits, paths))| {
            let paths: Vec<String> = paths.chars().map(String::from).collect();
            planned(number, waits, &paths.iter().map(String::as_str).collect::<Vec<_>>())
        }).collect();
        let plan = waves(&queue, WaveTerms { at_once, threshold: 0.5 });
        let of = |task: TaskKey| queue.iter().find(|one| one.task == task).expect("planned");
        let mut before: Vec<TaskKey> = Vec::new();
        for wave in &plan.waves {
            prop_assert!((1..=at_once.max(1)).contains(&wave.len()));
            for (at, member) in wave.iter().enumerate() {
                let one = of(member.task);
                prop_assert!(one.waits_for.iter().all(|blocker| before.contains(blocker)));
                for other in &wave[..at] {
                    prop_assert!(overlap(&one.touches, &of(other.task).touches).share < 0.5);
                }
            }
            before.extend(wave.iter().map(|member| member.task));
        }
        prop_assert_eq!(before.len() + plan.left.len(), queue.len());
        for task in &plan.left {
            prop_assert!(of(*task).waits_for.iter().any(|blocker| !before.contains(blocker)));
        }
    }
}
