//! More issues than slots: all wait their turn in order, are told their place, and none is refused or lost.

use std::time::Duration;

use skep::core::ids::IssueNumber;

use crate::required::{everything, skip};
use crate::test_app::{HOLD, Options, TestApp};

fn two_slots(plan: &mut Options) {
    plan.limits.sessions = 2;
    plan.timings.cancel_grace = Duration::from_millis(100);
}

/// A script that works until its gate is opened.
fn gated(app: &TestApp, name: &str) -> String {
    let gate = app.data_dir().join(format!("gate-{name}"));
    format!(
        "write {name}.txt: {name}\nrun while [ ! -e {} ]; do sleep 0.02; done",
        gate.display()
    )
}

fn open_gate(app: &TestApp, name: &str) {
    std::fs::write(app.data_dir().join(format!("gate-{name}")), "").expect("a gate");
}

/// The first lines of the status comments.
fn heads(app: &TestApp, issues: &[IssueNumber]) -> Vec<String> {
    issues
        .iter()
        .map(|issue| {
            app.status(*issue)
                .lines()
                .next()
                .unwrap_or_default()
                .to_owned()
        })
        .collect()
}

fn starts(app: &TestApp, issues: &[IssueNumber], what: &str) -> usize {
    heads(app, issues)
        .iter()
        .filter(|head| head.starts_with(what))
        .count()
}

async fn five(app: &mut TestApp) -> Vec<IssueNumber> {
    let mut issues = Vec::new();
    for name in ["one", "two", "three", "four", "five"] {
        let script = gated(app, name);
        let issue = app.go(name, &script);
        app.until("it is accepted", |app| !app.status(issue).is_empty())
            .await;
        issues.push(issue);
    }
    issues
}

async fn states(app: &TestApp, issues: &[IssueNumber]) -> Vec<String> {
    let mut states = Vec::new();
    for issue in issues {
        states.push(app.state(*issue).await);
    }
    states
}

