//! A change that is much to read: people are asked once before its pull request opens.

use super::events::*;
use super::{decide, stages};
use crate::effect::EffectKind;
use crate::event::Event;
use crate::policy::Policy;
use crate::task::{Stage, Step, Task};
use crate::text::pull_size;

fn collecting() -> Task {
    let found = stages().into_iter().find(|(name, _)| *name == "collecting");
    found.expect("a stage").1
}

/// Git found a file with so many new lines.
fn made(path: &str, lines: u64) -> Event {
    work(|work| {
        work.files[0].path = path.into();
        work.files[0].insertions = lines;
    })
}

fn asks_people(task: &Task) -> bool {
    let waits = matches!(
        &task.stage,
        Stage::Working {
            step: Step::Waiting { .. },
            ..
        }
    );
    waits
        && task
            .open_questions()
            .any(|question| question.options == pull_size::options())
}

#[test]
fn people_are_asked_before_much_opens_as_one_pull_request() {
    let policy = policy();
    let large = decide(&collecting(), &made("src/page.rs", 801), &policy, 60_000);
    assert!(asks_people(&large.task), "{}", large.reason);
    let publishes = large
        .effects
        .iter()
        .any(|planned| planned.effect.action.kind() == EffectKind::CheckPublish);
    assert!(!publishes, "nothing is published meanwhile");
}

#[test]
fn nobody_is_asked_of_what_is_short_or_need_not_be_read() {
    let limited = |lines| {
        let mut policy = policy();
        policy.limits.pull_lines = lines;
        policy
    };
    let apart = Policy {
        uncounted: vec!["src/api/**".into()],
        ..policy()
    };
    let cases = [
        (made("src/page.rs", 800), policy()),
        (made("tests/page.rs", 5_000), policy()),
        (made("Cargo.lock", 5_000), policy()),
        (made("src/api/page.rs", 5_000), apart),
        (made("src/page.rs", 5_000), limited(0)),
    ];
    for (found, policy) in cases {
        let decision = decide(&collecting(), &found, &policy, 60_000);
        assert!(!asks_people(&decision.task), "{found:?}");
    }
}

#[test]
fn nobody_is_asked_twice() {
    let policy = policy();
    let asked = decide(&collecting(), &made("src/page.rs", 900), &policy, 60_000).task;
    let Stage::Working { job, progress, .. } = &asked.stage else {
        unreachable!("it waits");
    };
    let mut again = collecting();
    let Stage::Working { step, .. } = &again.stage else {
        unreachable!("it collects");
    };
    let stage = Stage::Working {
        job: job.clone(),
        step: step.clone(),
        progress: progress.clone(),
    };
    again.conversation = asked.conversation.clone();
    again.stage = stage;
    for question in &mut again.conversation.questions {
        question.answer = question.by_default(70_000);
    }
    let opens = decide(&again, &made("src/page.rs", 900), &policy, 80_000);
    assert!(
        matches!(
            &opens.task.stage,
            Stage::Working {
                step: Step::Asking { .. },
                ..
            }
        ),
        "{}",
        opens.reason
    );
}
