//! What the operator switched off: repositories and people for whom nothing is done.

use crate::test_app::TestApp;

#[tokio::test(flavor = "multi_thread")]
async fn in_a_repository_that_is_off_nothing_starts_and_people_are_told() {
    let mut app = TestApp::with(|plan| plan.issues.off = vec!["Octo/*".into()]).await;
    let issue = app.go("Add a note", "write NOTE.md: hello");
    app.settle_all().await;
    let said = app.thread(issue);
    assert!(
        said.contains("skep is switched off for this repository."),
        "{said}"
    );
    assert!(
        app.simulator
            .pulls(app.repository)
            .expect("pulls")
            .is_empty()
    );
    assert_eq!(app.live().await, 0);
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_who_is_off_starts_nothing_and_says_nothing_to_agents() {
    let mut app = TestApp::with(|plan| plan.issues.off = vec!["@ben".into()]).await;
    app.permit("ben", "write");
    let issue = app.issue(
        "Add a note",
        "```skep-demo\nask Which? | red | blue\nwrite NOTE.md: {answer}\n```",
        &[],
    );
    app.label_by("ben", issue, "agent:go");
    app.settle_all().await;
    let said = app.thread(issue);
    assert!(said.contains("skep is switched off for `@ben`."), "{said}");
    assert_eq!(app.live().await, 0);
    app.unlabel(issue, "agent:go");
    app.label_by("ana", issue, "agent:go");
    app.settle().await;
    app.say("ben", issue, "2");
    app.settle().await;
    assert_eq!(app.state(issue).await, "needs-you", "{}", app.thread(issue));
    app.say("ana", issue, "1");
    app.settle_all().await;
    assert_eq!(app.state(issue).await, "in-review", "{}", app.thread(issue));
    let head = app.the_pull().head;
    let note = app.simulator.branch_head(app.repository, &head);
    assert!(note.is_some());
    app.done().await;
}

/// Switched off while an agent is at work: what it makes is not published.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_switched_off_in_the_middle_publishes_nothing() {
    let mut app = TestApp::new().await;
    let issue = app.go("Add a note", "ask Go on? | yes | no\nwrite NOTE.md: hello");
    app.settle().await;
    assert_eq!(app.state(issue).await, "needs-you", "{}", app.thread(issue));
    let policy = app.runner().services().policy.clone();
    let mut changed = (*policy).clone();
    changed.issues.off = vec!["@ana".into()];
    policy.replace(changed);
    app.permit("cleo", "write");
    app.say("cleo", issue, "1");
    app.settle_all().await;
    let said = app.thread(issue);
    assert!(said.contains("skep is switched off for `@ana`."), "{said}");
    assert!(
        app.simulator
            .pulls(app.repository)
            .expect("pulls")
            .is_empty()
    );
    app.done().await;
}
