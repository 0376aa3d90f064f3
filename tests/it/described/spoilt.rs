//! The checker checked: payloads that are right pass, and each that is spoilt in one place is caught.

use serde_json::{Value, json};
use skep_simulator::exchange::Exchange;

use super::document::Document;
use super::judge;
use crate::simulator::client::{Listener, stage};

/// A value with one place changed; a missing value takes the place away.
fn spoil(value: &Value, pointer: &str, to: Option<Value>) -> Value {
    let mut spoilt = value.clone();
    let (parent, name) = pointer.rsplit_once('/').expect("a pointer");
    let parent = spoilt
        .pointer_mut(parent)
        .and_then(Value::as_object_mut)
        .expect("an object to spoil");
    let before = match to {
        Some(to) => parent.insert(name.to_owned(), to),
        None => parent.remove(name),
    };
    assert!(before.is_some(), "{pointer} is not there to be spoilt");
    spoilt
}

fn with_answer(exchange: &Exchange, answer: &Value) -> Exchange {
    Exchange {
        answer: answer.to_string().into(),
        ..exchange.clone()
    }
}

#[tokio::test]
async fn a_spoilt_answer_is_caught() {
    let Some(document) = Document::get() else {
        return;
    };
    let stage = stage().await;
    let (token, issue) = (stage.token().await, stage.issue("One"));
    let path = format!("/repos/octo/hello/issues/{issue}");
    stage.simulator.take_exchanges();
    stage
        .post(&format!("{path}/comments"), &token, json!({ "body": "x" }))
        .await;
    stage.get(&path, &token).await;
    stage
        .post(&format!("{path}/comments"), &token, json!({ "body": "" }))
        .await;
    let [comment, issue, refusal] = stage
        .simulator
        .take_exchanges()
        .try_into()
        .expect("three exchanges");
    let places = [
        (&comment, "/id", Some(json!("7"))),
        (&comment, "/user", Some(json!("octo"))),
        (&comment, "/user/login", None),
        (&comment, "/created_at", Some(json!("yesterday"))),
        (&comment, "/author_association", Some(json!("FRIEND"))),
        (&comment, "/html_url", None),
        (&issue, "/number", None),
        (&issue, "/state_reason", Some(json!("bogus"))),
        (&issue, "/labels", Some(Value::Null)),
        (&issue, "/reactions/eyes", Some(json!("many"))),
        (&issue, "/locked", Some(json!("no"))),
        (&refusal, "/message", None),
        (&refusal, "/errors", Some(json!(["Body cannot be blank"]))),
    ];
    for (right, place, to) in places {
        assert_eq!(judge::exchange(document, right), Vec::<String>::new());
        let body = serde_json::from_slice(&right.answer).expect("JSON");
        let spoilt = with_answer(right, &spoil(&body, place, to.clone()));
        assert_ne!(
            judge::exchange(document, &spoilt),
            Vec::<String>::new(),
            "{place} as {to:?}"
        );
        assert_eq!(
            judge::exchange(
                document,
                &Exchange {
                    faulty: true,
                    ..spoilt
                }
            ),
            Vec::<String>::new()
        );
    }
    for status in [201, 418] {
        assert_ne!(
            judge::exchange(
                document,
                &Exchange {
                    status,
                    ..issue.clone()
                }
            ),
            Vec::<String>::new(),
            "{status}"
        );
    }
}

