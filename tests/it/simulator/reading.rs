//! The simulator's deliveries as skep reads them: every kind of a conversation comes to the event it should.

use serde_json::json;
use skep::core::event::Event;
use skep::webhook::{Parsed, parse};
use skep_simulator::world::{IssueDraft, PullDraft, ReviewDraft};
use skep_simulator::{JobEnd, StatusDraft};

use super::client::{Hook, Listener, Stage, stage};

const BRANCH: &str = "agent/1-one";

async fn heard(events: &[&str]) -> (Stage, Listener) {
    let (stage, listener) = (stage().await, Listener::start().await);
    let draft = IssueDraft {
        title: "One".into(),
        body: Some("old".into()),
        ..IssueDraft::default()
    };
    stage
        .simulator
        .open_issue(stage.home, "ann", draft)
        .expect("an issue");
    stage.simulator.quiet().await;
    stage.simulator.set_webhook_url(&listener.url);
    stage.simulator.set_events(events);
    (stage, listener)
}

async fn open_pull(stage: &Stage) -> i64 {
    stage
        .simulator
        .push_to_branch(stage.home, BRANCH, &[("a.txt", "a\n")], "octo")
        .await
        .expect("a push");
    let draft = PullDraft {
        title: "Work".into(),
        head: BRANCH.into(),
        base: "main".into(),
        ..PullDraft::default()
    };
    stage
        .simulator
        .open_pull(stage.home, "ann", draft)
        .await
        .expect("a pull request")
}

/// One line a delivery: its name, whose it is, and what it was read as.
fn readings(listener: &Listener) -> String {
    listener
        .seen()
        .iter()
        .map(reading)
        .collect::<Vec<_>>()
        .join("\n")
}

fn reading(hook: &Hook) -> String {
    let body = std::str::from_utf8(&hook.body).expect("text");
    let read = match parse(&hook.header("x-github-event"), body, &Default::default()) {
        Parsed::Event { place, event } => format!("issue {}: {}", place.issue, what(&event)),
        Parsed::OfIssue { place, event, .. } => format!("issue {}: {}", place.issue, what(&event)),
        Parsed::OfPull { pull, event, .. } => format!("pull {pull}: {}", what(&event)),
        Parsed::Pushed { branch, sender, .. } => format!("branch {branch}: {}", sender.login),
        Parsed::OfRepositories {
            repositories,
            event,
            ..
        } => format!("{repositories:?}: {}", what(&event)),
        Parsed::Ignored { reason } | Parsed::Malformed { reason } => reason,
    };
    format!("{} -> {read}", hook.name())
}

fn what(event: &Event) -> String {
    match event {
        Event::Commented {
            author,
            sender,
            body,
            edited,
            on,
            ..
        } => {
            format!(
                "{} by {} under {on}, edited {edited}: {body:?}",
                author.login, sender.login
            )
        }
        Event::CommentDeleted { sender, .. } => format!("comment deleted by {}", sender.login),
        Event::IssueEdited {
            sender,
            title,
            old_title,
            body,
            old_body,
            ..
        } => {
            format!(
                "{old_title:?} to {title:?}, {old_body:?} to {body:?} by {}",
                sender.login
            )
        }
        Event::Reviewed { pull, sender, .. } => format!("{pull} reviewed by {}", sender.login),
        Event::PullRequestChanged { hint, sender } => format!("{hint} by {}", sender.login),
        Event::PullClosed { number, merged } => format!("{number} closed, merged {merged}"),
        other => format!("{other:?}"),
    }
}

#[tokio::test]
async fn a_thread_is_read_as_it_was_written() {
    let (stage, listener) = heard(&["issues", "issue_comment"]).await;
    let (github, home, token) = (&stage.simulator, stage.home, stage.token().await);
    let issue = 1;
    let asked = stage
        .post(
            "/repos/octo/hello/issues/1/comments",
            &token,
            json!({ "body": "- [ ] red" }),
        )
        .await
        .json();
    let comment = asked["id"].as_i64().expect("an id");
    github
        .tick_box(home, comment, "octo", "red")
        .expect("ticked");
    github
        .delete_comment(home, comment, "octo")
        .expect("deleted");
    github
        .edit_title(home, issue, "Two", "ann")
        .expect("edited");
    github.edit_body(home, issue, "new", "ann").expect("edited");
    let pull = open_pull(&stage).await;
    let comment = github
        .comment(home, pull, "ann", "/agent retry")
        .expect("a comment");
    github
        .delete_comment(home, comment, "ann")
        .expect("deleted");
    github.quiet().await;
    insta::assert_snapshot!(readings(&listener), @r##"
    issue_comment.created -> issue 1: skep-demo[bot] by skep-demo[bot] under 1, edited false: "- [ ] red"
    issue_comment.edited -> issue 1: skep-demo[bot] by octo under 1, edited true: "- [x] red"
    issue_comment.deleted -> issue 1: comment deleted by octo
    issues.edited -> issue 1: Some("One") to "Two", None to "old" by ann
    issues.edited -> issue 1: None to "Two", Some("old") to "new" by ann
    issue_comment.created -> pull 2: ann by ann under 2, edited false: "/agent retry"
    issue_comment.deleted -> pull 2: comment deleted by ann
    "##);
}

#[tokio::test]
async fn what_happens_to_our_branch_is_read_as_the_issues() {
    let events = [
        "pull_request",
        "pull_request_review",
        "check_suite",
        "workflow_run",
        "status",
        "push",
    ];
    let (stage, listener) = heard(&events).await;
    let (github, home) = (&stage.simulator, stage.home);
    let pull = open_pull(&stage).await;
    github.mark_draft(home, pull, "ann").expect("a draft");
    github.mark_ready(home, pull, "ann").expect("ready");
    let draft = ReviewDraft {
        event: "REQUEST_CHANGES".into(),
        body: "No.".into(),
        comments: Vec::new(),
    };
    github.review(home, pull, "octo", draft).expect("a review");
    github
        .push_to_branch(home, BRANCH, &[("b.txt", "b\n")], "octo")
        .await
        .expect("a push");
    let sha = github.branch_head(home, BRANCH).expect("a branch");
    github
        .finish_check(
            home,
            sha.as_str(),
            JobEnd {
                name: "test",
                conclusion: "failure",
                ..JobEnd::default()
            },
        )
        .expect("a job");
    github
        .set_status(
            home,
            sha.as_str(),
            StatusDraft {
                context: "build",
                state: "success",
            },
            "octo",
        )
        .expect("a status");
    github
        .push_to_branch(home, "main", &[("c.txt", "c\n")], "octo")
        .await
        .expect("a push");
    github.close_pull(home, pull, "octo").expect("closed");
    github.quiet().await;
    insta::assert_snapshot!(readings(&listener), @r##"
    push -> issue 1: push by octo
    pull_request.opened -> pull_request.opened is not used
    pull_request.converted_to_draft -> issue 1: pull_request.converted_to_draft by ann
    pull_request.ready_for_review -> issue 1: pull_request.ready_for_review by ann
    pull_request_review.submitted -> issue 1: 2 reviewed by octo
    push -> issue 1: push by octo
    pull_request.synchronize -> issue 1: pull_request.synchronize by octo
    check_suite.completed -> issue 1: check_suite.completed by github-actions[bot]
    workflow_run.completed -> issue 1: workflow_run.completed by github-actions[bot]
    status -> issue 1: status by octo
    push -> branch main: octo
    pull_request.closed -> issue 1: 2 closed, merged false
    "##);
}
