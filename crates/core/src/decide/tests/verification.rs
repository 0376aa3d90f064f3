//! The server's own look at the work, by its facts: a draft is ready only after exactly its head has passed, whatever comes in which order.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::events::*;
use super::pulls::{looked, red};
use crate::containment::{Attempt, Weight};
use crate::decide::{Decision, advance, decide, reconcile};
use crate::effect::{self, Action, EffectKind};
use crate::event::{ChecksState, Event, PullStanding, Timer};
use crate::ids::Sha;
use crate::policy::Context;
use crate::repository_policy::Verify;
use crate::task::Task;
use crate::verification::{Run, RunEnd, Standing, VerifyNews};

fn news(news: VerifyNews) -> Event {
    Event::Verification(news)
}

fn ran(head: char, codes: &[i32]) -> Event {
    let run = |code: &i32| Run {
        command: "sh check.sh".into(),
        end: RunEnd::Exit { code: *code },
        ms: 1_200,
        tail: "boom".into(),
    };
    let what = "evil.example:443".into();
    let attempt = Attempt::new(what, "the host is not on its list", Weight::Odd);
    news(VerifyNews::Ran {
        head: sha(head),
        runs: codes.iter().map(run).collect(),
        refused: vec![(attempt, 1)],
    })
}

/// What a task is told of its verification.
pub(super) fn verifications() -> Vec<(&'static str, Event)> {
    vec![
        ("verified: passed", ran('b', &[0])),
        ("verified: failed", ran('b', &[0, 1])),
        ("verified: another head", ran('d', &[0])),
        ("verified: once more", news(VerifyNews::Rerequested)),
        (
            "verified: not permitted to report",
            news(VerifyNews::NotPermitted),
        ),
        ("failed: verify", failed(EffectKind::Verify)),
        (
            "failed: report verification",
            failed(EffectKind::ReportVerification),
        ),
    ]
}

/// The events up to a pull request in review.
fn path() -> Vec<Event> {
    vec![
        labeled(10),
        facts(|_| ()),
        Event::SlotGranted { agent: None },
        ready(1),
        turn("Done.", None),
        work(|_| ()),
        may_publish(|_| ()),
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
    ]
}

fn follow(mut task: Task, events: &[Event]) -> (Task, Vec<Action>) {
    let mut actions = Vec::new();
    for (step, event) in events.iter().enumerate() {
        let decision = decide(&task, event, &policy(), 1_000 + step as i64 * 1_000);
        task = decision.task;
        actions.extend(
            decision
                .effects
                .into_iter()
                .map(|planned| planned.effect.action),
        );
    }
    (task, actions)
}

fn begun() -> Task {
    let mut task = Task::new(place());
    task.policy.verify = Verify {
        commands: vec!["sh check.sh".into()],
        ..Verify::default()
    };
    task
}

/// A pull request in review that the server verifies.
pub(super) fn verifying() -> Task {
    follow(begun(), &path()).0
}

fn decided(task: &Task, event: &Event) -> Decision {
    decide(task, event, &policy(), 60_000)
}

fn kinds(decision: &Decision) -> Vec<EffectKind> {
    let kinds = decision.effects.iter().map(|planned| planned.effect.kind());
    kinds.collect()
}

/// The heads that may be made ready by this.
fn made_ready<'a>(actions: impl IntoIterator<Item = &'a Action>) -> Vec<Option<Sha>> {
    let heads = actions.into_iter().filter_map(|action| match action {
        Action::MarkReady(ready) => Some(ready.head.clone()),
        _ => None,
    });
    heads.collect()
}

fn standing(task: &Task) -> Option<Standing> {
    task.review
        .verification
        .as_ref()
        .map(|verification| verification.standing())
}

#[test]
fn a_pull_request_in_review_is_verified_and_one_without_commands_is_not() {
    let (task, actions) = follow(begun(), &path());
    let verify = actions.iter().filter_map(|action| match action {
        Action::Verify(verify) => Some(verify.clone()),
        _ => None,
    });
    let verify: Vec<_> = verify.collect();
    assert_eq!(verify.len(), 1);
    assert_eq!(
        (
            verify[0].head.clone(),
            verify[0].commands.as_slice(),
            verify[0].limit_ms
        ),
        (sha('b'), &["sh check.sh".to_owned()][..], 20 * 60_000)
    );
    assert_eq!(standing(&task), Some(Standing::Running));
    let (plain, actions) = follow(Task::new(place()), &path());
    let of_it = [EffectKind::Verify, EffectKind::ReportVerification];
    assert!(actions.iter().all(|action| !of_it.contains(&action.kind())));
    assert_eq!(standing(&plain), None);
}

