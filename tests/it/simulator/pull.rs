//! Pull requests, reviews and the calls a well-behaved skep never makes.

use hyper::Method;
use serde_json::{Value, json};
use skep_simulator::world::{LineComment, PullDraft, ReviewDraft};

use super::client::{Stage, stage};

const R: &str = "/repos/octo/hello";

async fn branch(stage: &Stage, name: &str) {
    stage
        .simulator
        .push_to_branch(stage.home, name, &[("new.txt", "new\n")], "octo")
        .await
        .expect("a push");
}

fn asked(head: &str) -> Value {
    json!({ "title": "Work", "body": "Closes #1", "head": head, "base": "main", "draft": true })
}

#[tokio::test]
async fn a_pull_request_is_opened_found_and_made_ready() {
    let stage = stage().await;
    let token = stage.token().await;
    let issue = stage.issue("One");
    branch(&stage, "agent/1-one").await;
    let made = stage
        .post(&format!("{R}/pulls"), &token, asked("agent/1-one"))
        .await;
    assert_eq!(made.status, 201, "{}", made.text);
    let made = made.json();
    assert_eq!(
        (&made["number"], &made["draft"], &made["mergeable_state"]),
        (&json!(2), &json!(true), &json!("draft"))
    );
    assert_eq!(
        (&made["commits"], &made["additions"], &made["changed_files"]),
        (&json!(1), &json!(1), &json!(1))
    );
    assert_eq!(made["user"]["login"], "skep-demo[bot]");
    let found = stage
        .get(
            &format!("{R}/pulls?head=octo:agent/1-one&state=all"),
            &token,
        )
        .await
        .json();
    assert_eq!(
        (found.as_array().map(Vec::len), &found[0]["number"]),
        (Some(1), &json!(2))
    );
    assert_eq!(
        stage
            .get(&format!("{R}/pulls?head=octo:other"), &token)
            .await
            .json(),
        json!([])
    );
    assert_eq!(stage.get(&format!("{R}/pulls/1"), &token).await.status, 404);
    assert_eq!(
        stage.get(&format!("{R}/issues/2"), &token).await.json()["pull_request"]["merged_at"],
        Value::Null
    );
    let query = "mutation($id: ID!) { markPullRequestReadyForReview(input: {pullRequestId: $id}) { clientMutationId } }";
    let body = json!({ "query": query, "variables": { "id": made["node_id"] } });
    let ready = stage.post("/graphql", &token, body).await;
    assert_eq!(
        ready.json()["data"]["markPullRequestReadyForReview"]["pullRequest"]["isDraft"],
        false
    );
    assert!(!stage.simulator.pulls(stage.home).expect("pulls")[0].draft);
    let thread = stage.simulator.thread(stage.home, issue).expect("a thread");
    assert!(thread.contains("pull requests: #2 Work (open)"), "{thread}");
    let timeline = stage
        .get(&format!("{R}/issues/1/timeline"), &token)
        .await
        .json();
    assert_eq!(timeline[0]["event"], "cross-referenced");
}

#[tokio::test]
async fn what_github_refuses_to_open() {
    let stage = stage().await;
    let token = stage.token().await;
    branch(&stage, "x").await;
    let main = stage
        .simulator
        .branch_head(stage.home, "main")
        .expect("main");
    stage
        .simulator
        .move_branch(stage.home, "same", Some(&main), "octo")
        .await
        .expect("a branch");
    let post = async |body: Value| stage.post(&format!("{R}/pulls"), &token, body).await;
    let error = |answer: &super::client::Answer| answer.json()["errors"][0].clone();
    let none = post(asked("nothing")).await;
    assert_eq!((none.status, &error(&none)["field"]), (422, &json!("head")));
    let base = post(json!({ "title": "Work", "head": "x", "base": "nothing" })).await;
    assert_eq!(
        (base.status, &error(&base)["field"], &error(&base)["code"]),
        (422, &json!("base"), &json!("invalid"))
    );
    let same = post(asked("same")).await;
    assert_eq!(
        (same.status, &error(&same)["message"]),
        (422, &json!("No commits between main and same"))
    );
    assert_eq!(
        post(json!({ "head": "x", "base": "main" })).await.status,
        422,
        "no title"
    );
    stage
        .simulator
        .allow_drafts(stage.home, false)
        .expect("set");
    let draft = post(asked("x")).await;
    assert_eq!(
        (draft.status, draft.message().as_str()),
        (
            422,
            "Draft pull requests are not supported in this repository."
        )
    );
    stage.simulator.allow_drafts(stage.home, true).expect("set");
    assert_eq!(post(asked("x")).await.status, 201);
    let twice = post(asked("octo:x")).await;
    assert_eq!(
        (twice.status, &error(&twice)["message"]),
        (422, &json!("A pull request already exists for octo:x."))
    );
    stage.simulator.archive(stage.home, true).expect("archived");
    assert_eq!(post(asked("x")).await.status, 403);
    let narrow = stage
        .narrow(json!({ "permissions": { "issues": "write" } }))
        .await;
    assert_eq!(
        stage
            .post(&format!("{R}/pulls"), &narrow, asked("x"))
            .await
            .status,
        403
    );
}

