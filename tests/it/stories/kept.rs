//! Work that failed or was stopped is where people can reach it: on its branch, or as a patch; and its end is told to
//! whoever asked for it.

use std::time::Duration;

use skep::core::ids::IssueNumber;
use skep::http::AdminService;
use skep_simulator::fault::{Fault, FaultRule};

use crate::house::House;

const BRANCH: &str = "agent/1-add-a-note";

async fn file(house: &House, path: &str) -> Option<String> {
    house
        .simulator
        .file(house.repository, BRANCH, path)
        .await
        .expect("git")
}

/// The patch of the first session, as the command prints it.
async fn patch(house: &House, issue: IssueNumber) -> Result<String, String> {
    let patch = house.app().desk.patch(house.session(issue, 1)).await;
    patch
        .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
        .map_err(|error| error.to_string())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_stopped_session_made_is_on_its_branch() {
    let mut house = House::new().await;
    let issue = house.go(
        "Add a note",
        "write NOTE.md: hello\nwait 300\nsay Wrote it.",
    );
    house
        .until("it is written", |house| {
            house.session_dir(issue, 1).join("work/NOTE.md").exists()
        })
        .await;
    house.advance(Duration::from_secs(1));
    house.reply(issue, "/agent stop").await;
    house.settle_all().await;
    assert_eq!(
        house.state(issue).await,
        "cancelled",
        "{}",
        house.thread(issue)
    );
    assert_eq!(
        file(&house, "NOTE.md").await.as_deref(),
        Some("hello\n"),
        "{}",
        house.thread(issue)
    );
    assert!(
        house.pulls().is_empty(),
        "nobody asked for a pull request of it"
    );
    let status = house.status(issue);
    assert!(
        status
            .contains("What it had done (1 changed file) is on the branch [`agent/1-add-a-note`]"),
        "{status}"
    );
    assert_eq!(
        house.git(&["log", "-1", "--format=%s", BRANCH]).trim(),
        "Add a note (unfinished)"
    );
    // The next one goes on from there.
    house.advance(Duration::from_secs(60));
    let body = "```skep-demo\nread NOTE.md\nsay It is there.\n```";
    house
        .simulator
        .edit_body(house.repository, issue, body, "ana")
        .expect("an edit");
    house.reply(issue, "/agent retry").await;
    house.settle_all().await;
    assert_eq!(
        house.made(issue, "NOTE.md").await.as_deref(),
        Some("hello\n"),
        "{}",
        house.thread(issue)
    );
    house.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_late_failure_is_told_to_whoever_asked_with_its_branch() {
    let mut house = House::new().await;
    let issue = house.go("Add a note", "write NOTE.md: hello\nwait 0.5\ncrash");
    house.settle_all().await;
    assert_eq!(
        house.state(issue).await,
        "failed",
        "{}",
        house.thread(issue)
    );
    assert_eq!(
        file(&house, "NOTE.md").await.as_deref(),
        Some("hello\n"),
        "{}",
        house.thread(issue)
    );
    let ours = house.our_comments(issue);
    assert_eq!(ours.len(), 2, "the status and the notice: {ours:#?}");
    assert!(
        ours[1].starts_with("@ana it failed because ") && ours[1].contains("is on the branch"),
        "{}",
        ours[1]
    );
    assert!(ours[1].contains("comment `/agent retry`"), "{}", ours[1]);
    house.done().await;
}

/// Somebody tidies the branch up: that is no reason to fail the next try.
#[tokio::test(flavor = "multi_thread")]
async fn a_leftover_branch_that_was_deleted_is_made_anew() {
    let mut house = House::new().await;
    let issue = house.go("Add a note", "write NOTE.md: hello\nwait 0.5\ncrash");
    house.settle_all().await;
    house.git(&["update-ref", "-d", "refs/heads/agent/1-add-a-note"]);
    house.advance(Duration::from_secs(60));
    let body = "```skep-demo\nwrite B.md: b\nsay B.\n```";
    house
        .simulator
        .edit_body(house.repository, issue, body, "ana")
        .expect("an edit");
    house.reply(issue, "/agent retry fresh").await;
    house.settle_all().await;
    assert_eq!(
        house.state(issue).await,
        "in-review",
        "{}",
        house.thread(issue)
    );
    assert_eq!(file(&house, "B.md").await.as_deref(), Some("b\n"));
    house.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_may_not_be_published_is_there_as_a_patch() {
    let mut house = House::with(|plan| plan.limits.max_files = 1).await;
    let issue = house.go(
        "Add a note",
        "write NOTE.md: hello\nwrite MORE.md: more\nsay Wrote two.",
    );
    house.settle_all().await;
    assert_eq!(
        house.state(issue).await,
        "failed",
        "{}",
        house.thread(issue)
    );
    assert_eq!(house.simulator.branches(house.repository), ["main"]);
    let session = house.session(issue, 1);
    assert!(
        house
            .status(issue)
            .contains(&format!("`skep session {session} --patch`")),
        "{}",
        house.status(issue)
    );
    let patch = patch(&house, issue).await.expect("a patch");
    assert!(
        patch.contains("+hello") && patch.contains("+more"),
        "{patch}"
    );
    house.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_kept_is_no_patch() {
    let mut house = House::new().await;
    let issue = house.go("Add a note", "write NOTE.md: hello\nsay Wrote it.");
    house.settle_all().await;
    let refused = patch(&house, issue).await.expect_err("it is on GitHub");
    assert!(refused.contains("nothing of session"), "{refused}");
    house.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_label_reaction_or_assignee_fails_no_session() {
    for (method, path) in [
        ("POST", "/repos/*/*/issues/2/labels"),
        ("POST", "/repos/*/*/issues/1/labels"),
        ("POST", "/repos/*/*/issues/1/reactions"),
        ("POST", "/repos/*/*/issues/1/assignees"),
    ] {
        let mut house = House::new().await;
        let refused = Fault::Status {
            status: 422,
            message: "Validation Failed".into(),
        };
        house
            .simulator
            .add_fault(FaultRule::next(method, path, refused).times(1_000));
        let issue = house.go_as(
            "Add a note",
            "write NOTE.md: hello\nsay Wrote it.",
            &["role:testing"],
        );
        house.settle_all().await;
        assert_eq!(
            house.state(issue).await,
            "in-review",
            "{method} {path}: {}",
            house.thread(issue)
        );
        house.done().await;
    }
}
