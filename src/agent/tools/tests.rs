//! The server of tools from outside, by raw HTTP: who gets in, what is refused, what is bounded.

use std::sync::Arc;
use std::time::Duration;

use futures::future::BoxFuture;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::tool_gate::CALLS_MAX;
use super::{AskReply, Registration, Server, ToolGate, ToolHandler};
use crate::core::agent::Finished;
use crate::core::question::Asked;
use crate::core::text::tools::TURN_OVER;

/// Answers with its name; never, when it is called `nobody`.
struct Named(&'static str);

impl ToolHandler for Named {
    fn ask(&self, asked: Vec<Asked>) -> BoxFuture<'_, AskReply> {
        Box::pin(async move {
            if self.0 == "nobody" {
                std::future::pending::<()>().await;
            }
            AskReply::Answered(format!("{}: {}", self.0, asked.len()))
        })
    }

    fn report(&self, text: String) -> BoxFuture<'_, String> {
        Box::pin(async move { format!("{}: {text}", self.0) })
    }

    fn unfitting(&self, _words: String) -> BoxFuture<'_, ()> {
        Box::pin(async {})
    }

    fn finish(&self, finished: Finished) -> BoxFuture<'_, String> {
        Box::pin(async move { format!("{}: {}", self.0, finished.summary) })
    }
}

async fn registered(server: &Server, name: &'static str) -> (Arc<ToolGate>, Registration) {
    let gate = Arc::new(ToolGate::default());
    gate.open(Some(Arc::new(Named(name))));
    let registration = server.register(gate.clone()).await.expect("a listener");
    (gate, registration)
}

fn authorization(registration: &Registration) -> String {
    format!("Authorization: {}\r\n", registration.offered.headers[0].1)
}

/// The status and the body of the answer to raw bytes.
async fn raw(registration: &Registration, bytes: &[u8]) -> (u16, String) {
    let address = registration
        .offered
        .url
        .trim_start_matches("http://")
        .trim_end_matches("/mcp");
    let mut stream = TcpStream::connect(address).await.expect("it listens");
    // It may hang up before it has read all.
    drop(stream.write_all(bytes).await);
    let mut answer = vec![];
    let read = tokio::time::timeout(Duration::from_secs(20), stream.read_to_end(&mut answer)).await;
    drop(read.expect("an answer in time"));
    let text = String::from_utf8_lossy(&answer).into_owned();
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
    let status = head
        .split(' ')
        .nth(1)
        .and_then(|status| status.parse().ok())
        .unwrap_or_default();
    (status, body.to_owned())
}

async fn post(registration: &Registration, headers: &str, body: &str) -> (u16, String) {
    let fixed = "Host: 127.0.0.1\r\nConnection: close\r\nContent-Type: application/json\r\n\
                 Accept: application/json, text/event-stream\r\n";
    let request = format!(
        "POST /mcp HTTP/1.1\r\n{fixed}{headers}Content-Length: {}\r\n\r\n{body}",
        body.len()
    );
    raw(registration, request.as_bytes()).await
}

/// What a call of a tool answers: its words, and whether they are an error.
async fn call(registration: &Registration, tool: &str, arguments: Value) -> (String, bool) {
    let params = json!({ "name": tool, "arguments": arguments });
    let call =
        json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params }).to_string();
    let (status, body) = post(registration, &authorization(registration), &call).await;
    assert_eq!(status, 200, "{body}");
    let answer: Value =
        serde_json::from_str(&body).unwrap_or_else(|error| panic!("{error}: {body}"));
    let text = answer["result"]["content"][0]["text"]
        .as_str()
        .unwrap_or_else(|| panic!("{answer}"));
    (text.to_owned(), answer["result"]["isError"] == true)
}

const LIST: &str = r#"{"jsonrpc":"2.0","id":1,"method":"tools/list"}"#;

#[tokio::test]
async fn only_the_token_opens_and_only_its_own_door() {
    let server = Server::default();
    let (_one, first) = registered(&server, "first").await;
    let (_two, second) = registered(&server, "second").await;
    assert_eq!(first.offered.url, second.offered.url);
    let one = json!({ "text": "hello" });
    assert_eq!(
        call(&first, "report_progress", one.clone()).await,
        ("first: hello".into(), false)
    );
    assert_eq!(
        call(&second, "report_progress", one).await,
        ("second: hello".into(), false)
    );
    let token = authorization(&first);
    let cut = format!("{}\r\n", &token[..token.len() - 3]);
    for wrong in [
        "",
        "Authorization: Bearer \r\n",
        "Authorization: Bearer x\r\n",
        "Authorization: Basic eDp4\r\n",
        &cut,
    ] {
        assert_eq!(
            post(&first, wrong, LIST).await,
            (401, String::new()),
            "{wrong:?}"
        );
    }
    drop(first);
    assert_eq!(
        post(&second, &token, LIST).await.0,
        401,
        "a closed session's token still opens"
    );
    assert_eq!(post(&second, &authorization(&second), LIST).await.0, 200);
}

