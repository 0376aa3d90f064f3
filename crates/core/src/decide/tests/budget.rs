//! What an issue may cost: held before a turn, cut in one, gone on when it is raised, and each of it whatever else happens.

use super::events::*;
use super::{decide, stages};
use crate::actor::Permission;
use crate::agent::{Stop, TurnEnd};
use crate::budget::Cap;
use crate::effect::{Action, EffectKind};
use crate::event::Event;
use crate::policy::Policy;
use crate::task::{BlockReason, Next, Stage, Task};
use crate::usage::{Report, Scope, Tokens};

fn stage(name: &str) -> Task {
    let found = stages().into_iter().find(|(other, _)| *other == name);
    found.expect("a stage").1
}

fn limited(tokens: u64) -> Policy {
    let mut policy = policy();
    policy.limits.issue_tokens = tokens;
    policy
}

fn cost(tokens: u64) -> Report {
    Report {
        scope: Scope::Turn,
        tokens: Some(Tokens {
            input: tokens,
            ..Tokens::default()
        }),
        began: 4_000,
        ..Report::default()
    }
}

fn ended(stop: Stop, tokens: u64) -> Event {
    Event::TurnEnded {
        session: session(1),
        end: TurnEnd {
            stop,
            message: "Done.".into(),
            usage: cost(tokens),
            error: None,
            agent_session: "s".into(),
            resumed: false,
        },
        tail: vec![],
    }
}

fn held(task: &Task) -> Option<Cap> {
    match &task.stage {
        Stage::Blocked {
            reason: BlockReason::Budget { cap },
            ..
        } => Some(*cap),
        _ => None,
    }
}

#[test]
fn a_turn_that_was_cut_waits_with_its_work_kept_and_goes_on_when_raised() {
    let policy = limited(1_000);
    let cut = decide(
        &stage("running"),
        &ended(Stop::OutOfBudget, 1_000),
        &policy,
        60_000,
    );
    assert_eq!(held(&cut.task), Some(Cap::Tokens), "{}", cut.reason);
    assert!(matches!(
        &cut.task.stage,
        Stage::Blocked {
            next: Next::Conversation { interrupted: true },
            ..
        }
    ));
    let kinds: Vec<EffectKind> = cut
        .effects
        .iter()
        .map(|planned| planned.effect.kind())
        .collect();
    assert!(
        kinds.contains(&EffectKind::Collect) && kinds.contains(&EffectKind::UpsertComment),
        "{kinds:?}"
    );
    let raise = |body: &str| {
        decide(
            &cut.task,
            &weighed(700, body, Permission::Write),
            &policy,
            61_000,
        )
        .task
    };
    assert_eq!(raise("/agent budget +500 tokens").state(), "queued");
    assert_eq!(
        raise("/agent budget +1").state(),
        "queued",
        "of what is used up"
    );
    assert_eq!(
        raise("/agent budget +$5").state(),
        "needs-you",
        "that is not limited"
    );
    assert_eq!(
        raise("/agent budget +2 attempts").state(),
        "needs-you",
        "that is not used up"
    );
    assert_eq!(raise("/agent go").state(), "needs-you");
    assert_eq!(raise("/agent stop").state(), "cancelled");
}

#[test]
fn a_turn_that_ended_by_itself_has_its_work_published_and_no_other_begins() {
    let policy = limited(1_000);
    let done = decide(
        &stage("running"),
        &ended(Stop::EndTurn, 5_000),
        &policy,
        60_000,
    );
    assert_eq!(done.task.state(), "working", "git looks at what it made");
    let asked = decide(
        &stage("asking"),
        &ended(Stop::EndTurn, 5_000),
        &policy,
        60_000,
    );
    let answered = decide(
        &asked.task,
        &weighed(701, "1", Permission::Write),
        &policy,
        61_000,
    );
    assert_eq!(
        held(&answered.task),
        Some(Cap::Tokens),
        "{}",
        answered.reason
    );
    let ends = |planned: &super::super::Planned| planned.effect.kind() == EffectKind::RunTurn;
    assert!(!answered.effects.iter().any(ends));
    let raised = decide(
        &answered.task,
        &weighed(702, "/agent budget +1M tokens", Permission::Write),
        &policy,
        62_000,
    );
    let goes_on = decide(
        &raised.task,
        &Event::SlotGranted { agent: None },
        &policy,
        63_000,
    );
    let prompt = goes_on
        .effects
        .iter()
        .find_map(|planned| match &planned.effect.action {
            Action::RunTurn(run) => Some(run.turn.clone()),
            _ => None,
        });
    let turn = prompt.expect("a turn");
    assert!(
        turn.resumed.contains("red"),
        "the answer was kept: {}",
        turn.resumed
    );
    assert_eq!(
        turn.budget.tokens.map(|left| left.stop),
        Some(1_001_000 - 5_000)
    );
}

