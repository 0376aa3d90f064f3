//! Starts that wait for a thumbs up, or for the repository's own word: GitHub tells of neither, so that it is looked.

use std::time::Duration;

use skep::core::ids::IssueNumber;

use crate::test_app::TestApp;

const MINUTE: Duration = Duration::from_secs(60);
const FILE: &str = ".github/status.json";

impl TestApp {
    /// Somebody reacts to the status comment with a thumbs up.
    fn thumbs_up(&self, issue: IssueNumber, by: &str) {
        // GitHub counts in whole seconds.
        self.advance(Duration::from_secs(1));
        let comment = self.one_of_ours(issue, "has to be approved").id;
        self.simulator
            .react_to_comment(self.repository, comment, "+1", by)
            .expect("a reaction");
    }

    async fn after(&mut self, span: Duration) {
        self.advance(span);
        self.settle().await;
    }

    async fn says_status(&mut self, status: &str) {
        self.simulator
            .push_to_branch(self.repository, "main", &[(FILE, status)], "ana")
            .await
            .expect("pushed");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thumbs_up_of_a_writer_lets_it_start() {
    let mut app = TestApp::new().await;
    for (who, right) in [("guest", "triage"), ("ben", "write")] {
        app.simulator.create_user(who);
        app.simulator
            .set_permission(app.repository, who, right)
            .expect("a permission");
    }
    let issue = app.issue(
        "Add a page",
        "Please.\n\n```skep-demo\nwrite a.txt: a\n```\n",
        &["checkpoint"],
    );
    app.label(issue, "agent:go");
    app.settle().await;
    assert!(
        app.status(issue).contains("or with 👍 on this comment"),
        "{}",
        app.status(issue)
    );
    app.thumbs_up(issue, "guest");
    app.after(MINUTE).await;
    assert_eq!(
        app.state(issue).await,
        "queued",
        "whoever may not start work agrees to none"
    );
    // The words are others than those that were agreed to before.
    app.thumbs_up(issue, "ben");
    app.advance(Duration::from_secs(2));
    let body = "Something else.\n\n```skep-demo\nwrite b.txt: b\n```\n";
    app.simulator
        .edit_body(app.repository, issue, body, "ana")
        .expect("edited");
    app.settle().await;
    app.after(MINUTE).await;
    assert_eq!(app.state(issue).await, "queued", "{}", app.thread(issue));
    app.thumbs_up(issue, "ana");
    app.after(MINUTE).await;
    app.settle_all().await;
    assert_eq!(app.state(issue).await, "in-review", "{}", app.thread(issue));
    assert_eq!(app.made(issue, "b.txt").await.as_deref(), Some("b\n"));
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn looking_gets_rarer_and_asks_little() {
    let mut app = TestApp::new().await;
    let issue = app.issue("Add a page", "Please.", &["checkpoint"]);
    app.label(issue, "agent:go");
    app.settle().await;
    let before = app.simulator.calls().len();
    for _ in 0..24 * 60 {
        app.after(MINUTE).await;
    }
    let calls = app.simulator.calls().len() - before;
    assert!(calls < 200, "{calls} calls in a day");
    app.say("ana", issue, "/agent stop");
    app.settle_all().await;
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repository_that_is_on_hold_lets_no_work_start_and_says_why() {
    let mut app = TestApp::with(|plan| plan.issues.status_file = Some(FILE.into())).await;
    app.says_status(r#"{"status": "on-hold", "reason": "audit until Friday"}"#)
        .await;
    let issue = app.go("Add a page", "write a.txt: a");
    let other = app.go("Add another", "write b.txt: b");
    app.settle().await;
    insta::assert_snapshot!(app.status(issue).lines().take(3).collect::<Vec<_>>().join("\n"), @r#"
    **Queued** · the repository says that it is `on-hold`: audit until Friday

    It starts by itself when the repository's status file says `active` again, which is looked at every five minutes. To start it now, comment `/agent go`.
    "#);
    // A person may think otherwise.
    app.reply(other, "/agent go").await;
    app.after(MINUTE).await;
    assert_eq!(app.state(other).await, "in-review", "{}", app.thread(other));
    assert_eq!(app.state(issue).await, "queued");
    app.says_status("it is all right").await;
    app.after(5 * MINUTE).await;
    assert!(
        app.status(issue).contains("cannot be understood"),
        "{}",
        app.status(issue)
    );
    app.says_status(r#"{"status": "active"}"#).await;
    app.after(5 * MINUTE).await;
    app.settle_all().await;
    assert_eq!(app.state(issue).await, "in-review", "{}", app.thread(issue));
    app.done().await;
}
