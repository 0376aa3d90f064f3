//! Webhooks: which, in what order, signed how, and what the book of deliveries says.

use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;
use skep_simulator::StatusDraft;
use skep_simulator::world::outgoing::Flow;
use skep_simulator::world::{IssueDraft, IssueEdit, PullDraft, ReviewDraft};

use super::client::{Listener, Stage, stage};

async fn heard() -> (Stage, Listener) {
    let (stage, listener) = (stage().await, Listener::start().await);
    stage.simulator.set_webhook_url(&listener.url);
    (stage, listener)
}

#[tokio::test]
async fn every_change_is_told_in_order() {
    let (stage, listener) = heard().await;
    let (github, home) = (&stage.simulator, stage.home);
    let draft = IssueDraft {
        title: "One".to_owned(),
        labels: vec!["bug".to_owned()],
        ..IssueDraft::default()
    };
    let issue = github.open_issue(home, "octo", draft).expect("an issue");
    github
        .label(home, issue, "agent:go", "octo")
        .expect("labeled");
    github
        .label(home, issue, "agent:go", "octo")
        .expect("there already: told nobody");
    let comment = github
        .comment(home, issue, "octo", "hello")
        .expect("a comment");
    github
        .edit_comment(home, comment, "octo", "bye")
        .expect("edited");
    github
        .delete_comment(home, comment, "octo")
        .expect("deleted");
    let edit = IssueEdit {
        title: Some("Two".to_owned()),
        ..IssueEdit::default()
    };
    github
        .edit_issue(home, issue, edit, "octo")
        .expect("edited");
    github
        .unlabel(home, issue, "agent:go", "octo")
        .expect("taken off");
    github.close_issue(home, issue, "octo").expect("closed");
    github.reopen_issue(home, issue, "octo").expect("reopened");
    github.delete_issue(home, issue, "octo").expect("deleted");
    github.quiet().await;
    let expected = [
        "issues.opened",
        "issues.labeled",
        "issues.labeled",
        "issue_comment.created",
        "issue_comment.edited",
        "issue_comment.deleted",
        "issues.edited",
        "issues.unlabeled",
        "issues.closed",
        "issues.reopened",
        "issues.deleted",
    ];
    assert_eq!(listener.names(), expected);
}

#[tokio::test]
async fn pull_requests_tell_their_story() {
    let (stage, listener) = heard().await;
    let (github, home) = (&stage.simulator, stage.home);
    github.set_events(&[
        "pull_request",
        "pull_request_review",
        "issue_comment",
        "check_run",
        "check_suite",
        "status",
    ]);
    github
        .push_to_branch(home, "x", &[("a.txt", "a\n")], "octo")
        .await
        .expect("a push");
    let draft = PullDraft {
        title: "Work".to_owned(),
        head: "x".to_owned(),
        base: "main".to_owned(),
        draft: true,
        ..PullDraft::default()
    };
    let pull = github
        .open_pull(home, "ann", draft)
        .await
        .expect("a pull request");
    github
        .push_to_branch(home, "x", &[("b.txt", "b\n")], "octo")
        .await
        .expect("a push");
    github
        .label(home, pull, "role:swe", "octo")
        .expect("labeled");
    github.mark_ready(home, pull, "ann").expect("ready");
    github.comment(home, pull, "octo", "hm").expect("a comment");
    let review = ReviewDraft {
        event: "APPROVE".to_owned(),
        ..ReviewDraft::default()
    };
    github.review(home, pull, "octo", review).expect("a review");
    let sha = github.branch_head(home, "x").expect("a branch");
    github
        .set_check(home, sha.as_str(), "ci", Some("success"))
        .expect("a check");
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
    github.merge(home, pull, "octo").await.expect("merged");
    github.quiet().await;
    let expected = [
        "pull_request.opened",
        "pull_request.synchronize",
        "pull_request.labeled",
        "pull_request.ready_for_review",
        "issue_comment.created",
        "pull_request_review.submitted",
        "check_run.created",
        "check_run.completed",
        "check_suite.completed",
        "status",
        "pull_request.closed",
    ];
    assert_eq!(listener.names(), expected);
    let seen = listener.seen();
    assert_eq!(seen[1].json()["after"], sha.as_str());
    assert!(seen[4].json()["issue"]["pull_request"].is_object());
    assert_eq!(seen[10].json()["pull_request"]["merged"], true);
}

