//! Without room on the disk nothing starts, and whoever waits is told why. (What one session may take: `settings::disk`.)

use crate::test_app::TestApp;

#[tokio::test(flavor = "multi_thread")]
async fn without_room_nothing_starts_and_whoever_waits_is_told_why() {
    let mut app = TestApp::new().await;
    app.engine().set_short(true).await.expect("told");
    let issue = app.go("Add a note", "write NOTE.md: hello");
    app.settle_all().await;
    assert_eq!(app.state(issue).await, "queued");
    let said = app.our_comments(issue).remove(0);
    assert!(
        said.contains("waiting for space on the server, whose disk is nearly full"),
        "{said}"
    );
    app.engine().set_short(false).await.expect("told");
    app.settle_all().await;
    assert_eq!(app.state(issue).await, "in-review", "{}", app.thread(issue));
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_waits_for_a_slot_hears_when_it_is_room_that_lacks() {
    let mut app = TestApp::with(|plan| plan.limits.sessions = 1).await;
    let first = app.go("First", "write A.md: a\nwait 1");
    app.until_event(first, "session.running").await;
    let second = app.go("Second", "write B.md: b");
    app.nudge().await;
    app.engine().set_short(true).await.expect("told");
    app.settle_all().await;
    let said = app.our_comments(second).remove(0);
    assert!(said.contains("whose disk is nearly full"), "{said}");
    assert_eq!(
        app.state(first).await,
        "in-review",
        "what was at work goes on"
    );
    app.engine().set_short(false).await.expect("told");
    app.settle_all().await;
    assert_eq!(
        app.state(second).await,
        "in-review",
        "{}",
        app.thread(second)
    );
    app.done().await;
}
