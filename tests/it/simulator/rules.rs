//! Refusals and rules that no other test here comes across, each by the one call that meets it.

use base64::Engine;
use hyper::Method;
use serde_json::{Value, json};
use skep_simulator::JobEnd;
use skep_simulator::world::account::Access;
use skep_simulator::world::{LineComment, PullDraft, ReviewDraft};

use super::client::{Stage, stage, stage_with};

const R: &str = "/repos/octo/hello";

fn count(list: &Value) -> usize {
    list.as_array().map_or(0, Vec::len)
}

/// A pull request from `work` with a review that has a comment on a line; gives that comment.
async fn reviewed(stage: &Stage) -> i64 {
    stage
        .simulator
        .push_to_branch(stage.home, "work", &[("a.txt", "a\n")], "octo")
        .await
        .expect("a push");
    let draft = PullDraft {
        title: "Work".into(),
        head: "work".into(),
        base: "main".into(),
        ..PullDraft::default()
    };
    let pull = stage
        .simulator
        .open_pull(stage.home, "octo", draft)
        .await
        .expect("a pull request");
    let comments = vec![LineComment {
        path: "a.txt".into(),
        line: 1,
        body: "Why?".into(),
        ..LineComment::default()
    }];
    let draft = ReviewDraft {
        event: "COMMENT".into(),
        body: "Hm".into(),
        comments,
    };
    stage
        .simulator
        .review(stage.home, pull, "ann", draft)
        .expect("a review");
    stage.simulator.pulls(stage.home).expect("pulls")[0].lines[0]
}

#[tokio::test]
async fn a_token_for_too_many_repositories_is_refused_for_that() {
    let stage = stage().await;
    let ids: Vec<i64> = (0..501).collect();
    let refused = stage.mint(json!({ "repository_ids": ids })).await;
    assert!(
        refused.message().contains("A maximum of 500"),
        "{}",
        refused.text
    );
}

#[tokio::test]
async fn changes_cost_five_points_of_nine_hundred_in_a_minute() {
    let stage = stage_with(|config| skep_simulator::SimulatorConfig {
        enforce_limits: true,
        ..config
    })
    .await;
    let (token, issue) = (stage.token().await, stage.issue("One"));
    let path = format!("{R}/issues/{issue}/reactions");
    for _ in 0..180 {
        assert!(
            stage
                .post(&path, &token, json!({ "content": "eyes" }))
                .await
                .status
                < 300
        );
    }
    assert_eq!(stage.get(R, &token).await.status, 403);
    stage.pass(60);
    assert_eq!(stage.get(R, &token).await.status, 200);
}

#[tokio::test]
async fn a_page_has_a_hundred_entries_at_most() {
    let stage = stage().await;
    for number in 0..101 {
        stage.issue(&format!("Issue {number}"));
    }
    let page = stage
        .get(&format!("{R}/issues?per_page=1000"), &stage.token().await)
        .await;
    assert_eq!(count(&page.json()), 100);
}

#[tokio::test]
async fn issues_keep_to_their_lock_and_their_states() {
    let stage = stage().await;
    let (token, issue) = (stage.token().await, stage.issue("One"));
    let path = format!("{R}/issues/{issue}");
    assert_eq!(
        stage
            .send(Method::PATCH, &path, &token, json!({ "state": "done" }))
            .await
            .status,
        422
    );
    stage
        .simulator
        .lock_issue(stage.home, issue, true)
        .expect("locked");
    let refused = stage
        .post(&format!("{path}/comments"), &token, json!({ "body": "x" }))
        .await;
    assert_eq!(
        (refused.status, refused.message().contains("locked")),
        (403, true)
    );
}

#[tokio::test]
async fn labels_are_held_to_their_form() {
    let stage = stage().await;
    let token = stage.token().await;
    let long = |length: usize| "x".repeat(length);
    for (body, status) in [
        (
            json!({ "name": long(50), "color": "00ff00", "description": long(100) }),
            201,
        ),
        (json!({ "name": long(51) }), 422),
        (json!({ "name": "" }), 422),
        (json!({ "name": "a", "color": "green" }), 422),
        (json!({ "name": "b", "description": long(101) }), 422),
    ] {
        assert_eq!(
            stage
                .post(&format!("{R}/labels"), &token, body.clone())
                .await
                .status,
            status,
            "{body}"
        );
    }
}

