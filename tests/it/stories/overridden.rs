//! What holds issues of a whole repository, what a person passes by a label, and how soon a field says.

use skep::core::ids::IssueNumber;

use crate::test_app::{HOLD, TestApp};

const OVERRIDE: &str = "autonomy:override";
const BODY: &str = "Please. Depends on #1.\n\n```skep-demo\nwrite a.txt: a\n```\n";

#[tokio::test(flavor = "multi_thread")]
async fn a_person_starts_an_issue_whatever_holds_it() {
    let mut app = TestApp::with(|plan| plan.issues.approvals = vec!["octo/*".into()]).await;
    app.issue("First", "", &[]);
    let held = app.issue("Held", BODY, &["checkpoint"]);
    app.label(held, "agent:go");
    app.settle().await;
    assert_eq!(app.state(held).await, "queued", "{}", app.thread(held));
    app.label(held, OVERRIDE);
    app.settle_all().await;
    assert_eq!(app.state(held).await, "in-review", "{}", app.thread(held));
    // The label starts work by itself, and sets the switch.
    let fresh = app.issue("Fresh", BODY, &[]);
    app.label(fresh, OVERRIDE);
    app.settle_all().await;
    assert_eq!(app.state(fresh).await, "in-review", "{}", app.thread(fresh));
    assert!(app.labels(fresh).contains(&"agent:go".to_owned()));
    // In whatever order the two labels are heard.
    let both = app.issue("Both", BODY, &[]);
    app.label(both, "agent:go");
    app.label(both, OVERRIDE);
    app.settle_all().await;
    assert_eq!(app.state(both).await, "in-review", "{}", app.thread(both));
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn neither_bots_nor_readers_pass_what_holds_an_issue() {
    let mut app = TestApp::with(|plan| plan.allowed_bots = vec!["helper[bot]".into()]).await;
    app.issue("First", "", &[]);
    app.simulator.create_user("guest");
    app.simulator
        .set_permission(app.repository, "guest", "triage")
        .expect("a permission");
    for who in ["helper[bot]", "guest"] {
        let held = app.issue("Held", BODY, &[]);
        app.label(held, "agent:go");
        app.settle().await;
        app.label_by(who, held, OVERRIDE);
        app.settle().await;
        assert_eq!(app.state(held).await, "queued", "{}", app.thread(held));
        app.say("ana", held, "/agent stop");
        app.settle_all().await;
    }
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn where_the_operator_wants_it_each_start_is_agreed_to() {
    let mut app = TestApp::with(|plan| plan.issues.approvals = vec!["Octo/*".into()]).await;
    let issue = app.go("Add a page", "write a.txt: a");
    app.settle().await;
    let said = app.status(issue);
    assert!(
        said.contains("In this repository work starts only when a person agrees. Somebody with write access can let it start"),
        "{said}"
    );
    app.reply(issue, "/agent approve").await;
    app.settle_all().await;
    assert_eq!(app.state(issue).await, "in-review", "{}", app.thread(issue));
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_field_says_how_soon_where_no_label_does() {
    let mut app = TestApp::with(|plan| {
        plan.limits.sessions = 1;
        plan.issues.priority_field = Some("Priority".into());
    })
    .await;
    let first = app.go("First", &format!("write first.txt: 1\n{HOLD}"));
    app.until_event(first, "session.running").await;
    let filed = |field: Option<&str>, labels: &[&str]| {
        let body = "Please.\n\n```skep-demo\nwrite a.txt: a\n```\n";
        let issue = app.issue("Filed", body, labels);
        if let Some(option) = field {
            app.simulator
                .set_issue_field(app.repository, issue, ("Priority", option))
                .expect("a field");
        }
        issue
    };
    let labeled = filed(Some("Urgent"), &["priority:low"]);
    let low = filed(Some("P3"), &[]);
    let usual = filed(None, &[]);
    let high = filed(Some("High"), &[]);
    for issue in [labeled, low, usual, high] {
        app.label(issue, "agent:go");
        app.heard().await;
    }
    let queue = app.engine().queue(10).await.expect("the queue");
    let order: Vec<IssueNumber> = queue.listed.iter().map(|(task, _)| task.issue).collect();
    assert_eq!(order, [high, usual, labeled, low]);
    app.let_go().await;
    app.settle_all().await;
    app.done().await;
}
