//! What a session may take: connections, bytes, silence, memory; and that nothing of it outlives it.

use std::time::Duration;

use skep::core::egress::Denied;
use skep::egress::Bounds;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, UnixStream};

use super::{Canary, Names, Way, allow, clock, hello, tunnel};

fn nobody() -> std::sync::Arc<Names> {
    Names::of(&[])
}

#[tokio::test]
async fn a_path_longer_than_the_kernel_takes_is_served() {
    let folder = tempfile::tempdir().expect("a folder");
    let deep = folder.path().join("d".repeat(120)).join("e".repeat(120));
    std::fs::create_dir_all(&deep).expect("made");
    // What a process that was killed left there.
    std::fs::write(deep.join("egress.sock"), "").expect("written");
    let egress = skep::egress::Egress::new(&skep::core::network::Network::default(), clock());
    let handle = egress.open(allow(&[]), &deep).expect("a socket");
    assert!(handle.path().as_os_str().len() > 200);
    let link = folder.path().join("s");
    std::os::unix::fs::symlink(handle.path(), &link).expect("linked");
    let mut stream = UnixStream::connect(&link).await.expect("it listens");
    stream
        .write_all(b"CONNECT evil.example:443 HTTP/1.1\r\n\r\n")
        .await
        .expect("sent");
    assert!(super::head(&mut stream).await.starts_with("HTTP/1.1 403"));
    drop(handle);
    assert!(!deep.join("egress.sock").exists());
}

#[tokio::test]
async fn everything_is_closed_when_the_session_ends() {
    let canary = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = canary.local_addr().expect("an address").port();
    let target = format!("127.0.0.1:{port}");
    let mut way = Way::open(std::slice::from_ref(&target), &nobody());
    let mut denials = way.handle.denials().expect("the stream");
    let mut open = tunnel(&way, &target).await;
    open.write_all(&hello("127.0.0.1")).await.expect("sent");
    let (mut host, _) = canary.accept().await.expect("it came");
    let mut first = [0; 8];
    host.read_exact(&mut first).await.expect("passed on");
    let mut idle = way.connect().await;
    let path = way.handle.path().to_owned();
    let report = way.handle.close().await;
    assert_eq!(report.entries.len(), 1);
    let mut rest = Vec::new();
    // Closed, with or without a word: what counts is that it is over.
    let _ = open.read_to_end(&mut rest).await;
    let _ = idle.read_to_end(&mut rest).await;
    let _ = host.read_to_end(&mut rest).await;
    assert!(UnixStream::connect(&path).await.is_err());
    assert!(denials.recv().await.is_none());
}

#[tokio::test]
async fn one_connection_too_many_is_refused_and_told() {
    let bounds = Bounds {
        connections: 3,
        ..Bounds::default()
    };
    let canary = Canary::at("127.0.0.1:0").await;
    let target = format!("127.0.0.1:{}", canary.port);
    let way = Way::bounded(std::slice::from_ref(&target), &nobody(), bounds);
    let mut open = Vec::new();
    for _ in 0..3 {
        open.push(tunnel(&way, &target).await);
    }
    let answer = way.say(b"").await;
    assert!(
        answer.starts_with("HTTP/1.1 503") && answer.contains("as many connections"),
        "{answer}"
    );
    assert_eq!(way.refused(), [(String::new(), Denied::Connections)]);
}

#[tokio::test]
async fn a_session_that_moved_enough_moves_no_more() {
    let bounds = Bounds {
        bytes: 100_000,
        ..Bounds::default()
    };
    let host = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let target = format!(
        "127.0.0.1:{}",
        host.local_addr().expect("an address").port()
    );
    let way = Way::bounded(std::slice::from_ref(&target), &nobody(), bounds);
    let mut open = tunnel(&way, &target).await;
    open.write_all(&hello("127.0.0.1")).await.expect("sent");
    let (mut endless, _) = host.accept().await.expect("it came");
    let sending = tokio::spawn(async move {
        let page = vec![7; 16 * 1024];
        while endless.write_all(&page).await.is_ok() {}
    });
    let mut got = Vec::new();
    let _ = open.take(1 << 20).read_to_end(&mut got).await;
    // One buffer more may be on its way when the bound is met.
    assert!(
        got.len() > 50_000 && got.len() < 100_000 + 20_000,
        "{}",
        got.len()
    );
    sending.await.expect("it was closed for the host as well");
    assert!(way.say(b"").await.starts_with("HTTP/1.1 503"));
    assert!(way.refused().contains(&(String::new(), Denied::Bytes)));
}