#[tokio::test]
async fn a_closed_one_does_not_stand_in_the_way_and_a_lost_branch_closes() {
    let stage = stage().await;
    let token = stage.token().await;
    branch(&stage, "x").await;
    stage.post(&format!("{R}/pulls"), &token, asked("x")).await;
    stage
        .simulator
        .close_pull(stage.home, 1, "octo")
        .expect("closed");
    assert_eq!(
        stage
            .post(&format!("{R}/pulls"), &token, asked("x"))
            .await
            .json()["number"],
        2
    );
    stage
        .simulator
        .move_branch(stage.home, "x", None, "octo")
        .await
        .expect("deleted");
    let open: Vec<bool> = stage
        .simulator
        .pulls(stage.home)
        .expect("pulls")
        .iter()
        .map(|p| p.issue.open)
        .collect();
    assert_eq!(open, [false, false]);
}

#[tokio::test]
async fn reviews_come_and_are_answered() {
    let stage = stage().await;
    let token = stage.token().await;
    branch(&stage, "x").await;
    stage.post(&format!("{R}/pulls"), &token, asked("x")).await;
    let pull = 1;
    let comments = vec![LineComment {
        path: "new.txt".to_owned(),
        line: 1,
        body: "Why?".to_owned(),
        ..LineComment::default()
    }];
    let draft = ReviewDraft {
        event: "REQUEST_CHANGES".to_owned(),
        body: "Not yet".to_owned(),
        comments,
    };
    stage
        .simulator
        .review(stage.home, pull, "octo", draft)
        .expect("a review");
    assert_eq!(
        stage
            .get(&format!("{R}/pulls/1/reviews"), &token)
            .await
            .json()[0]["state"],
        "CHANGES_REQUESTED"
    );
    let line = stage
        .get(&format!("{R}/pulls/1/comments"), &token)
        .await
        .json()[0]["id"]
        .as_i64()
        .expect("an id");
    let reply = stage
        .post(
            &format!("{R}/pulls/1/comments/{line}/replies"),
            &token,
            json!({ "body": "Because" }),
        )
        .await;
    assert_eq!(
        (reply.status, &reply.json()["in_reply_to_id"]),
        (201, &json!(line))
    );
    stage
        .simulator
        .set_permission(stage.home, "ann", "write")
        .expect("a place");
    let asked = stage
        .post(
            &format!("{R}/pulls/1/requested_reviewers"),
            &token,
            json!({ "reviewers": ["ann"] }),
        )
        .await;
    assert_eq!(
        (
            asked.status,
            &asked.json()["requested_reviewers"][0]["login"]
        ),
        (201, &json!("ann"))
    );
    let stranger = stage
        .post(
            &format!("{R}/pulls/1/requested_reviewers"),
            &token,
            json!({ "reviewers": ["zoe"] }),
        )
        .await;
    assert_eq!(stranger.status, 422);
    let shown = stage.get(&format!("{R}/pulls/1"), &token).await.json();
    let author = json!({ "reviewers": [shown["user"]["login"]] });
    let own = stage
        .post(&format!("{R}/pulls/1/requested_reviewers"), &token, author)
        .await;
    assert_eq!(
        (own.status, &own.json()["message"]),
        (
            422,
            &json!("Review cannot be requested from pull request author.")
        )
    );
    // Whoever has reviewed is not asked any more, until they are asked again.
    let seen = ReviewDraft {
        event: "APPROVE".to_owned(),
        ..ReviewDraft::default()
    };
    stage
        .simulator
        .review(stage.home, pull, "ann", seen)
        .expect("a review");
    assert_eq!(
        stage.get(&format!("{R}/pulls/1"), &token).await.json()["requested_reviewers"],
        json!([])
    );
    assert_eq!(stage.simulator.violations(), []);
}

