//! Whom a role assigns to the issue, and whom it asks for a review.

use std::time::Duration;

use skep::core::ids::IssueNumber;
use skep::core::notifications::Notifications;
use skep::core::role::{self, People, Role};
use skep_simulator::{JobEnd, PullView};

use crate::test_app::TestApp;

const SCRIPT: &str = "write NOTE.md: hello\nsay Wrote it.";

async fn app(assignees: &[&str], reviewers: &[&str]) -> TestApp {
    told(Notifications::Quiet, assignees, reviewers).await
}

async fn told(how: Notifications, assignees: &[&str], reviewers: &[&str]) -> TestApp {
    let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    let swe = role::built_in(&"swe".parse().expect("a name")).expect("built in");
    let swe = Role {
        people: People {
            assignees: owned(assignees),
            reviewers: owned(reviewers),
        },
        ..swe
    };
    let app = TestApp::with(|plan| {
        plan.roles = vec![swe];
        plan.issues.notifications = how;
    })
    .await;
    app.permit("ben", "write");
    app.simulator.join_team("octo", "maintainers", "ben");
    app.simulator.join_team("other", "core", "ben");
    app
}

fn pull(app: &TestApp, issue: IssueNumber) -> PullView {
    app.pull_for(issue)
}

fn asked(app: &TestApp, issue: IssueNumber) -> Vec<String> {
    let pull = pull(app, issue);
    [pull.reviewers, pull.teams].concat()
}

async fn make_ready(app: &mut TestApp, issue: IssueNumber) {
    let number = pull(app, issue).issue.number;
    app.simulator
        .mark_ready(app.repository, number, "ana")
        .expect("ready");
    app.settle_all().await;
}

fn assignees(app: &TestApp, issue: IssueNumber) -> Vec<String> {
    let issue = app.simulator.issue(app.repository, issue);
    issue.expect("an issue").assignees
}

fn calls(app: &TestApp) -> usize {
    let all = app.simulator.calls();
    let asks = all
        .iter()
        .filter(|call| call.path.ends_with("/requested_reviewers"));
    asks.count()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_people_of_a_role_are_assigned_and_asked_once_and_who_cannot_be_is_named() {
    let names = [
        "ben",
        "nobody",
        "skep[bot]",
        "Octo/maintainers",
        "other/core",
        "octo/none",
    ];
    let mut app = told(Notifications::Normal, &["ben", "nobody"], &names).await;
    let issue = app.go("Add a note", SCRIPT);
    app.settle_all().await;
    assert_eq!(assignees(&app, issue), ["ben"]);
    assert!(pull(&app, issue).draft);
    assert!(asked(&app, issue).is_empty(), "a draft is shown to nobody");
    let head = pull(&app, issue).head_sha;
    let green = JobEnd {
        name: "test",
        conclusion: "success",
        steps: &[("Run", "success")],
        log: "ok\n",
    };
    app.simulator
        .finish_check(app.repository, &head, green)
        .expect("a check");
    app.settle_all().await;
    assert!(!pull(&app, issue).draft);
    assert_eq!(asked(&app, issue), ["ben", "maintainers"]);
    let status = app.status(issue);
    let named: Vec<&str> = status
        .lines()
        .filter(|line| line.contains("access to this repository"))
        .map(|line| line.split_once("Z ").map_or(line, |(_, said)| said))
        .collect();
    insta::assert_snapshot!(named.join("\n"), @"
    `nobody` was not assigned: GitHub assigns only people with access to this repository. Give them access, or let the operator change `assignees` of the role.
    Not asked for a review: `nobody`, `octo/none`. GitHub asks only people and teams with access to this repository, and not the author. Give them access, or let the operator change `reviewers` of the role.
    ");
    // What is asked once is not asked again.
    let before = calls(&app);
    make_ready(&mut app, issue).await;
    app.advance(Duration::from_secs(60));
    app.settle_all().await;
    assert_eq!(calls(&app), before);
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_makes_it_ready_and_the_reviewers_are_asked() {
    let mut app = app(&[], &["ben"]).await;
    let issue = app.go("Add a note", SCRIPT);
    app.settle_all().await;
    make_ready(&mut app, issue).await;
    assert_eq!(asked(&app, issue), ["ben"]);
    assert_eq!(calls(&app), 1);
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn where_there_are_no_drafts_reviewers_are_asked_as_it_opens() {
    let mut app = app(&[], &["ben", "octo/maintainers"]).await;
    app.simulator
        .allow_drafts(app.repository, false)
        .expect("no drafts");
    let issue = app.go("Add a note", SCRIPT);
    app.settle_all().await;
    assert_eq!(asked(&app, issue), ["ben", "maintainers"]);
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whom_the_role_assigns_stays_assigned_when_they_have_answered() {
    let mut app = told(Notifications::All, &["ana"], &[]).await;
    let script = "ask Which? | red | blue\nwrite NOTE.md: {answer}\nsay Done.";
    let issue = app.go("Add a note", script);
    app.settle().await;
    assert_eq!(assignees(&app, issue), ["ana"]);
    app.reply(issue, "1").await;
    app.settle_all().await;
    assert_eq!(app.state(issue).await, "in-review");
    assert_eq!(assignees(&app, issue), ["ana"]);
    app.done().await;
}
