//! Issues in three repositories that wait for each other: each says so, with the whole way, and one dependency less frees them.

use skep::core::ids::{IssueNumber, RepositoryId, TaskKey};
use skep_simulator::world::IssueDraft;

use crate::test_app::TestApp;

/// An issue and its repository.
type At = (i64, i64);

impl TestApp {
    async fn of_another_repository(&self, name: &str) -> At {
        let files = [("README.md", "Read me.\n")];
        let home = self.simulator.create_repository("octo", name, &files);
        let home = home.await.expect("a repository");
        self.simulator
            .set_permission(home, "ana", "write")
            .expect("a permission");
        self.filed(home)
    }

    fn filed(&self, home: i64) -> At {
        let draft = IssueDraft {
            title: "A part".into(),
            body: Some("Please.\n\n```skep-demo\nwrite a.txt: a\n```\n".into()),
            ..IssueDraft::default()
        };
        let issue = self.simulator.open_issue(home, "ana", draft);
        (home, issue.expect("an issue"))
    }

    async fn state_at(&self, (home, issue): At) -> String {
        let key = TaskKey::new(RepositoryId(home), IssueNumber(issue));
        let row = self.store().task(key).await.expect("a read");
        row.expect("a task").state
    }

    /// The lines of the status comment that say what holds it.
    fn head_at(&self, (home, issue): At) -> String {
        let comments = self.simulator.comments(home, issue).expect("comments");
        let ours = comments.into_iter().find(|one| one.author == "skep[bot]");
        let body = ours.expect("a status comment").body;
        let end = body.find("<details>").unwrap_or(body.len());
        body[..end].trim().to_owned()
    }

    fn closed(&self, (home, issue): At) {
        self.advance(std::time::Duration::from_secs(10));
        self.simulator
            .close_as((home, issue), "completed", "ana")
            .expect("closed");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_circle_through_three_repositories_is_named_everywhere_and_opens_at_once() {
    let mut app = TestApp::new().await;
    let home = app.filed(app.repository.0);
    let near = app.of_another_repository("near").await;
    let far = app.of_another_repository("far").await;
    let circle = [home, near, far];
    for (issue, blocker) in [(home, near), (near, far), (far, home)] {
        app.simulator.block(issue, blocker, "ana").expect("blocked");
    }
    for (repository, issue) in circle {
        app.simulator
            .label(repository, issue, "agent:go", "ana")
            .expect("a label");
    }
    app.settle().await;
    app.advance(std::time::Duration::from_secs(10));
    app.settle().await;
    insta::assert_snapshot!(app.head_at(home), @"
    **Needs `@ana`** · it waits for itself

    #1 waits for octo/near#1, that for octo/far#1, and that for #1 again: none of them can start. Take one of these dependencies away, or comment `/agent go` on the issue that shall start first.
    ");
    insta::assert_snapshot!(app.head_at(near), @"
    **Needs `@ana`** · it waits for itself

    #1 waits for octo/far#1, that for octo/hello#1, and that for #1 again: none of them can start. Take one of these dependencies away, or comment `/agent go` on the issue that shall start first.
    ");
    insta::assert_snapshot!(app.head_at(far), @"
    **Needs `@ana`** · it waits for itself

    #1 waits for octo/hello#1, that for octo/near#1, and that for #1 again: none of them can start. Take one of these dependencies away, or comment `/agent go` on the issue that shall start first.
    ");
    for issue in circle {
        assert_eq!(app.state_at(issue).await, "queued");
    }
    app.advance(std::time::Duration::from_secs(10));
    app.simulator.unblock(far, home, "ana").expect("free");
    app.settle().await;
    assert_eq!(app.state_at(far).await, "in-review", "{}", app.head_at(far));
    app.advance(std::time::Duration::from_secs(10));
    app.settle().await;
    for issue in [home, near] {
        let head = app.head_at(issue);
        assert!(head.starts_with("**Queued** · waiting for octo/"), "{head}");
    }
    app.closed(far);
    app.settle().await;
    assert_eq!(
        app.state_at(near).await,
        "in-review",
        "{}",
        app.head_at(near)
    );
    app.closed(near);
    app.settle_all().await;
    assert_eq!(
        app.state_at(home).await,
        "in-review",
        "{}",
        app.head_at(home)
    );
    app.done().await;
}
