//! Pull requests that go to another one's branch: what becomes of them with that branch, and GitHub's own stacks.

use hyper::Method;
use serde_json::{Value, json};

use super::client::{Stage, stage};

const R: &str = "/repos/octo/hello";

/// `one` goes to main, `two` to it, `three` to that.
async fn three() -> (Stage, String) {
    let stage = stage().await;
    let token = stage.token().await;
    for (head, base) in [("one", "main"), ("two", "one"), ("three", "two")] {
        let file = format!("{head}.txt");
        stage
            .simulator
            .push_to_branch(stage.home, head, &[(file.as_str(), "new\n")], "octo")
            .await
            .expect("a push");
        let asked = json!({ "title": head, "head": head, "base": base });
        let made = stage.post(&format!("{R}/pulls"), &token, asked).await;
        assert_eq!(made.status, 201, "{}", made.text);
    }
    (stage, token)
}

async fn retarget(stage: &Stage, token: &str, pull: i64, base: &str) -> super::client::Answer {
    let body = json!({ "base": base });
    stage
        .send(Method::PATCH, &format!("{R}/pulls/{pull}"), token, body)
        .await
}

async fn pull(stage: &Stage, token: &str, pull: i64) -> Value {
    stage.get(&format!("{R}/pulls/{pull}"), token).await.json()
}

async fn stacked(stage: &Stage, token: &str, path: &str, pulls: &[i64]) -> super::client::Answer {
    let body = json!({ "pull_requests": pulls });
    stage.post(&format!("{R}/stacks{path}"), token, body).await
}

#[tokio::test]
async fn a_pull_request_is_closed_with_the_branch_it_goes_to() {
    let (stage, token) = three().await;
    let gone = stage.simulator.move_branch(stage.home, "one", None, "octo");
    gone.await.expect("deleted");
    assert_eq!(pull(&stage, &token, 2).await["state"], "closed");
    let refused = retarget(&stage, &token, 2, "main").await;
    assert_eq!(refused.status, 422, "{}", refused.text);
    assert!(refused.text.contains("of a closed pull request"));
}

#[tokio::test]
async fn the_button_below_a_merged_one_leads_it_on() {
    let (stage, token) = three().await;
    stage
        .simulator
        .squash(stage.home, 1, "octo")
        .await
        .expect("merged");
    let gone = stage.simulator.delete_merged_branch(stage.home, 1, "octo");
    gone.await.expect("deleted");
    let shown = pull(&stage, &token, 2).await;
    assert_eq!(
        (&shown["state"], &shown["base"]["ref"]),
        (&json!("open"), &json!("main"))
    );
}

#[tokio::test]
async fn one_that_goes_elsewhere_is_compared_with_that() {
    let (stage, token) = three().await;
    assert_eq!(pull(&stage, &token, 3).await["commits"], 1);
    let changed = retarget(&stage, &token, 3, "main").await;
    assert_eq!(changed.status, 200, "{}", changed.text);
    assert_eq!(changed.json()["commits"], 1);
    assert_eq!(retarget(&stage, &token, 3, "nowhere").await.status, 422);
}

#[tokio::test]
async fn stacks_are_made_shown_and_dissolved() {
    let (stage, token) = three().await;
    let made = stacked(&stage, &token, "", &[1, 2]).await;
    assert_eq!(made.status, 201, "{}", made.text);
    let number = made.json()["number"].as_i64().expect("a number");
    let shown = pull(&stage, &token, 2).await;
    assert_eq!(
        (&shown["stack"]["position"], &shown["stack"]["size"]),
        (&json!(2), &json!(2))
    );
    let more = stacked(&stage, &token, &format!("/{number}/add"), &[3]).await;
    assert_eq!(more.status, 200, "{}", more.text);
    let found = stage
        .get(&format!("{R}/stacks?pull_request=3"), &token)
        .await
        .json();
    assert_eq!(found[0]["pull_requests"].as_array().map(Vec::len), Some(3));
    let none = format!("{R}/stacks?pull_request=9");
    assert_eq!(stage.get(&none, &token).await.json(), json!([]));
    // Where one goes that is in a stack is not changed.
    let refused = retarget(&stage, &token, 2, "main").await;
    assert_eq!(refused.status, 422);
    assert!(refused.text.contains("part of a stack"), "{}", refused.text);
    let path = format!("{R}/stacks/{number}/unstack");
    assert_eq!(stage.post(&path, &token, Value::Null).await.status, 204);
    assert_eq!(retarget(&stage, &token, 2, "main").await.status, 200);
    assert_eq!(stage.post(&path, &token, Value::Null).await.status, 404);
}

#[tokio::test]
async fn a_stack_leads_from_one_to_the_next_and_shares_none() {
    let (stage, token) = three().await;
    for pulls in [&[1, 3][..], &[2, 1], &[1], &[1, 99]] {
        let refused = stacked(&stage, &token, "", pulls).await;
        assert_eq!(refused.status, 422, "{pulls:?}");
    }
    assert_eq!(stacked(&stage, &token, "", &[1, 2]).await.status, 201);
    let again = stacked(&stage, &token, "", &[2, 3]).await;
    assert_eq!(again.status, 422, "{}", again.text);
    assert_eq!(stacked(&stage, &token, "/9/add", &[3]).await.status, 404);
    // A server without stacks knows no such address.
    stage.simulator.set_stacks(false);
    let path = format!("{R}/stacks");
    assert_eq!(stage.get(&path, &token).await.status, 404);
    assert_eq!(stacked(&stage, &token, "", &[1, 2]).await.status, 404);
}
