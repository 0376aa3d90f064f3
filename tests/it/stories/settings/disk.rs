//! The disk's numbers: what one session may take, how often it is looked at, what is kept free.

use std::time::Duration;

use skep::core::policy::Limits;
use skep::http::AdminService;
use skep::runner::Disk;
use tokio_util::sync::CancellationToken;

use crate::test_app::{TestApp, told};

#[tokio::test(flavor = "multi_thread")]
async fn workspace_bytes() {
    let mut app = TestApp::with(|plan| {
        // Less than any working copy takes.
        plan.limits.workspace_bytes = 4_096;
        plan.timings.disk_look = Duration::from_millis(20);
    })
    .await;
    let issue = app.go(
        "Fill the disk",
        "write NOTE.md: hello\nwait 600\nsay Wrote it.",
    );
    app.settle_all().await;
    assert_eq!(
        (app.state(issue).await.as_str(), app.live().await),
        ("failed", 0)
    );
    assert!(
        app.told(issue).contains("of the server's disk"),
        "{}",
        app.told(issue)
    );
    assert!(!app.session_dir(issue, 1).exists(), "its files are gone");
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn disk_look() {
    let mut app = TestApp::with(|plan| {
        plan.limits.workspace_bytes = 4_096;
        plan.timings.disk_look = Duration::from_secs(3_600);
    })
    .await;
    let issue = app.go("Fill the disk", "write NOTE.md: hello");
    app.settle_all().await;
    assert_eq!(app.state(issue).await, "in-review", "nobody looked");
    app.done().await;
}

#[tokio::test]
async fn disk_reserve_bytes() {
    let nearly_full = Disk {
        free: 3 << 30,
        total: 400 << 30,
    };
    assert!(nearly_full.is_short(Limits::default().disk_reserve_bytes));
    assert!(!nearly_full.is_short(2 << 30));
}

#[tokio::test(flavor = "multi_thread")]
async fn disk_bytes() {
    for (limit, end) in [(1, "queued"), (1 << 50, "in-review")] {
        let mut app = TestApp::with(|plan| plan.limits.disk_bytes = limit).await;
        app.runner().survey_disk().await;
        app.product().look_at_disk().await;
        let issue = app.go("Add a note", "write NOTE.md: hello");
        app.settle_all().await;
        assert_eq!(app.state(issue).await, end);
        let status = told(app.product().admin.status().await);
        assert_eq!(status["disk"]["short"], end == "queued", "{status}");
        app.engine().set_short(false).await.expect("told");
        app.settle_all().await;
        app.done().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn disk_survey() {
    let mut app = TestApp::with(|plan| {
        plan.timings.disk_survey = Duration::from_millis(1);
        plan.timings.disk_look = Duration::from_millis(1);
    })
    .await;
    let cancel = CancellationToken::new();
    let tending = tokio::spawn(app.runner().clone().tend_disk(cancel.clone()));
    for _ in 0..2 {
        app.advance(Duration::from_secs(1));
        let now = app.now();
        let usage = app.runner().services().usage.clone();
        let measured = move |_: &TestApp| usage.survey().is_some_and(|survey| survey.at == now);
        app.until("it is measured again", measured).await;
    }
    cancel.cancel();
    tending.await.expect("it ends");
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn standbys() {
    for (most, stands) in [(1, true), (0, false)] {
        let mut app = TestApp::with(|plan| plan.limits.standbys = most).await;
        app.go("Say hello", "write NOTE.md: hello");
        app.settle_all().await;
        app.runner().keep_standbys().await;
        let folder = app.data_dir().join("standbys");
        let ready = folder.join(app.repository.to_string());
        assert_eq!(ready.exists(), stands);
        app.done().await;
    }
}
