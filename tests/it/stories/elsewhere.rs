//! What is around an issue changes: repositories that are empty, archived or gone, an App that may not, issues that go away while an agent
//! works. It is said where it can be said, and nothing is asked for ever.

use std::time::Duration;

use skep::core::ids::{InstallationId, IssueNumber, RepositoryId};
use skep::http::Target;
use skep_simulator::RepositorySeed;
use skep_simulator::world::outgoing::Flow;

use crate::test_app::TestApp;

const SCRIPT: &str = "write NOTE.md: hello\nsay Wrote it.";
const HELD: &str = "write NOTE.md: hello\nuntil-there ../home/go\nsay Wrote it.";

fn installation(app: &TestApp) -> InstallationId {
    let installation = app.simulator.installation(app.repository);
    InstallationId(installation.expect("an installation"))
}

/// An issue whose agent is at work.
async fn at_work(app: &mut TestApp) -> IssueNumber {
    let issue = app.go("Add a note", HELD);
    app.until_working(issue).await;
    issue
}

/// Lets everything come to rest: within so many calls, and then not one more for an hour.
async fn rests_within(app: &mut TestApp, calls: usize) {
    let before = app.simulator.calls().len();
    app.let_go().await;
    app.settle_all().await;
    let made = app.simulator.calls().len() - before;
    let paths = || {
        app.simulator
            .calls()
            .split_off(before)
            .into_iter()
            .map(|call| format!("{} {}", call.method, call.path))
    };
    assert!(
        made <= calls,
        "{made} calls: {:#?}",
        paths().collect::<Vec<_>>()
    );
    let rested = app.simulator.calls().len();
    app.advance(Duration::from_secs(3_600));
    app.settle_all().await;
    assert_eq!(
        app.simulator.calls().len(),
        rested,
        "something is asked again and again"
    );
    assert_eq!(app.live().await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_repository_is_told_to_get_a_first_commit() {
    let mut app = TestApp::new().await;
    let seed = RepositorySeed {
        owner: "octo",
        name: "void",
        default_branch: "trunk",
        private: false,
        files: &[],
    };
    let seeded = app.simulator.seed_repository(seed).await;
    app.repository = RepositoryId(seeded.expect("a repository"));
    app.permit("ana", "write");
    let issue = app.go("Add a note", SCRIPT);
    rests_within(&mut app, 25).await;
    assert_eq!(app.state(issue).await, "refused");
    insta::assert_snapshot!(app.our_comments(issue)[0], @"
    **Not started**

    Nothing was started: the repository is empty. Push a first commit to `trunk`, then comment `/agent go`.

    <sub>updated 00:00:01Z</sub>
    ");
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_archived_repository_starts_nothing_and_nothing_is_tried_for_ever() {
    let mut app = TestApp::new().await;
    app.simulator.set_flow(Flow::Held);
    let issue = app.go("Add a note", SCRIPT);
    app.simulator
        .archive(app.repository, true)
        .expect("archived");
    app.simulator.release();
    rests_within(&mut app, 25).await;
    assert_eq!(app.state(issue).await, "refused");
    assert!(app.prompts(issue).await.is_empty());
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn archived_while_working_nothing_is_pushed() {
    let mut app = TestApp::new().await;
    let issue = at_work(&mut app).await;
    app.simulator
        .archive(app.repository, true)
        .expect("archived");
    rests_within(&mut app, 40).await;
    assert_eq!(app.state(issue).await, "paused");
    assert_eq!(app.simulator.branches(app.repository), ["main"]);
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_app_taken_away_ends_the_work_quietly() {
    let mut app = TestApp::new().await;
    let issue = at_work(&mut app).await;
    let all = installation(&app);
    app.simulator.uninstall(all).expect("uninstalled");
    rests_within(&mut app, 60).await;
    // What GitHub refuses meanwhile may be known before its owner's wish is.
    assert!(["cancelled", "failed"].contains(&app.state(issue).await.as_str()));
    assert!(app.pulls().is_empty());
    app.done().await;
    let mut app = TestApp::new().await;
    let issue = at_work(&mut app).await;
    app.simulator
        .set_installed(app.repository, false)
        .expect("taken away");
    rests_within(&mut app, 60).await;
    assert!(["cancelled", "failed"].contains(&app.state(issue).await.as_str()));
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_app_without_the_permission_says_which() {
    for permission in ["contents", "pull_requests"] {
        let mut app = TestApp::new().await;
        let all = installation(&app);
        app.simulator
            .set_app_permission(all, permission, None)
            .expect("a permission");
        let issue = app.go("Add a note", "write NOTE.md: hello\nsay Wrote it.");
        rests_within(&mut app, 60).await;
        assert_ne!(app.state(issue).await, "in-review");
        let said = app.our_comments(issue).remove(0);
        assert!(said.contains(permission), "{said}");
        insta::allow_duplicates! {
            insta::assert_snapshot!(said, @r"
            **Not started**

            Nothing was started: The App may not read issues, pull requests and files in octo/hello: it needs the permission metadata=read, issues=read, pull_requests=read, contents=read, and not all of that is granted. Open the App's settings → Permissions &amp; events, grant it, then accept the new permissions on the installation's page. Then comment `/agent go`.

            <sub>updated 00:00:01Z</sub>
            ");
        }
        app.done().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_app_that_may_not_even_speak_stays_calm() {
    let mut app = TestApp::new().await;
    let all = installation(&app);
    app.simulator
        .set_app_permission(all, "issues", None)
        .expect("a permission");
    let issue = app.go("Add a note", "write NOTE.md: hello\nsay Wrote it.");
    rests_within(&mut app, 60).await;
    assert_ne!(app.state(issue).await, "in-review");
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_protected_default_branch_is_no_hindrance_and_a_renamed_one_is_followed() {
    let mut app = TestApp::new().await;
    app.simulator
        .protect_branch(app.repository, "main")
        .expect("protected");
    let issue = at_work(&mut app).await;
    let main = app
        .simulator
        .branch_head(app.repository, "main")
        .expect("a branch");
    app.simulator
        .move_branch(app.repository, "trunk", Some(&main), "octo")
        .await
        .expect("a branch");
    app.simulator
        .set_default_branch(app.repository, "trunk")
        .expect("renamed");
    app.let_go().await;
    app.settle_all().await;
    assert_eq!(app.state(issue).await, "in-review", "{}", app.thread(issue));
    assert_eq!(app.the_pull().base, "trunk");
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_renamed_repository_keeps_its_work() {
    let mut app = TestApp::new().await;
    let issue = at_work(&mut app).await;
    app.simulator
        .rename_repository(app.repository, "octo", "renamed")
        .expect("renamed");
    app.let_go().await;
    app.settle_all().await;
    assert_eq!(app.state(issue).await, "in-review", "{}", app.thread(issue));
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_issue_closed_while_working_stops_the_work_and_keeps_it() {
    let mut app = TestApp::new().await;
    let issue = at_work(&mut app).await;
    app.advance(Duration::from_secs(1));
    app.close_issue(issue, "ana");
    rests_within(&mut app, 30).await;
    assert_eq!(app.state(issue).await, "cancelled");
    assert!(app.pulls().is_empty());
    assert!(
        app.our_comments(issue)[0].contains("closed the issue"),
        "{}",
        app.thread(issue)
    );
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_close_whose_webhook_is_lost_is_seen_before_the_push() {
    let mut app = TestApp::new().await;
    let issue = at_work(&mut app).await;
    app.simulator.set_flow(Flow::Dropped);
    app.close_issue(issue, "ana");
    rests_within(&mut app, 40).await;
    assert_eq!(app.state(issue).await, "failed");
    assert!(app.pulls().is_empty());
    insta::assert_snapshot!(app.told(issue));
    app.done().await;
}

/// GitHub's word that the label was taken away never comes: it is looked for again right before the push.
#[tokio::test(flavor = "multi_thread")]
async fn a_label_whose_removal_is_lost_is_missed_before_the_push() {
    let mut app = TestApp::new().await;
    let issue = at_work(&mut app).await;
    app.simulator.set_flow(Flow::Dropped);
    app.unlabel(issue, "agent:go");
    rests_within(&mut app, 40).await;
    assert_eq!(app.state(issue).await, "paused", "{}", app.thread(issue));
    assert_eq!(app.simulator.branches(app.repository), ["main"]);
    let status = app.status(issue);
    assert!(
        status.contains("somebody removed the label `agent:go`"),
        "{status}"
    );
    app.simulator.set_flow(Flow::Direct);
    app.label(issue, "agent:go");
    app.settle_all().await;
    assert_eq!(app.state(issue).await, "in-review", "{}", app.thread(issue));
    app.done().await;
}

/// Work that began by a command or by the operator needs no label.
#[tokio::test(flavor = "multi_thread")]
async fn work_that_needed_no_label_misses_none() {
    let mut app = TestApp::new().await;
    let body = format!("```skep-demo\n{SCRIPT}\n```");
    let issue = app.issue("Add a note", &body, &[]);
    app.settle_all().await;
    app.simulator.set_flow(Flow::Dropped);
    let target = Target::Issues {
        repository: "octo/hello".parse().expect("a name"),
        issues: vec![issue],
    };
    app.dispatch(vec![target]).await.expect("a batch");
    app.settle_all().await;
    assert_eq!(app.state(issue).await, "in-review", "{}", app.thread(issue));
    assert!(!app.labels(issue).contains(&"agent:go".to_owned()));
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_issue_deleted_or_moved_while_working_ends_the_work() {
    let mut app = TestApp::new().await;
    let deleted = at_work(&mut app).await;
    app.advance(Duration::from_secs(1));
    app.simulator
        .delete_issue(app.repository, deleted, "octo")
        .expect("deleted");
    rests_within(&mut app, 40).await;
    assert_eq!(app.state(deleted).await, "cancelled");
    let moved = at_work(&mut app).await;
    let files = [("README.md", "# Other\n")];
    let other = app
        .simulator
        .create_repository("octo", "other", &files)
        .await
        .expect("a repository");
    app.advance(Duration::from_secs(1));
    let there = app
        .simulator
        .transfer_issue(app.repository, moved, other, "octo")
        .expect("moved");
    rests_within(&mut app, 60).await;
    assert_eq!(app.state(moved).await, "cancelled");
    assert!(app.pulls().is_empty());
    // In its new home nothing happens by itself.
    assert!(
        app.simulator.pulls(other).expect("pulls").is_empty(),
        "{}",
        app.simulator.thread(other, there).expect("a thread")
    );
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_branch_rule_that_forbids_ours_is_told_in_its_own_words() {
    let mut app = TestApp::new().await;
    app.simulator
        .protect_branch(app.repository, "agent/1-add-a-note")
        .expect("protected");
    let issue = app.go("Add a note", "write NOTE.md: hello\nsay Wrote it.");
    rests_within(&mut app, 60).await;
    assert_eq!(app.state(issue).await, "failed");
    insta::assert_snapshot!(app.told(issue));
    app.done().await;
}
