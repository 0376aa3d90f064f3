//! Pushes: many at once do not get in each other's way, and what a host refuses is told in words that help.

use skep_simulator::fault::{Fault, FaultRule};

use crate::test_app::TestApp;

#[tokio::test(flavor = "multi_thread")]
async fn ten_pushes_at_once_do_not_end_each_others_tokens() {
    let mut app = TestApp::with(|plan| plan.limits.sessions = 10).await;
    for number in 0..10 {
        app.go(
            &format!("Add {number}"),
            &format!("write f{number}.txt: {number}"),
        );
    }
    // Each first request of a push takes its time, so that all of them hold their tokens at once.
    let slow = FaultRule::next(
        "POST",
        "/octo/hello.git/git-upload-pack",
        Fault::Delay { milliseconds: 200 },
    );
    app.simulator.add_fault(slow.after(10).times(10));
    app.settle().await;
    let calls = app.simulator.calls();
    let answered = |method: &str, path: &str, status: u16| {
        let of = |call: &&skep_simulator::call_log::CallRecord| {
            call.method == method && call.path.ends_with(path) && call.status == status
        };
        calls.iter().filter(of).count()
    };
    assert_eq!(answered("POST", "/git-receive-pack", 200), 10);
    assert_eq!(
        calls.iter().filter(|call| call.status == 401).count(),
        0,
        "{calls:#?}"
    );
    assert_eq!(
        answered("DELETE", "/installation/token", 204),
        10,
        "and each token is ended"
    );
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_branch_that_leaves_no_room_for_ours_is_named_before_the_agent_works() {
    let mut app = TestApp::new().await;
    let main = app
        .simulator
        .branch_head(app.repository, "main")
        .expect("a branch");
    app.simulator
        .move_branch(app.repository, "agent", Some(&main), "octo")
        .await
        .expect("a branch");
    let issue = app.go("Add a note", "write NOTE.md: hello");
    app.settle_all().await;
    assert_eq!(app.state(issue).await, "failed");
    assert!(
        app.prompts(issue).await.is_empty(),
        "nobody works for nothing"
    );
    let said = app.told(issue);
    assert!(said.contains("stands in the way"), "{said}");
    app.simulator
        .move_branch(app.repository, "agent", None, "octo")
        .await
        .expect("no branch");
    app.unlabel(issue, "agent:go");
    app.label(issue, "agent:go");
    app.settle_all().await;
    assert_eq!(app.state(issue).await, "in-review", "{}", app.thread(issue));
    app.done().await;
}