#[tokio::test]
async fn a_repositorys_name_is_taken_once() {
    let stage = stage().await;
    assert!(
        stage
            .simulator
            .create_repository("octo", "Hello", &[])
            .await
            .is_err()
    );
    let other = stage
        .simulator
        .create_repository("octo", "other", &[])
        .await
        .expect("another");
    assert!(
        stage
            .simulator
            .rename_repository(other, "octo", "hello")
            .is_err()
    );
}

#[tokio::test]
async fn a_head_without_its_owner_filters_nothing() {
    let stage = stage().await;
    let token = stage.token().await;
    reviewed(&stage).await;
    for (head, found) in [("octo:work", 1), ("octo:other", 0), ("other", 1)] {
        let listed = stage
            .get(&format!("{R}/pulls?head={head}"), &token)
            .await
            .json();
        assert_eq!(count(&listed), found, "{head}");
    }
}

#[tokio::test]
async fn threads_are_answered_with_words_and_asked_for_by_pages() {
    let stage = stage().await;
    let (token, line) = (stage.token().await, reviewed(&stage).await);
    let blank = stage
        .post(
            &format!("{R}/pulls/1/comments/{line}/replies"),
            &token,
            json!({ "body": " " }),
        )
        .await;
    assert_eq!(blank.status, 422);
    let query = "query { repository { pullRequest { reviewThreads { nodes { id } } } } }";
    let variables = json!({ "owner": "octo", "name": "hello", "number": 1 });
    let refused = stage
        .post(
            "/graphql",
            &token,
            json!({ "query": query, "variables": variables }),
        )
        .await;
    assert!(
        refused.json()["errors"][0]["message"]
            .as_str()
            .is_some_and(|words| words.contains("paginate"))
    );
}

#[tokio::test]
async fn checks_and_statuses_know_their_words_and_show_the_newest() {
    let stage = stage().await;
    let (github, home) = (&stage.simulator, stage.home);
    let all = github.installation(home).expect("an installation");
    for permission in ["checks", "statuses"] {
        github
            .set_app_permission(all, permission, Some(Access::Write))
            .expect("granted");
    }
    let token = stage.token().await;
    let head = github
        .branch_head(home, "main")
        .expect("a head")
        .to_string();
    for (field, word) in [("conclusion", "splendid"), ("status", "asleep")] {
        let check = json!({ "name": "skep", "head_sha": head, field: word });
        assert_eq!(
            stage
                .post(&format!("{R}/check-runs"), &token, check)
                .await
                .status,
            422,
            "{word}"
        );
    }
    let status = stage
        .post(
            &format!("{R}/statuses/{head}"),
            &token,
            json!({ "state": "splendid" }),
        )
        .await;
    assert_eq!(status.status, 422);
    let first = github
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
        .finish_check(
            home,
            &head,
            JobEnd {
                name: "test",
                conclusion: "success",
                ..JobEnd::default()
            },
        )
        .expect("the job again");
    let runs = format!("{R}/commits/{head}/check-runs");
    let newest = stage.get(&runs, &token).await.json();
    assert_eq!(
        (
            newest["total_count"].as_i64(),
            &newest["check_runs"][0]["conclusion"]
        ),
        (Some(1), &json!("success"))
    );
    assert_eq!(
        stage
            .get(&format!("{runs}?filter=all"), &token)
            .await
            .json()["total_count"],
        2
    );
    assert_eq!(
        stage
            .get(&format!("{R}/actions/jobs/{first}/logs"), &token)
            .await
            .status,
        410
    );
}

#[tokio::test]
async fn git_knows_whose_repository_it_is_and_who_is_suspended() {
    let stage = stage().await;
    let github = &stage.simulator;
    let basic = |token: &str| {
        let secret = token.rsplit(' ').next().unwrap_or_default();
        format!(
            "Basic {}",
            base64::engine::general_purpose::STANDARD.encode(format!("x-access-token:{secret}"))
        )
    };
    let refs = "/octo/hello.git/info/refs?service=git-upload-pack";
    let ours = basic(&stage.token().await);
    assert_eq!(stage.get(refs, &ours).await.status, 200);
    let theirs = github
        .create_repository("acme", "one", &[])
        .await
        .expect("a repository");
    let acme = github.installation(theirs).expect("an installation");
    let minted = stage
        .post(
            &format!("/app/installations/{acme}/access_tokens"),
            &stage.app(),
            json!({}),
        )
        .await
        .json();
    let token = minted["token"].as_str().expect("a token").to_owned();
    assert_eq!(stage.get(refs, &basic(&token)).await.status, 404);
    github
        .suspend(github.installation(stage.home).expect("an installation"))
        .expect("suspended");
    assert_eq!(stage.get(refs, &ours).await.status, 403);
}
