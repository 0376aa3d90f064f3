//! Behind the operator's own proxy: it is asked by name, with its own password, and only for what is listed.

use std::sync::{Arc, Mutex};

use skep::core::network::{Network, ProxyUrl};
use skep::egress::Egress;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream, UnixStream};

use super::{Canary, Names, allow, clock, hello};

type Asked = Arc<Mutex<Vec<String>>>;

/// The operator's proxy: writes down each head and brings everybody to one port.
async fn operators(to: u16) -> (u16, Asked) {
    let asked = Asked::default();
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let kept = Arc::clone(&asked);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let kept = Arc::clone(&kept);
            tokio::spawn(async move {
                let mut stream = BufReader::new(stream);
                let mut head = String::new();
                while !head.ends_with("\r\n\r\n") {
                    if stream.read_line(&mut head).await.unwrap_or(0) == 0 {
                        return;
                    }
                }
                let is_tunnel = head.starts_with("CONNECT ");
                kept.lock().expect("no panic").push(head.to_lowercase());
                let mut host = TcpStream::connect(("127.0.0.1", to)).await.expect("a host");
                let done = if is_tunnel {
                    stream.get_mut().write_all(b"HTTP/1.1 200 OK\r\n\r\n").await
                } else {
                    host.write_all(head.as_bytes()).await
                };
                done.expect("passed on");
                // Either side may leave first.
                let _ = copy_bidirectional(&mut stream, &mut host).await;
            });
        }
    });
    (port, asked)
}

async fn say(path: &std::path::Path, request: &str, then: &[u8]) -> String {
    let mut stream = UnixStream::connect(path).await.expect("it listens");
    stream.write_all(request.as_bytes()).await.expect("sent");
    if !then.is_empty() {
        super::head(&mut stream).await;
        stream.write_all(then).await.expect("sent");
    }
    let mut answer = Vec::new();
    // What a tunnel's end sends before it closes is what counts.
    let _ = stream.read_to_end(&mut answer).await;
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test]
async fn what_is_listed_goes_through_the_operators_proxy_by_name() {
    let (host, near) = (
        Canary::at("127.0.0.1:0").await,
        Canary::at("127.0.0.1:0").await,
    );
    let (port, asked) = operators(host.port).await;
    let proxy =
        || Some(ProxyUrl::parse(&format!("http://ana:hunter2@127.0.0.1:{port}")).expect("a proxy"));
    let network = Network {
        https_proxy: proxy(),
        http_proxy: proxy(),
        no_proxy: "near.example".into(),
        ca_bundle: None,
    };
    let names = Names::of(&[
        ("near.example", &[&["127.0.0.1"]]),
        ("inside.example", &[&["10.0.0.1"]]),
    ]);
    let folder = tempfile::tempdir().expect("a folder");
    let items = ["far.example", "inside.example"].map(str::to_owned);
    let mut items = items.to_vec();
    items.push(format!("near.example:{}", near.port));
    items.push(format!("127.0.0.1:{}", near.port));
    let egress = Egress::new(&network, clock()).resolving(names);
    let handle = egress.open(allow(&items), folder.path()).expect("a socket");
    let path = handle.path();

    // A host that only the proxy knows.
    let first = [hello("far.example"), b"\r\n\r\n".to_vec()].concat();
    let answer = say(path, "CONNECT far.example:443 HTTP/1.1\r\n\r\n", &first).await;
    assert!(answer.ends_with("hello\n"), "{answer}");
    let mine = "Proxy-Authorization: Basic bWluZQ==\r\n";
    let answer = say(
        path,
        &format!("GET http://far.example/x HTTP/1.1\r\n{mine}Connection: close\r\n\r\n"),
        b"",
    )
    .await;
    assert!(answer.ends_with("hello\n"), "{answer}");
    // What the operator excepts is reached directly.
    let url = format!("http://near.example:{}/", near.port);
    let answer = say(
        path,
        &format!("GET {url} HTTP/1.1\r\nConnection: close\r\n\r\n"),
        b"",
    )
    .await;
    assert!(answer.ends_with("hello\n"), "{answer}");
    // What is not listed, and what is known here to be inside, is not asked for.
    for target in ["evil.example:443", "inside.example:443", "10.0.0.1:443"] {
        let answer = say(
            path,
            &format!("CONNECT {target} HTTP/1.1\r\nConnection: close\r\n\r\n"),
            b"",
        )
        .await;
        assert!(answer.starts_with("HTTP/1.1 403"), "{target}: {answer}");
    }
    let asked = asked.lock().expect("no panic").clone();
    let lines: Vec<&str> = asked
        .iter()
        .filter_map(|head| head.lines().next())
        .collect();
    assert_eq!(
        lines,
        [
            "connect far.example:443 http/1.1",
            "get http://far.example:80/x http/1.1"
        ]
    );
    for head in asked {
        assert!(
            head.contains("proxy-authorization: basic yw5homh1bnrlcji=")
                && !head.contains("bwluzq"),
            "{head}"
        );
    }
    assert_eq!((host.came(), near.came()), (2, 1));
}
