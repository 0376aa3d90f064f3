//! Comments pinned over REST: one for each issue, told by webhook, and not there on older servers.

use hyper::Method;
use serde_json::{Value, json};

use super::client::stage;

const R: &str = "/repos/octo/hello";

#[tokio::test]
async fn one_comment_of_an_issue_is_pinned_and_said_to_be() {
    let stage = stage().await;
    let (token, issue) = (stage.token().await, stage.issue("One"));
    let path = format!("{R}/issues/{issue}");
    let add = async |body: &str| {
        let body = json!({ "body": body });
        let answer = stage.post(&format!("{path}/comments"), &token, body).await;
        answer.json()["id"].as_i64().expect("a number")
    };
    let (first, second) = (add("First").await, add("Second").await);
    let pin = |id: i64| format!("{R}/issues/comments/{id}/pin");
    let answer = stage.get(&path, &token).await;
    assert_eq!(answer.json()["pinned_comment"], Value::Null);

    let answer = stage
        .send(Method::PUT, &pin(first), &token, Value::Null)
        .await;
    assert_eq!((answer.status, &answer.json()["id"]), (200, &json!(first)));
    assert_eq!(answer.json()["pin"]["pinned_by"]["login"], "skep-demo[bot]");
    let answer = stage.get(&path, &token).await;
    assert_eq!(answer.json()["pinned_comment"]["id"], first);
    let answer = stage
        .send(Method::PUT, &pin(second), &token, Value::Null)
        .await;
    assert_eq!(answer.status, 422);
    for _ in 0..2 {
        let answer = stage
            .send(Method::PUT, &pin(first), &token, Value::Null)
            .await;
        assert_eq!(answer.status, 200, "the same once more");
    }

    let answer = stage
        .send(Method::DELETE, &pin(first), &token, Value::Null)
        .await;
    assert_eq!(answer.status, 204);
    let answer = stage
        .send(Method::PUT, &pin(second), &token, Value::Null)
        .await;
    assert_eq!(answer.status, 200);

    stage.simulator.set_pins(false);
    let answer = stage
        .send(Method::PUT, &pin(first), &token, Value::Null)
        .await;
    assert_eq!(answer.status, 404);
    let answer = stage.get(&path, &token).await;
    assert!(answer.json().get("pinned_comment").is_none());
}