#[tokio::test(flavor = "multi_thread")]
async fn who_comes_later_waits_knows_its_place_and_starts_in_order() {
    let mut app = TestApp::with(two_slots).await;
    let issues = five(&mut app).await;
    app.until("two work and three know their place", |app| {
        starts(app, &issues, "**Working**") == 2 && starts(app, &issues, "**Queued** · #") == 3
    })
    .await;
    assert_eq!(app.live().await, 2);
    assert_eq!(
        states(&app, &issues).await,
        ["working", "working", "queued", "queued", "queued"]
    );
    assert_eq!(app.labels(issues[4]), ["agent:go", "agent:queued"]);
    let queued = app
        .status(issues[4])
        .split("<!--")
        .next()
        .unwrap_or_default()
        .to_owned();
    open_gate(&app, "two");
    app.until("the third works", |app| {
        starts(app, &issues[2..3], "**Working**") == 1
    })
    .await;
    app.advance(Duration::from_secs(6));
    app.until("the last is second", |app| {
        starts(app, &issues[4..], "**Queued** · #2 of 2") == 1
    })
    .await;
    assert_eq!(
        states(&app, &issues).await,
        ["working", "in-review", "working", "queued", "queued"]
    );
    for name in ["one", "three", "four", "five"] {
        open_gate(&app, name);
    }
    app.settle_all().await;
    assert_eq!(states(&app, &issues).await, ["in-review"; 5]);
    assert_eq!(app.simulator.pulls(app.repository).expect("pulls").len(), 5);
    for issue in &issues {
        let edits = app
            .simulator
            .comments(app.repository, *issue)
            .expect("comments")[0]
            .edits;
        assert!(edits <= 6, "issue {issue}: {edits} edits");
    }
    insta::assert_snapshot!(queued, @"
    **Queued** · #3 of 3 · waiting for a free slot

    <details><summary>Details</summary>

    - Role `swe`: the issue has no `role:*` label, so the default `swe`
    - Agent: `demo`
    - Session `1296269-5-1`
    - Limits: 1 h 0 m in all, 10 m 0 s without a sign of life
    - To see the log, comment `/agent logs`
    - 00:00:05Z Accepted as `swe`.

    </details>

    <sub>updated 00:00:05Z</sub>
    ");
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_order_is_that_of_arrival() {
    let mut app = TestApp::with(|plan| plan.limits.sessions = 1).await;
    let script = gated(&app, "first");
    let mut issues = vec![app.go("first", &script)];
    for n in 0..5 {
        app.until("the one before is accepted", |app| {
            !app.status(*issues.last().expect("one")).is_empty()
        })
        .await;
        issues.push(app.go(&format!("Issue {n}"), &format!("write {n}.txt: x")));
    }
    open_gate(&app, "first");
    app.settle_all().await;
    let events = app.store().events(0, 10_000).await.expect("events");
    let dispatched = events
        .iter()
        .filter(|row| row.event.name == "session.dispatched");
    let order: Vec<i64> = dispatched.filter_map(|row| row.event.issue).collect();
    assert_eq!(
        order,
        issues.iter().map(|issue| issue.0).collect::<Vec<_>>()
    );
    app.done().await;
}

/// A hundred comments that say "waiting" would take the place of pull requests: the far end of a long queue has its label and 👀.
#[tokio::test(flavor = "multi_thread")]
async fn the_far_end_of_a_long_queue_gets_its_status_comment_with_its_slot() {
    let mut app = TestApp::with(|plan| plan.limits.sessions = 1).await;
    let script = gated(&app, "first");
    let mut issues = vec![app.go("first", &script)];
    for n in 0..12 {
        app.until("the one before is accepted", |app| {
            let before = *issues.last().expect("one");
            app.labels(before).iter().any(|label| label != "agent:go")
        })
        .await;
        issues.push(app.go(&format!("Issue {n}"), &format!("write {n}.txt: x")));
    }
    app.heard().await;
    let with_status = |app: &TestApp| -> Vec<bool> {
        let there = issues.iter().map(|issue| !app.status(*issue).is_empty());
        there.collect()
    };
    let mut expected = vec![true; 13];
    expected[11..].fill(false);
    assert_eq!(with_status(&app), expected);
    for issue in &issues[11..] {
        assert_eq!(app.labels(*issue), ["agent:go", "agent:queued"]);
        assert_eq!(app.reactions(*issue), ["eyes"]);
    }
    open_gate(&app, "first");
    app.settle_all().await;
    assert_eq!(with_status(&app), [true; 13]);
    assert_eq!(states(&app, &issues).await, ["in-review"; 13]);
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_queue_survives_a_crash() {
    let mut app = TestApp::with(two_slots).await;
    let issues = five(&mut app).await;
    app.until("two work", |app| starts(app, &issues, "**Working**") == 2)
        .await;
    app.until("three wait", |app| {
        starts(app, &issues, "**Queued** · #") == 3
    })
    .await;
    app.crash().await;
    for name in ["one", "two", "three", "four", "five"] {
        open_gate(&app, name);
    }
    app.open().await;
    assert_eq!(app.live().await, 2);
    app.settle_all().await;
    assert_eq!(states(&app, &issues).await, ["in-review"; 5]);
    assert_eq!(app.simulator.pulls(app.repository).expect("pulls").len(), 5);
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_issue_has_one_session_however_often_it_is_asked_for() {
    let mut app = TestApp::with(two_slots).await;
    let script = gated(&app, "one");
    let issue = app.go("one", &script);
    app.until("it works", |app| starts(app, &[issue], "**Working**") == 1)
        .await;
    for _ in 0..3 {
        // A label that is there already is not added again, so it is another one's delivery that asks once more.
        app.simulator
            .redeliver(
                app.simulator
                    .deliveries()
                    .iter()
                    .find(|d| d.action.as_deref() == Some("labeled"))
                    .expect("one")
                    .id,
            )
            .expect("sent");
        app.nudge().await;
    }
    assert_eq!(app.live().await, 1);
    open_gate(&app, "one");
    app.settle_all().await;
    let sessions = app
        .timeline(issue)
        .await
        .iter()
        .filter(|name| *name == "session.dispatched")
        .count();
    assert_eq!(
        (
            sessions,
            app.simulator.pulls(app.repository).expect("pulls").len()
        ),
        (1, 1)
    );
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn taking_the_label_away_leaves_the_queue() {
    let mut app = TestApp::with(two_slots).await;
    let issues = five(&mut app).await;
    app.until("three wait", |app| {
        starts(app, &issues, "**Queued** · #") == 3
    })
    .await;
    app.unlabel(issues[2], "agent:go");
    app.until("it has left", |app| {
        starts(app, &issues[2..3], "**Paused**") == 1
    })
    .await;
    app.until("its label says so", |app| {
        app.labels(issues[2]) == ["agent:paused"]
    })
    .await;
    app.advance(Duration::from_secs(6));
    app.until("the next moved up", |app| {
        starts(app, &issues[3..4], "**Queued** · #1 of 2") == 1
    })
    .await;
    for name in ["one", "two", "four", "five"] {
        open_gate(&app, name);
    }
    app.settle_all().await;
    assert_eq!(
        states(&app, &issues).await,
        ["in-review", "in-review", "paused", "in-review", "in-review"]
    );
    insta::assert_snapshot!(app
            .status(issues[2])
            .split("<!--")
            .next()
            .unwrap_or_default(), @"
    **Paused**

    Paused because `@ana` removed the label `agent:go`. To go on, add the label `agent:go` or write `/agent resume`; to end it, write `/agent stop`.

    <details><summary>Details</summary>

    - Role `swe`: the issue has no `role:*` label, so the default `swe`
    - Agent: `demo`
    - Session `1296269-3-1`
    - Limits: 1 h 0 m in all, 10 m 0 s without a sign of life
    - To see the log, comment `/agent logs`
    - 00:00:03Z Accepted as `swe`.
    - 00:00:06Z Paused: `@ana` removed the label `agent:go`.

    </details>

    <sub>updated 00:00:06Z</sub>
    ");
    // Put back, it has its first session still to begin, and no other.
    open_gate(&app, "three");
    app.label(issues[2], "agent:go");
    app.settle_all().await;
    assert_eq!(states(&app, &issues).await, ["in-review"; 5]);
    let timeline = app.timeline(issues[2]).await;
    let count = |name: &str| timeline.iter().filter(|other| *other == name).count();
    assert_eq!(
        (count("task.queued"), count("session.dispatched")),
        (1, 1),
        "{timeline:?}"
    );
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn many_issues_at_once_all_get_their_pull_request() {
    let mut app = TestApp::new().await;
    let many = if everything() { 60 } else { 15 };
    if !everything() {
        skip("45 of sixty issues at once, which SKEP_TEST_REQUIRE=all opens");
    }
    let issues: Vec<IssueNumber> = (0..many)
        .map(|n| app.go(&format!("Issue {n}"), &format!("write {n}.txt: x")))
        .collect();
    let mut most = 0;
    for step in 0.. {
        if !app.step().await {
            break;
        }
        if step % 20 == 0 {
            most = most.max(app.live().await);
        }
    }
    app.settle_all().await;
    assert_eq!(most, 10);
    assert_eq!(states(&app, &issues).await, vec!["in-review"; many]);
    assert_eq!(
        app.simulator.pulls(app.repository).expect("pulls").len(),
        many
    );
    for issue in issues {
        let comments = app
            .simulator
            .comments(app.repository, issue)
            .expect("comments");
        assert_eq!(comments.len(), 1);
        assert!(
            comments[0].edits <= 8,
            "issue {issue}: {} edits",
            comments[0].edits
        );
    }
    app.done().await;
}

/// How long sessions took lately tells when the next may start.
#[tokio::test(flavor = "multi_thread")]
async fn who_waits_reads_when_it_may_start_once_some_sessions_have_ended() {
    let mut app = TestApp::with(|plan| plan.limits.sessions = 1).await;
    let work = |name: &str| format!("{HOLD}\nwrite {name}.txt: {name}");
    let working = |app: &TestApp, issue| app.status(issue).starts_with("**Working**");
    for name in ["one", "two", "three"] {
        let issue = app.go(name, &work(name));
        app.until("it works", |app| working(app, issue)).await;
        if name == "three" {
            let early = app.go("early", "write early.txt: early");
            app.heard().await;
            app.advance(Duration::from_secs(10));
            app.heard().await;
            let head = heads(&app, &[early]).remove(0);
            assert_eq!(head, "**Queued** · #1 of 1 · waiting for a free slot");
            app.say("ana", early, "/agent stop");
            app.heard().await;
            // What was said took a second.
            app.advance(Duration::from_secs(49));
        } else {
            app.advance(Duration::from_secs(60));
        }
        app.let_go().await;
        app.settle().await;
        assert_eq!(app.state(issue).await, "in-review", "{}", app.thread(issue));
    }
    let busy = app.go("busy", &work("busy"));
    app.until("it works", |app| working(app, busy)).await;
    let now = app.now();
    // One behind the other: that the queue behind it grows is no news for the first.
    let mut waiting = Vec::new();
    for name in ["five", "six"] {
        waiting.push(app.go(name, &format!("write {name}.txt: {name}")));
        app.heard().await;
    }
    app.advance(Duration::from_secs(10));
    app.heard().await;
    let by = |seconds: i64| {
        let at = chrono::DateTime::from_timestamp_millis(now + 1_000 * seconds).expect("a time");
        at.format("%H:%M:%SZ").to_string()
    };
    assert_eq!(
        heads(&app, &waiting),
        [
            format!(
                "**Queued** · #1 of 1 · waiting for a free slot, probably by {}",
                by(61)
            ),
            format!(
                "**Queued** · #2 of 2 · waiting for a free slot, probably by {}",
                by(122)
            ),
        ]
    );
    app.let_go().await;
    app.settle_all().await;
    assert_eq!(states(&app, &waiting).await, ["in-review"; 2]);
    app.done().await;
}
