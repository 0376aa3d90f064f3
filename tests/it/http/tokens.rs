//! Tokens with scopes at the admin address: what each opens, what it does not, and where.

use std::sync::Arc;

use futures::future::BoxFuture;
use serde_json::json;
use sha2::{Digest, Sha256};
use skep::http::{ApiError, Bounds, Caller, Guard, ReadAccess, Scope, TokenBook, admin_router};
use tokio_util::sync::CancellationToken;

use super::recording::{RecordingService, TOKEN};
use super::wire::{Reply, TestServer};

/// Knows `read`, `orders` and `admin`, and `hello`, which is for orders in one repository.
struct Book;

impl TokenBook for Book {
    fn holder(&self, digest: [u8; 32]) -> BoxFuture<'_, Result<Option<Caller>, ApiError>> {
        let is = |word: &str| digest == <[u8; 32]>::from(Sha256::digest(word));
        let known = Scope::ALL.into_iter().find(|scope| is(scope.name()));
        let known = known.map(|scope| Caller::token(scope.name(), scope, None));
        let only = || Some("o/r".parse().expect("a name"));
        let hello = is("hello").then(|| Caller::token("hello", Scope::Orders, only()));
        Box::pin(async move { Ok(known.or(hello)) })
    }
}

async fn server() -> (TestServer, Arc<RecordingService>) {
    let service = Arc::new(RecordingService::default());
    let guard = Guard::new(&TOKEN.into(), ReadAccess::Open).with_tokens(Arc::new(Book));
    let router = admin_router(Arc::clone(&service), guard, CancellationToken::new());
    (TestServer::open(router, Bounds::default()).await, service)
}

async fn ask(server: &TestServer, token: &str, line: &str, body: &str) -> Reply {
    let length = body.len();
    let request = format!(
        "{line} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {token}\r\ncontent-type: application/json\r\n\
         content-length: {length}\r\n\r\n{body}"
    );
    server.ask(request).await
}

#[tokio::test]
async fn each_scope_opens_what_it_is_for_and_says_what_is_missing() {
    let (server, service) = server().await;
    let asked = [
        ("GET /api/v1/status", "", 0),
        ("GET /api/v1/results", "", 0),
        ("POST /api/v1/sessions/7-12-1/stop", "", 1),
        ("POST /api/v1/queue/pause", "{}", 1),
        ("POST /api/v1/tasks/o/r/12/orders", r#"{"order":"stop"}"#, 1),
        ("GET /api/v1/notifications", "", 0),
        ("POST /api/v1/notifications/retry", "{}", 2),
        ("POST /api/v1/notifications/team/test", "", 2),
        ("GET /api/v1/tokens", "", 2),
        ("POST /api/v1/tokens", r#"{"name":"x","scope":"read"}"#, 2),
        ("POST /api/v1/tokens/x/revoke", "", 2),
    ];
    for (line, body, needed) in asked {
        for (held, token) in ["read", "orders", "admin"].into_iter().enumerate() {
            let reply = ask(&server, token, line, body).await;
            if held >= needed {
                assert_eq!(reply.status, 200, "{token}: {line}: {}", reply.body);
            } else {
                assert_eq!(reply.error(), (403, "scope".to_owned()), "{token}: {line}");
                let error = &reply.json()["error"];
                let needs = Scope::ALL[needed].name();
                let said = format!(
                    "this needs the scope `{needs}`, and the token `{token}` has `{token}`"
                );
                assert_eq!(error["message"], said);
                assert!(error["next"].as_str().expect("a next step").contains(needs));
            }
        }
        let reply = ask(&server, TOKEN, line, body).await;
        assert_eq!(reply.status, 200, "the operator: {line}: {}", reply.body);
    }
    // Each order names its token; the operator's none.
    let heard = service.heard();
    let pauses: Vec<&String> = heard
        .iter()
        .filter(|line| line.starts_with("pause"))
        .collect();
    assert_eq!(
        pauses,
        [
            "pause everywhere by orders",
            "pause everywhere by admin",
            "pause everywhere"
        ]
    );
    // Tokens are nothing to look at without one, on loopback as well.
    let reply = server.ask(super::wire::get("/api/v1/tokens")).await;
    assert_eq!(reply.error(), (401, "no_token".to_owned()));
    // One that nobody knows opens nothing, not even what needs none.
    let reply = ask(&server, "gone", "GET /api/v1/status", "").await;
    assert_eq!(reply.error(), (401, "no_token".to_owned()));
}

#[tokio::test]
async fn a_token_for_one_repository_sees_and_orders_nothing_elsewhere() {
    let (server, service) = server().await;
    let allowed = [
        ("GET /api/v1/overview", ""),
        ("GET /api/v1/sessions", ""),
        ("GET /api/v1/sessions?repository=O/R", ""),
        ("GET /api/v1/queue", ""),
        ("GET /api/v1/results", ""),
        ("GET /api/v1/outcomes", ""),
        ("GET /api/v1/events", ""),
        ("GET /api/v1/tasks/o/r/12", ""),
        ("GET /api/v1/tasks/o/r/12/plan", ""),
        ("GET /api/v1/graph?repository=o/r", ""),
        ("GET /api/v1/sessions/7-12-2", ""),
        ("POST /api/v1/sessions/7-12-2/stop", ""),
        ("POST /api/v1/queue/pause", "{}"),
        (
            "POST /api/v1/dispatch",
            r#"{"targets":[{"repository":"o/r","issues":[12]}]}"#,
        ),
    ];
    for (line, body) in allowed {
        let reply = ask(&server, "hello", line, body).await;
        assert_eq!(reply.status, 200, "{line}: {}", reply.body);
    }
    let heard = service.heard();
    for narrowed in ["queue 100 o/r", "pause o/r by hello", "events 0 0 o/r []"] {
        assert!(
            heard.iter().any(|line| line == narrowed),
            "{narrowed}: {heard:?}"
        );
    }
    let before = heard.len();
    let refused = [
        ("GET /api/v1/status", ""),
        ("GET /api/v1/audit", ""),
        ("GET /api/v1/sessions?repository=o/other", ""),
        ("GET /api/v1/tasks/o/other/12", ""),
        ("GET /api/v1/tasks/o/other/12/plan", ""),
        ("GET /api/v1/graph?repository=o/other", ""),
        ("GET /api/v1/waves?repository=o/other", ""),
        ("GET /api/v1/events?repository=o/other", ""),
        ("POST /api/v1/queue/pause", r#"{"repository":"o/other"}"#),
        ("POST /api/v1/plan", r#"{"repository":"o/other"}"#),
        (
            "POST /api/v1/tasks/o/other/12/orders",
            r#"{"order":"stop"}"#,
        ),
        (
            "POST /api/v1/dispatch",
            r#"{"targets":[{"repository":"o/r","issues":[12]},{"repository":"o/other","label":"x"}]}"#,
        ),
    ];
    for (line, body) in refused {
        let reply = ask(&server, "hello", line, body).await;
        assert_eq!(reply.error(), (403, "repository".to_owned()), "{line}");
        assert!(reply.json()["error"]["next"].is_string(), "{line}");
    }
    assert_eq!(service.heard().len(), before, "the service was asked");
    // A session that is not there, and log and patch of one, are looked up first.
    for line in [
        "GET /api/v1/sessions/7-12-1/log",
        "GET /api/v1/sessions/7-12-1/patch",
    ] {
        assert_eq!(ask(&server, "hello", line, "").await.status, 404, "{line}");
    }
    assert_eq!(
        ask(&server, "hello", "GET /api/v1/nothing", "")
            .await
            .json()["error"]["code"],
        json!("not_found")
    );
}
