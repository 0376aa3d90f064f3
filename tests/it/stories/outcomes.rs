//! What became of pull requests: whether the change is on its base and stayed there, and the ledger of it all.

use std::time::Duration;

use skep::core::ids::IssueNumber;
use skep::core::usage::Price;
use skep::http::{AdminService, Span};
use skep_simulator::Saying;
use skep_simulator::world::ReviewDraft;

use crate::test_app::TestApp;

const NOTE: &str = "write NOTE.md: hello\nsay Wrote it.";
const DAY: Duration = Duration::from_secs(24 * 3_600);

/// An app with a pull request in review.
async fn in_review() -> (TestApp, IssueNumber, IssueNumber) {
    let mut app = TestApp::new().await;
    let (issue, pull) = one_more(&mut app).await;
    (app, issue, pull)
}

async fn one_more(app: &mut TestApp) -> (IssueNumber, IssueNumber) {
    let issue = app.go("Add a note", NOTE);
    app.settle_all().await;
    assert_eq!(app.state(issue).await, "in-review", "{}", app.thread(issue));
    let pull = IssueNumber(app.pull_for(issue).issue.number);
    app.advance(Duration::from_secs(60));
    (issue, pull)
}

async fn merge(app: &TestApp, pull: IssueNumber) -> String {
    app.advance(Duration::from_secs(1));
    app.simulator
        .mark_ready(app.repository, pull, "ana")
        .expect("ready");
    let merged = app.simulator.merge(app.repository, pull, "ana").await;
    merged.expect("merged")
}

/// The ledger as one line each: pull request, what became of it, rounds.
async fn ledger(app: &TestApp) -> Vec<String> {
    let answer = app
        .product()
        .admin
        .outcomes(Span::default())
        .await
        .expect("an answer");
    let line = |pull: &skep::http::types::OutcomeLine| {
        format!(
            "#{} of #{} by {}/{}: {}, {} rounds{}",
            pull.pull,
            pull.issue,
            pull.role,
            pull.agent,
            pull.became,
            pull.rounds,
            if pull.over_at.is_some() { ", over" } else { "" },
        )
    };
    answer.pulls.iter().map(line).collect()
}

async fn push(app: &TestApp, branch: &str, message: &str) {
    let files = [("NOTE.md", "not any more\n")];
    app.advance(Duration::from_secs(1));
    let change = Saying {
        branch,
        by: "ana",
        message,
    };
    app.simulator
        .push_saying(app.repository, change, &files)
        .await
        .expect("a push");
}

