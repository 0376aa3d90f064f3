//! Large, slow and false bodies: bounded in size, time and memory.

use std::time::{Duration, Instant};

use skep::http::{Bounds, Caps};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::wire::{LONG, TestServer, Wire, delivery, get, headers};

const CAP: usize = 26_214_400;

fn padded(length: usize) -> Vec<u8> {
    let mut body = vec![b' '; length];
    body[0] = b'{';
    body[length - 1] = b'}';
    body
}

/// The head of a delivery whose body is announced and not sent.
fn announced(length: usize) -> String {
    let names = headers("issues", "g", b"{}");
    format!("POST /webhook HTTP/1.1\r\nhost: skep\r\ncontent-length: {length}\r\n{names}\r\n")
}

fn chunked(signed: &[u8]) -> String {
    let names = headers("issues", "chunked", signed);
    format!("POST /webhook HTTP/1.1\r\nhost: skep\r\ntransfer-encoding: chunked\r\n{names}\r\n")
}

/// Sends as much as the other side takes; a refusal in between is not an error.
async fn say_chunks(wire: &mut Wire, body: &[u8]) {
    for piece in body.chunks(1 << 20) {
        let head = format!("{:x}\r\n", piece.len());
        for bytes in [head.as_bytes(), piece, b"\r\n"] {
            if wire.0.write_all(bytes).await.is_err() {
                return;
            }
        }
    }
    let _ = wire.0.write_all(b"0\r\n\r\n").await;
}

#[tokio::test]
async fn exactly_the_cap_is_taken() {
    let (server, recorder) = TestServer::public(Caps::default(), Bounds::default()).await;
    let body = padded(CAP);
    assert_eq!(server.ask(delivery("issues", "g", &body)).await.status, 202);
    assert!(
        recorder.last().body.as_bytes() == body,
        "the body arrives whole"
    );
    let mut wire = server.call().await;
    wire.say(chunked(&body)).await;
    say_chunks(&mut wire, &body).await;
    assert_eq!(wire.reply().await.status, 202);
    assert!(
        recorder.last().body.as_bytes() == body,
        "the chunked body arrives whole"
    );
    assert_eq!(recorder.guids(), ["g", "chunked"]);
}

#[tokio::test]
async fn one_byte_more_is_413_before_it_is_sent() {
    let (server, recorder) = TestServer::public(Caps::default(), Bounds::default()).await;
    for length in [CAP + 1, 1 << 60] {
        let mut wire = server.call().await;
        wire.say(announced(length).replace("x-hub-signature-256", "x-unsigned"))
            .await;
        assert_eq!(
            wire.reply().await.error(),
            (413, "too_large".to_owned()),
            "before anything else is looked at"
        );
        assert_eq!(wire.rest().await, "");
    }
    assert_eq!(recorder.guids(), Vec::<String>::new());
}

#[tokio::test]
async fn a_sender_may_go_on_for_a_moment_after_its_refusal() {
    let (server, _recorder) = TestServer::public(Caps::default(), Bounds::default()).await;
    let mut wire = server.call().await;
    let mut request = announced(CAP + 1).into_bytes();
    request.extend_from_slice(&padded(400_000));
    wire.say(request).await;
    assert_eq!(wire.reply().await.error(), (413, "too_large".to_owned()));
    let end = tokio::time::timeout(LONG, wire.0.read(&mut [0]))
        .await
        .expect("the connection is closed");
    assert_eq!(end.expect("and not reset"), 0);
    for _ in 0..5 {
        tokio::time::sleep(Duration::from_millis(20)).await;
        wire.say("more of the body").await;
    }
}

#[tokio::test]
async fn chunks_over_the_cap_are_413_at_the_cap() {
    let (server, recorder) = TestServer::public(
        Caps {
            body: 300_000,
            ..Caps::default()
        },
        Bounds::default(),
    )
    .await;
    let mut wire = server.call().await;
    let body = padded(2_000_000);
    wire.say(chunked(&body)).await;
    say_chunks(&mut wire, &body).await;
    assert_eq!(wire.reply().await.error(), (413, "too_large".to_owned()));
    assert_eq!(recorder.guids(), Vec::<String>::new());
}

