//! Faults on request, and the control addresses that people and other processes use.

use std::time::Duration;

use hyper::Method;
use serde_json::{Value, json};
use skep_simulator::fault::{Fault, FaultRule};

use super::client::{Stage, stage};

const COMMENTS: &str = "/repos/octo/hello/issues/1/comments";
const PATTERN: &str = "/repos/*/*/issues/*/comments";

fn count(stage: &Stage) -> usize {
    stage
        .simulator
        .comments(stage.home, 1)
        .expect("comments")
        .len()
}

#[tokio::test]
async fn each_fault_does_or_does_not_do_what_was_asked() {
    let stage = stage().await;
    stage.issue("One");
    let token = stage.token().await;
    let cases = [
        (Fault::DropAfter, None, 1),
        (Fault::Reset, None, 0),
        (Fault::BadGatewayAfter, Some(502), 1),
        (Fault::BadGateway, Some(502), 0),
        (Fault::Unauthorized, Some(401), 0),
        (Fault::Forbidden, Some(403), 0),
        (
            Fault::SecondaryLimit {
                retry_after: Some(30),
            },
            Some(403),
            0,
        ),
        (Fault::PrimaryLimit { reset_in: 60 }, Some(403), 0),
        (Fault::Suspended, Some(403), 0),
        (Fault::TooMany { retry_after: 5 }, Some(429), 0),
        (
            Fault::Status {
                status: 422,
                message: "was submitted too quickly".to_owned(),
            },
            Some(422),
            0,
        ),
        (Fault::MalformedJson, Some(201), 1),
    ];
    for (trouble, status, done) in cases {
        let before = count(&stage);
        stage
            .simulator
            .add_fault(FaultRule::next("POST", PATTERN, trouble.clone()));
        let answer = stage
            .try_send(Method::POST, COMMENTS, &token, &json!({ "body": "x" }))
            .await;
        assert_eq!(
            answer.as_ref().map(|answer| answer.status),
            status,
            "{trouble:?}"
        );
        assert_eq!(count(&stage) - before, done, "{trouble:?}");
        match (&trouble, answer) {
            (Fault::SecondaryLimit { .. }, Some(answer)) => {
                assert_eq!(answer.header("retry-after"), "30")
            }
            (Fault::TooMany { .. }, Some(answer)) => {
                assert_eq!(answer.header("retry-after"), "5")
            }
            (Fault::PrimaryLimit { .. }, Some(answer)) => {
                assert_eq!(answer.header("x-ratelimit-remaining"), "0");
                assert_eq!(
                    answer.header("x-ratelimit-reset"),
                    (stage.now() / 1000 + 60).to_string()
                );
            }
            (Fault::MalformedJson, Some(answer)) => {
                assert!(serde_json::from_str::<Value>(&answer.text).is_err());
            }
            _ => {}
        }
    }
    assert!(stage.simulator.waiting_faults().is_empty());
    assert_eq!(
        stage
            .post(COMMENTS, &token, json!({ "body": "x" }))
            .await
            .status,
        201
    );
    let statuses: Vec<u16> = stage
        .simulator
        .calls()
        .iter()
        .filter(|c| c.faulty)
        .map(|c| c.status)
        .collect();
    assert_eq!(
        statuses,
        [0, 0, 502, 502, 401, 403, 403, 403, 403, 429, 422, 201]
    );
}

#[tokio::test]
async fn a_delay_lets_a_client_lose_patience_and_is_done_all_the_same() {
    let stage = stage().await;
    stage.issue("One");
    let token = stage.token().await;
    stage.simulator.add_fault(FaultRule::next(
        "POST",
        PATTERN,
        Fault::Delay { milliseconds: 300 },
    ));
    let body = json!({ "body": "x" });
    let impatient = tokio::time::timeout(
        Duration::from_millis(50),
        stage.try_send(Method::POST, COMMENTS, &token, &body),
    );
    assert!(impatient.await.is_err());
    let arrived = async {
        while count(&stage) == 0 {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), arrived)
        .await
        .expect("the work goes on without the client");
}

#[tokio::test]
async fn a_stale_read_shows_the_world_as_it_was() {
    let stage = stage().await;
    stage.issue("One");
    let token = stage.token().await;
    stage
        .simulator
        .add_fault(FaultRule::next("GET", PATTERN, Fault::StaleRead).times(2));
    stage.post(COMMENTS, &token, json!({ "body": "new" })).await;
    assert_eq!(stage.get(COMMENTS, &token).await.json(), json!([]));
    assert_eq!(stage.get(COMMENTS, &token).await.json(), json!([]));
    assert_eq!(stage.get(COMMENTS, &token).await.json()[0]["body"], "new");
}

#[tokio::test]
async fn two_changes_at_once_are_written_down() {
    let stage = stage().await;
    stage
        .simulator
        .push_to_branch(stage.home, "x", &[("a.txt", "a\n")], "octo")
        .await
        .expect("a push");
    stage
        .simulator
        .push_to_branch(stage.home, "y", &[("b.txt", "b\n")], "octo")
        .await
        .expect("a push");
    let token = stage.token().await;
    let open = |head: &str| json!({ "title": "Work", "head": head, "base": "main" });
    let (x, y) = (open("x"), open("y"));
    let path = "/repos/octo/hello/pulls";
    let (one, two) = tokio::join!(
        stage.try_send(Method::POST, path, &token, &x),
        stage.try_send(Method::POST, path, &token, &y)
    );
    assert_eq!(
        (one.map(|a| a.status), two.map(|a| a.status)),
        (Some(201), Some(201))
    );
    let violations = stage.simulator.violations();
    assert!(
        violations
            .iter()
            .any(|v| v.what.contains("concurrent mutations")),
        "{violations:?}"
    );
}

#[tokio::test]
async fn people_act_and_look_over_http() {
    let stage = stage().await;
    let act = async |body: Value| stage.post("/_simulator/act", "", body).await;
    let opened = act(json!({
        "as": "ann", "do": "open_issue", "repository": "octo/hello", "title": "By hand", "labels": ["agent:go"]
    }));
    assert_eq!(opened.await.json()["issue"], 1);
    let comment = json!({ "as": "ann", "do": "comment", "repository": "octo/hello", "issue": 1, "body": "hi" });
    assert_eq!(act(comment).await.status, 200);
    let wrong =
        act(json!({ "as": "ann", "do": "unlabel", "repository": "octo/hello", "issue": 1, "label": "x" })).await;
    assert_eq!(wrong.status, 404);
    let text = stage.get("/_simulator/thread/octo/hello/1", "").await.text;
    assert_eq!(
        text,
        "#1 By hand (open)\nlabels: agent:go\n\nann:\n\nann:\n  hi\n"
    );
    let fault = json!({ "method": "GET", "path": "/meta", "trouble": { "kind": "too_many", "retry_after": 7 } });
    assert_eq!(
        stage.post("/_simulator/faults", "", fault).await.status,
        201
    );
    let state = stage.get("/_simulator/state", "").await.json();
    assert_eq!(
        (
            &state["faults"][0]["times"],
            &state["repositories"][0]["name"]
        ),
        (&json!(1), &json!("octo/hello"))
    );
    assert_eq!(stage.get("/meta", "").await.status, 429);
    assert_eq!(stage.get("/meta", "").await.status, 200);
}

#[tokio::test]
async fn stopping_refuses_new_connections() {
    let stage = stage().await;
    stage.simulator.stop().await;
    assert!(
        stage
            .try_send(Method::GET, "/meta", "", &Value::Null)
            .await
            .is_none()
    );
}
