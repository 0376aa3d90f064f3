//! Sessions start as far as the memory allows; one that eats too much is ended alone. (The choice itself: `core::schedule`.)

use std::collections::BTreeMap;
use std::time::Duration;

use skep::core::ids::{IssueNumber, TaskKey};
use skep::core::schedule::Memory;
use skep::http::AdminService;

use crate::stories::schedule::of_queue;
use crate::test_app::{HOLD, PATIENCE, TestApp, told};

const MIB: u64 = 1 << 20;
/// What the demo agent is expected to need.
const DEMO: u64 = 64 * MIB;
const WAITS: &str = "waiting until the server has memory for one more session";

impl TestApp {
    /// So much memory is left, and nobody knows what sessions take.
    async fn left(&self, free: u64) {
        let memory = Memory { free, reserve: 0 };
        let told = self.engine().set_memory(memory, BTreeMap::new());
        told.await.expect("told");
    }

    /// Looks at the memory again and again until something is so.
    pub(super) async fn watched_until(&mut self, issue: IssueNumber, state: &str) {
        let patience = tokio::time::Instant::now() + PATIENCE;
        while self.state(issue).await != state {
            assert!(
                tokio::time::Instant::now() < patience,
                "{issue} is {}, not {state}",
                self.state(issue).await
            );
            self.nudge().await;
            self.product().look_at_memory().await;
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_burst_of_forty_no_more_start_than_fit_and_all_end_well() {
    let mut app = TestApp::with(|plan| plan.limits.sessions = 40).await;
    app.left(4 * DEMO - 1).await;
    let issues: Vec<IssueNumber> = (1..=40)
        .map(|n| app.go(&format!("Task {n}"), &format!("write {n}.txt: {n}\n{HOLD}")))
        .collect();
    app.heard().await;
    assert_eq!(app.live().await, 3);
    let queue = told(app.product().admin.queue(of_queue(100)).await);
    let lines = queue["queue"].as_array().cloned().unwrap_or_default();
    assert_eq!(lines.len(), 37);
    assert!(
        lines.iter().all(|line| line["reason"] == WAITS),
        "{lines:?}"
    );
    let status = told(app.product().admin.status().await);
    assert_eq!(
        (
            &status["memory"]["free_bytes"],
            &status["memory"]["reserved_bytes"]
        ),
        (&(4 * DEMO - 1).into(), &(3 * DEMO).into())
    );
    // Those at the front say so; which they are depends on whose label was heard first.
    let told = issues
        .iter()
        .filter(|issue| app.status(**issue).contains(WAITS));
    assert!(told.count() > 0, "nobody is told what they wait for");
    let mut ended = 0;
    while ended < 40 {
        app.let_go().await;
        assert!(app.live().await <= 3);
        ended = 0;
        for issue in &issues {
            ended += usize::from(app.state(*issue).await == "in-review");
        }
    }
    app.settle_all().await;
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_for_memory_starts_when_there_is_some() {
    let mut app = TestApp::new().await;
    let first = app.go("First", &format!("write A.md: a\n{HOLD}"));
    app.until_event(first, "session.running").await;
    app.left(DEMO + 1).await;
    let second = app.go("Second", "write B.md: b");
    app.heard().await;
    assert!(app.status(second).contains(WAITS), "{}", app.status(second));
    // The first has grown, and more is left all the same.
    let memory = Memory {
        free: DEMO + 1,
        reserve: 0,
    };
    let taken = BTreeMap::from([(TaskKey::new(app.repository, first), DEMO)]);
    app.engine().set_memory(memory, taken).await.expect("told");
    app.until_event(second, "session.running").await;
    app.let_go().await;
    app.settle_all().await;
    for issue in [first, second] {
        assert_eq!(app.state(issue).await, "in-review", "{}", app.thread(issue));
    }
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_eats_too_much_is_ended_alone_and_the_next_waits_for_what_it_took() {
    let mut app = TestApp::with(|plan| {
        plan.process = true;
        plan.limits.session_memory_bytes = 400 * MIB;
        plan.limits.memory_reserve_bytes = 0;
    })
    .await;
    let quiet = app.go(
        "Quiet",
        &format!("run cat /proc/self/oom_score_adj > FIRST.md\n{HOLD}"),
    );
    app.until_event(quiet, "session.running").await;
    let greedy = app.go("Greedy", "write B.md: b\neat 600\nhang");
    app.watched_until(greedy, "failed").await;
    // Its comment is edited once in an interval.
    app.advance(Duration::from_secs(10));
    app.heard().await;
    let said = app.told(greedy);
    assert!(
        said.contains("of memory, and one session may take 400.0 MiB. Ask for less at once"),
        "{said}"
    );
    assert_eq!(app.state(quiet).await, "working", "its neighbour goes on");
    // The kernel would have chosen an agent as well, and not skep.
    let written = app.session_dir(quiet, 1).join("work/FIRST.md");
    app.until("it has written", |_| written.exists()).await;
    let first = std::fs::read_to_string(&written).expect("written");
    assert_eq!(first, "500\n");
    app.let_go().await;
    app.settle_all().await;
    assert_eq!(app.state(quiet).await, "in-review", "{}", app.thread(quiet));
    // It is not tried again by itself, and what it had written is kept.
    assert_eq!(
        (app.state(greedy).await.as_str(), app.live().await),
        ("failed", 0)
    );
    assert_eq!(app.kept(greedy, 1, "B.md").as_deref(), Some("b\n"));

    let busy = app.go("Busy", &format!("write C.md: c\n{HOLD}"));
    app.until_event(busy, "session.running").await;
    app.left(500 * MIB).await;
    let next = app.go("Next", "write D.md: d");
    app.heard().await;
    assert!(
        app.status(next).contains(WAITS),
        "as much as the greedy one took is not free: {}",
        app.status(next)
    );
    app.let_go().await;
    app.settle_all().await;
    assert_eq!(app.state(next).await, "in-review", "{}", app.thread(next));
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_seen_is_known_after_a_restart() {
    let mut app = TestApp::with(|plan| plan.process = true).await;
    let issue = app.go("Eat", &format!("write A.md: a\neat 200\n{HOLD}"));
    let grown = |app: &TestApp| {
        let taken = app.runner().services().memory.taken();
        taken.values().any(|bytes| *bytes > 200 * MIB)
    };
    let patience = tokio::time::Instant::now() + PATIENCE;
    while !grown(&app) {
        assert!(tokio::time::Instant::now() < patience, "it never grows");
        app.nudge().await;
        app.product().look_at_memory().await;
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    app.let_go().await;
    app.settle_all().await;
    assert_eq!(app.state(issue).await, "in-review", "{}", app.thread(issue));
    app.crash().await;
    app.open().await;
    let mut decision = app.store().begin().await.expect("a decision");
    let needs = decision.memory_needs().await.expect("a look");
    drop(decision);
    let seen: Vec<_> = needs
        .iter()
        .map(|row| (row.agent.as_str(), row.repository, row.bytes / (200 * MIB)))
        .collect();
    assert_eq!(seen, [("demo", app.repository, 1)]);
    // One at work and as much free as an unknown session would need: the next waits all the same.
    let busy = app.go("Busy", &format!("write B.md: b\n{HOLD}"));
    app.until_event(busy, "session.running").await;
    app.left(250 * MIB).await;
    let next = app.go("Next", "write C.md: c");
    app.heard().await;
    assert!(app.status(next).contains(WAITS), "{}", app.status(next));
    app.let_go().await;
    app.settle_all().await;
    app.done().await;
}