#[test]
fn green_checks_make_ready_only_what_the_server_saw_pass() {
    let green = looked(|_| ());
    let task = verifying();
    let waits = decided(&task, &green);
    assert_eq!(
        made_ready(waits.effects.iter().map(|one| &one.effect.action)),
        []
    );
    let passed = decided(&waits.task, &ran('b', &[0]));
    assert!(
        kinds(&passed).contains(&EffectKind::RefreshPullRequest),
        "{:?}",
        kinds(&passed)
    );
    let then = decided(&passed.task, &green);
    let ready = made_ready(then.effects.iter().map(|one| &one.effect.action));
    assert_eq!(ready, [Some(sha('b'))]);
}

#[test]
fn it_goes_back_to_the_agent_twice_and_then_to_people() {
    let mut task = verifying();
    let mut sent = Vec::new();
    for head in ['b', 'e', 'f'] {
        let failed = decided(&task, &ran(head, &[1]));
        sent.push(failed.task.state());
        task = failed.task;
        if task.state() != "queued" {
            break;
        }
        let next = if head == 'b' { 'e' } else { 'f' };
        let round = [
            Event::SlotGranted { agent: None },
            ready(1),
            turn("Mended.", None),
            work(|work| work.head = sha(next)),
            may_publish(|_| ()),
            Event::Published {
                session: session(1),
                head: sha(next),
            },
        ];
        task = follow(task, &round).0;
        assert_eq!(
            (task.state(), standing(&task)),
            ("in-review", Some(Standing::Running))
        );
    }
    assert_eq!(sent, ["queued", "queued", "in-review"]);
    let needs = task.review.needs.clone().expect("a person has to look");
    assert!(needs.contains("sent back 2 times"), "{needs}");
    assert!(needs.contains("/agent"), "{needs}");
    assert!(task.pull.as_ref().is_some_and(|pull| pull.draft));
    // What was said for it is taken back when it passes.
    let again = decided(&task, &news(VerifyNews::Rerequested));
    assert!(kinds(&again).contains(&EffectKind::Verify));
    let passed = decided(&again.task, &ran('f', &[0]));
    assert_eq!(passed.task.review.needs, None);
}

#[test]
fn an_agent_that_comes_back_without_a_change_leaves_it_to_people() {
    let failed = decided(&verifying(), &ran('b', &[1])).task;
    let round = [
        Event::SlotGranted { agent: None },
        ready(1),
        turn("It does pass.", None),
        work(|work| work.files.clear()),
    ];
    let (task, actions) = follow(failed, &round);
    assert_eq!(task.state(), "in-review");
    let needs = task.review.needs.expect("a person has to look");
    assert!(needs.contains("came back without a change"), "{needs}");
    assert!(
        actions
            .iter()
            .all(|action| action.kind() != EffectKind::Verify)
    );
}

#[test]
fn what_could_not_be_run_is_no_pass() {
    let broken = decided(&verifying(), &failed(EffectKind::Verify));
    assert_eq!(standing(&broken.task), Some(Standing::Broken));
    let reports = broken
        .effects
        .iter()
        .filter_map(|one| match &one.effect.action {
            Action::ReportVerification(effect::ReportVerification { standing, .. }) => {
                Some(*standing)
            }
            _ => None,
        });
    assert_eq!(reports.collect::<Vec<_>>(), [Standing::Broken]);
    assert!(broken.task.review.needs.is_some());
    let green = decided(&broken.task, &looked(|_| ()));
    assert!(made_ready(green.effects.iter().map(|one| &one.effect.action)).is_empty());
    assert!(
        green.task.review.needs.is_some(),
        "somebody has to look all the same"
    );
}

#[test]
fn a_head_that_is_not_the_one_any_more_is_dropped() {
    let pushed = decided(&verifying(), &looked(|facts| facts.head = sha('d')));
    assert!(pushed.withdraw.contains(&EffectKind::Verify));
    let reports = pushed
        .effects
        .iter()
        .filter_map(|one| match &one.effect.action {
            Action::ReportVerification(report) => Some((report.head.clone(), report.standing)),
            _ => None,
        });
    let reports: BTreeSet<String> = reports
        .map(|(head, standing)| format!("{} {standing:?}", head.short()))
        .collect();
    let wanted = ["bbbbbbbbbb Dropped", "dddddddddd Running"].map(str::to_owned);
    assert_eq!(reports, BTreeSet::from(wanted));
    let stale = decided(&pushed.task, &ran('b', &[0]));
    assert_eq!(
        standing(&stale.task),
        Some(Standing::Running),
        "{}",
        stale.reason
    );
    let over = decided(
        &pushed.task,
        &Event::PullClosed {
            number: 13,
            merged: true,
        },
    );
    assert!(over.withdraw.contains(&EffectKind::Verify));
}

