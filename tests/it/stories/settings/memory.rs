//! The memory's numbers: what one session may take, what is kept free, how often it is looked at.

use std::collections::BTreeMap;
use std::time::Duration;

use skep::core::policy::Limits;
use skep::core::schedule::Memory;
use skep::http::AdminService;
use skep::runner::MachineMemory;
use tokio_util::sync::CancellationToken;

use crate::stories::schedule::of_queue;
use crate::test_app::{HOLD, TestApp, told};

/// What it does when a session takes more: `stories::memory`.
#[tokio::test]
async fn session_memory_bytes() {
    let machine = MachineMemory {
        free: 9 << 30,
        total: 64 << 30,
    };
    let limits = Limits::default();
    assert_eq!(machine.session_limit(limits.session_memory_bytes), 4 << 30);
    let small = MachineMemory {
        total: 4 << 30,
        ..machine
    };
    assert_eq!(small.session_limit(limits.session_memory_bytes), 3 << 30);
}

/// An agent that keeps a processor busy is ended, alone, and people hear by which limit; one that waits is not.
#[tokio::test(flavor = "multi_thread")]
async fn session_cpu_ms() {
    let mut app = TestApp::with(|plan| {
        plan.process = true;
        plan.limits.session_cpu_ms = 2_000;
        plan.limits.memory_reserve_bytes = 0;
    })
    .await;
    let quiet = app.go("Quiet", &format!("write A.md: a\n{HOLD}"));
    app.until_event(quiet, "session.running").await;
    let busy = app.go("Busy", "write B.md: b\nrun while :; do :; done");
    app.watched_until(busy, "failed").await;
    app.advance(Duration::from_secs(10));
    app.heard().await;
    let said = app.told(busy);
    assert!(
        said.contains("of the processors' time in one turn, and may take 2 s. Ask for less at once, or ask the operator of this \
                       server for more time (`limits.session_cpu`)."),
        "{said}"
    );
    assert_eq!(app.state(quiet).await, "working", "its neighbour goes on");
    app.let_go().await;
    app.settle_all().await;
    assert_eq!(app.state(quiet).await, "in-review", "{}", app.thread(quiet));
    assert_eq!(app.kept(busy, 1, "B.md").as_deref(), Some("b\n"));
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn memory_reserve_bytes() {
    for reserve in [0, 16 << 20] {
        let app = TestApp::with(|plan| plan.limits.memory_reserve_bytes = reserve).await;
        app.product().look_at_memory().await;
        let queue = told(app.product().admin.queue(of_queue(1)).await);
        assert_eq!(queue["memory"]["reserve_bytes"], reserve, "{queue}");
        app.done().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn memory_look() {
    let mut app = TestApp::with(|plan| plan.timings.memory_look = Duration::from_millis(1)).await;
    let nothing = Memory {
        free: 0,
        reserve: 0,
    };
    let told = app.engine().set_memory(nothing, BTreeMap::new());
    told.await.expect("told");
    let cancel = CancellationToken::new();
    let looking = tokio::spawn(app.product().watch_memory(cancel.clone()));
    let issue = app.go("Add a note", "write NOTE.md: hello");
    // Without anybody looking it would wait for ever: nothing was left.
    app.until_event(issue, "session.running").await;
    cancel.cancel();
    looking.await.expect("it ends");
    app.settle_all().await;
    app.done().await;
}
