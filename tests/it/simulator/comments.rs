//! What is told when people and CI talk: the webhooks of a conversation, in order, with what changed.

use serde_json::json;
use skep_simulator::world::{IssueDraft, LineComment, PullDraft, ReviewDraft};
use skep_simulator::{JobEnd, Simulator, SimulatorError, StatusDraft};

use super::client::{Listener, Stage, stage};

async fn heard(events: &[&str]) -> (Stage, Listener) {
    let (stage, listener) = (stage().await, Listener::start().await);
    stage.simulator.set_webhook_url(&listener.url);
    stage.simulator.set_events(events);
    (stage, listener)
}

async fn work(stage: &Stage) -> i64 {
    let github = &stage.simulator;
    github
        .push_to_branch(
            stage.home,
            "x",
            &[("a.txt", "a\n"), ("b.txt", "b\n")],
            "octo",
        )
        .await
        .expect("a push");
    let draft = PullDraft {
        title: "Work".into(),
        head: "x".into(),
        base: "main".into(),
        ..PullDraft::default()
    };
    github
        .open_pull(stage.home, "ann", draft)
        .await
        .expect("a pull request")
}

#[tokio::test]
async fn edits_say_what_was_there_before_and_who_did_it() {
    let (stage, listener) = heard(&["issues", "issue_comment"]).await;
    let (github, home) = (&stage.simulator, stage.home);
    let token = stage.token().await;
    let draft = IssueDraft {
        title: "One".into(),
        body: Some("old".into()),
        ..IssueDraft::default()
    };
    let issue = github.open_issue(home, "ann", draft).expect("an issue");
    let path = format!("/repos/octo/hello/issues/{issue}/comments");
    let asked = stage
        .post(&path, &token, json!({ "body": "- [ ] red" }))
        .await
        .json();
    let comment = asked["id"].as_i64().expect("an id");
    github
        .tick_box(home, comment, "octo", "red")
        .expect("ticked");
    github
        .edit_title(home, issue, "Two", "ann")
        .expect("edited");
    github.edit_body(home, issue, "new", "ann").expect("edited");
    github
        .delete_comment(home, comment, "octo")
        .expect("deleted");
    github.quiet().await;
    let expected = [
        "issues.opened",
        "issue_comment.created",
        "issue_comment.edited",
        "issues.edited",
        "issues.edited",
        "issue_comment.deleted",
    ];
    assert_eq!(listener.names(), expected);
    let seen: Vec<_> = listener
        .seen()
        .iter()
        .map(super::client::Hook::json)
        .collect();
    let ticked = &seen[2];
    assert_eq!(
        (
            &ticked["changes"]["body"]["from"],
            &ticked["comment"]["body"]
        ),
        (&json!("- [ ] red"), &json!("- [x] red"))
    );
    assert_eq!(
        (
            &ticked["sender"]["login"],
            &ticked["comment"]["user"]["login"]
        ),
        (&json!("octo"), &json!("skep-demo[bot]"))
    );
    assert_eq!(seen[3]["changes"], json!({ "title": { "from": "One" } }));
    assert_eq!(seen[4]["changes"], json!({ "body": { "from": "old" } }));
}

#[tokio::test]
async fn who_is_assigned_is_told() {
    let (stage, listener) = heard(&["issues"]).await;
    let (github, home) = (&stage.simulator, stage.home);
    let token = stage.token().await;
    let issue = stage.issue("One");
    let path = format!("/repos/octo/hello/issues/{issue}/assignees");
    stage
        .post(
            &path,
            &token,
            json!({ "assignees": ["octo", "zoe", "skep-demo[bot]"] }),
        )
        .await;
    stage
        .send(
            hyper::Method::DELETE,
            &path,
            &token,
            json!({ "assignees": ["octo"] }),
        )
        .await;
    github.quiet().await;
    assert_eq!(
        listener.names(),
        ["issues.opened", "issues.assigned", "issues.unassigned"]
    );
    for hook in &listener.seen()[1..] {
        let (payload, bot) = (hook.json(), "skep-demo[bot]");
        assert_eq!(
            (&payload["assignee"]["login"], &payload["sender"]["login"]),
            (&json!("octo"), &json!(bot))
        );
    }
    assert!(github.issue(home, issue).expect("it").assignees.is_empty());
}

