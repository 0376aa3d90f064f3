//! The admin address: who may call it, what it asks its service, and what it answers.

use std::sync::Arc;

use serde_json::{Value, json};
use skep::http::{Bounds, Guard, ReadAccess, admin_router};
use tokio_util::sync::CancellationToken;

use super::recording::{RecordingService, TOKEN};
use super::wire::{Reply, TestServer, get};

async fn admin_server() -> (TestServer, Arc<RecordingService>) {
    let service = Arc::new(RecordingService::default());
    let guard = Guard::new(&TOKEN.into(), ReadAccess::Open);
    let router = admin_router(Arc::clone(&service), guard, CancellationToken::new());
    (TestServer::open(router, Bounds::default()).await, service)
}

async fn asked(path: &str) -> String {
    let (server, service) = admin_server().await;
    let reply = server.ask(get(path)).await;
    assert_eq!(reply.status, 200, "{path}: {}", reply.body);
    service.asked.lock().expect("no panic inside").join("; ")
}

async fn refused(path: &str) -> (u16, String) {
    let (server, service) = admin_server().await;
    let reply = server.ask(get(path)).await;
    assert_eq!(
        service.asked.lock().expect("no panic inside").len(),
        0,
        "{path} reached the service"
    );
    reply.error()
}

/// An order with the token.
fn order(path: &str, headers: &str, body: &str) -> String {
    bare_order(
        path,
        &format!("authorization: Bearer {TOKEN}\r\n{headers}"),
        body,
    )
}

fn bare_order(path: &str, headers: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "POST {path} HTTP/1.1\r\nhost: localhost\r\ncontent-length: {length}\r\n{headers}\r\n{body}"
    )
}

async fn dispatch(body: &str) -> (Reply, Vec<String>) {
    let (server, service) = admin_server().await;
    let reply = server
        .ask(order(
            "/api/v1/dispatch",
            "content-type: application/json\r\n",
            body,
        ))
        .await;
    let asked = service.asked.lock().expect("no panic inside").clone();
    (reply, asked)
}

#[tokio::test]
async fn questions_reach_the_service_with_their_bounds() {
    assert_eq!(asked("/api/v1/status").await, "status");
    let all = asked("/api/v1/sessions").await;
    assert_eq!(
        all,
        "SessionFilter { state: None, live: None, repository: None, limit: 50 }"
    );
    let some = asked("/api/v1/sessions?state=running&live=true&limit=9999").await;
    assert_eq!(
        some,
        r#"SessionFilter { state: Some("running"), live: Some(true), repository: None, limit: 500 }"#
    );
    let log = asked("/api/v1/sessions/7-12-1/log?after=-3&limit=0").await;
    assert_eq!(log, "7-12-1 LogPage { after: 0, limit: 1 }");
    let end = asked("/api/v1/sessions/7-12-1/log?end=true&limit=40").await;
    assert_eq!(end, "the end of 7-12-1 LogPage { after: 0, limit: 40 }");
    assert_eq!(asked("/api/v1/overview").await, "overview everywhere");
    assert_eq!(
        asked("/api/v1/tasks/octocat/hello-world/12").await,
        "octocat/hello-world#12"
    );
    assert_eq!(
        asked("/api/v1/tasks/octocat/hello-world/12/plan").await,
        "dry run of octocat/hello-world#12"
    );
    assert_eq!(asked("/api/v1/queue").await, "queue 100 everywhere");
    assert_eq!(
        asked("/api/v1/queue?limit=99999").await,
        "queue 10000 everywhere"
    );
    let waves = asked("/api/v1/waves?repository=o/r&at_once=2&threshold=0.5").await;
    assert!(
        waves.contains("at_once: Some(2), threshold: Some(0.5)"),
        "{waves}"
    );
}

