//! What can be reached from outside at all: the routes of the public address as its source names them, asked one by one, and those of
//! the admin address, none of which is there.

use std::collections::BTreeSet;

use skep::http::{Bounds, Caps};

use super::wire::TestServer;

const PUBLIC: &str = include_str!("../../../src/http/public.rs");
const ADMIN: &str = include_str!("../../../src/http/api.rs");
const PAGES: &str = include_str!("../../../src/http/pages.rs");
const LISTENERS: &str = include_str!("../../../src/app/listeners.rs");
const METHODS: [&str; 7] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

/// The paths that a router's source names.
fn routes(source: &str) -> BTreeSet<&str> {
    let after = source.split(".route(").skip(1);
    let paths = after.map(|rest| {
        rest.trim_start()
            .split('"')
            .nth(1)
            .expect("a path as a text")
    });
    paths.collect()
}

/// The paths of the admin address.
pub(super) fn admin_routes() -> BTreeSet<&'static str> {
    routes(ADMIN)
}

async fn status(server: &TestServer, method: &str, path: &str) -> u16 {
    let request = format!(
        "{method} {path} HTTP/1.1\r\nhost: h\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{{}}"
    );
    let mut wire = server.call().await;
    wire.say(request).await;
    let said = wire.rest().await;
    let status = said
        .split(' ')
        .nth(1)
        .and_then(|status| status.parse().ok());
    status.unwrap_or_else(|| panic!("{method} {path}: {said}"))
}

#[test]
fn the_public_router_is_made_of_four_routes_and_nothing_else() {
    assert_eq!(
        routes(PUBLIC),
        BTreeSet::from(["/", "/healthz", "/readyz", "/webhook"])
    );
    assert!(routes(ADMIN).len() > 15, "{:?}", routes(ADMIN));
    // No other way by which a router gets routes.
    for way in [
        ".nest(",
        ".nest_service(",
        ".merge(",
        ".route_service(",
        ".fallback_service(",
    ] {
        assert!(!PUBLIC.contains(way), "{way}");
    }
    // The listener of the public address serves that router and no other.
    assert_eq!(LISTENERS.matches("public_router(").count(), 1);
    assert_eq!(LISTENERS.matches("http::serve(").count(), 1);
    for served in [
        "public.map(|public| serve(public, for_github));",
        ".chain([serve(private, for_operators)])",
    ] {
        assert!(LISTENERS.contains(served), "{served}");
    }
}

/// By each method: what is there answers to its own methods only, and whatever the admin address has is not there.
#[tokio::test]
async fn what_is_asked_from_outside_is_there_by_its_own_method_only() {
    let (server, recorder) = TestServer::public(Caps::default(), Bounds::default()).await;
    for path in routes(PUBLIC) {
        let allowed: &[&str] = match path {
            // Without a signature it is refused, which is an answer of the route itself.
            "/webhook" => &["POST"],
            _ => &["GET", "HEAD"],
        };
        for method in METHODS {
            let found = status(&server, method, path).await;
            assert_eq!(
                found != 405,
                allowed.contains(&method),
                "{method} {path}: {found}"
            );
        }
    }
    let beside = [
        "/admin",
        "/api",
        "/api/v1",
        "/dashboard",
        "/metrics",
        "/debug",
        "/webhook/",
        "//webhook",
        "/..%2fapi/v1/status",
    ];
    let admin = routes(ADMIN).into_iter().chain(routes(PAGES));
    let admin = admin.filter(|path| *path != "/");
    for path in admin.chain(beside) {
        let path = path.replace(['{', '}'], "");
        for method in METHODS {
            assert_eq!(status(&server, method, &path).await, 404, "{method} {path}");
        }
    }
    assert!(
        recorder.guids().is_empty(),
        "something was taken for a delivery"
    );
}
