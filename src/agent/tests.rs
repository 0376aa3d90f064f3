//! Recorded and made-up lines of agents (`fixtures/acp/*.jsonl`) and what is left of them after merging.

use std::sync::Arc;
use std::time::Duration;

use agent_client_protocol::v1::schema::RequestPermissionRequest;
use futures::StreamExt;

use crate::core::agent::Update;

use super::connection_state::{Exchange, Phase};
use super::framing::{Wire, incoming};
use super::permission::PermissionPolicy;

fn wire(session: &str, phase: Phase) -> Arc<Wire> {
    let wire = Wire::new(Exchange::new(PermissionPolicy::read_only()));
    wire.state().session = Some(session.to_owned());
    wire.state().phase = phase;
    wire
}

/// The recordings begin after the handshake, whose answer is the first that is looked at.
const GREETING: &str = r#"{"jsonrpc":"2.0","id":0,"result":{"protocolVersion":1}}"#;

/// Reads all lines; permission requests are taken in as the real handler does.
async fn read(lines: &'static str, wire: &Arc<Wire>) -> Vec<String> {
    let whole = std::io::Cursor::new(format!("{GREETING}\n{lines}").into_bytes());
    let mut stream = Box::pin(incoming(whole, wire.clone()));
    let greeting = stream.next().await;
    assert!(matches!(greeting, Some(Ok(line)) if line == GREETING));
    let mut passed = vec![];
    while let Some(Ok(line)) = stream.next().await {
        let message: serde_json::Value =
            serde_json::from_str(&line).expect("only JSON is passed on");
        if message["method"] == "session/request_permission" {
            let request: RequestPermissionRequest =
                serde_json::from_value(message["params"].clone()).expect("a request");
            let (title, kind) = wire.state().transcript.permission(request.tool_call);
            passed.push(format!("asked: {title} ({kind})"));
        } else {
            passed.push(format!(
                "passed: {}",
                message["method"].as_str().unwrap_or("an answer")
            ));
        }
    }
    passed
}

fn drain(wire: &Wire) -> Vec<String> {
    let mut lines = vec![];
    while let Some(update) = wire.state().transcript.pop() {
        lines.push(match update {
            Update::Message { text, .. } => format!("message: {text}"),
            Update::Thought { text, .. } => format!("thought: {text}"),
            Update::Tool {
                id,
                title,
                tool,
                status,
            } => format!("tool {id}: {title} ({tool}, {status:?})"),
            Update::Plan { entries } => {
                let entries: Vec<String> = entries
                    .iter()
                    .map(|e| format!("{} {:?} {}", e.content, e.status, e.priority))
                    .collect();
                format!("plan: {}", entries.join("; "))
            }
            Update::Usage(usage) => format!("usage: {}", usage.context),
            other => format!("{other:?}"),
        });
    }
    lines
}

async fn golden(session: &str, lines: &'static str) -> String {
    let wire = wire(session, Phase::Turn);
    let mut all = read(lines, &wire).await;
    all.extend(drain(&wire));
    all.join("\n")
}

