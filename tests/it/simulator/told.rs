//! Every webhook there is, each made by the deed that makes it on GitHub; the list of them is complete.

use std::collections::BTreeSet;

use hyper::Method;
use serde_json::json;
use skep_simulator::behaviour::WEBHOOKS;
use skep_simulator::world::account::Access;
use skep_simulator::world::{IssueDraft, IssueEdit, LineComment, PullDraft, ReviewDraft};
use skep_simulator::{JobEnd, StatusDraft};

use super::client::{Listener, Stage, stage};

/// What can be done with an issue as with a pull request.
fn turn_over(stage: &Stage, issue: i64) {
    let (github, home) = (&stage.simulator, stage.home);
    github.label(home, issue, "bug", "octo").expect("a label");
    github
        .unlabel(home, issue, "bug", "octo")
        .expect("no label");
    github
        .edit_title(home, issue, "Another", "octo")
        .expect("a title");
    for assignees in [vec!["octo".to_owned()], vec![]] {
        let edit = IssueEdit {
            assignees: Some(assignees),
            ..IssueEdit::default()
        };
        github
            .edit_issue(home, issue, edit, "octo")
            .expect("assignees");
    }
    github.close_issue(home, issue, "octo").expect("closed");
    github.reopen_issue(home, issue, "octo").expect("reopened");
}

async fn installations(stage: &Stage) {
    let github = &stage.simulator;
    github.ping();
    let first = github
        .create_repository("acme", "one", &[])
        .await
        .expect("a repository");
    let second = github
        .create_repository("acme", "two", &[])
        .await
        .expect("a repository");
    github.set_installed(second, false).expect("taken away");
    let acme = github.installation(first).expect("an installation");
    github.suspend(acme).expect("suspended");
    github.unsuspend(acme).expect("awake");
    github
        .set_app_permission(acme, "checks", Some(Access::Write))
        .expect("granted");
    github.uninstall(acme).expect("uninstalled");
}

async fn issues(stage: &Stage) {
    let (github, home) = (&stage.simulator, stage.home);
    let issue = stage.issue("One");
    turn_over(stage, issue);
    let comment = github.comment(home, issue, "octo", "x").expect("a comment");
    github
        .edit_comment(home, comment, "octo", "y")
        .expect("edited");
    github
        .delete_comment(home, comment, "octo")
        .expect("deleted");
    let other = github
        .create_repository("octo", "other", &[])
        .await
        .expect("a repository");
    github
        .transfer_issue(home, issue, other, "octo")
        .expect("moved");
    let draft = IssueDraft {
        title: "Two".into(),
        ..IssueDraft::default()
    };
    let second = github.open_issue(home, "octo", draft).expect("an issue");
    let first = stage.issue("Three");
    let (second_at, first_at) = ((home, second), (home, first));
    github.block(second_at, first_at, "octo").expect("blocked");
    github.unblock(second_at, first_at, "octo").expect("free");
    github
        .sub_issue(first_at, second_at, "octo")
        .expect("a part");
    github
        .remove_sub_issue(first_at, second_at, "octo")
        .expect("no part");
    github.delete_issue(home, second, "octo").expect("deleted");
}

async fn pulls(stage: &Stage) {
    let (github, home) = (&stage.simulator, stage.home);
    github
        .push_to_branch(home, "work", &[("a.txt", "a\n")], "octo")
        .await
        .expect("a push");
    let draft = PullDraft {
        title: "Work".into(),
        head: "work".into(),
        base: "main".into(),
        ..PullDraft::default()
    };
    let pull = github
        .open_pull(home, "octo", draft)
        .await
        .expect("a pull request");
    turn_over(stage, pull);
    github
        .push_to_branch(home, "work", &[("a.txt", "b\n")], "octo")
        .await
        .expect("a push");
    github.mark_draft(home, pull, "octo").expect("a draft");
    github.mark_ready(home, pull, "octo").expect("ready");
    github
        .set_permission(home, "ann", "write")
        .expect("a place");
    let comments = vec![LineComment {
        path: "a.txt".into(),
        line: 1,
        body: "Why?".into(),
        ..LineComment::default()
    }];
    let draft = ReviewDraft {
        event: "REQUEST_CHANGES".into(),
        body: "Not yet".into(),
        comments,
    };
    let review = github.review(home, pull, "ann", draft).expect("a review");
    let (token, path) = (
        stage.token().await,
        format!("/repos/octo/hello/pulls/{pull}"),
    );
    stage
        .post(
            &format!("{path}/requested_reviewers"),
            &token,
            json!({ "reviewers": ["ann"] }),
        )
        .await;
    let dismissal = format!("{path}/reviews/{review}/dismissals");
    stage
        .send(Method::PUT, &dismissal, &token, json!({ "message": "no" }))
        .await;
}

async fn checks(stage: &Stage) {
    let (github, home) = (&stage.simulator, stage.home);
    let head = github
        .branch_head(home, "main")
        .expect("a head")
        .to_string();
    github
        .finish_check(
            home,
            &head,
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
            &head,
            StatusDraft {
                context: "build",
                state: "success",
            },
            "octo",
        )
        .expect("a status");
    let all = github.installation(home).expect("an installation");
    github
        .set_app_permission(all, "checks", Some(Access::Write))
        .expect("granted");
    let check = json!({ "name": "skep", "head_sha": head });
    stage
        .post("/repos/octo/hello/check-runs", &stage.token().await, check)
        .await;
    let ours = github.checks(home, &head).pop().expect("a check run");
    github
        .rerequest_check(home, ours.id, "octo")
        .expect("wanted again");
}

#[tokio::test]
async fn every_webhook_is_told_and_no_other() {
    let (stage, listener) = (stage().await, Listener::start().await);
    let github = &stage.simulator;
    github.set_webhook_url(&listener.url);
    let events: BTreeSet<&str> = WEBHOOKS
        .iter()
        .map(|name| name.split('.').next().unwrap_or(name))
        .collect();
    github.set_events(&events.into_iter().collect::<Vec<_>>());
    installations(&stage).await;
    issues(&stage).await;
    pulls(&stage).await;
    checks(&stage).await;
    github
        .rename_repository(stage.home, "octo", "renamed")
        .expect("renamed");
    github
        .publish_release(stage.home, "v1", "ana")
        .expect("released");
    github.archive(stage.home, true).expect("archived");
    github.archive(stage.home, false).expect("back");
    github
        .create_repository("apex", "first", &[])
        .await
        .expect("a repository");
    github
        .rename_repository(stage.home, "apex", "moved")
        .expect("moved");
    github.quiet().await;
    let told: BTreeSet<String> = listener.names().into_iter().collect();
    let listed: BTreeSet<String> = WEBHOOKS.iter().map(|name| (*name).to_owned()).collect();
    assert_eq!(told, listed);
}