#[tokio::test]
async fn approving_merging_and_dismissing_are_written_down() {
    let stage = stage().await;
    let token = stage.token().await;
    branch(&stage, "x").await;
    let draft = PullDraft {
        title: "Theirs".to_owned(),
        head: "x".to_owned(),
        base: "main".to_owned(),
        ..PullDraft::default()
    };
    stage
        .simulator
        .open_pull(stage.home, "ann", draft)
        .await
        .expect("a pull request");
    let review = stage
        .post(
            &format!("{R}/pulls/1/reviews"),
            &token,
            json!({ "event": "APPROVE" }),
        )
        .await
        .json();
    let path = format!("{R}/pulls/1/reviews/{}/dismissals", review["id"]);
    stage
        .send(Method::PUT, &path, &token, json!({ "message": "no" }))
        .await;
    let auto = json!({ "query": "mutation { enablePullRequestAutoMerge(input: {pullRequestId: \"PR_1\"}) { x } }" });
    let errors = stage.post("/graphql", &token, auto).await;
    assert_eq!(
        (errors.status, errors.json()["errors"].is_array()),
        (200, true)
    );
    assert_eq!(
        stage
            .send(
                Method::PUT,
                &format!("{R}/pulls/1/merge"),
                &token,
                json!({})
            )
            .await
            .status,
        200
    );
    let said: Vec<String> = stage
        .simulator
        .violations()
        .into_iter()
        .map(|violation| violation.what)
        .collect();
    let expected = [
        "approved pull request #1",
        "dismissed a review of pull request #1",
        "called the GraphQL mutation enablePullRequestAutoMerge",
        "merged pull request #1",
    ];
    assert_eq!(said, expected);
}

#[tokio::test]
async fn a_merge_closes_the_issue_and_moves_the_base() {
    let stage = stage().await;
    let token = stage.token().await;
    let issue = stage.issue("One");
    branch(&stage, "x").await;
    stage.post(&format!("{R}/pulls"), &token, asked("x")).await;
    let pull = 2;
    assert!(
        stage
            .simulator
            .merge(stage.home, pull, "octo")
            .await
            .is_err(),
        "a draft is not merged"
    );
    stage
        .simulator
        .mark_ready(stage.home, pull, "octo")
        .expect("ready");
    stage
        .simulator
        .merge(stage.home, pull, "octo")
        .await
        .expect("merged");
    assert!(!stage.simulator.issue(stage.home, issue).expect("it").open);
    assert!(stage.simulator.pulls(stage.home).expect("pulls")[0].merged);
    assert_eq!(
        stage
            .simulator
            .file(stage.home, "main", "new.txt")
            .await
            .expect("git")
            .as_deref(),
        Some("new\n")
    );
    let reopened = stage
        .send(
            Method::PATCH,
            &format!("{R}/pulls/2"),
            &token,
            json!({ "state": "open" }),
        )
        .await;
    assert_eq!(reopened.status, 422);
}

#[tokio::test]
async fn a_fork_can_ask_to_be_pulled() {
    let stage = stage().await;
    let fork = stage
        .simulator
        .fork(stage.home, "stranger")
        .await
        .expect("a fork");
    stage
        .simulator
        .push_to_branch(fork, "patch", &[("theirs.txt", "theirs\n")], "stranger")
        .await
        .expect("a push");
    let draft = PullDraft {
        title: "Mine".to_owned(),
        head: "stranger:patch".to_owned(),
        base: "main".to_owned(),
        ..PullDraft::default()
    };
    let number = stage
        .simulator
        .open_pull(stage.home, "stranger", draft)
        .await
        .expect("a pull request");
    let token = stage.token().await;
    let shown = stage
        .get(&format!("{R}/pulls/{number}"), &token)
        .await
        .json();
    assert_eq!(
        (&shown["head"]["repo"]["fork"], &shown["head"]["label"]),
        (&json!(true), &json!("stranger:patch"))
    );
    assert!(
        stage
            .simulator
            .diff(stage.home, number)
            .await
            .expect("git")
            .contains("+theirs")
    );
}