#[tokio::test]
async fn chunks_beside_a_false_length_are_never_taken_for_more_than_they_are() {
    let (server, recorder) = TestServer::public(
        Caps {
            body: 1000,
            ..Caps::default()
        },
        Bounds::default(),
    )
    .await;
    for length in [1, 5000] {
        let mut wire = server.call().await;
        let body = padded(2000);
        let lying = chunked(&body).replace(
            "host: skep",
            &format!("host: skep\r\ncontent-length: {length}"),
        );
        wire.say(lying).await;
        say_chunks(&mut wire, &body).await;
        let status = wire.reply().await.status;
        assert!(
            matches!(status, 400 | 413),
            "{status} for a content-length of {length}"
        );
    }
    assert_eq!(recorder.guids(), Vec::<String>::new());
}

#[tokio::test]
async fn less_than_announced_is_never_taken() {
    let (server, recorder) = TestServer::public(Caps::default(), Bounds::default()).await;
    let mut wire = server.call().await;
    wire.say(announced(3)).await;
    wire.say("{}").await;
    wire.0.shutdown().await.expect("it was open");
    wire.rest().await;
    assert_eq!(recorder.guids(), Vec::<String>::new());
}

#[tokio::test]
async fn a_slow_body_is_408_and_the_connection_ends() {
    let caps = Caps {
        body_time: Duration::from_millis(200),
        ..Caps::default()
    };
    let (server, recorder) = TestServer::public(caps, Bounds::default()).await;
    let mut wire = server.call().await;
    let began = Instant::now();
    wire.say(announced(2)).await;
    wire.say("{").await;
    assert_eq!(wire.reply().await.error(), (408, "slow".to_owned()));
    assert!(
        began.elapsed() >= Duration::from_millis(200),
        "not before its time: {:?}",
        began.elapsed()
    );
    assert_eq!(wire.rest().await, "");
    assert_eq!(recorder.guids(), Vec::<String>::new());
}

/// Opens a large body, sends its first part, and leaves it there.
async fn half_sent(server: &TestServer) -> (Wire, Vec<u8>) {
    let request = delivery("issues", "large", &padded(100_000));
    let mut wire = server.call().await;
    wire.say(&request[..50_000]).await;
    (wire, request[50_000..].to_vec())
}

/// A refused large body is the sign that the places are taken; before that, the first parts may still be on their way.
async fn until_crowded(server: &TestServer) {
    loop {
        let mut wire = server.call().await;
        wire.say(announced(100_000)).await;
        // An admitted probe is dropped with its connection; a refused one is answered.
        if let Ok(reply) = tokio::time::timeout(Duration::from_millis(200), wire.reply()).await {
            assert_eq!(reply.error(), (503, "crowded".to_owned()));
            assert_eq!(reply.headers["retry-after"], "5");
            return;
        }
    }
}

#[tokio::test]
async fn large_bodies_beyond_their_places_are_503_and_small_ones_pass() {
    let (server, recorder) = TestServer::public(
        Caps {
            large_bodies: 2,
            ..Caps::default()
        },
        Bounds::default(),
    )
    .await;
    let held = [half_sent(&server).await, half_sent(&server).await];
    until_crowded(&server).await;
    assert_eq!(
        server
            .ask(delivery("issues", "small", &padded(65_536)))
            .await
            .status,
        202
    );
    for (mut wire, rest) in held {
        wire.say(rest).await;
        assert_eq!(wire.reply().await.status, 202);
    }
    assert_eq!(
        server
            .ask(delivery("issues", "after", &padded(100_000)))
            .await
            .status,
        202
    );
    assert_eq!(recorder.guids(), ["small", "large", "large", "after"]);
}

#[tokio::test]
async fn the_memory_of_large_bodies_is_bounded_also_when_they_come_in_chunks() {
    let caps = Caps {
        large_memory: 1 << 20,
        ..Caps::default()
    };
    let (server, recorder) = TestServer::public(caps, Bounds::default()).await;
    let mut wire = server.call().await;
    wire.say(announced((1 << 20) + 1)).await;
    assert_eq!(wire.reply().await.error(), (503, "crowded".to_owned()));
    let mut wire = server.call().await;
    let body = padded(3 << 20);
    wire.say(chunked(&body)).await;
    say_chunks(&mut wire, &body).await;
    assert_eq!(wire.reply().await.error(), (503, "crowded".to_owned()));
    assert_eq!(
        server
            .ask(delivery("issues", "fits", &padded(1 << 20)))
            .await
            .status,
        202
    );
    assert_eq!(recorder.guids(), ["fits"]);
    assert_eq!(server.ask(get("/healthz")).await.status, 200);
}
