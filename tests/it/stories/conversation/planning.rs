//! A plan first: nothing is changed before a person approves it, whatever the agent does.

use std::time::Duration;

use skep::core::ids::IssueNumber;
use skep::core::role;
use skep::http::{AdminService, By};

use crate::test_app::TestApp;

const PLANS: &str = "write SNEAKY.md: early\nplan read | write\nsay I would write a greeting.";
const WORK: &str = "\n\n```skep-demo\nwrite GREETING.md: hello\nsay Written.\n```";

/// The plan waits, and nothing was changed.
async fn waits(app: &TestApp, issue: IssueNumber) {
    assert_eq!(app.state(issue).await, "needs-you", "{}", app.thread(issue));
    assert!(
        app.labels(issue).contains(&"agent:needs-you".to_owned()),
        "{:?}",
        app.labels(issue)
    );
    assert!(
        !app.ours_with(issue, "here is my plan").is_empty(),
        "{}",
        app.thread(issue)
    );
    assert_eq!(app.assignees(issue), ["ana"]);
}

async fn approved(app: &mut TestApp, issue: IssueNumber) {
    app.reply(issue, &format!("/agent approve{WORK}")).await;
    app.settle_all().await;
    assert_eq!(app.state(issue).await, "in-review", "{}", app.thread(issue));
    assert_eq!(
        app.made(issue, "GREETING.md").await.as_deref(),
        Some("hello\n")
    );
    assert_eq!(
        app.made(issue, "SNEAKY.md").await,
        None,
        "what the plan turn wrote is not in it"
    );
    assert_eq!(app.assignees(issue), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_by_label_waits_for_approval_and_changes_nothing_before() {
    for process in [false, true] {
        let mut app = TestApp::with(|plan| plan.process = process).await;
        let issue = app.go_as("Add a greeting", PLANS, &["agent:plan"]);
        app.settle().await;
        waits(&app, issue).await;
        if !process {
            insta::assert_snapshot!("plan", app.conversation(issue));
        }
        approved(&mut app, issue).await;
        if !process {
            insta::assert_snapshot!("approved", app.conversation(issue));
        }
        app.done().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_comment_on_the_plan_makes_another() {
    let mut app = TestApp::new().await;
    let issue = app.go_as("Add a greeting", PLANS, &["agent:plan"]);
    app.settle().await;
    waits(&app, issue).await;
    app
        .reply(issue, "Louder, please.\n\n```skep-demo\nwrite SNEAKY.md: again\nsay I would write it in capitals.\n```")
        .await;
    waits(&app, issue).await;
    assert_eq!(
        app.ours_with(issue, "here is my plan").len(),
        2,
        "{}",
        app.thread(issue)
    );
    insta::assert_snapshot!(app.conversation(issue));
    approved(&mut app, issue).await;
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_approved_plan_is_made_anew_when_the_words_change_before_it_begins() {
    let mut app = TestApp::new().await;
    let issue = app.go_as("Add a greeting", PLANS, &["agent:plan"]);
    app.settle().await;
    waits(&app, issue).await;
    app.operator(async |admin| admin.pause(None, By::operator()).await)
        .await;
    app.reply(issue, "/agent approve").await;
    assert_eq!(app.state(issue).await, "queued", "{}", app.thread(issue));
    app.advance(Duration::from_secs(2));
    let body =
        "Louder.\n\n```skep-demo\nwrite SNEAKY.md: again\nsay I would write it in capitals.\n```\n";
    app.simulator
        .edit_body(app.repository, issue, body, "ana")
        .expect("edited");
    app.settle().await;
    app.operator(async |admin| admin.resume(None, By::operator()).await)
        .await;
    app.settle().await;
    waits(&app, issue).await;
    let plans = app.ours_with(issue, "here is my plan").len();
    assert_eq!(plans, 2, "{}", app.thread(issue));
    app.advance(Duration::from_secs(10));
    app.settle().await;
    let void = "so that the approval does not count any more; a new plan is made";
    assert!(app.status(issue).contains(void), "{}", app.thread(issue));
    approved(&mut app, issue).await;
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_by_command_and_by_role() {
    let mut app = TestApp::with(|plan| {
        let mut careful = role::built_in(&"swe".parse().expect("a role")).expect("swe");
        careful.name = "careful".parse().expect("a role");
        careful.plan = true;
        plan.roles.push(careful);
    })
    .await;
    let issue = app.issue(
        "Add a greeting",
        &format!("```skep-demo\n{PLANS}\n```"),
        &[],
    );
    app.reply(issue, "/agent plan").await;
    waits(&app, issue).await;
    approved(&mut app, issue).await;
    let issue = app.go_as("Add a greeting", PLANS, &["role:careful"]);
    app.settle().await;
    waits(&app, issue).await;
    approved(&mut app, issue).await;
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_survives_a_kill_and_a_pause() {
    let mut app = TestApp::new().await;
    let issue = app.go_as("Add a greeting", PLANS, &["agent:plan"]);
    app.settle().await;
    app.crash_and_open().await;
    app.reply(issue, "/agent pause").await;
    assert_eq!(app.state(issue).await, "paused");
    app.reply(issue, "/agent approve").await;
    assert_eq!(
        app.state(issue).await,
        "paused",
        "a pause is a pause\n{}",
        app.thread(issue)
    );
    app.reply(issue, "/agent resume").await;
    waits(&app, issue).await;
    approved(&mut app, issue).await;
    app.done().await;
}
