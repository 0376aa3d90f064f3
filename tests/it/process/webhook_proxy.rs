//! `--webhook-proxy`: a real skep that reads its webhooks from a channel, and everything a channel can do to it.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::broadcast;

use super::running::{Served, skep};
use super::setup::{PATIENCE, Setup, ask, get, signed};
use crate::test_app::SECRET;

/// A channel as smee has it: what is posted is sent to whoever listens, its body read as JSON and written anew.
struct Channel {
    address: String,
    messages: broadcast::Sender<String>,
    /// What connections are answered instead, one after the other.
    instead: Arc<Mutex<VecDeque<&'static str>>>,
    /// The head of each connection that listened.
    heads: Arc<Mutex<Vec<String>>>,
}

/// Ends every connection.
const END: &str = "";

impl Channel {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address").to_string();
        let (messages, _) = broadcast::channel(100);
        let channel = Self {
            address,
            messages: messages.clone(),
            instead: Arc::default(),
            heads: Arc::default(),
        };
        let (instead, heads) = (Arc::clone(&channel.instead), Arc::clone(&channel.heads));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (instead, heads) = (Arc::clone(&instead), Arc::clone(&heads));
                tokio::spawn(serve(stream, messages.clone(), instead, heads));
            }
        });
        channel
    }

    fn url(&self) -> String {
        format!("http://{}/channel", self.address)
    }

    fn heads(&self) -> Vec<String> {
        self.heads.lock().expect("no panic").clone()
    }

    /// Waits until so many connections have listened.
    async fn listeners(&self, number: usize) {
        let began = Instant::now();
        while self.heads().len() < number || self.messages.receiver_count() == 0 {
            assert!(began.elapsed() < PATIENCE, "{:?}", self.heads());
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
    }
}

async fn serve(
    stream: TcpStream,
    messages: broadcast::Sender<String>,
    instead: Arc<Mutex<VecDeque<&'static str>>>,
    heads: Arc<Mutex<Vec<String>>>,
) -> Option<()> {
    let mut stream = BufReader::new(stream);
    let (mut head, mut length) = (String::new(), 0);
    loop {
        let mut line = String::new();
        stream
            .read_line(&mut line)
            .await
            .ok()
            .filter(|read| *read > 2)?;
        head.push_str(&line);
        let lower = line.to_ascii_lowercase();
        if let Some(text) = lower.strip_prefix("content-length:") {
            length = text.trim().parse().ok()?;
        }
        let rest = stream.fill_buf().await.ok()?;
        if rest.starts_with(b"\r\n") {
            stream.consume(2);
            break;
        }
    }
    if head.starts_with("POST") {
        let mut body = vec![0; length];
        stream.read_exact(&mut body).await.ok()?;
        let mut message = json!({ "body": serde_json::from_slice::<Value>(&body).ok()?, "query": {}, "timestamp": 1 });
        for line in head.lines().skip(1) {
            let (name, value) = line.split_once(':')?;
            message[name.to_ascii_lowercase()] = json!(value.trim());
        }
        let _heard = messages.send(message.to_string());
        let ok = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
        return stream.write_all(ok).await.ok();
    }
    let refusal = instead.lock().expect("no panic").pop_front();
    if let Some(answer) = refusal {
        return stream.write_all(answer.as_bytes()).await.ok();
    }
    let mut heard = messages.subscribe();
    heads.lock().expect("no panic").push(head);
    let begin = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\nid: 0\nevent: ready\ndata: {}\n\n";
    stream.write_all(begin.as_bytes()).await.ok()?;
    let mut number = 0;
    while let Ok(message) = heard.recv().await {
        if message == END {
            return None;
        }
        number += 1;
        let event = format!("id: {number}\ndata: {message}\n\n");
        stream.write_all(event.as_bytes()).await.ok()?;
    }
    Some(())
}

async fn status(served: &Served) -> String {
    let status = get(&served.admin, "/api/v1/status").await;
    status["health"]["channel"]
        .as_str()
        .unwrap_or_default()
        .to_owned()
}

