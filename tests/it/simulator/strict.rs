//! Where GitHub refuses, or does less than was asked for: each of these was answered too kindly once.

use http_body_util::Full;
use hyper::{Method, Request};
use serde_json::{Value, json};
use skep_simulator::world::account::Access;
use skep_simulator::world::{PullDraft, ReviewDraft};

use super::client::{Listener, Stage, stage};

const R: &str = "/repos/octo/hello";

async fn patch(stage: &Stage, path: &str, token: &str, body: Value) -> super::client::Answer {
    stage.send(Method::PATCH, path, token, body).await
}

/// A pull request of somebody from `work`.
async fn pull(stage: &Stage, author: &str) -> String {
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
    let number = stage
        .simulator
        .open_pull(stage.home, author, draft)
        .await
        .expect("a pull request");
    format!("{R}/pulls/{number}")
}

#[tokio::test]
async fn a_reason_and_a_milestone_that_do_not_exist_are_refused() {
    let stage = stage().await;
    let token = stage.token().await;
    let path = format!("{R}/issues/{}", stage.issue("One"));
    for reason in ["completed", "not_planned", "duplicate", "reopened"] {
        assert_eq!(
            patch(&stage, &path, &token, json!({ "state_reason": reason }))
                .await
                .status,
            200,
            "{reason}"
        );
    }
    let closed = json!({ "state": "closed", "state_reason": "bogus" });
    assert_eq!(patch(&stage, &path, &token, closed).await.status, 422);
    let milestone = json!({ "title": "Two", "milestone": 7 });
    assert_eq!(
        patch(&stage, &path, &token, milestone.clone()).await.status,
        422
    );
    assert_eq!(
        stage
            .post(&format!("{R}/issues"), &token, milestone)
            .await
            .status,
        422
    );
    let now = stage.get(&path, &token).await.json();
    assert_eq!(
        (&now["state"], &now["title"], &now["state_reason"]),
        (&json!("open"), &json!("One"), &Value::Null)
    );
    let none = json!({ "title": "Two", "milestone": null });
    assert_eq!(
        stage
            .post(&format!("{R}/issues"), &token, none)
            .await
            .status,
        201
    );
}

#[tokio::test]
async fn titles_are_texts_of_256_characters_and_numbers_on_issues() {
    let stage = stage().await;
    let token = stage.token().await;
    let made = stage
        .post(&format!("{R}/issues"), &token, json!({ "title": 404 }))
        .await;
    assert_eq!((made.status, &made.json()["title"]), (201, &json!("404")));
    stage
        .simulator
        .push_to_branch(stage.home, "work", &[("a.txt", "a\n")], "octo")
        .await
        .expect("a push");
    let titled = |title: String| json!({ "title": title, "head": "work", "base": "main" });
    let long = stage
        .post(&format!("{R}/pulls"), &token, titled("ä".repeat(257)))
        .await;
    assert_eq!(
        (long.status, &long.json()["errors"][0]["field"]),
        (422, &json!("title"))
    );
    assert_eq!(
        stage
            .post(&format!("{R}/pulls"), &token, titled("ä".repeat(256)))
            .await
            .status,
        201
    );
}

#[tokio::test]
async fn a_type_is_known_set_by_who_may_push_and_dropped_in_silence_otherwise() {
    let stage = stage().await;
    let token = stage.token().await;
    stage
        .simulator
        .set_issue_types(stage.home, &["Bug", "Feature"])
        .expect("types");
    let new = |kind: &str| json!({ "title": "One", "type": kind });
    let path = format!("{R}/issues");
    let made = stage.post(&path, &token, new("Bug")).await.json();
    assert_eq!(made["type"]["name"], "Bug");
    assert_eq!(stage.post(&path, &token, new("Riddle")).await.status, 422);
    let without = patch(
        &stage,
        &format!("{path}/{}", made["number"]),
        &token,
        json!({ "type": null }),
    )
    .await
    .json();
    assert_eq!(without["type"], Value::Null);
    let narrow = json!({ "permissions": { "issues": "write", "contents": "read" } });
    let silent = stage
        .post(&path, &stage.narrow(narrow).await, new("Bug"))
        .await;
    assert_eq!((silent.status, &silent.json()["type"]), (201, &Value::Null));
}

