//! A session that begins with a working copy that stood ready ends as any other.

use std::os::unix::fs::MetadataExt;

use crate::test_app::TestApp;

#[tokio::test(flavor = "multi_thread")]
async fn the_second_issue_begins_with_what_stood_ready_and_ends_as_the_first() {
    let mut app = TestApp::new().await;
    let script =
        "write NOTE.md: hello\nwrite src/lib.rs: pub fn two() {}\nask Merge? | yes | no\nsay Done.";
    let ready = app
        .data_dir()
        .join("standbys")
        .join(app.repository.to_string());
    let first = app.go("Say hello", script);
    app.settle().await;
    assert!(!ready.exists(), "the first had to be made");
    app.runner().keep_standbys().await;
    let inode = std::fs::metadata(&ready).expect("it stands").ino();
    let second = app.go("Say hello", script);
    app.settle().await;
    assert!(!ready.exists());
    let work = app.session_dir(second, 1).join("work");
    assert_eq!(std::fs::metadata(work).expect("it asks").ino(), inode);
    for issue in [first, second] {
        app.reply(issue, "1").await;
    }
    app.settle_all().await;
    assert_eq!(app.course(first).await, app.course(second).await);
    for issue in [first, second] {
        let status = app.status(issue);
        assert!(status.contains("2 files changed (+2 −1)"), "{status}");
    }
    app.done().await;
}