#[tokio::test]
async fn a_webhook_is_signed_and_full() {
    let (stage, listener) = heard().await;
    let issue = stage.issue("One");
    stage
        .simulator
        .label(stage.home, issue, "agent:go", "octo")
        .expect("labeled");
    stage.simulator.quiet().await;
    let hook = &listener.seen()[1];
    let mut mac = Hmac::<Sha256>::new_from_slice(b"it is a secret to everybody").expect("any key");
    mac.update(&hook.body);
    let signature = format!("sha256={}", hex::encode(mac.finalize().into_bytes()));
    assert_eq!(hook.header("x-hub-signature-256"), signature);
    assert_eq!(hook.header("x-github-event"), "issues");
    assert_eq!(hook.header("x-github-delivery").len(), 36);
    assert!(hook.header("user-agent").starts_with("GitHub-Hookshot/"));
    assert_eq!(
        hook.header("x-github-hook-installation-target-type"),
        "integration"
    );
    let payload = hook.json();
    assert_eq!(payload["repository"]["id"], stage.home);
    assert_eq!(
        payload["installation"]["id"],
        stage.simulator.installation(stage.home).expect("one")
    );
    assert_eq!(
        (&payload["sender"]["login"], &payload["sender"]["type"]),
        (&json!("octo"), &json!("User"))
    );
    assert_eq!(
        (&payload["issue"]["number"], &payload["label"]["name"]),
        (&json!(issue), &json!("agent:go"))
    );
    assert_eq!(payload["issue"]["labels"][0]["name"], "agent:go");
}

#[tokio::test]
async fn the_bots_own_changes_are_told_too() {
    let (stage, listener) = heard().await;
    let token = stage.token().await;
    let issue = stage.issue("One");
    stage
        .post(
            &format!("/repos/octo/hello/issues/{issue}/comments"),
            &token,
            json!({ "body": "hi" }),
        )
        .await;
    stage.simulator.quiet().await;
    let payload = listener.seen()[1].json();
    assert_eq!(
        (&payload["sender"]["login"], &payload["sender"]["type"]),
        (&json!("skep-demo[bot]"), &json!("Bot"))
    );
    assert_eq!(
        payload["comment"]["performed_via_github_app"]["slug"],
        "skep-demo"
    );
}

#[tokio::test]
async fn only_what_the_app_listens_to_and_may_see() {
    let (stage, listener) = heard().await;
    stage.simulator.set_events(&["issues"]);
    let issue = stage.issue("One");
    stage
        .simulator
        .comment(stage.home, issue, "octo", "not told")
        .expect("a comment");
    let installation = stage
        .simulator
        .installation(stage.home)
        .expect("an installation");
    stage.simulator.suspend(installation).expect("suspended");
    stage
        .simulator
        .close_issue(stage.home, issue, "octo")
        .expect("closed, not told");
    stage.simulator.unsuspend(installation).expect("woken");
    stage.simulator.ping();
    stage.simulator.quiet().await;
    assert_eq!(
        listener.names(),
        [
            "issues.opened",
            "installation.suspend",
            "installation.unsuspend",
            "ping"
        ]
    );
    let hook = listener.seen()[3].json()["hook"].clone();
    assert_eq!(
        (&hook["config"]["url"], &hook["events"]),
        (&json!(listener.url), &json!(["issues"]))
    );
    stage
        .simulator
        .set_events(&["issues", "installation", "ping"]);
    stage.simulator.ping();
    stage.simulator.quiet().await;
    assert_eq!(
        listener.seen()[4].json()["hook"]["events"],
        json!(["issues"]),
        "the others come by themselves"
    );
}

#[tokio::test]
async fn installing_is_told() {
    let (stage, listener) = heard().await;
    stage
        .simulator
        .create_repository("octo", "second", &[])
        .await
        .expect("a repository");
    stage
        .simulator
        .create_repository("ann", "first", &[])
        .await
        .expect("a repository");
    stage
        .simulator
        .set_installed(stage.home, false)
        .expect("taken away");
    stage.simulator.quiet().await;
    let expected = [
        "installation_repositories.added",
        "installation.created",
        "installation_repositories.removed",
    ];
    assert_eq!(listener.names(), expected);
    assert_eq!(
        listener.seen()[2].json()["repositories_removed"][0]["full_name"],
        "octo/hello"
    );
}

