//! A sprint on a GitHub Enterprise Server that has no sub-issues: people are told, and nothing waits for what cannot come.

use skep_simulator::world::Offered;

use super::plans::SPRINT;
use crate::test_app::TestApp;

#[tokio::test(flavor = "multi_thread")]
async fn a_server_without_sub_issues_is_named_as_such() {
    let mut app = TestApp::new().await;
    app.simulator.set_relations(Offered {
        dependencies: false,
        sub_issues: false,
    });
    let root = app.issue("Plan", "", &[]);
    let leaf = app.issue(
        "Leaf",
        "Please.\n\n```skep-demo\nwrite a.txt: a\n```\n",
        &[],
    );
    app.label(root, SPRINT);
    app.settle_all().await;
    insta::assert_snapshot!(app.sprint(root), @r#"
    **Needs `@ana`** · this GitHub has no sub-issues

    The label `agent:sprint` has an issue's sub-issues worked on, and this GitHub server is too old to have any. Put the label `agent:go` on each issue that is to be worked on; what they wait for may be written there, as in `Depends on #12`.
    "#);
    assert!(app.labels(root).contains(&"agent:needs-you".to_owned()));
    assert_eq!(app.ours_with(root, "").len(), 1, "{}", app.thread(root));
    // The way that is named works, and so does taking the label off.
    app.label(leaf, "agent:go");
    app.unlabel(root, SPRINT);
    app.settle_all().await;
    assert_eq!(app.state(leaf).await, "in-review", "{}", app.thread(leaf));
    assert!(!app.labels(root).contains(&"agent:needs-you".to_owned()));
    app.done().await;
}