#[tokio::test]
async fn labels_are_put_on_all_or_none_and_what_is_suggested_waits() {
    let stage = stage().await;
    let (token, issue) = (stage.token().await, stage.issue("One"));
    let on = format!("{R}/issues/{issue}/labels");
    for body in [
        json!({ "labels": [] }),
        json!(["agent:go"]),
        json!({ "labels": "agent:go" }),
        json!({ "labels": [7] }),
    ] {
        assert_eq!(
            stage.post(&on, &token, body.clone()).await.status,
            422,
            "{body}"
        );
    }
    let with = |more: Value| {
        let mut label = json!({ "name": "agent:go" });
        label
            .as_object_mut()
            .expect("an object")
            .extend(more.as_object().expect("an object").clone());
        json!({ "labels": [label] })
    };
    assert_eq!(
        stage
            .post(&on, &token, with(json!({ "confidence": "HIGH" })))
            .await
            .status,
        422
    );
    let label = json!({ "name": "agent:go", "color": "0e8a16" });
    stage.post(&format!("{R}/labels"), &token, label).await;
    let suggested = stage
        .post(
            &on,
            &token,
            with(json!({ "suggest": true, "confidence": "high" })),
        )
        .await;
    assert_eq!((suggested.status, suggested.json()), (200, json!([])));
    let everybody = json!({ "assignees": [{ "login": "octo", "suggest": true }] });
    let asked = stage
        .post(&format!("{R}/issues/{issue}/assignees"), &token, everybody)
        .await;
    assert_eq!(
        (asked.status, &asked.json()["assignees"]),
        (201, &json!([]))
    );
    let many: Vec<String> = (0..101).map(|n| format!("agent:{n}")).collect();
    assert_eq!(
        stage
            .post(&on, &token, json!({ "labels": many }))
            .await
            .status,
        422
    );
    assert_eq!(
        stage.get(&on, &token).await.json(),
        json!([]),
        "all or none"
    );
    assert_eq!(
        stage
            .post(&on, &token, json!({ "labels": many[..100] }))
            .await
            .status,
        200
    );
    assert_eq!(
        stage
            .post(&on, &token, json!({ "labels": ["Agent:1", "agent:2"] }))
            .await
            .status,
        200,
        "on already"
    );
    assert_eq!(
        stage
            .send(Method::PUT, &on, &token, json!({ "labels": [] }))
            .await
            .json(),
        json!([])
    );
}

#[tokio::test]
async fn no_more_than_ten_are_assigned() {
    let stage = stage().await;
    let token = stage.token().await;
    let path = format!("{R}/issues/{}/assignees", stage.issue("One"));
    let people: Vec<String> = (0..11).map(|n| format!("person-{n}")).collect();
    for login in &people {
        stage
            .simulator
            .set_permission(stage.home, login, "write")
            .expect("a place");
    }
    assert_eq!(
        stage
            .post(&path, &token, json!({ "assignees": people }))
            .await
            .status,
        422
    );
    let ten = stage
        .post(&path, &token, json!({ "assignees": people[..10] }))
        .await;
    assert_eq!(
        (ten.status, ten.json()["assignees"].as_array().map(Vec::len)),
        (201, Some(10))
    );
    let new = json!({ "title": "Two", "assignees": people });
    assert_eq!(
        stage.post(&format!("{R}/issues"), &token, new).await.status,
        422
    );
}

#[tokio::test]
async fn a_word_that_a_list_does_not_know_is_refused() {
    let stage = stage().await;
    let (token, app) = (stage.token().await, stage.app());
    let head = stage
        .simulator
        .branch_head(stage.home, "main")
        .expect("a head");
    let issue = stage.issue("One");
    for (path, who) in [
        (format!("{R}/issues?state=bogus"), &token),
        (format!("{R}/issues?sort=bogus"), &token),
        (format!("{R}/issues?direction=bogus"), &token),
        (format!("{R}/issues/comments?sort=bogus"), &token),
        (
            format!("{R}/issues/{issue}/reactions?content=bogus"),
            &token,
        ),
        (format!("{R}/pulls?state=merged"), &token),
        (format!("{R}/pulls?sort=bogus"), &token),
        (
            format!("{R}/commits/{head}/check-runs?status=bogus"),
            &token,
        ),
        (
            format!("{R}/commits/{head}/check-runs?filter=bogus"),
            &token,
        ),
        ("/app/hook/deliveries?status=bogus".to_owned(), &app),
    ] {
        assert_eq!(stage.get(&path, who).await.status, 422, "{path}");
    }
}

