//! The serve loop: clocks on silent peers, the limit of connections, and an orderly end.

use std::time::{Duration, Instant};

use axum::Router;
use axum::routing::get as route;
use skep::http::{Bounds, Caps};
use tokio::net::TcpStream;

use super::wire::{TestServer, delivery, get};

const SOON: Duration = Duration::from_millis(200);

/// Only the named clock is short: what ends the connection is that clock.
fn short_header() -> Bounds {
    Bounds {
        header_time: SOON,
        ..Bounds::default()
    }
}

fn short_idle() -> Bounds {
    Bounds {
        idle_time: SOON,
        ..Bounds::default()
    }
}

#[tokio::test]
async fn a_header_that_never_ends_is_cut_off() {
    let (server, _recorder) = TestServer::public(Caps::default(), short_header()).await;
    for beginning in ["", "G", "POST /webhook HTTP/1.1\r\nhost: skep\r\n"] {
        let mut wire = server.call().await;
        let began = Instant::now();
        wire.say(beginning).await;
        assert_eq!(wire.rest().await, "");
        assert!(
            began.elapsed() >= SOON,
            "not before its time: {:?}",
            began.elapsed()
        );
    }
}

#[tokio::test]
async fn a_header_clock_is_not_fed_by_single_bytes() {
    let (server, _recorder) = TestServer::public(Caps::default(), short_header()).await;
    let wire = server.call().await;
    let began = Instant::now();
    let drip = async {
        loop {
            wire.0.writable().await.expect("open");
            if wire.0.try_write(b"a").is_err() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(super::wire::LONG, drip)
        .await
        .expect("the connection is cut while bytes still come");
    assert!(
        began.elapsed() >= SOON,
        "not before its time: {:?}",
        began.elapsed()
    );
}

#[tokio::test]
async fn the_second_header_has_a_clock_too() {
    let (server, _recorder) = TestServer::public(Caps::default(), short_header()).await;
    let mut wire = server.call().await;
    wire.say(get("/healthz")).await;
    assert_eq!(wire.reply().await.status, 200);
    wire.say("GET /healthz HTTP/1.1\r\n").await;
    assert_eq!(wire.rest().await, "");
}

#[tokio::test]
async fn an_idle_connection_is_closed_after_its_own_time() {
    let (server, _recorder) = TestServer::public(Caps::default(), short_idle()).await;
    let mut wire = server.call().await;
    for _ in 0..2 {
        wire.say(get("/healthz")).await;
        assert_eq!(wire.reply().await.status, 200);
    }
    let began = Instant::now();
    assert_eq!(wire.rest().await, "");
    assert!(
        began.elapsed() >= SOON / 2,
        "not at once: {:?}",
        began.elapsed()
    );
}

#[tokio::test]
async fn neither_clock_runs_while_we_think() {
    let bounds = Bounds {
        header_time: SOON,
        idle_time: SOON,
        ..Bounds::default()
    };
    let (server, recorder) = TestServer::public(Caps::default(), bounds).await;
    let mut wire = server.call().await;
    wire.say(delivery("held", "g", b"{}")).await;
    recorder.one_is_held().await;
    tokio::time::pause();
    tokio::time::advance(2 * SOON).await;
    tokio::time::resume();
    recorder.gate.add_permits(1);
    assert_eq!(wire.reply().await.status, 202);
}

#[tokio::test]
async fn an_answer_nobody_reads_is_given_up() {
    let huge = Router::new().route("/", route(|| async { vec![b'x'; 64 << 20] }));
    let server = TestServer::open(
        huge,
        Bounds {
            connections: 1,
            ..short_idle()
        },
    )
    .await;
    let mut deaf = server.call().await;
    deaf.say(get("/")).await;
    let mut next = server.call().await;
    next.say(get("/none")).await;
    assert_eq!(
        next.reply().await.status,
        404,
        "the only permit was given up"
    );
    drop(deaf);
}

#[tokio::test]
async fn large_headers_are_431() {
    let (server, _recorder) = TestServer::public(Caps::default(), Bounds::default()).await;
    let with = |length: usize| {
        get("/healthz").replace(
            "\r\n\r\n",
            &format!("\r\nx: {}\r\n\r\n", "y".repeat(length)),
        )
    };
    assert_eq!(server.ask(with(16_000)).await.status, 200);
    let mut wire = server.call().await;
    wire.say(with(16_400)).await;
    assert_eq!(wire.reply().await.status, 431);
    assert_eq!(wire.rest().await, "");
}

#[tokio::test]
async fn what_is_not_http_ends_the_connection() {
    let (server, _recorder) = TestServer::public(Caps::default(), Bounds::default()).await;
    for noise in [
        "\u{16}\u{3}\u{1}\u{2}\0\u{1}\0",
        "GET / HTTP/9.9\r\n\r\n",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        "\0\0\r\n\r\n",
    ] {
        let mut wire = server.call().await;
        wire.say(noise).await;
        let rest = wire.rest().await;
        assert!(
            rest.is_empty() || rest.starts_with("HTTP/1.1 4"),
            "{noise:?} => {rest}"
        );
    }
    assert_eq!(server.ask(get("/healthz")).await.status, 200);
}

#[tokio::test]
async fn pipelined_requests_are_answered_in_order() {
    let (server, recorder) = TestServer::public(Caps::default(), Bounds::default()).await;
    let mut wire = server.call().await;
    let three: Vec<u8> = ["g1", "g2", "g3"]
        .iter()
        .flat_map(|guid| delivery("issues", guid, b"{}"))
        .collect();
    wire.say(three).await;
    for guid in ["g1", "g2", "g3"] {
        assert_eq!(wire.reply().await.json()["delivery"], guid);
    }
    assert_eq!(recorder.guids(), ["g1", "g2", "g3"]);
}

#[tokio::test]
async fn connections_beyond_the_limit_wait_their_turn() {
    let (server, recorder) = TestServer::public(
        Caps::default(),
        Bounds {
            connections: 2,
            ..Bounds::default()
        },
    )
    .await;
    let mut held = [server.call().await, server.call().await];
    for wire in &mut held {
        wire.say(delivery("held", "g", b"{}")).await;
        recorder.one_is_held().await;
    }
    let mut third = server.call().await;
    third.say(get("/healthz")).await;
    assert!(
        tokio::time::timeout(SOON, third.0.readable())
            .await
            .is_err(),
        "there is no permit"
    );
    recorder.gate.add_permits(1);
    assert_eq!(third.reply().await.status, 200);
    recorder.gate.add_permits(1);
    for wire in &mut held {
        let reply = wire.reply().await;
        let goes_on = reply.headers.get("connection").map(String::as_str);
        assert_eq!(
            (reply.status, goes_on),
            (202, Some("close")),
            "permits are given up while all are taken"
        );
    }
}

#[tokio::test]
async fn a_dropped_loop_leaves_no_connection() {
    let (server, recorder) = TestServer::public(Caps::default(), Bounds::default()).await;
    let mut wire = server.call().await;
    wire.say(delivery("held", "g", b"{}")).await;
    recorder.one_is_held().await;
    server.abort();
    assert_eq!(wire.rest().await, "");
}

#[tokio::test]
async fn a_stop_finishes_the_request_in_flight_and_refuses_new_connections() {
    let (server, recorder) = TestServer::public(Caps::default(), Bounds::default()).await;
    let (mut busy, mut idle, mut fresh) = (
        server.call().await,
        server.call().await,
        server.call().await,
    );
    idle.say(get("/healthz")).await;
    assert_eq!(idle.reply().await.status, 200);
    busy.say(delivery("held", "g", b"{}")).await;
    recorder.one_is_held().await;
    server.stop.cancel();
    assert_eq!(idle.rest().await, "");
    assert_eq!(fresh.rest().await, "");
    assert!(
        TcpStream::connect(server.address).await.is_err(),
        "the listener is closed"
    );
    recorder.gate.add_permits(1);
    let reply = busy.reply().await;
    assert_eq!(
        (
            reply.status,
            reply.headers.get("connection").map(String::as_str)
        ),
        (202, Some("close"))
    );
    assert_eq!(busy.rest().await, "");
    server.closed().await;
    assert_eq!(recorder.guids(), ["g"]);
}

#[tokio::test]
async fn a_request_that_outlives_the_drain_time_is_ended() {
    let bounds = Bounds {
        drain_time: SOON,
        ..Bounds::default()
    };
    let (server, recorder) = TestServer::public(
        Caps {
            accept_time: Duration::from_secs(60),
            ..Caps::default()
        },
        bounds,
    )
    .await;
    let mut wire = server.call().await;
    wire.say(delivery("held", "g", b"{}")).await;
    recorder.one_is_held().await;
    let began = Instant::now();
    server.stop.cancel();
    server.closed().await;
    assert!(
        began.elapsed() >= SOON,
        "not before its time: {:?}",
        began.elapsed()
    );
    assert_eq!(wire.rest().await, "");
    assert_eq!(recorder.guids(), Vec::<String>::new());
}
