//! The memory's numbers: what one session may take, what is kept free, how often it is looked at.

use std::collections::BTreeMap;
use std::time::Duration;

use skep::core::policy::Limits;
use skep::core::schedule::Memory;
use skep::http::AdminService;
use skep::runner::MachineMemory;
use tokio_util::sync::CancellationToken;

use crate::test_app::TestApp;

/// What it does when a session takes more: `stories::memory`.
#[tokio::test]
async fn session_memory_bytes() {
    let machine = MachineMemory {
        free: 9 << 30,
        total: 64 << 30,
    };
    let limits = Limits::default();
    assert_eq!(machine.session_limit(limits.session_memory_bytes), 8 << 30);
    let small = MachineMemory {
        total: 4 << 30,
        ..machine
    };
    assert_eq!(small.session_limit(limits.session_memory_bytes), 3 << 30);
}

#[tokio::test(flavor = "multi_thread")]
async fn memory_reserve_bytes() {
    for reserve in [0, 16 << 20] {
        let app = TestApp::with(|plan| plan.limits.memory_reserve_bytes = reserve).await;
        app.product().look_at_memory().await;
        let queue = app.product().admin.queue(1).await.expect("an answer");
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