#[test]
fn a_queued_session_is_held_whatever_granted_it_a_slot() {
    let mut task = stage("queued");
    task.meter.spent.tokens.input = 1_000;
    let slot = decide(
        &task,
        &Event::SlotGranted { agent: None },
        &limited(1_000),
        60_000,
    );
    assert_eq!(held(&slot.task), Some(Cap::Tokens));
    assert!(
        !slot
            .effects
            .iter()
            .any(|planned| planned.effect.kind() == EffectKind::PrepareWorkspace)
    );
    // The operator allows more: the next news of it lets it go on.
    let news = decide(
        &slot.task,
        &Event::Archived { on: false },
        &limited(2_000),
        61_000,
    );
    assert_eq!(news.task.state(), "queued", "{}", news.reason);
}

#[test]
fn the_last_session_that_an_issue_may_have_is_one_that_it_may_have() {
    let mut policy = policy();
    policy.limits.issue_attempts = 1;
    assert_eq!(stage("queued").used_up(&policy), None);
    let mut second = stage("queued");
    second.sessions = 2;
    assert_eq!(second.used_up(&policy), Some(Cap::Attempts));
    let mut begun = stage("running");
    begun.sessions = 2;
    assert_eq!(
        begun.used_up(&policy),
        None,
        "it is not ended in the middle"
    );
}

#[test]
fn people_are_told_once_that_it_is_nearly_used_up() {
    let policy = limited(1_000);
    let near = Event::BudgetNeared {
        session: session(1),
        cap: Cap::Tokens,
    };
    let told = decide(&stage("running"), &near, &policy, 60_000);
    assert_eq!(told.task.meter.warned, [Cap::Tokens]);
    let again = decide(&told.task, &near, &policy, 61_000);
    assert!(again.events.is_empty(), "{:?}", again.events);
    let over = decide(&told.task, &ended(Stop::EndTurn, 900), &policy, 62_000);
    assert_eq!(over.task.meter.warned, [Cap::Tokens]);
    let comments = |kind| {
        over.effects
            .iter()
            .filter(|planned| planned.effect.kind() == kind)
            .count()
    };
    assert_eq!(comments(EffectKind::UpsertComment), 0);
    // Raised far enough, it is told anew when that is nearly used up.
    let raised = decide(
        &over.task,
        &command("/agent budget +1k tokens"),
        &policy,
        63_000,
    );
    assert_eq!(raised.task.meter.warned, []);
}

#[test]
fn what_was_spent_counts_whatever_became_of_the_turn() {
    let policy = policy();
    let report = |session_number| Event::UsageReported {
        session: session(session_number),
        usage: cost(300),
    };
    for (name, task) in stages() {
        let known = task.job().is_some();
        let before = task.meter.spent.tokens.total();
        let after = decide(&task, &report(1), &policy, 900_000).task;
        assert_eq!(after.meter.spent.tokens.total(), before + 300, "{name}");
        let of_it = after.session_usage(&session(1)).tokens.total();
        assert_eq!(of_it, if known { before + 300 } else { 0 }, "{name}");
        assert_eq!(
            after.meter.waited(900_000).1,
            0,
            "{name}: it was begun before"
        );
        let other = decide(&task, &report(9), &policy, 900_000).task;
        assert_eq!(other.meter.spent.tokens.total(), before + 300, "{name}");
    }
    let failed = Event::TurnFailed {
        session: session(1),
        class: crate::agent::ErrorClass::Crash,
        say: "the agent crashed.".into(),
        tail: vec![],
        usage: Report {
            partial: true,
            ..cost(300)
        },
    };
    let task = decide(&stage("running"), &failed, &policy, 60_000).task;
    assert_eq!(
        (task.meter.spent.tokens.total(), task.meter.spent.more),
        (300, true)
    );
}

#[test]
fn waiting_is_measured_and_what_is_spent_in_it_would_show() {
    let waiting = stage("waiting for an answer");
    let since = waiting.meter.waited.since.expect("it waits").at;
    let later = since + 3_600_000;
    assert_eq!(waiting.meter.waited(later), (3_600_000, 0));
    // A turn that was begun while it waited is no late news of an earlier one.
    let odd = Event::UsageReported {
        session: session(1),
        usage: Report {
            began: since + 1,
            ..cost(7)
        },
    };
    let told = decide(&waiting, &odd, &policy(), since + 2).task;
    assert_eq!(told.meter.waited(later).1, 7);
    let answered = decide(
        &waiting,
        &weighed(703, "1", Permission::Write),
        &policy(),
        since + 200_000,
    );
    assert_eq!(answered.task.meter.waited.since, None);
    assert_eq!(answered.task.meter.waited(later), (200_000, 0));
}

#[test]
fn a_task_of_before_anybody_counted_says_so() {
    let mut stored = serde_json::to_value(stage("in review")).expect("JSON");
    stored.as_object_mut().expect("an object").remove("meter");
    let old: Task = serde_json::from_value(stored).expect("it is read");
    assert_eq!(old.meter.spent.all_tokens().exactness().name(), "unknown");
    let new = serde_json::to_value(Task::new(place())).expect("JSON");
    assert_eq!(
        new["meter"],
        serde_json::json!({}),
        "an idle task takes no room for it"
    );
    let new: Task = serde_json::from_value(new).expect("it is read");
    assert_eq!(new.meter.spent.all_tokens().exactness().name(), "exact");
}
