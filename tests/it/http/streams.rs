//! The feed as server-sent events: resumed by the last id, bounded in number, ended when skep stops.

use std::sync::Arc;

use skep::http::{Bounds, Guard, ReadAccess, admin_router};
use tokio::io::AsyncReadExt;

use super::recording::{RecordingService, TOKEN};
use super::wire::{LONG, TestServer, Wire};

async fn server() -> TestServer {
    let service = Arc::new(RecordingService::default());
    let guard = Guard::new(&TOKEN.into(), ReadAccess::Open);
    let stop = tokio_util::sync::CancellationToken::new();
    let router = admin_router(service, guard, stop.clone());
    let server = TestServer::open(router, Bounds::default()).await;
    // As the listeners do: one word ends both.
    let ends = server.stop.clone();
    tokio::spawn(async move {
        ends.cancelled().await;
        stop.cancel();
    });
    server
}

async fn stream(server: &TestServer, headers: &str) -> Wire {
    let mut wire = server.call().await;
    wire.say(format!(
        "GET /api/v1/events?after=2 HTTP/1.1\r\nhost: localhost\r\naccept: text/event-stream\r\n{headers}\r\n"
    ))
    .await;
    wire
}

/// Reads on until a text has come.
async fn until(wire: &mut Wire, wanted: &str) -> String {
    let mut read = Vec::new();
    let reading = async {
        while !String::from_utf8_lossy(&read).contains(wanted) {
            read.push(wire.0.read_u8().await.expect("the stream goes on"));
        }
    };
    tokio::time::timeout(LONG, reading).await.expect("it comes");
    String::from_utf8(read).expect("text")
}

#[tokio::test]
async fn events_stream_and_go_on_after_the_last_that_was_seen() {
    let server = server().await;
    let mut wire = stream(&server, "").await;
    let said = until(&mut wire, "id: 6\n").await;
    assert!(said.starts_with("HTTP/1.1 200"), "{said}");
    assert!(said.contains("content-type: text/event-stream"), "{said}");
    assert!(
        said.contains("id: 3\nevent: session.progress\ndata: {")
            || said.contains("event: session.progress\n"),
        "{said}"
    );
    assert!(!said.contains("id: 2\n"), "{said}");
    let mut wire = stream(&server, "last-event-id: 4\r\n").await;
    let said = until(&mut wire, "id: 6\n").await;
    assert!(
        !said.contains("id: 4\n") && said.contains("id: 5\n"),
        "{said}"
    );
    // What is no position is passed over.
    let mut wire = stream(&server, "last-event-id: x\r\n").await;
    assert!(
        until(&mut wire, "id: 3\n").await.contains("200"),
        "not from the beginning"
    );
}

#[tokio::test]
async fn a_stream_ends_when_skep_stops() {
    let server = server().await;
    let mut wire = stream(&server, "").await;
    until(&mut wire, "id: 6\n").await;
    server.stop.cancel();
    let rest = wire.rest().await;
    assert!(rest.ends_with("0\r\n\r\n"), "cut off: {rest:?}");
    server.closed().await;
}

#[tokio::test]
async fn there_are_as_many_streams_as_there_are_places() {
    let server = server().await;
    let mut open = Vec::new();
    for _ in 0..256 {
        let mut wire = stream(&server, "").await;
        until(&mut wire, "id: 3\n").await;
        open.push(wire);
    }
    let reply = stream(&server, "").await.reply().await;
    assert_eq!(reply.error(), (503, "busy".to_owned()));
    assert!(reply.json()["error"]["next"].is_string());
    // One that goes makes room for another.
    drop(open.pop());
    let again = async {
        loop {
            let mut wire = stream(&server, "").await;
            let mut status = [0; 12];
            wire.0.read_exact(&mut status).await.expect("a status");
            if status.ends_with(b"200") {
                return;
            }
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(LONG, again).await.expect("a place");
}