#[tokio::test]
async fn nobody_edits_what_is_not_theirs_without_write_access() {
    let (stage, _listener) = heard(&[]).await;
    let (github, home) = (&stage.simulator, stage.home);
    let issue = stage.issue("One");
    let comment = github
        .comment(home, issue, "ann", "mine")
        .expect("a comment");
    github
        .set_permission(home, "tom", "triage")
        .expect("a place");
    for stranger in ["zoe", "tom"] {
        github.create_user(stranger);
        for refused in [
            github.edit_comment(home, comment, stranger, "x"),
            github.delete_comment(home, comment, stranger),
        ] {
            assert!(
                matches!(refused, Err(SimulatorError::Refused(refusal)) if refusal.status == 403),
                "{stranger}"
            );
        }
    }
    github
        .edit_comment(home, comment, "ann", "still mine")
        .expect("her own");
}

#[tokio::test]
async fn a_review_and_each_answer_is_a_review_submitted() {
    let (stage, listener) = heard(&["pull_request_review", "pull_request_review_comment"]).await;
    let (github, home) = (&stage.simulator, stage.home);
    let pull = work(&stage).await;
    let line = LineComment {
        path: "a.txt".into(),
        line: 1,
        body: "Why?".into(),
        ..LineComment::default()
    };
    let draft = ReviewDraft {
        event: "COMMENT".into(),
        body: String::new(),
        comments: vec![line],
    };
    github.review(home, pull, "octo", draft).expect("a review");
    let first = github.pulls(home).expect("pulls")[0].lines[0];
    github
        .reply_to_line(home, first, "ann", "Because")
        .expect("an answer");
    github.quiet().await;
    let both = [
        "pull_request_review.submitted",
        "pull_request_review_comment.created",
    ];
    assert_eq!(listener.names(), [both, both].concat());
    let seen: Vec<_> = listener
        .seen()
        .iter()
        .map(super::client::Hook::json)
        .collect();
    assert_eq!(
        (&seen[2]["review"]["state"], &seen[2]["review"]["body"]),
        (&json!("commented"), &json!(null))
    );
    assert_eq!(
        seen[2]["review"]["id"],
        seen[3]["comment"]["pull_request_review_id"]
    );
    assert_eq!(seen[3]["comment"]["in_reply_to_id"], first);
    github.resolve_thread(home, first).expect("resolved");
    let threads = github.review_threads(home, pull).expect("threads");
    assert_eq!(
        threads,
        "a.txt:1 (resolved)\n  octo:\n    Why?\n  ann:\n    Because\n"
    );
}

#[tokio::test]
async fn a_pull_request_changes_its_mind() {
    let (stage, listener) = heard(&["pull_request", "push"]).await;
    let (github, home) = (&stage.simulator, stage.home);
    let pull = work(&stage).await;
    github.mark_draft(home, pull, "ann").expect("a draft");
    github
        .mark_draft(home, pull, "ann")
        .expect("a draft already: told nobody");
    github.mark_ready(home, pull, "ann").expect("ready");
    github
        .edit_title(home, pull, "Work better", "ann")
        .expect("edited");
    github
        .push_to_branch(home, "x", &[("c.txt", "c\n")], "octo")
        .await
        .expect("a push");
    github.close_pull(home, pull, "octo").expect("closed");
    github.quiet().await;
    let expected = [
        "push",
        "pull_request.opened",
        "pull_request.converted_to_draft",
        "pull_request.ready_for_review",
        "pull_request.edited",
        "push",
        "pull_request.synchronize",
        "pull_request.closed",
    ];
    assert_eq!(listener.names(), expected);
    assert_eq!(
        listener.seen()[4].json()["changes"],
        json!({ "title": { "from": "Work" } })
    );
}

async fn job(github: &Simulator, stage: &Stage, name: &str, conclusion: &str) {
    let sha = github.branch_head(stage.home, "x").expect("a branch");
    github
        .finish_check(
            stage.home,
            sha.as_str(),
            JobEnd {
                name,
                conclusion,
                ..JobEnd::default()
            },
        )
        .expect("a job");
}

