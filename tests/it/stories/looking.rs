//! Whoever looks at an issue by the admin address again and again, a page or a script, costs its installation nothing.

use std::time::Duration;

use skep::http::{AdminService, IssueAt};

use crate::test_app::TestApp;

#[tokio::test(flavor = "multi_thread")]
async fn where_a_repository_is_is_asked_once_a_minute_and_never_of_one_that_is_known() {
    let mut app = TestApp::new().await;
    let issue = app.go("one", "write one.txt: one");
    let other = app.simulator.create_repository("octo", "other", &[]).await;
    other.expect("a repository");
    app.settle_all().await;
    let looks = async |app: &TestApp, name: &str| {
        let before = app.simulator.calls().len();
        for _ in 0..50 {
            let told = app
                .product()
                .admin
                .task(IssueAt {
                    repository: name.parse().expect("a name"),
                    issue,
                })
                .await;
            assert_eq!(told.is_ok(), name == "octo/hello");
        }
        app.simulator.calls().len() - before
    };
    assert_eq!(looks(&app, "octo/hello").await, 0);
    // No issue was told of it: the App's installation, and the repository.
    let first = looks(&app, "octo/other").await;
    assert!((1..=3).contains(&first), "{first}");
    assert_eq!(looks(&app, "octo/other").await, 0);
    app.advance(Duration::from_secs(61));
    let again = looks(&app, "octo/other").await;
    assert!((1..=3).contains(&again), "{again}");
    assert_eq!(looks(&app, "octo/hello").await, 0);
    app.done().await;
}
