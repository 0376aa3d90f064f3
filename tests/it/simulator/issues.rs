//! Issues, comments, reactions and labels over REST.

use hyper::Method;
use serde_json::{Value, json};
use skep_simulator::world::IssueDraft;

use super::client::stage;
use super::rest::{R, delete};

#[tokio::test]
async fn issues_are_listed_filtered_and_paged() {
    let stage = stage().await;
    let token = stage.token().await;
    for number in 1..=5 {
        let labels = if number % 2 == 0 {
            vec!["agent:go".to_owned()]
        } else {
            Vec::new()
        };
        let draft = IssueDraft {
            title: format!("Issue {number}"),
            labels,
            ..IssueDraft::default()
        };
        stage
            .simulator
            .open_issue(stage.home, "octo", draft)
            .expect("an issue");
        stage.pass(10);
    }
    stage
        .simulator
        .close_issue(stage.home, 5, "octo")
        .expect("closed");
    let numbers = |body: Value| -> Vec<i64> {
        body.as_array()
            .expect("a list")
            .iter()
            .filter_map(|issue| issue["number"].as_i64())
            .collect()
    };
    let (stage, token) = (&stage, &token);
    let list = async |query: &str| stage.get(&format!("{R}/issues?{query}"), token).await;
    assert_eq!(numbers(list("").await.json()), [4, 3, 2, 1]);
    assert_eq!(
        numbers(list("state=all&direction=asc").await.json()),
        [1, 2, 3, 4, 5]
    );
    assert_eq!(numbers(list("labels=agent:go").await.json()), [4, 2]);
    assert_eq!(
        numbers(list("since=2026-09-21T14:13:45Z").await.json()),
        [4]
    );
    let first = list("per_page=3").await;
    assert_eq!(numbers(first.json()), [4, 3, 2]);
    let root = stage.simulator.api_url();
    let next = format!("<{root}{R}/issues?per_page=3&page=2>; rel=\"next\"");
    let last = format!("<{root}{R}/issues?per_page=3&page=2>; rel=\"last\"");
    assert_eq!(first.header("link"), format!("{next}, {last}"));
    let second = list("per_page=3&page=2").await;
    assert_eq!(numbers(second.json()), [1]);
    assert!(second.header("link").contains("rel=\"prev\""));
    assert_eq!(numbers(list("per_page=1000").await.json()).len(), 4);
}

#[tokio::test]
async fn issues_change_and_end() {
    let stage = stage().await;
    let token = stage.token().await;
    let issue = stage.issue("One");
    let path = format!("{R}/issues/{issue}");
    let changed = stage
        .send(
            Method::PATCH,
            &path,
            &token,
            json!({ "title": "Two", "state": "closed" }),
        )
        .await
        .json();
    assert_eq!(
        (&changed["title"], &changed["state"]),
        (&json!("Two"), &json!("closed"))
    );
    assert_eq!(
        stage
            .send(
                Method::PATCH,
                &path,
                &token,
                json!({ "title": "x".repeat(257) })
            )
            .await
            .status,
        422
    );
    let added = stage
        .post(
            &format!("{path}/assignees"),
            &token,
            json!({ "assignees": ["octo", "nobody"] }),
        )
        .await;
    assert_eq!(
        (
            added.status,
            added.json()["assignees"].as_array().map(Vec::len)
        ),
        (201, Some(1))
    );
    let timeline = stage.get(&format!("{path}/timeline"), &token).await.json();
    let events: Vec<&str> = timeline
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|e| e["event"].as_str())
        .collect();
    assert_eq!(events, ["renamed", "closed", "assigned"]);
    let other = stage
        .simulator
        .create_repository("octo", "other", &[])
        .await
        .expect("a repository");
    let there = stage
        .simulator
        .transfer_issue(stage.home, issue, other, "octo")
        .expect("moved");
    let moved = stage.get(&path, &token).await;
    assert_eq!(moved.status, 301);
    assert!(
        moved
            .header("location")
            .ends_with(&format!("/repositories/{other}/issues/{there}"))
    );
    let followed = moved
        .header("location")
        .strip_prefix(&stage.simulator.api_url())
        .expect("our host")
        .to_owned();
    assert_eq!(stage.get(&followed, &token).await.json()["title"], "Two");
    let issue = stage.issue("Three");
    stage
        .simulator
        .delete_issue(stage.home, issue, "octo")
        .expect("deleted");
    assert_eq!(
        stage
            .get(&format!("{R}/issues/{issue}"), &token)
            .await
            .status,
        410
    );
    assert_eq!(
        stage.get(&format!("{R}/issues/99"), &token).await.status,
        404
    );
}