#[tokio::test]
async fn a_suite_is_over_when_its_last_job_is() {
    let (stage, listener) = heard(&["check_suite", "workflow_run", "status"]).await;
    let (github, home) = (&stage.simulator, stage.home);
    work(&stage).await;
    let sha = github.branch_head(home, "x").expect("a branch");
    github
        .set_check(home, sha.as_str(), "test", None)
        .expect("in progress");
    job(github, &stage, "lint", "success").await;
    github.quiet().await;
    assert_eq!(listener.names(), [""; 0], "a job is still at work");
    job(github, &stage, "test", "failure").await;
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
        .fail_to_start(home, sha.as_str(), "Deploy")
        .expect("a workflow");
    github.quiet().await;
    let ended = ["check_suite.completed", "workflow_run.completed"];
    assert_eq!(
        listener.names(),
        [ended.as_slice(), &["status"], &ended].concat()
    );
    let seen: Vec<_> = listener
        .seen()
        .iter()
        .map(super::client::Hook::json)
        .collect();
    assert_eq!(
        (
            &seen[0]["check_suite"]["conclusion"],
            &seen[1]["workflow_run"]["conclusion"]
        ),
        (&json!("failure"), &json!("failure"))
    );
    assert_eq!(seen[1]["workflow_run"]["pull_requests"][0]["number"], 1);
    assert_eq!(seen[4]["workflow_run"]["conclusion"], "startup_failure");
    let heads = [
        &seen[0]["check_suite"]["head_commit"],
        &seen[1]["workflow_run"]["head_commit"],
    ];
    for head in heads {
        assert_eq!(
            (&head["id"], &head["author"]["name"]),
            (&json!(sha), &json!("octo"))
        );
        assert_eq!(head["message"], seen[2]["commit"]["commit"]["message"]);
    }
    assert_eq!(
        (&seen[2]["commit"]["sha"], &seen[2]["branches"][0]["name"]),
        (&json!(sha), &json!("x"))
    );
    assert_eq!(seen[2]["commit"]["author"]["login"], "octo");
    let nowhere = "0".repeat(40);
    github
        .set_check(home, &nowhere, "test", None)
        .expect_err("a check of no commit");
    github
        .set_status(
            home,
            &nowhere,
            StatusDraft {
                context: "build",
                state: "success",
            },
            "octo",
        )
        .expect_err("a status of no commit");
    github
        .fail_to_start(home, &nowhere, "Deploy")
        .expect_err("a workflow of no commit");
}

#[tokio::test]
async fn a_log_takes_no_credential() {
    let stage = stage().await;
    let token = stage.token().await;
    work(&stage).await;
    let sha = stage
        .simulator
        .branch_head(stage.home, "x")
        .expect("a branch");
    let end = JobEnd {
        steps: &[("build", "failure")],
        log: "boom",
        ..JobEnd::default()
    };
    let id = stage
        .simulator
        .finish_check(
            stage.home,
            sha.as_str(),
            JobEnd {
                name: "test",
                conclusion: "failure",
                ..end
            },
        )
        .expect("a job");
    let path = format!("/repos/octo/hello/actions/jobs/{id}/logs");
    let found = stage.get(&path, &token).await;
    assert_eq!(found.status, 302);
    let address = found
        .header("location")
        .strip_prefix(&stage.simulator.api_url())
        .expect("here")
        .to_owned();
    assert_eq!(
        stage.get(&address, &token).await.status,
        400,
        "the storage refuses a token"
    );
    assert_eq!(stage.get(&address, "").await.text, "boom");
    assert_eq!(
        stage.get(&format!("/_logs/{id}?sig=x"), "").await.status,
        403
    );
    let narrow = stage
        .narrow(json!({ "permissions": { "checks": "read" } }))
        .await;
    assert_eq!(stage.get(&path, &narrow).await.status, 403);
    assert_eq!(
        stage
            .get("/repos/octo/hello/actions/jobs/1", &token)
            .await
            .status,
        404
    );
}

#[tokio::test]
async fn attachments_take_no_credential() {
    let stage = stage().await;
    let token = stage.token().await;
    let path = "/user-attachments/files/7/log.txt";
    stage.simulator.attach(path, b"it broke");
    let asked = stage.get(path, &token).await;
    assert_eq!((asked.status, &*asked.text), (400, "a credential was sent"));
    assert_eq!(stage.get(path, "").await.text, "it broke");
    assert_eq!(
        stage.get("/user-attachments/files/8/x", "").await.status,
        404
    );
}