#[tokio::test]
async fn a_failed_delivery_is_listed_and_sent_again_with_the_same_guid() {
    let (stage, listener) = heard().await;
    listener.answer_with(500);
    stage.issue("One");
    stage.simulator.quiet().await;
    let listed = stage
        .get("/app/hook/deliveries?status=failure", &stage.app())
        .await
        .json();
    let first = &listed[0];
    assert_eq!(
        (&first["status_code"], &first["event"], &first["redelivery"]),
        (&json!(500), &json!("issues"), &json!(false))
    );
    listener.answer_with(202);
    let again = stage
        .post(
            &format!("/app/hook/deliveries/{}/attempts", first["id"]),
            &stage.app(),
            Value::Null,
        )
        .await;
    assert_eq!(again.status, 202);
    stage.simulator.quiet().await;
    let seen = listener.seen();
    assert_eq!(seen.len(), 2);
    assert_eq!(
        seen[0].header("x-github-delivery"),
        seen[1].header("x-github-delivery")
    );
    assert_eq!(seen[0].body, seen[1].body);
    let listed = stage.get("/app/hook/deliveries", &stage.app()).await.json();
    assert_eq!(
        (
            &listed[0]["status"],
            &listed[0]["redelivery"],
            &listed[0]["guid"]
        ),
        (&json!("OK"), &json!(true), &first["guid"])
    );
    assert_ne!(listed[0]["id"], first["id"]);
    let whole = stage
        .get(
            &format!("/app/hook/deliveries/{}", first["id"]),
            &stage.app(),
        )
        .await
        .json();
    assert_eq!(whole["request"]["payload"]["issue"]["title"], "One");
    stage.pass(3 * 24 * 3600 + 1);
    let late = stage
        .post(
            &format!("/app/hook/deliveries/{}/attempts", first["id"]),
            &stage.app(),
            Value::Null,
        )
        .await;
    assert_eq!(late.status, 404, "after three days");
}

#[tokio::test]
async fn the_book_is_paged_by_cursor() {
    let (stage, _listener) = heard().await;
    for number in 0..5 {
        stage.issue(&format!("Issue {number}"));
    }
    stage.simulator.quiet().await;
    let mut path = "/app/hook/deliveries?per_page=2".to_owned();
    let mut ids = Vec::new();
    for _ in 0..3 {
        let page = stage.get(&path, &stage.app()).await;
        ids.extend(
            page.json()
                .as_array()
                .expect("a list")
                .iter()
                .filter_map(|item| item["id"].as_i64()),
        );
        let next = page
            .header("link")
            .split(['<', '>'])
            .nth(1)
            .unwrap_or_default()
            .to_owned();
        path = next
            .strip_prefix(&stage.simulator.api_url())
            .unwrap_or_default()
            .to_owned();
    }
    assert_eq!(ids.len(), 5);
    assert!(ids.windows(2).all(|pair| pair[0] > pair[1]), "{ids:?}");
    assert_eq!(path, "", "the last page has no next");
}

#[tokio::test]
async fn webhooks_are_held_lost_doubled_and_disordered_on_request() {
    let (stage, listener) = heard().await;
    let github = &stage.simulator;
    github.set_flow(Flow::Held);
    for number in 0..6 {
        stage.issue(&format!("Issue {number}"));
    }
    github.quiet().await;
    assert_eq!((listener.seen().len(), github.held()), (0, 6));
    github.shuffle(Some(3));
    github.release();
    github.quiet().await;
    let numbers: Vec<i64> = listener
        .seen()
        .iter()
        .filter_map(|hook| hook.json()["issue"]["number"].as_i64())
        .collect();
    let mut sorted = numbers.clone();
    sorted.sort_unstable();
    assert_eq!(sorted, [1, 2, 3, 4, 5, 6]);
    assert_ne!(numbers, sorted);
    github.shuffle(None);
    github.set_flow(Flow::Doubled);
    stage.issue("Twice");
    github.quiet().await;
    let seen = listener.seen();
    assert_eq!(seen.len(), 8);
    assert_eq!(
        seen[6].header("x-github-delivery"),
        seen[7].header("x-github-delivery")
    );
    github.set_flow(Flow::Dropped);
    stage.issue("Lost");
    github.quiet().await;
    assert_eq!(listener.seen().len(), 8);
    let lost = github.deliveries().pop().expect("it is in the book");
    assert_eq!(
        lost.outcome.as_ref().map(|outcome| outcome.status_code),
        Some(502)
    );
    github.redeliver(lost.id).expect("sent again");
    github.quiet().await;
    assert_eq!(listener.seen()[8].json()["issue"]["title"], "Lost");
    assert_eq!(github.issue(stage.home, 8).expect("it").title, "Lost");
}