#[tokio::test]
async fn comments_have_limits_and_reactions_are_a_set() {
    let stage = stage().await;
    let token = stage.token().await;
    let path = format!("{R}/issues/{}/comments", stage.issue("One"));
    assert_eq!(
        stage
            .post(&path, &token, json!({ "body": "ä".repeat(65_536) }))
            .await
            .status,
        201
    );
    let long = stage
        .post(&path, &token, json!({ "body": "ä".repeat(65_537) }))
        .await;
    assert_eq!(long.status, 422);
    assert!(
        long.json()["errors"][0]["message"]
            .as_str()
            .is_some_and(|m| m.contains("maximum is 65536 characters"))
    );
    for body in [json!({}), json!({ "body": "" }), json!({ "body": " \n" })] {
        assert_eq!(
            stage.post(&path, &token, body.clone()).await.status,
            422,
            "{body}"
        );
    }
    let id = stage
        .post(&path, &token, json!({ "body": "hello" }))
        .await
        .json()["id"]
        .as_i64()
        .expect("an id");
    let comment = format!("{R}/issues/comments/{id}");
    assert_eq!(
        stage
            .send(Method::PATCH, &comment, &token, json!({ "body": "bye" }))
            .await
            .json()["body"],
        "bye"
    );
    let reactions = format!("{comment}/reactions");
    let first = stage
        .post(&reactions, &token, json!({ "content": "eyes" }))
        .await;
    let again = stage
        .post(&reactions, &token, json!({ "content": "eyes" }))
        .await;
    assert_eq!(
        (first.status, again.status, &again.json()["id"]),
        (201, 200, &first.json()["id"])
    );
    assert_eq!(
        stage
            .post(&reactions, &token, json!({ "content": "party" }))
            .await
            .status,
        422
    );
    assert_eq!(
        stage
            .get(&reactions, &token)
            .await
            .json()
            .as_array()
            .map(Vec::len),
        Some(1)
    );
    assert_eq!(
        delete(
            &stage,
            &format!("{reactions}/{}", first.json()["id"]),
            &token
        )
        .await,
        204
    );
    assert_eq!(delete(&stage, &comment, &token).await, 204);
    assert_eq!(stage.get(&comment, &token).await.status, 404);
    assert_eq!(
        stage
            .get(&path, &token)
            .await
            .json()
            .as_array()
            .map(Vec::len),
        Some(1)
    );
}

#[tokio::test]
async fn labels_are_made_put_on_and_taken_off() {
    let stage = stage().await;
    let token = stage.token().await;
    let issue = stage.issue("One");
    let made = stage
        .post(
            &format!("{R}/labels"),
            &token,
            json!({ "name": "agent:go", "color": "00ff00" }),
        )
        .await;
    assert_eq!(made.status, 201);
    let twice = stage
        .post(
            &format!("{R}/labels"),
            &token,
            json!({ "name": "Agent:Go" }),
        )
        .await;
    assert_eq!(
        (twice.status, &twice.json()["errors"][0]["code"]),
        (422, &json!("already_exists"))
    );
    assert_eq!(
        stage
            .get(&format!("{R}/labels/agent%3Ago"), &token)
            .await
            .json()["color"],
        "00ff00"
    );
    let on = format!("{R}/issues/{issue}/labels");
    stage
        .post(&on, &token, json!({ "labels": ["agent:go", "agent:new"] }))
        .await;
    stage
        .post(&on, &token, json!({ "labels": ["agent:go"] }))
        .await;
    assert_eq!(
        stage.simulator.issue(stage.home, issue).expect("it").labels,
        ["agent:go", "agent:new"]
    );
    assert_eq!(
        delete(&stage, &format!("{on}/agent%3Ago"), &token).await,
        200
    );
    let gone = stage
        .send(
            Method::DELETE,
            &format!("{on}/agent%3Ago"),
            &token,
            Value::Null,
        )
        .await;
    assert_eq!(
        (gone.status, gone.message().as_str()),
        (404, "Label does not exist")
    );
    assert_eq!(stage.simulator.violations(), []);
    stage.post(&on, &token, json!({ "labels": ["bug"] })).await;
    let violations = stage.simulator.violations();
    assert_eq!(violations.len(), 1);
    assert!(violations[0].what.contains("\"bug\""));
}
