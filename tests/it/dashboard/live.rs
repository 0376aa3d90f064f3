//! What is live: it comes by itself, it ends, and it leaves nothing behind.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::site::Site;
use crate::test_app::PATIENCE;

pub(super) async fn follow(site: &Site, page: &str) -> TcpStream {
    let mut wire = TcpStream::connect(site.running.admin)
        .await
        .expect("a connection");
    let request = format!("GET /live?page={page} HTTP/1.1\r\nhost: localhost\r\n\r\n");
    wire.write_all(request.as_bytes())
        .await
        .expect("it is sent");
    wire
}

/// Reads on until it has said something.
pub(super) async fn hear(wire: &mut TcpStream, heard: &mut String, wanted: &str) {
    let reading = async {
        let mut bytes = [0; 8 * 1024];
        while !heard.contains(wanted) {
            let read = wire.read(&mut bytes).await.expect("it goes on");
            assert!(read > 0, "it ended before {wanted:?}:\n{heard}");
            heard.push_str(&String::from_utf8_lossy(&bytes[..read]));
        }
    };
    let in_time = tokio::time::timeout(PATIENCE, reading).await;
    assert!(in_time.is_ok(), "{wanted:?} never came:\n{heard}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_is_told_what_changed_and_a_stop_ends_it() {
    let site = Site::open().await;
    let (mut wire, mut heard) = (follow(&site, "%2F").await, String::new());
    hear(&mut wire, &mut heard, "No session is at work").await;
    assert!(heard.contains("content-type: text/event-stream"), "{heard}");
    let asks = site.asking("Choose a database").await;
    hear(&mut wire, &mut heard, "Which database should it use?").await;
    let (mut own, mut told) = (
        follow(&site, &format!("%2Fsessions%2F{}", site.session(asks))).await,
        String::new(),
    );
    hear(&mut own, &mut told, "I have looked around.").await;
    assert!(!told.contains("csrf"), "what is shared holds nobody's word");
    let ended = tokio::spawn(async move { wire.read_to_end(&mut Vec::new()).await });
    site.close().await;
    ended.await.expect("no panic").expect("an end");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_that_disconnects_a_thousand_times_leaves_nothing_behind() {
    let site = Site::open().await;
    for round in 0..1_100 {
        let (mut wire, mut heard) = (follow(&site, "%2Fagents").await, String::new());
        hear(&mut wire, &mut heard, "retry").await;
        assert!(heard.starts_with("HTTP/1.1 200"), "{round}: {heard}");
    }
    let mut last = follow(&site, "%2Fagents").await;
    hear(&mut last, &mut String::new(), "demo").await;
    let nothing = site.person().get("/live?page=%2Fnothing").await;
    assert_eq!(nothing.status, 404);
    tokio::time::timeout(Duration::from_secs(60), site.close())
        .await
        .expect("nothing holds its end up");
}