#[tokio::test]
async fn goose_names_its_tools_and_ids() {
    insta::assert_snapshot!(golden("20261121_1", include_str!("../../fixtures/acp/goose-write.jsonl")).await, @r#"
    asked: write · /home/me/ws/hello.txt (other)
    passed: an answer
    usage: 1050
    message: I will write the file.
    tool call_38b5fbb74e: write · /home/me/ws/hello.txt (other, Completed)
    message: Done: wrote hello.txt. The tool said: Created /home/me/ws/hello.txt (1 lines)
    "#);
}

#[tokio::test]
async fn goose_says_its_error_as_text() {
    insta::assert_snapshot!(golden("20261121_2", include_str!("../../fixtures/acp/goose-429.jsonl")).await, @r#"
    passed: an answer
    usage: 0
    message: Ran into this error: Rate limit exceeded: scripted failure.

    Please retry if you think this is a transient or recoverable error.
    "#);
}

#[tokio::test]
async fn codex_streams_without_ids_at_first() {
    let lines = include_str!("../../fixtures/acp/codex-write.jsonl");
    insta::assert_snapshot!(golden("01a1fc5d-8e02-7f92-9d0b-1c9b0bbd61be", lines).await, @r#"
    passed: _auth/status_update
    passed: an answer
    message: Warning: Model metadata for `gpt-5-codex` not found. Defaulting to fallback metadata; this can degrade performance and cause issues.


    message: I will write the file.
    tool call_6563894e8d: printf '%s' "hi\n" > /home/me/ws/hello.txt (execute, Completed)
    usage: 1050
    message: Done: wrote hello.txt. The tool said: Chunk ID: 97141a
    Wall time: 0.0000 seconds
    Process exited with code 0
    Original t
    "#);
}

#[tokio::test]
async fn codex_says_its_error_as_text() {
    let lines = include_str!("../../fixtures/acp/codex-429.jsonl");
    insta::assert_snapshot!(golden("01a1fc5d-9b03-7f11-b15b-88399f4a191c", lines).await, @r#"
    passed: _auth/status_update
    passed: an answer
    message: Warning: Model metadata for `gpt-5-codex` not found. Defaulting to fallback metadata; this can degrade performance and cause issues.

    exceeded retry limit, last status: 429 Too Many Requests
    "#);
}

#[tokio::test]
async fn gemini_announces_a_call_by_asking() {
    insta::assert_snapshot!(golden("s1", include_str!("../../fixtures/acp/gemini-permission.jsonl")).await, @r#"
    asked: Writing to hello.txt (edit)
    thought: Writing
    tool w-1: Writing to hello.txt (edit, Completed)
    message: Done.
    "#);
}

#[tokio::test]
async fn claude_fixes_titles_later() {
    insta::assert_snapshot!(golden("s1", include_str!("../../fixtures/acp/claude-titles.jsonl")).await, @r#"
    asked: Write hello.txt (edit)
    tool t1: Write hello.txt (edit, Failed)
    plan: One Completed high; Two InProgress low
    Mode { mode: "plan" }
    "#);
}

#[tokio::test]
async fn hostile_lines_do_no_harm() {
    insta::assert_snapshot!(golden("s1", include_str!("../../fixtures/acp/hostile.jsonl")).await, @r#"
    passed: _auth/status_update
    passed: an answer
    tool never-announced:  (other, Completed)
    tool x y: a b [31mzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz (edit, Pending)
    message: one two
    message: other
    "#);
}

#[tokio::test]
async fn history_is_not_told_again() {
    let lines = include_str!("../../fixtures/acp/goose-write.jsonl");
    let wire = wire("20261121_1", Phase::Loading);
    read(lines, &wire).await;
    let told = drain(&wire);
    // The request for permission is not history: it is answered, and noted.
    assert!(
        told.iter().all(|line| line.starts_with("tool call_")),
        "{told:?}"
    );
}

#[tokio::test]
async fn late_history_is_forgotten_when_the_user_is_repeated() {
    let chunk = |kind: &str, text: &str| {
        let update = serde_json::json!({ "sessionUpdate": kind, "content": { "type": "text", "text": text } });
        let params = serde_json::json!({ "sessionId": "s1", "update": update });
        format!(
            "{}\n",
            serde_json::json!({ "jsonrpc": "2.0", "method": "session/update", "params": params })
        )
    };
    let lines = [
        chunk("agent_message_chunk", "old answer"),
        chunk("user_message_chunk", "new prompt"),
        chunk("agent_message_chunk", "new answer"),
    ];
    let wire = wire("s1", Phase::Turn);
    wire.state().loaded = true;
    read(String::leak(lines.concat()), &wire).await;
    assert_eq!(drain(&wire), ["message: new answer"]);
}

#[tokio::test]
async fn a_reader_that_lags_holds_the_agent_back() {
    let text = "x".repeat(60_000);
    let chunk = |id: u32| {
        let content = serde_json::json!({ "type": "text", "text": text });
        let update = serde_json::json!({ "sessionUpdate": "agent_message_chunk", "messageId": id.to_string(), "content": content });
        let params = serde_json::json!({ "sessionId": "s1", "update": update });
        format!(
            "{}\n",
            serde_json::json!({ "jsonrpc": "2.0", "method": "session/update", "params": params })
        )
    };
    let lines: String = (0..200).map(chunk).collect();
    let wire = wire("s1", Phase::Turn);
    let mut stream = Box::pin(incoming(String::leak(lines).as_bytes(), wire.clone()));
    // Nobody takes anything out: reading stops long before the end.
    assert!(
        tokio::time::timeout(Duration::from_millis(500), stream.next())
            .await
            .is_err()
    );
    let mut taken = 0;
    loop {
        while wire.state().transcript.pop().is_some() {
            taken += 1;
        }
        if tokio::time::timeout(Duration::from_millis(50), stream.next())
            .await
            .is_ok()
        {
            break;
        }
        assert!(taken < 200, "the stream does not end");
    }
    while wire.state().transcript.pop().is_some() {
        taken += 1;
    }
    assert_eq!(taken, 200);
}

/// The demo agent knows skep's words from outside, as any agent does: they are written down twice.
#[test]
fn the_demo_agent_reads_what_skep_says() {
    use crate::core::text::prompt;
    use skep_simulator::demo_agent;

    assert_eq!(demo_agent::STILL_OPEN, prompt::STILL_OPEN);
    assert_eq!(demo_agent::SERVER_NAME, super::tools::SERVER_NAME);
    assert_eq!(demo_agent::ANSWERED, super::tools::ANSWERED);
    let words = format!("red\n\n{}: Which?)", demo_agent::ANSWER);
    assert_eq!(prompt::answered(&words), Some(("red", "Which?")));
}