#[tokio::test]
async fn the_list_tells_how_to_ask() {
    let server = Server::default();
    let (_seat, registration) = registered(&server, "x").await;
    let (_, body) = post(&registration, &authorization(&registration), LIST).await;
    let answer: Value = serde_json::from_str(&body).expect("JSON");
    let tools = answer["result"]["tools"].as_array().expect("a list");
    let names: Vec<&str> = tools
        .iter()
        .filter_map(|tool| tool["name"].as_str())
        .collect();
    assert_eq!(names, ["ask_human", "report_progress", "finish"]);
    assert!(
        tools[0]["description"]
            .as_str()
            .is_some_and(|text| text.contains("END YOUR TURN")),
        "{answer}"
    );
    assert_eq!(tools[0]["inputSchema"]["required"], json!(["questions"]));
}

#[tokio::test]
async fn hostile_calls_are_errors_the_agent_can_read() {
    let server = Server::default();
    let (gate, registration) = registered(&server, "x").await;
    for (tool, arguments) in [
        ("no_such_tool", json!({})),
        ("ask_human", json!({})),
        ("ask_human", json!({ "questions": "" })),
        ("ask_human", json!({ "questions": { "deep": [[[[[]]]]] } })),
        ("report_progress", json!({ "text": "x".repeat(10_000) })),
        ("finish", json!({ "summary": 7 })),
    ] {
        let (said, is_error) = call(&registration, tool, arguments).await;
        assert!(is_error && said.len() < 500, "{tool}: {said}");
    }
    let token = authorization(&registration);
    let large = format!(
        "{{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/list\",\"x\":\"{}\"}}",
        "x".repeat(300_000)
    );
    assert_eq!(post(&registration, &token, &large).await.0, 413);
    for garbage in ["", "{", "[]", "null", "\u{0}", "{\"jsonrpc\":\"2.0\"}"] {
        let (status, _) = post(&registration, &token, garbage).await;
        assert!((400..500).contains(&status), "{garbage:?}: {status}");
    }
    let foreign = format!("{token}Origin: https://example.com\r\n");
    assert_eq!(post(&registration, &foreign, LIST).await.0, 403);
    for (line, status) in [
        ("GET /mcp", 405),
        ("DELETE /mcp", 405),
        ("POST /other", 404),
    ] {
        let request =
            format!("{line} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n{token}\r\n");
        assert_eq!(
            raw(&registration, request.as_bytes()).await.0,
            status,
            "{line}"
        );
    }
    assert_eq!(
        call(
            &registration,
            "ask_human",
            json!({ "question": "Still there?" })
        )
        .await,
        ("x: 1".into(), false)
    );
    gate.close();
}

#[tokio::test]
async fn between_turns_nobody_answers_and_an_open_call_ends_with_its_turn() {
    let server = Server::default();
    let (gate, registration) = registered(&server, "nobody").await;
    let question = json!({ "question": "Which?" });
    let open = call(&registration, "ask_human", question.clone());
    let rise = async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        gate.close();
    };
    let (ended, ()) = tokio::join!(open, rise);
    assert_eq!(ended, (TURN_OVER.to_owned(), true));
    assert_eq!(
        call(&registration, "ask_human", question.clone()).await,
        (TURN_OVER.to_owned(), true)
    );
    // A turn that is being cancelled takes nothing new either.
    gate.open(Some(Arc::new(Named("leaving"))));
    gate.closing();
    assert_eq!(
        call(&registration, "ask_human", question.clone()).await,
        (TURN_OVER.to_owned(), true)
    );
    gate.open(Some(Arc::new(Named("next"))));
    assert_eq!(
        call(&registration, "ask_human", question).await,
        ("next: 1".into(), false)
    );
}

#[tokio::test]
async fn calls_are_counted() {
    let gate = ToolGate::default();
    gate.open(Some(Arc::new(Named("x"))));
    for _ in 0..CALLS_MAX {
        gate.report("x".into()).await.expect("within the limit");
    }
    let refused = gate.report("x".into()).await.expect_err("over the limit");
    assert!(refused.contains("Too many calls"), "{refused}");
    // The count is the session's, not the turn's.
    gate.open(Some(Arc::new(Named("y"))));
    assert!(matches!(gate.ask(vec![]).await, AskReply::Refused(_)));
}
