//! The numbers at the edges: how agents are waited for, how often is looked, and the pace of changes on GitHub.

use std::time::{Duration, Instant};

use skep::github::Pace;
use skep::http::AdminService;
use skep::store::EffectFilter;
use skep_simulator::fault::{Fault, FaultRule};

use super::{ends, reports, until_reported};
use crate::test_app::{Options, TestApp, told};
use skep::core::agent::AgentSpec;

#[tokio::test(flavor = "multi_thread")]
async fn initialize() {
    for patience in [200, 400] {
        let wish = |plan: &mut Options| {
            plan.limits.start_attempts = 1;
            plan.timings.initialize = Duration::from_millis(patience);
            plan.agent = Some(AgentSpec::new("odd", vec!["sleep".into(), "300".into()]));
        };
        let (_, status) = ends(wish, "say never").await;
        assert!(
            status.contains(&format!("did not answer initialize within {patience} ms")),
            "{status}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn cancel_grace() {
    let began = Instant::now();
    let wish = |grace: u64| {
        move |plan: &mut Options| {
            plan.limits.silence_ms = 300;
            plan.timings.cancel_grace = Duration::from_millis(grace);
        }
    };
    ends(wish(0), "hang").await;
    assert!(
        began.elapsed() < Duration::from_secs(9),
        "{:?}",
        began.elapsed()
    );
    let began = Instant::now();
    ends(wish(2_000), "hang").await;
    assert!(
        began.elapsed() >= Duration::from_millis(2_300),
        "{:?}",
        began.elapsed()
    );
}

/// How long a story takes whose status comment was posted without an answer, and is found only at the second look.
async fn second_look(pause: Duration) -> Duration {
    let mut app = TestApp::with(|plan| plan.timings.look_again = pause).await;
    let began = Instant::now();
    let issue = app.go("Try", "write a.txt: a");
    let comments = "/repos/*/*/issues/*/comments";
    app.simulator
        .add_fault(FaultRule::next("POST", comments, Fault::DropAfter));
    // The first look sees the truth; the look after the lost answer lags.
    app.simulator
        .add_fault(FaultRule::next("GET", comments, Fault::StaleRead).after(1));
    app.settle_all().await;
    let took = began.elapsed();
    assert!(
        app.simulator.waiting_faults().is_empty(),
        "{:?}",
        app.simulator.waiting_faults()
    );
    assert_eq!(
        app.simulator
            .comments(app.repository, issue)
            .expect("comments")
            .len(),
        1
    );
    app.done().await;
    took
}

#[tokio::test(flavor = "multi_thread")]
async fn look_again() {
    let quick = second_look(Duration::ZERO).await;
    let slow = second_look(Duration::from_secs(6)).await;
    assert!(slow >= Duration::from_secs(6), "{slow:?}");
    assert!(quick < slow, "{quick:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn progress() {
    let mut counts = Vec::new();
    for pause in [Duration::ZERO, Duration::from_secs(3_600)] {
        let mut app = TestApp::with(|plan| plan.timings.progress = pause).await;
        let gates = [1, 2, 3, 4].map(|number| app.data_dir().join(format!("gate-{number}")));
        let [one, two, three, four] = gates.each_ref().map(|gate| gate.display());
        let script = format!(
            "plan a | b | c\nuntil-there {one}\ntick 1\nuntil-there {two}\ntick 2\nuntil-there {three}\ntick 3\n\
             until-there {four}\nsay Done."
        );
        let issue = app.go("Tick", &script);
        for (told, gate) in gates.iter().enumerate() {
            // Each change is told before the next is made, where each is told at all.
            let expected = if pause.is_zero() { told + 1 } else { 1 };
            until_reported(&mut app, issue, expected).await;
            std::fs::write(gate, "").expect("a gate");
        }
        app.settle_all().await;
        counts.push(reports(&app, issue).await);
        app.done().await;
    }
    assert_eq!(
        counts,
        [5, 2],
        "each change and the first words; the first and the last"
    );
}

/// How long the changes of one story take.
async fn paced(pace: Pace) -> (Duration, u32) {
    let mut app = TestApp::with(|plan| plan.pace = pace).await;
    let began = Instant::now();
    app.go("Try", "say Done.");
    app.settle_all().await;
    let took = began.elapsed();
    let is_change = |method: &str| method != "GET";
    let calls = app.simulator.calls().into_iter();
    let changes = calls
        .filter(|call| is_change(&call.method) && call.path.contains("/issues/"))
        .count();
    app.done().await;
    (took, u32::try_from(changes).expect("few"))
}

const WIDE: Pace = Pace {
    burst: 1_000,
    per_second: 1_000,
    per_minute: 1_000,
    per_hour: 1_000,
    points_per_minute: 1_000_000,
    patience: Duration::from_secs(20),
};

#[tokio::test(flavor = "multi_thread")]
async fn per_second() {
    let (took, changes) = paced(Pace {
        burst: 1,
        per_second: 4,
        ..WIDE
    })
    .await;
    assert!(
        took >= Duration::from_millis(250) * (changes - 1),
        "{changes} changes took {took:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn burst() {
    let (quick, changes) = paced(Pace {
        burst: 100,
        per_second: 1,
        ..WIDE
    })
    .await;
    assert!(
        quick < Duration::from_secs(1) * (changes - 1),
        "{changes} changes took {quick:?}"
    );
    let (slow, changes) = paced(Pace {
        burst: 4,
        per_second: 1,
        ..WIDE
    })
    .await;
    assert!(
        slow >= Duration::from_secs(1) * (changes - 4),
        "{changes} changes took {slow:?}"
    );
}

/// How far the answer is put off when only the label and the status may be made (a receipt is no content), in seconds.
async fn put_off(pace: Pace) -> i64 {
    let mut app = TestApp::with(|plan| plan.pace = pace).await;
    let issue = app.go("Try", "say Done.");
    app.settle().await;
    assert_eq!(app.state(issue).await, "working");
    let filter = skep::store::EffectFilter {
        open: Some(true),
        ..Default::default()
    };
    let open = app.store().effects(&filter, 100).await.expect("effects");
    let answer = open
        .iter()
        .find(|look| look.effect.kind == "post_answer")
        .expect("the answer waits");
    let pause = (answer.not_before - app.now()) / 1_000;
    app.leave_unfinished();
    app.done().await;
    pause
}

#[tokio::test(flavor = "multi_thread")]
async fn per_minute() {
    let pause = put_off(Pace {
        per_minute: 2,
        ..WIDE
    })
    .await;
    assert!((40..=72).contains(&pause), "{pause} s");
}

#[tokio::test(flavor = "multi_thread")]
async fn per_hour() {
    let pause = put_off(Pace {
        per_hour: 2,
        ..WIDE
    })
    .await;
    assert!((3_500..=4_320).contains(&pause), "{pause} s");
}

#[tokio::test(flavor = "multi_thread")]
async fn points_per_minute() {
    // The label is read and put on, and there is none left for the status comment: nothing is tried that GitHub would refuse.
    let mut spent = Vec::new();
    for points in [60, 120] {
        let mut app = TestApp::with(|plan| {
            plan.pace = Pace {
                points_per_minute: points,
                patience: Duration::ZERO,
                ..WIDE
            };
            plan.paced_by_story = true;
        })
        .await;
        let before = app.simulator.calls().len();
        let issue = app.go("Try", "say Done.");
        app.settle().await;
        let calls = app.simulator.calls();
        let rest = calls[before..]
            .iter()
            .filter(|call| call.path.starts_with("/repos/") && !call.path.contains(".git/"));
        let cost: u32 = rest
            .map(|call| if call.method == "GET" { 1 } else { 5 })
            .sum();
        assert!(cost <= points, "{cost} of {points}");
        assert_ne!(app.state(issue).await, "done");
        let shown = told(app.product().admin.status().await);
        assert_eq!(shown["budgets"][0]["points"]["of"], points, "{shown}");
        spent.push(cost);
        app.leave_unfinished();
        app.done().await;
    }
    assert!(spent[0] + 5 <= spent[1], "{spent:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn patience() {
    // A second between changes. A new label is made and put on in one breath: who may wait that long does both at once,
    // who may not has to come again.
    let mut again = Vec::new();
    for patience in [100, 20_000] {
        let pace = Pace {
            burst: 1,
            per_second: 1,
            patience: Duration::from_millis(patience),
            ..WIDE
        };
        let mut app = TestApp::with(|plan| plan.pace = pace).await;
        let issue = app.go("Try", "say Done.");
        let open = EffectFilter {
            open: Some(true),
            ..EffectFilter::default()
        };
        let mut came_again = false;
        while app.labels(issue).len() < 2 {
            app.settle().await;
            let waiting = app.store().effects(&open, 100).await.expect("effects");
            came_again |= waiting
                .iter()
                .any(|look| look.effect.kind == "show_label" && look.why.is_some());
            app.advance(Duration::from_secs(2));
        }
        again.push(came_again);
        app.leave_unfinished();
        app.done().await;
    }
    assert_eq!(again, [true, false]);
}

#[tokio::test(flavor = "multi_thread")]
async fn first_fetch_ms() {
    for (limit, end) in [(1, "failed"), (3_600_000, "in-review")] {
        let mut app = TestApp::with(|plan| plan.limits.first_fetch_ms = limit).await;
        let issue = app.go("Try", "write a.txt: a");
        app.settle_all().await;
        assert_eq!(app.state(issue).await, end);
        let told = app.told(issue).contains("`limits.first_fetch`");
        assert_eq!(told, end == "failed", "{}", app.thread(issue));
        app.done().await;
    }
}

/// The simulator says of every repository that it takes nothing.
#[tokio::test(flavor = "multi_thread")]
async fn full_history_bytes() {
    for (limit, partial) in [(0, true), (1, false)] {
        let mut app = TestApp::with(|plan| plan.limits.full_history_bytes = limit).await;
        let issue = app.go("Try", "write a.txt: a");
        app.settle_all().await;
        assert_eq!(app.state(issue).await, "in-review", "{}", app.thread(issue));
        let git = &app.runner().services().git;
        assert_eq!(git.is_partial(app.repository), partial);
        let effects = app.store().effects(&EffectFilter::default(), 1_000).await;
        let effects = effects.expect("effects");
        let turn = effects.iter().find(|look| look.effect.kind == "run_turn");
        let prompt = &turn.expect("a turn").effect.body;
        assert_eq!(prompt.contains("older-contents-are-not-here"), partial);
        app.done().await;
    }
}