async fn told(app: &TestApp, issue: IssueNumber) -> Vec<String> {
    let ours = app.our_comments(issue);
    ours.into_iter()
        .filter(|comment| comment.contains("this issue is closed, but"))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_merge_is_looked_for_on_the_base_and_written_into_the_ledger() {
    let (mut app, issue, pull) = in_review().await;
    assert_eq!(ledger(&app).await, ["#2 of #1 by swe/demo: open, 0 rounds"]);
    let commit = merge(&app, pull).await;
    app.settle().await;
    assert_eq!(
        ledger(&app).await,
        ["#2 of #1 by swe/demo: merged, 0 rounds, over"]
    );
    let landed = app
        .detail(issue, "change.landed")
        .await
        .expect("it was found");
    assert_eq!(
        (&landed["commit"], &landed["base"]),
        (&commit.into(), &"main".into())
    );
    app.crash_and_open().await;
    app.settle_all().await;
    assert_eq!(
        ledger(&app).await,
        ["#2 of #1 by swe/demo: merged, 0 rounds, over"]
    );
    assert_eq!(told(&app, issue).await, Vec::<String>::new());
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_squash_is_found_by_the_commit_that_it_made() {
    let (mut app, issue, pull) = in_review().await;
    app.simulator
        .mark_ready(app.repository, pull, "ana")
        .expect("ready");
    let squashed = app.simulator.squash(app.repository, pull, "ana").await;
    squashed.expect("merged");
    app.settle_all().await;
    assert_eq!(
        ledger(&app).await,
        ["#2 of #1 by swe/demo: merged, 0 rounds, over"]
    );
    assert!(app.detail(issue, "change.landed").await.is_some());
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revision_and_a_push_by_people_are_rework() {
    let (mut app, _, pull) = in_review().await;
    let review = ReviewDraft {
        event: "REQUEST_CHANGES".into(),
        body: "In English.\n\n```skep-demo\nwrite NOTE.md: two\nsay Done.\n```\n".into(),
        comments: vec![],
    };
    app.simulator
        .review(app.repository, pull, "ana", review)
        .expect("a review");
    app.settle_all().await;
    merge(&app, pull).await;
    app.settle_all().await;
    let (issue, other) = one_more(&mut app).await;
    let branch = app.pull_for(issue).head;
    push(&app, &branch, "Mine").await;
    merge(&app, other).await;
    app.settle_all().await;
    assert_eq!(
        ledger(&app).await,
        [
            "#4 of #3 by swe/demo: reworked, 0 rounds, over",
            "#2 of #1 by swe/demo: reworked, 1 rounds, over",
        ]
    );
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn closed_is_closed_until_it_is_open_again() {
    let (mut app, _, pull) = in_review().await;
    app.simulator
        .close_pull(app.repository, pull, "ana")
        .expect("closed");
    app.settle_all().await;
    assert_eq!(
        ledger(&app).await,
        ["#2 of #1 by swe/demo: closed, 0 rounds, over"]
    );
    app.simulator
        .reopen_issue(app.repository, pull, "ana")
        .expect("open again");
    app.settle_all().await;
    assert_eq!(ledger(&app).await, ["#2 of #1 by swe/demo: open, 0 rounds"]);
    merge(&app, pull).await;
    app.settle_all().await;
    assert_eq!(
        ledger(&app).await,
        ["#2 of #1 by swe/demo: reworked, 0 rounds, over"]
    );
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revert_on_the_base_is_seen_within_the_week() {
    let (mut app, issue, pull) = in_review().await;
    let commit = merge(&app, pull).await;
    app.settle().await;
    push(&app, "main", "Say it otherwise").await;
    app.advance(DAY);
    app.settle().await;
    assert_eq!(
        ledger(&app).await,
        ["#2 of #1 by swe/demo: merged, 0 rounds, over"]
    );
    let message =
        format!("Revert \"Add a note\"\n\nThis reverts commit {commit}, reversing\nchanges.");
    push(&app, "main", &message).await;
    app.settle_all().await;
    assert_eq!(
        ledger(&app).await,
        ["#2 of #1 by swe/demo: reverted, 0 rounds, over"]
    );
    assert!(app.detail(issue, "change.reverted").await.is_some());
    assert!(
        app.thread(issue).contains("was reverted on `main`"),
        "{}",
        app.thread(issue)
    );
    assert_eq!(
        told(&app, issue).await,
        Vec::<String>::new(),
        "a revert is people's own deed"
    );
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_issue_that_is_closed_while_its_change_is_elsewhere_is_told_once() {
    let (mut app, issue, pull) = in_review().await;
    let side =
        app.simulator
            .push_to_branch(app.repository, "feature", &[("SIDE.md", "x\n")], "ana");
    side.await.expect("a branch");
    app.simulator
        .retarget(app.repository, pull, "feature", "ana")
        .expect("it goes elsewhere");
    app.settle_all().await;
    merge(&app, pull).await;
    app.settle().await;
    assert_eq!(
        ledger(&app).await,
        ["#2 of #1 by swe/demo: not_landed, 0 rounds, over"]
    );
    assert_eq!(
        told(&app, issue).await,
        Vec::<String>::new(),
        "the issue is open"
    );
    app.close_issue(issue, "ana");
    app.settle().await;
    let said = told(&app, issue).await;
    insta::assert_snapshot!(crate::test_app::timeless(&said.join("\n---\n")), @"@ana this issue is closed, but the change of pull request #2 is not on `main`: it was merged into `feature`, and its commit HASH has not come from there to `main`. If it came to `main` by another commit, nothing is left to do. Otherwise bring it there, or reopen this issue and say `/agent go`.");
    app.simulator
        .reopen_issue(app.repository, issue, "ana")
        .expect("open again");
    app.settle().await;
    app.close_issue(issue, "ana");
    app.settle_all().await;
    assert_eq!(told(&app, issue).await.len(), 1);
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_comes_to_the_base_later_has_landed() {
    let (mut app, issue, pull) = in_review().await;
    let side =
        app.simulator
            .push_to_branch(app.repository, "feature", &[("SIDE.md", "x\n")], "ana");
    side.await.expect("a branch");
    app.simulator
        .retarget(app.repository, pull, "feature", "ana")
        .expect("it goes elsewhere");
    app.settle_all().await;
    let commit = merge(&app, pull).await;
    app.settle().await;
    let head = commit.parse().expect("a commit");
    let moved = app
        .simulator
        .move_branch(app.repository, "main", Some(&head), "ana");
    moved.await.expect("main has it");
    app.close_issue(issue, "ana");
    app.settle_all().await;
    assert_eq!(told(&app, issue).await, Vec::<String>::new());
    assert_eq!(
        ledger(&app).await,
        ["#2 of #1 by swe/demo: merged, 0 rounds, over"]
    );
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_base_that_lost_the_change_is_told() {
    let (mut app, issue, pull) = in_review().await;
    let before = app
        .simulator
        .branch_head(app.repository, "main")
        .expect("main");
    merge(&app, pull).await;
    app.settle().await;
    assert_eq!(told(&app, issue).await, Vec::<String>::new());
    let moved = app
        .simulator
        .move_branch(app.repository, "main", Some(&before), "ana");
    moved.await.expect("a forced push");
    app.settle_all().await;
    assert_eq!(
        ledger(&app).await,
        ["#2 of #1 by swe/demo: not_landed, 0 rounds, over"]
    );
    let said = told(&app, issue).await;
    assert_eq!(said.len(), 1);
    assert!(said[0].contains("is not on `main` any more"), "{said:?}");
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_it_cost_is_in_the_ledger_and_added_up() {
    let price = Price {
        input: 3_000_000,
        cached: 3_000_000,
        cache_write: 3_000_000,
        output: 15_000_000,
    };
    let mut app = TestApp::with(|plan| plan.prices = vec![("demo".into(), price)]).await;
    let issue = app.go(
        "Add a note",
        "usage turn\nwrite NOTE.md: hello\nspend 4000 500",
    );
    app.settle_all().await;
    let pull = IssueNumber(app.pull_for(issue).issue.number);
    merge(&app, pull).await;
    app.settle_all().await;
    let answer = app
        .product()
        .admin
        .outcomes(Span::default())
        .await
        .expect("an answer");
    let groups = serde_json::to_string_pretty(&answer.groups).expect("JSON");
    insta::assert_snapshot!(groups, @r#"
    [
      {
        "role": "swe",
        "agent": "demo",
        "pulls": 1,
        "open": 0,
        "merged": 1,
        "reworked": 0,
        "not_landed": 0,
        "reverted": 0,
        "closed": 0,
        "accepted": 1,
        "percent_accepted": 100,
        "tokens": {
          "amount": 4500,
          "exactness": "at_least"
        },
        "cost_micro_usd": {
          "amount": 19500,
          "exactness": "at_least"
        },
        "cost_per_accepted_micro_usd": {
          "amount": 19500,
          "exactness": "at_least"
        }
      }
    ]
    "#);
    let later = app
        .product()
        .admin
        .outcomes(Span {
            since: app.now(),
            repository: None,
        })
        .await
        .expect("an answer");
    assert_eq!(later.pulls, []);
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_ledger_outlives_the_past_of_its_task() {
    let (mut app, issue, pull) = in_review().await;
    merge(&app, pull).await;
    app.settle_all().await;
    app.advance(200 * DAY);
    app.runner().forget_old().await;
    assert_eq!(
        app.timeline(issue).await,
        Vec::<String>::new(),
        "its past is gone"
    );
    assert_eq!(
        ledger(&app).await,
        ["#2 of #1 by swe/demo: merged, 0 rounds, over"]
    );
    app.done().await;
}