#[test]
fn where_the_servers_own_check_is_the_only_one_it_makes_ready_after_a_while() {
    let none = looked(|facts| facts.checks.state = ChecksState::None);
    let passed = decided(&verifying(), &ran('b', &[0])).task;
    let early = decided(&passed, &none);
    assert!(made_ready(early.effects.iter().map(|one| &one.effect.action)).is_empty());
    let at = early.task.review.look_at.expect("it is looked at again");
    let look = decide(
        &early.task,
        &Event::TimerFired { alarm: Timer::Look },
        &policy(),
        at,
    );
    let late = decide(&look.task, &none, &policy(), at);
    let ready = made_ready(late.effects.iter().map(|one| &one.effect.action));
    assert_eq!(ready, [Some(sha('b'))]);
}

#[test]
fn whoever_asked_for_changes_is_asked_again_when_it_has_passed() {
    let review = super::pulls::review(
        crate::event::ReviewVerdict::ChangesRequested,
        crate::actor::Permission::Write,
    );
    let round = [
        ran('b', &[0]),
        review,
        Event::SlotGranted { agent: None },
        ready(1),
        turn("Shorter.", None),
        work(|work| work.head = sha('e')),
        may_publish(|_| ()),
        Event::Published {
            session: session(1),
            head: sha('e'),
        },
    ];
    let (task, actions) = follow(verifying(), &round);
    let asks = |actions: &[Action]| {
        actions
            .iter()
            .any(|action| action.kind() == EffectKind::RequestReview)
    };
    assert!(!asks(&actions), "nobody is asked for what was not seen");
    let passed = decided(&task, &ran('e', &[0]));
    assert!(kinds(&passed).contains(&EffectKind::RequestReview));
}

/// What may happen to a pull request while it is verified.
fn happenings() -> Vec<Event> {
    let mut all: Vec<Event> = verifications()
        .into_iter()
        .map(|(_, event)| event)
        .collect();
    all.extend([
        ran('d', &[0, 7]),
        ran('e', &[0]),
        ran('e', &[1]),
        looked(|_| ()),
        looked(|facts| facts.head = sha('d')),
        looked(|facts| facts.head = sha('e')),
        looked(|facts| facts.checks.state = ChecksState::None),
        looked(|facts| facts.checks.state = ChecksState::Pending),
        looked(red),
        looked(|facts| facts.conflicts = Some(true)),
        command("/agent try once more"),
        command("/agent status"),
        super::pulls::review(
            crate::event::ReviewVerdict::Approved,
            crate::actor::Permission::Write,
        ),
        super::pulls::review(
            crate::event::ReviewVerdict::ChangesRequested,
            crate::actor::Permission::Write,
        ),
        Event::TimerFired { alarm: Timer::Look },
        Event::SlotGranted { agent: None },
        ready(1),
        turn("Done.", None),
        work(|work| work.head = sha('e')),
        work(|work| work.files.clear()),
        may_publish(|_| ()),
        Event::Published {
            session: session(1),
            head: sha('e'),
        },
        failed(EffectKind::RunTurn),
        labeled(90),
    ]);
    all
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, ..ProptestConfig::default() })]

    /// In every order, told twice or not at all: no draft is made ready but at a head that was seen to pass while it was the one that is
    /// verified, and the rules come to rest.
    #[test]
    fn in_every_order_only_a_head_that_passed_is_made_ready(picks in proptest::collection::vec(0..happenings().len(), 1..60)) {
        let (all, policy) = (happenings(), policy());
        let mut task = verifying();
        let mut passed: BTreeSet<Sha> = BTreeSet::new();
        for (step, pick) in picks.into_iter().enumerate() {
            let now = 20_000 + step as i64 * 90_000;
            let event = &all[pick];
            if let Event::Verification(VerifyNews::Ran { head, runs, .. }) = event
                && runs.iter().all(Run::passed)
                && task.review.verification.as_ref().is_some_and(|known| known.head == *head)
            {
                passed.insert(head.clone());
            }
            let decision = decide(&task, event, &policy, now);
            for head in made_ready(decision.effects.iter().map(|one| &one.effect.action)) {
                let head = head.expect("the head is named");
                prop_assert!(passed.contains(&head), "{head} is made ready unseen");
                prop_assert!(decision.task.is_verified(&head));
            }
            task = decision.task;
            let cx = Context { policy: &policy, now };
            let again = advance::advance(task.clone(), String::new(), cx);
            prop_assert!(again.effects.is_empty() && again.events.is_empty(), "{:?}", again.effects);
            let mut after = again.task;
            prop_assert_eq!(&after, &task);
            let change = reconcile::Change { before: &task, answered: None, planned: &[] };
            let follows = reconcile::reconcile(&change, &mut after, cx);
            prop_assert!(follows.effects.is_empty() && follows.withdraw.is_empty(), "{follows:?}");
            let json = serde_json::to_string(&task).expect("a task serializes");
            prop_assert_eq!(&serde_json::from_str::<Task>(&json).expect("a task reads back"), &task);
        }
    }
}