#[tokio::test]
async fn orders_for_the_queue_and_for_one_issue_reach_the_service() {
    let cases = [
        ("/api/v1/queue/pause", "{}", "pause everywhere"),
        (
            "/api/v1/queue/resume",
            r#"{"repository":null}"#,
            "resume everywhere",
        ),
        (
            "/api/v1/queue/pause",
            r#"{"repository":"o/r"}"#,
            "pause o/r",
        ),
        (
            "/api/v1/tasks/o/r/12/orders",
            r#"{"order":"priority high"}"#,
            "o/r#12: priority high",
        ),
        (
            "/api/v1/plan",
            r#"{"repository":"o/r","create":true}"#,
            r#"PlanOrder { repository: RepositoryName { owner: "o", name: "r" }, text: None, path: None, create: true }"#,
        ),
    ];
    let json = "content-type: application/json\r\n";
    for (path, body, asked) in cases {
        let (server, service) = admin_server().await;
        let reply = server.ask(order(path, json, body)).await;
        assert_eq!(reply.status, 200, "{path}: {}", reply.body);
        let heard = service.asked.lock().expect("no panic inside").join("; ");
        assert_eq!(heard, asked);
        let reply = server.ask(bare_order(path, json, body)).await;
        assert_eq!(reply.status, 401, "without the token: {path}");
    }
    let (server, _) = admin_server().await;
    for (path, body) in [
        ("/api/v1/queue/pause", r#"{"repository":"no slash"}"#),
        ("/api/v1/queue/pause", r#"{"repo":"o/r"}"#),
        ("/api/v1/tasks/o/r/0/orders", r#"{"order":"stop"}"#),
        ("/api/v1/tasks/o/r/1/orders", "{}"),
    ] {
        let reply = server.ask(order(path, json, body)).await;
        assert_eq!(reply.error(), (400, "invalid".to_owned()), "{path} {body}");
    }
}

#[tokio::test]
async fn questions_that_make_no_sense_are_400() {
    let nonsense = [
        "/api/v1/sessions?limit=many",
        "/api/v1/sessions?unknown=1",
        "/api/v1/sessions/..%2f..%2fetc",
        "/api/v1/sessions/7-12/log",
        "/api/v1/tasks/octocat/hello-world/0",
        "/api/v1/tasks/octocat/hello-world/twelve",
        "/api/v1/tasks/octocat/%2e%2e/12",
        "/api/v1/events?after=x",
        "/api/v1/sessions/%ff",
        "/api/v1/tasks/%ff/hello-world/12",
        "/api/v1/sessions?state=asleep",
    ];
    for path in nonsense {
        assert_eq!(refused(path).await, (400, "invalid".to_owned()), "{path}");
    }
    assert_eq!(refused("/api/v1/nothing").await.0, 404);
    assert_eq!(refused("/api/v1/dispatch").await.0, 405);
    assert_eq!(refused("/webhook").await.0, 404);
}

#[tokio::test]
async fn an_error_of_the_service_is_shown_with_its_way_out() {
    let (server, _service) = admin_server().await;
    let reply = server.ask(get("/api/v1/sessions/7-12-1")).await;
    let error = json!({ "code": "not_found", "message": "there is no session 7-12-1", "next": "skep sessions" });
    assert_eq!(
        (reply.status, reply.json()),
        (404, json!({ "error": error }))
    );
}

#[tokio::test]
async fn events_come_as_lines_and_nobody_waits_longer_than_half_a_minute() {
    let (server, service) = admin_server().await;
    let reply = server.ask(get("/api/v1/events?after=41&wait=3600")).await;
    assert_eq!(reply.headers["content-type"], "application/x-ndjson");
    let lines: Vec<Value> = reply
        .body
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    assert!(lines.is_empty(), "{lines:?}");
    let asked = service.asked.lock().expect("no panic inside").clone();
    assert_eq!(asked, ["events 41 30 everywhere []"]);
    let reply = server
        .ask(get(
            "/api/v1/events?after=3&repository=o/r&kind=session.failed,task.queued",
        ))
        .await;
    let seqs: Vec<i64> = reply.body.lines().map(seq).collect();
    assert_eq!(seqs, [4, 5]);
    let asked = service
        .asked
        .lock()
        .expect("no panic inside")
        .last()
        .cloned();
    assert_eq!(
        asked.as_deref(),
        Some("events 3 0 o/r [SessionFailed, TaskQueued]")
    );
    let reply = server.ask(get("/api/v1/events?kind=session.fell")).await;
    assert_eq!(reply.error(), (400, "invalid".to_owned()));
    assert_eq!(
        server.ask(get("/api/v1/events/newest")).await.json(),
        json!({ "seq": 6 })
    );
}

/// The position of an event's line.
fn seq(line: &str) -> i64 {
    let line: Value = serde_json::from_str(line).expect("JSON");
    line["seq"].as_i64().expect("a position")
}

#[tokio::test]
async fn a_dispatch_names_what_started_and_what_did_not() {
    let body = r#"{"targets":[{"repository":"o/r","issues":[12,13]},{"repository":"o/r","label":"agent:go"}]}"#;
    let (reply, asked) = dispatch(body).await;
    let successful = json!([{ "issue": "o/r#12", "session": "1296269-12-1", "goes_on": false }]);
    let failed = json!([{ "issue": "o/r#13", "reason": "it is closed" }]);
    let batch = json!({ "successful": successful, "failed": failed, "total": 2, "in_review": 0 });
    assert_eq!((reply.status, reply.json()), (200, batch));
    assert_eq!(asked.len(), 1);
    assert!(
        asked[0].contains("Issues") && asked[0].contains("Labeled"),
        "{asked:?}"
    );
}

#[tokio::test]
async fn an_order_that_says_nothing_or_two_things_is_400() {
    let wrong = [
        "",
        "{}",
        r#"{"targets":[]}"#,
        r#"{"targets":[{"repository":"o/r"}]}"#,
        r#"{"targets":[{"repository":"o/r","issues":[]}]}"#,
        r#"{"targets":[{"repository":"o/r","issues":[0]}]}"#,
        r#"{"targets":[{"repository":"o/r","label":" "}]}"#,
        r#"{"targets":[{"repository":"o/r","issues":[1],"label":"x"}]}"#,
        r#"{"targets":[{"repository":"o","issues":[1]}]}"#,
        r#"{"targets":[{"repository":"o/r","issue":[1]}]}"#,
    ];
    for body in wrong {
        let (reply, asked) = dispatch(body).await;
        assert_eq!(
            (reply.error(), asked),
            ((400, "invalid".to_owned()), vec![]),
            "{body}"
        );
    }
}

#[tokio::test]
async fn an_order_above_a_mebibyte_is_413() {
    let body = format!(r#"{{"targets":[],"pad":"{}"}}"#, "x".repeat(1 << 20));
    assert_eq!(
        dispatch(&body).await.0.error(),
        (413, "too_large".to_owned())
    );
}

#[tokio::test]
async fn a_session_is_stopped_by_a_post_only() {
    let (server, service) = admin_server().await;
    assert_eq!(
        server.ask(get("/api/v1/sessions/7-12-1/stop")).await.status,
        405
    );
    assert_eq!(
        server
            .ask(order("/api/v1/sessions/7-12-1/stop", "", ""))
            .await
            .status,
        200
    );
    assert_eq!(
        *service.asked.lock().expect("no panic inside"),
        ["stop 7-12-1"]
    );
}

#[tokio::test]
async fn foreign_names_and_web_pages_are_refused() {
    let (server, service) = admin_server().await;
    for host in [
        "evil.example",
        "127.0.0.1.evil.example",
        "10.0.0.1:3001",
        "skep.example:80",
        "localhost\r\nhost: localhost",
    ] {
        let reply = server
            .ask(get("/api/v1/status").replace("localhost", host))
            .await;
        assert!(
            matches!(reply.status, 400 | 403),
            "{host}: {}",
            reply.status
        );
    }
    let absolute = get("/api/v1/status").replace("GET /", "GET http://evil.example/");
    assert_eq!(
        server.ask(absolute).await.error(),
        (403, "foreign_host".to_owned())
    );
    let stop = |headers: &str| bare_order("/api/v1/sessions/7-12-1/stop", headers, "");
    for origin in ["http://evil.example", "null", "http://localhost"] {
        let reply = server.ask(stop(&format!("origin: {origin}\r\n"))).await;
        assert_eq!(
            reply.error(),
            (403, "foreign_origin".to_owned()),
            "{origin}"
        );
    }
    let simple = order(
        "/api/v1/dispatch",
        "content-type: text/plain\r\n",
        r#"{"targets":[]}"#,
    );
    assert_eq!(
        server.ask(simple).await.error(),
        (415, "not_json".to_owned())
    );
    assert_eq!(service.asked.lock().expect("no panic inside").len(), 0);
    for host in ["127.0.0.1:3001", "[::1]", "LOCALHOST:80"] {
        let reply = server
            .ask(get("/api/v1/status").replace("localhost", host))
            .await;
        assert_eq!(reply.status, 200, "{host}");
    }
}

/// Any user of the machine reaches the address; only who can read the data folder gives orders.
#[tokio::test]
async fn an_order_needs_the_token_and_looking_does_not_on_loopback() {
    let (server, service) = admin_server().await;
    let stop = |headers: &str| bare_order("/api/v1/sessions/7-12-1/stop", headers, "");
    let dispatch = bare_order(
        "/api/v1/dispatch",
        "content-type: application/json\r\n",
        r#"{"targets":[]}"#,
    );
    let twice = format!("authorization: Bearer {TOKEN}\r\nauthorization: Bearer {TOKEN}\r\n");
    let wrong = [
        "",
        "authorization: Bearer wrong\r\n",
        "authorization: Bearer\r\n",
        "authorization: Basic eDp5\r\n",
        &twice,
    ];
    for request in wrong.map(stop).into_iter().chain([dispatch]) {
        assert_eq!(
            server.ask(request.clone()).await.error(),
            (401, "no_token".to_owned()),
            "{request}"
        );
    }
    assert_eq!(service.asked.lock().expect("no panic inside").len(), 0);
    assert_eq!(server.ask(get("/api/v1/status")).await.status, 200);
    assert_eq!(
        server
            .ask(order("/api/v1/sessions/7-12-1/stop", "", ""))
            .await
            .status,
        200
    );
}

#[tokio::test]
async fn elsewhere_looking_needs_the_token_too_and_with_it_every_name_will_do() {
    let guard = Guard::new(&TOKEN.into(), ReadAccess::WithToken);
    let server = TestServer::open(
        admin_router(
            Arc::new(RecordingService::default()),
            guard,
            CancellationToken::new(),
        ),
        Bounds::default(),
    )
    .await;
    assert_eq!(
        server.ask(get("/api/v1/status")).await.error(),
        (401, "no_token".to_owned())
    );
    let with_token = |host: &str| {
        format!(
            "GET /api/v1/status HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer {TOKEN}\r\n\r\n"
        )
    };
    for host in ["localhost", "10.0.0.1:3001", "skep.corp"] {
        assert_eq!(server.ask(with_token(host)).await.status, 200, "{host}");
    }
}

#[tokio::test]
async fn a_patch_is_given_out_as_it_is() {
    let (server, service) = admin_server().await;
    let reply = server.ask(get("/api/v1/sessions/7-12-1/patch")).await;
    assert_eq!(reply.status, 200);
    assert_eq!(
        reply.headers.get("content-type").map(String::as_str),
        Some("text/x-diff")
    );
    assert!(
        reply.body.starts_with("diff --git a/a b/a"),
        "{}",
        reply.body
    );
    assert_eq!(
        service.asked.lock().expect("no panic inside").as_slice(),
        ["patch 7-12-1"]
    );
}

#[tokio::test]
async fn the_ledger_is_json_or_a_table() {
    let (server, service) = admin_server().await;
    let json = server.ask(get("/api/v1/outcomes")).await;
    assert_eq!(json.status, 200);
    assert_eq!(json.json()["pulls"][0]["tokens"]["exactness"], "unknown");
    let table = server.ask(get("/api/v1/outcomes?since=5&format=csv")).await;
    assert_eq!(table.status, 200);
    assert_eq!(
        table.headers.get("content-type").map(String::as_str),
        Some("text/csv; charset=utf-8")
    );
    assert!(
        table.body.starts_with("repository,issue,"),
        "{}",
        table.body
    );
    let asked = service.asked.lock().expect("no panic inside").clone();
    assert_eq!(asked, ["outcomes 0", "outcomes 5"]);
    let wrong = server.ask(get("/api/v1/outcomes?format=xml")).await;
    assert_eq!(wrong.status, 400);
}
