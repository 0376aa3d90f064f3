//! Without room on the disk nothing starts, and whoever waits is told why. (What one session may take: `settings::disk`.)

use skep::http::AdminService;

use crate::test_app::{HOLD, TestApp, told};

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

#[tokio::test(flavor = "multi_thread")]
async fn room_is_made_of_what_idle_agents_cached_and_of_nothing_else() {
    let mut app = TestApp::new().await;
    let script =
        "write A.md: a\nrun mkdir -p ~/.cache/x && head -c 300000 /dev/zero > ~/.cache/x/y";
    let idle = app.go("Idle", script);
    app.settle_all().await;
    assert_eq!(app.state(idle).await, "in-review", "{}", app.thread(idle));
    let busy = app.go("Busy", &format!("write B.md: b\n{HOLD}"));
    app.until("it works", |app| {
        app.session_dir(busy, 1).join("work/B.md").exists()
    })
    .await;
    let [idle_home, busy_home] = [idle, busy].map(|issue| app.session_dir(issue, 1).join("home"));
    std::fs::create_dir_all(busy_home.join(".cache/x")).expect("made");
    std::fs::write(idle_home.join("session.db"), "work").expect("written");

    app.runner().survey_disk().await;
    let status = told(app.product().admin.status().await);
    let taken = &status["disk"]["taken"];
    assert_eq!(taken["sessions"], 2, "{status}");
    let largest = &taken["largest"][0];
    assert_eq!(
        largest["session"],
        app.session(idle, 1).as_str(),
        "{status}"
    );
    assert!(largest["bytes"].as_u64().expect("bytes") > 300_000);
    assert_eq!(
        status["active"][0]["disk_bytes"],
        taken["largest"][1]["bytes"]
    );

    assert_eq!(app.runner().make_room().await, 1);
    assert!(
        !idle_home.join(".cache").exists(),
        "what can be made again goes"
    );
    assert!(idle_home.join("session.db").exists(), "work stays");
    assert!(
        busy_home.join(".cache/x").exists(),
        "who works is left alone"
    );
    assert_eq!(app.runner().make_room().await, 0);
    app.let_go().await;
    app.settle_all().await;
    assert_eq!(app.state(busy).await, "in-review");
    app.done().await;
}