#[tokio::test]
async fn a_connection_on_which_nothing_moves_is_closed() {
    let bounds = Bounds {
        idle: Duration::from_millis(1),
        ..Bounds::default()
    };
    let way = Way::bounded(&[], &nobody(), bounds);
    let mut stream = way.connect().await;
    let mut rest = Vec::new();
    assert_eq!(stream.read_to_end(&mut rest).await.expect("closed"), 0);
}

/// Not a test of its own: the flood, in a process whose memory is measured.
const FLOOD: &str = "egress::bounds::a_flood_takes_bounded_memory";
const CHILD: &str = "SKEP_TEST_EGRESS_FLOOD";

/// The memory this process has of its own, bytes; what is mapped from its file is not.
fn memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux");
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("RssAnon:"));
    let kibibytes = line.and_then(|line| line.trim().strip_suffix(" kB")?.parse::<u64>().ok());
    kibibytes.expect("a number") * 1024
}

/// Every place taken by the largest head that is taken, by tunnels whose host sends what nobody reads, and far more besides.
async fn flood() -> u64 {
    let host = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = host.local_addr().expect("an address").port();
    tokio::spawn(async move {
        static PAGE: [u8; 1 << 16] = [7; 1 << 16];
        while let Ok((mut stream, _)) = host.accept().await {
            tokio::spawn(async move { while stream.write_all(&PAGE).await.is_ok() {} });
        }
    });
    let target = format!("127.0.0.1:{port}");
    let way = Way::open(std::slice::from_ref(&target), &nobody());
    let mut kept = Vec::new();
    for _ in 0..64 {
        let mut stream = tunnel(&way, &target).await;
        stream.write_all(&hello("127.0.0.1")).await.expect("sent");
        // The host is sending by now.
        let mut some = [0; 1024];
        stream.read_exact(&mut some).await.expect("bytes");
        kept.push(stream);
    }
    let head = format!("GET http://{target}/ HTTP/1.1\r\nX: {}", "x".repeat(15_000));
    for _ in 0..2_000 {
        let mut stream = way.connect().await;
        // Whoever has no place is closed at once.
        let _ = stream.write_all(head.as_bytes()).await;
        if kept.len() < 128 {
            kept.push(stream);
        }
    }
    let full = memory();
    kept.truncate(64);
    for number in 0..3_000 {
        way.say(
            format!(
                "CONNECT {}{number}.example:1 HTTP/1.1\r\n\r\n",
                "h".repeat(50)
            )
            .as_bytes(),
        )
        .await;
    }
    let report = way.handle.report();
    assert!(
        report.denied > 3_000 && report.entries.len() <= 256,
        "{}",
        report.denied
    );
    full.max(memory())
}

#[test]
fn a_flood_takes_bounded_memory() {
    let runtime = || {
        tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
    };
    if std::env::var_os(CHILD).is_some() {
        let before = memory();
        let most = runtime().expect("a runtime").block_on(flood());
        println!("grew {}", most.saturating_sub(before));
        return;
    }
    let output = std::process::Command::new(std::env::current_exe().expect("this"))
        .args(["--exact", FLOOD, "--nocapture"])
        .env(CHILD, "1")
        .output()
        .expect("itself");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let grew = said
        .lines()
        .find_map(|line| line.split_once("grew ")?.1.parse::<u64>().ok());
    let grew = grew.unwrap_or_else(|| panic!("{said} {}", String::from_utf8_lossy(&output.stderr)));
    assert!(grew < 32 << 20, "{} MiB", grew >> 20);
}