#[tokio::test]
async fn a_review_without_an_event_is_nobodys_business_yet() {
    let stage = stage().await;
    let listener = Listener::start().await;
    let path = pull(&stage, "octo").await;
    let token = stage.token().await;
    stage.simulator.set_webhook_url(&listener.url);
    stage
        .simulator
        .set_events(&["pull_request_review", "pull_request_review_comment"]);
    let reviews = format!("{path}/reviews");
    let line = json!({ "path": "a.txt", "line": 1, "body": "Why?" });
    let made = stage
        .post(
            &reviews,
            &token,
            json!({ "body": "Hm", "comments": [line] }),
        )
        .await
        .json();
    assert_eq!(
        (&made["state"], made.get("submitted_at")),
        (&json!("PENDING"), None)
    );
    assert_eq!(
        stage.get(&format!("{path}/comments"), &token).await.json(),
        json!([])
    );
    let own = stage
        .get(&format!("{reviews}/{}/comments", made["id"]), &token)
        .await
        .json();
    assert_eq!(own[0]["body"], "Why?");
    assert_eq!(
        stage
            .get(&reviews, &token)
            .await
            .json()
            .as_array()
            .map(Vec::len),
        Some(1),
        "its author sees it"
    );
    let second = stage.post(&reviews, &token, json!({ "body": "Hm" })).await;
    assert_eq!(
        second.json()["errors"],
        json!(["User can only have one pending review per pull request"])
    );
    let draft = ReviewDraft {
        body: "Later".into(),
        ..ReviewDraft::default()
    };
    let number = path
        .rsplit('/')
        .next()
        .and_then(|number| number.parse::<i64>().ok())
        .expect("a number");
    stage
        .simulator
        .review(stage.home, number, "ann", draft)
        .expect("a draft");
    assert_eq!(
        stage
            .get(&reviews, &token)
            .await
            .json()
            .as_array()
            .map(Vec::len),
        Some(1),
        "others do not"
    );
    stage.simulator.quiet().await;
    assert_eq!(listener.names(), Vec::<String>::new());
    let submitted = stage
        .post(
            &reviews,
            &token,
            json!({ "body": "Hm", "event": "COMMENT" }),
        )
        .await;
    assert_eq!(submitted.json()["state"], "COMMENTED");
    stage.simulator.quiet().await;
    assert_eq!(listener.names(), ["pull_request_review.submitted"]);
}

#[tokio::test]
async fn reviews_are_refused_in_plain_sentences() {
    let stage = stage().await;
    let reviews = format!("{}/reviews", pull(&stage, "skep-demo[bot]").await);
    let token = stage.token().await;
    for (body, sentence) in [
        (
            json!({ "event": "APPROVE" }),
            "Can not approve your own pull request",
        ),
        (
            json!({ "event": "REQUEST_CHANGES", "body": "x" }),
            "Can not request changes on your own pull request",
        ),
        (json!({ "event": "COMMENT" }), "Review Can not be blank"),
        (
            json!({ "event": "COMMENT", "body": "x".repeat(65_537) }),
            "body is too long (maximum is 65536 characters)",
        ),
        (
            json!({ "event": "PRAISE", "body": "x" }),
            "Variable $event of type PullRequestReviewEvent was provided invalid value",
        ),
    ] {
        let refused = stage.post(&reviews, &token, body).await;
        assert_eq!(
            (refused.status, &refused.json()["errors"]),
            (422, &json!([sentence]))
        );
    }
}

#[tokio::test]
async fn a_check_needs_its_title_and_summary_and_counts_in_characters() {
    let stage = stage().await;
    let installation = stage
        .simulator
        .installation(stage.home)
        .expect("an installation");
    stage
        .simulator
        .set_app_permission(installation, "checks", Some(Access::Write))
        .expect("granted");
    let token = stage.token().await;
    let head = stage
        .simulator
        .branch_head(stage.home, "main")
        .expect("a head")
        .to_string();
    let check = |more: Value| {
        let mut body = json!({ "name": "skep", "head_sha": head });
        body.as_object_mut()
            .expect("an object")
            .extend(more.as_object().expect("an object").clone());
        body
    };
    let path = format!("{R}/check-runs");
    let button = json!({ "label": "Go", "description": "Goes", "identifier": "go" });
    for (more, status) in [
        (json!({ "output": { "summary": "s" } }), 422),
        (json!({ "output": { "title": "t" } }), 422),
        (
            json!({ "output": { "title": "t", "summary": "ä".repeat(65_535) } }),
            201,
        ),
        (
            json!({ "output": { "title": "t", "summary": "ä".repeat(65_536) } }),
            422,
        ),
        (
            json!({ "output": { "title": "t", "summary": "s", "text": "字".repeat(65_536) } }),
            422,
        ),
        (json!({ "actions": [button, button, button] }), 201),
        (json!({ "actions": [button, button, button, button] }), 422),
    ] {
        assert_eq!(stage.post(&path, &token, check(more)).await.status, status);
    }
}

#[tokio::test]
async fn a_version_of_the_api_that_does_not_exist_is_refused() {
    let stage = stage().await;
    let token = stage.token().await;
    for (version, status) in [
        ("2022-11-28", 200),
        ("2026-03-10", 200),
        ("2022-11-29", 400),
        ("newest", 400),
    ] {
        let request = Request::get(format!("{}{R}", stage.simulator.api_url()))
            .header("user-agent", "plain-test")
            .header("authorization", &token)
            .header("x-github-api-version", version)
            .body(Full::default());
        let answer = stage
            .exchange(request.expect("a request"))
            .await
            .expect("an answer");
        assert_eq!(answer.status, status, "{version}");
        if status == 200 {
            assert_eq!(answer.header("x-github-api-version-selected"), version);
        }
    }
}
