//! GitHub takes only so much in an hour: skep keeps below it over restarts, loses no time by it that it need not, and says so
//! when something waits.

use std::time::Duration;

use skep::github::Pace;
use skep::http::AdminService;

use crate::test_app::{Options, TestApp, told};

/// The limits of content as they are, without the pause between two changes: stories have no time for that.
fn real_limits(plan: &mut Options) {
    plan.pace = Pace {
        burst: 10_000,
        per_second: 10_000,
        ..Pace::default()
    };
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_restart_a_new_label_is_acknowledged_at_once() {
    let mut app = TestApp::with(|plan| plan.limits.sessions = 4).await;
    let mut issues = Vec::new();
    for number in 0..30 {
        issues.push(app.go_as(
            &format!("Question {number}"),
            "say It is so.",
            &["role:triage"],
        ));
    }
    app.settle_all().await;
    for issue in issues {
        assert_eq!(app.state(issue).await, "done");
    }
    app.advance(Duration::from_secs(600));
    app.crash().await;
    app.wish(real_limits);
    app.open().await;
    assert_eq!(
        told(app.product().admin.status().await)["held_up"],
        serde_json::json!([])
    );
    let issue = app.go_as("One more", "say It is so.", &["role:triage"]);
    // Not a moment passes.
    app.settle().await;
    assert_eq!(app.waiting().await, Vec::<String>::new());
    assert_eq!(app.state(issue).await, "done", "{}", app.thread(issue));
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_for_the_limits_is_said_on_the_issue_and_in_the_status() {
    let mut app = TestApp::with(|plan| {
        plan.pace = Pace {
            per_hour: 1,
            per_minute: 60,
            ..plan.pace
        }
    })
    .await;
    // The labels are there already, so that making them uses up nothing.
    let other = app.issue("Another", "", &[]);
    for label in ["agent:queued", "agent:working", "agent:done"] {
        app.label(other, label);
    }
    let issue = app.go_as("A question", "say It is so.", &["role:triage"]);
    app.settle().await;
    // The one comment of this hour is the status comment; the answer waits, and the status comment says until when.
    let status = app.status(issue);
    assert!(
        status.contains("Held up until 01:"),
        "{}",
        app.thread(issue)
    );
    let held = told(app.product().admin.status().await)["held_up"].clone();
    assert_eq!(held[0]["by"], "pace", "{held}");
    let wait = held[0]["until"].as_i64().expect("a time") - app.now();
    assert!((3_500_000..=3_700_000).contains(&wait), "{wait}");
    app.crash().await;
    app.advance(Duration::from_secs(3_700));
    app.open().await;
    app.settle_all().await;
    assert_eq!(app.state(issue).await, "done");
    let status = app.status(issue);
    assert!(!status.contains("Held up"), "{status}");
    app.done().await;
}
