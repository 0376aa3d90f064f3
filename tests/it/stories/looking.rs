//! Whoever looks at an issue by the admin address again and again, a page or a script, costs its installation nothing.

use std::time::Duration;

use skep::http::{AdminService, IssueAt};

use crate::test_app::TestApp;

#[tokio::test(flavor = "multi_thread")]
async fn where_a_repository_is_is_asked_once_a_minute() {
    let mut app = TestApp::new().await;
    let issue = app.go("one", "write one.txt: one");
    app.settle_all().await;
    let name = || "octo/hello".parse().expect("a name");
    let looks = async |app: &TestApp| {
        let before = app.simulator.calls().len();
        for _ in 0..50 {
            let told = app
                .product()
                .admin
                .task(IssueAt {
                    repository: name(),
                    issue,
                })
                .await;
            told.expect("an answer");
        }
        app.simulator.calls().len() - before
    };
    // The App's installation, and the repository.
    let first = looks(&app).await;
    assert!((1..=3).contains(&first), "{first}");
    assert_eq!(looks(&app).await, 0);
    app.advance(Duration::from_secs(61));
    let again = looks(&app).await;
    assert!((1..=3).contains(&again), "{again}");
    app.done().await;
}