/// A whole issue whose webhooks come by the channel alone.
#[tokio::test(flavor = "multi_thread")]
async fn an_issue_becomes_a_pull_request_by_a_channel() {
    let setup = Setup::new().await;
    setup.hurry();
    let channel = Channel::start().await;
    let served = Served::start_with(&setup, &[("SKEP_WEBHOOK_PROXY", &channel.url())]);
    channel.listeners(1).await;
    setup.github.set_webhook_url(&channel.url());
    let issue = setup.go("write A.md: a\nsay Done.");
    served.settled(issue, "in-review").await;
    setup.one_pull_request(issue);
    let said = status(&served).await;
    assert!(
        said.contains("webhooks are read from a channel of 127.0.0.1")
            && !said.contains("/channel"),
        "{said}"
    );
    let (_, out, _) = skep(&format!("status --admin {}", served.admin), &[]).await;
    assert!(
        out.contains("channel:") && out.contains("for development only"),
        "{out}"
    );
    let (code, body) = ask(&served.listen, "GET /readyz", &[], "")
        .await
        .expect("an answer");
    assert!(code == 200 && body.contains("webhook_proxy"), "{body}");
    served.stop().await;
}

/// What the channel says is checked like what comes to the webhook address.
#[tokio::test(flavor = "multi_thread")]
async fn a_channel_is_believed_no_more_than_anybody() {
    let setup = Setup::new().await;
    let channel = Channel::start().await;
    let served = Served::start_with(&setup, &[("SKEP_WEBHOOK_PROXY", &channel.url())]);
    channel.listeners(1).await;
    let body = r#"{"zen":"hi","n":[1,2.5,-3e2],"text":"\u00e9 / <b>"}"#;
    // As smee writes it, which is not as it was written: what was signed is gone.
    let anew = serde_json::from_str::<Value>(body)
        .expect("JSON")
        .to_string();
    assert_ne!(anew, body);
    let mut refused = 0;
    for (guid, signed_text, secret, taken) in [
        ("signed-as-sent", anew.as_str(), SECRET, true),
        ("signed-as-written", body, SECRET, false),
        ("another-secret", anew.as_str(), "another", false),
        ("signed-as-sent", anew.as_str(), SECRET, true),
    ] {
        let headers = signed("ping", guid, signed_text, secret);
        let posted = ask(&channel.address, "POST /channel", &headers, body).await;
        assert_eq!(posted.map(|(status, _)| status), Some(200));
        refused += u64::from(!taken);
    }
    let _no_message = channel.messages.send("[1]".to_owned());
    let _no_json = channel.messages.send("{".to_owned());
    let began = Instant::now();
    loop {
        let status = get(&served.admin, "/api/v1/status").await;
        let seen = &status["health"]["deliveries"];
        if seen["refused"] == refused && seen["last_ping"].is_i64() && seen["accepted"] == 1 {
            break;
        }
        assert!(began.elapsed() < PATIENCE, "{status}");
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    let log = served.stopped().await;
    assert!(!log.contains(SECRET), "{log}");
}

/// It is told once that a channel is lost, and once that it is back; the next connection names the last id.
#[tokio::test(flavor = "multi_thread")]
async fn a_channel_that_dies_is_told_once_and_tried_until_it_is_back() {
    let setup = Setup::new().await;
    let channel = Channel::start().await;
    let served = Served::start_with(&setup, &[("SKEP_WEBHOOK_PROXY", &channel.url())]);
    channel.listeners(1).await;
    let headers = signed("ping", "by-hand", "{}", SECRET);
    ask(&channel.address, "POST /channel", &headers, "{}")
        .await
        .expect("posted");
    let refusals = [
        "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi",
    ];
    channel.instead.lock().expect("no panic").extend(refusals);
    channel
        .messages
        .send(END.to_owned())
        .expect("somebody listens");
    let began = Instant::now();
    while !status(&served).await.contains("is lost") {
        assert!(began.elapsed() < PATIENCE, "never lost");
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    let (code, body) = ask(&served.listen, "GET /readyz", &[], "")
        .await
        .expect("an answer");
    assert!(code == 503 && body.contains("do not come back"), "{body}");
    channel.listeners(2).await;
    let again = channel.heads().pop().expect("a head").to_ascii_lowercase();
    assert!(again.contains("last-event-id: 1"), "{again}");
    let headers = signed("ping", "again", "{}", SECRET);
    ask(&channel.address, "POST /channel", &headers, "{}")
        .await
        .expect("posted");
    let began = Instant::now();
    while get(&served.admin, "/api/v1/status").await["health"]["deliveries"]["accepted"] != 2 {
        assert!(began.elapsed() < PATIENCE, "the second never came");
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    let log = served.stopped().await;
    assert_eq!(
        log.matches("the webhook channel is lost").count(),
        1,
        "{log}"
    );
    assert_eq!(
        log.matches("the webhook channel is open").count(),
        2,
        "{log}"
    );
    assert!(
        !log.contains("/channel"),
        "the channel's name is kept quiet: {log}"
    );
}