#[tokio::test]
async fn a_spoilt_request_is_caught() {
    let Some(document) = Document::get() else {
        return;
    };
    let request = |method: &str, path: &str, query: &str, body: Value| Exchange {
        method: method.into(),
        path: format!("/repos/octo/hello{path}"),
        query: query.into(),
        user_agent: "skep".into(),
        request: if body.is_null() {
            String::new()
        } else {
            body.to_string()
        }
        .into(),
        status: 500,
        content_type: "text/html".into(),
        answer: "".into(),
        faulty: true,
    };
    let right = [
        request(
            "GET",
            "/issues",
            "state=all&per_page=100&labels=agent:go",
            Value::Null,
        ),
        request("GET", "/contents/a/b.txt", "ref=main", Value::Null),
        request(
            "POST",
            "/issues/1/labels",
            "",
            json!({ "labels": ["agent:go"] }),
        ),
        request(
            "PATCH",
            "/issues/1",
            "",
            json!({ "title": 7, "state": "closed" }),
        ),
        request(
            "POST",
            "/pulls",
            "",
            json!({ "title": "x", "head": "a", "base": "b", "draft": true }),
        ),
    ];
    for right in right {
        assert_eq!(
            judge::exchange(document, &right),
            Vec::<String>::new(),
            "{right:?}"
        );
    }
    let spoilt = [
        request("GET", "/issues", "state=bogus", Value::Null),
        request("GET", "/issues", "page_size=100", Value::Null),
        request("GET", "/issues", "per_page=all", Value::Null),
        request("GET", "/issues/one", "", Value::Null),
        request("GET", "/wiki", "", Value::Null),
        request("POST", "/issues/1/labels", "", json!(["agent:go"])),
        request("POST", "/issues/1/labels", "", json!({ "labels": [] })),
        request(
            "POST",
            "/issues/1/labels",
            "",
            json!({ "labels": [{ "name": "x", "confidence": "HIGH" }] }),
        ),
        request("PATCH", "/issues/1", "", json!({ "state": "done" })),
        request("PATCH", "/issues/1", "", json!({ "titel": "x" })),
        request("POST", "/pulls", "", json!({ "title": "x", "head": "a" })),
        request("POST", "/pulls", "", Value::Null),
        request("POST", "/issues/1/comments", "", json!({ "text": "x" })),
        request(
            "POST",
            "/issues/1/reactions",
            "",
            json!({ "content": "party" }),
        ),
    ];
    for spoilt in spoilt {
        assert_ne!(
            judge::exchange(document, &spoilt),
            Vec::<String>::new(),
            "{spoilt:?}"
        );
    }
}

#[tokio::test]
async fn a_spoilt_webhook_is_caught() {
    let Some(document) = Document::get() else {
        return;
    };
    let stage = stage().await;
    let listener = Listener::start().await;
    stage.simulator.set_webhook_url(&listener.url);
    let issue = stage.issue("One");
    stage
        .simulator
        .label(stage.home, issue, "bug", "octo")
        .expect("a label");
    stage
        .simulator
        .comment(stage.home, issue, "octo", "x")
        .expect("a comment");
    stage.simulator.quiet().await;
    let hooks = listener.seen();
    let of = |name: &str| {
        hooks
            .iter()
            .find(|hook| hook.name() == name)
            .expect("the webhook")
            .json()
    };
    let places = [
        ("issues", "labeled", "/issue/number", None),
        ("issues", "labeled", "/repository", None),
        ("issues", "labeled", "/sender/login", Some(json!(7))),
        ("issues", "labeled", "/label/color", None),
        ("issues", "opened", "/issue/title", Some(Value::Null)),
        ("issues", "opened", "/action", Some(json!("born"))),
        ("issue_comment", "created", "/comment", None),
        (
            "issue_comment",
            "created",
            "/comment/user/type",
            Some(json!("Cat")),
        ),
    ];
    for (event, action, place, to) in places {
        let right = of(&format!("{event}.{action}"));
        assert_eq!(
            judge::webhook(document, event, Some(action), &right.to_string()),
            Vec::<String>::new()
        );
        let spoilt = spoil(&right, place, to.clone()).to_string();
        assert_ne!(
            judge::webhook(document, event, Some(action), &spoilt),
            Vec::<String>::new(),
            "{place} as {to:?}"
        );
    }
    let body = of("issues.opened").to_string();
    assert_ne!(
        judge::webhook(document, "issues", Some("born"), &body),
        Vec::<String>::new()
    );
}
