//! Whole talks in version 2 with the demo agent; each line that passes is held against the published types.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::Value;
use skep_simulator::demo_agent;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};

use super::types::Reader;
use crate::agent::connection::Connection;
use crate::agent::connection_state::{Exchange, Phase};
use crate::agent::framing::Wire;
use crate::agent::opening::{McpServer, Opened, Opening};
use crate::agent::permission::{Answer, PermissionPolicy};
use crate::core::agent::Update;

const PATIENCE: Duration = Duration::from_secs(60);

/// A client and an agent, and what passes between them.
pub(super) struct Talk {
    pub(super) client: Connection,
    pub(super) heard: Arc<Mutex<Reader>>,
}

impl Talk {
    /// `start` starts the agent on its two streams.
    pub(super) async fn with<A>(start: impl FnOnce(tokio::io::DuplexStream) -> A) -> Self
    where
        A: Future<Output = ()> + Send + 'static,
    {
        let (ours, ours_away) = tokio::io::duplex(1 << 16);
        let (theirs, theirs_away) = tokio::io::duplex(1 << 16);
        tokio::spawn(start(theirs));
        let heard = Arc::new(Mutex::new(Reader::default()));
        let (from_client, to_client) = tokio::io::split(ours_away);
        let (from_agent, to_agent) = tokio::io::split(theirs_away);
        tokio::spawn(carry(from_client, to_agent, (heard.clone(), true)));
        tokio::spawn(carry(from_agent, to_client, (heard.clone(), false)));
        let allow = PermissionPolicy {
            kinds: BTreeMap::new(),
            otherwise: Answer::Allow,
        };
        let wire = Wire::new(Exchange::new(allow));
        wire.state().dialect.offer();
        let (reader, writer) = tokio::io::split(ours);
        let client = Connection::open(reader, writer, wire).await.expect("open");
        Self { client, heard }
    }

    /// The handshake and a session, an earlier one if there is one.
    pub(super) async fn session(&self, folder: &Path, earlier: Option<&str>) -> Opened {
        let hello = self.client.initialize(PATIENCE).await.expect("a handshake");
        assert!(self.client.wire.state().dialect.is_second());
        let server = McpServer {
            name: "skep".to_owned(),
            url: "http://127.0.0.1:1/mcp".to_owned(),
            headers: vec![("authorization".to_owned(), "Bearer x".to_owned())],
        };
        let environment = BTreeMap::new();
        let takes_servers = hello.agent_capabilities.mcp_capabilities.http;
        let opening = Opening {
            workspace: folder,
            mcp: if takes_servers {
                std::slice::from_ref(&server)
            } else {
                &[]
            },
            resume: earlier,
            mode: takes_servers.then_some("auto"),
            model: takes_servers.then_some("demo-large"),
            instructions: "Be brief.",
            environment: &environment,
            patience: PATIENCE,
        };
        let opened = self
            .client
            .session(&hello, &opening)
            .await
            .expect("a session");
        self.client.wire.state().session = Some(opened.id.clone());
        opened
    }

    /// One turn: its answer, and what was said.
    pub(super) async fn turn(&self, session: &Opened, prompt: &str) -> (Value, Vec<Update>) {
        self.client.wire.state().phase = Phase::Turn;
        let answer = self
            .client
            .prompt(&session.id, prompt, &[])
            .await
            .expect("an answer");
        let mut state = self.client.wire.state();
        let updates = std::iter::from_fn(|| state.transcript.pop()).collect();
        (answer, updates)
    }

    pub(super) fn seen(&self) -> Vec<String> {
        let mut seen = self.heard.lock().expect("nobody panicked").seen.clone();
        seen.sort();
        seen.dedup();
        seen
    }
}

/// Carries lines on and has each read; one that is not as it should be ends the talk.
async fn carry(
    from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    (heard, of_client): (Arc<Mutex<Reader>>, bool),
) {
    let mut lines = BufReader::new(from).lines();
    while let Ok(Some(line)) = lines.next_line().await {
        heard
            .lock()
            .expect("nobody panicked")
            .read(&line, of_client);
        if to.write_all(format!("{line}\n").as_bytes()).await.is_err() {
            return;
        }
    }
}

fn demo(home: &Path) -> demo_agent::Environment {
    demo_agent::Environment {
        home: home.to_owned(),
        variables: Some(vec![("PATH".to_owned(), "/usr/bin:/bin".to_owned())]),
        queues: false,
        takes_system_prompt: true,
        second_version: true,
    }
}

async fn start(home: &Path) -> Talk {
    let environment = demo(home);
    Talk::with(|stream| {
        let (reader, writer) = tokio::io::split(stream);
        demo_agent::serve(reader, writer, environment)
    })
    .await
}

fn script(steps: &str) -> String {
    format!("Please.\n\n```skep-demo\n{steps}\n```\n")
}

fn messages(updates: &[Update]) -> Vec<&str> {
    let mut texts = Vec::new();
    for update in updates {
        if let Update::Message { text, .. } = update {
            texts.push(text.as_str());
        }
    }
    texts
}

#[tokio::test]
async fn every_line_of_a_talk_fits_the_published_types() {
    let home = tempfile::tempdir().expect("a folder");
    let talk = start(home.path()).await;
    let session = talk.session(home.path(), None).await;
    assert!(!session.resumed);
    let steps = "plan look | write\nstart 1\nthink Hm.\nsay Reading.\ntick 1\nwrite A.md: a\nread A.md\nrun true\npermission edit May I?\n\
                 usage turn\nspend 10 5\nmodel\nsystem-prompt\nsay Done.";
    let (answer, updates) = talk.turn(&session, &script(steps)).await;
    assert_eq!(answer["stopReason"], "end_turn", "{answer}");
    let said = messages(&updates);
    for expected in [
        "Reading.",
        "May I?: allowed",
        "My model is demo-large.",
        "Done.",
    ] {
        assert!(said.contains(&expected), "{expected}: {said:?}");
    }
    assert!(home.path().join("A.md").is_file());
    assert!(
        updates
            .iter()
            .any(|update| matches!(update, Update::Plan { entries } if entries.len() == 2)),
        "{updates:?}"
    );
    assert!(
        updates
            .iter()
            .any(|update| matches!(update, Update::Tool { .. })),
        "{updates:?}"
    );
    talk.client.close().await;
    // Its history is not sent again, and it knows it.
    let talk = start(home.path()).await;
    let session = talk.session(home.path(), Some(&session.id)).await;
    assert!(session.resumed);
    let (answer, updates) = talk.turn(&session, &script("recall\nfail 500")).await;
    assert_eq!(answer["stopReason"], "end_turn", "{answer}");
    let said = messages(&updates);
    assert!(
        said[0].starts_with("This is turn 2 of my session"),
        "{said:?}"
    );
    assert!(!said.contains(&"Reading."), "{said:?}");
    let seen = talk.seen();
    assert!(seen.iter().any(|word| word == "session/resume"), "{seen:?}");
}

#[tokio::test]
async fn a_cancel_is_confirmed_by_the_state() {
    let home = tempfile::tempdir().expect("a folder");
    let talk = start(home.path()).await;
    let session = talk.session(home.path(), None).await;
    let steps = script("write A.md: a\nsay Waiting.\nwait 600");
    let begun = async {
        while !home.path().join("A.md").is_file() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        talk.client.cancel(&session.id);
    };
    let ((answer, _), ()) = tokio::join!(talk.turn(&session, &steps), begun);
    assert_eq!(answer["stopReason"], "cancelled");
    let seen = talk.seen();
    for expected in [
        "session/cancel",
        "state_update idle cancelled",
        "state_update running",
        "user_message",
    ] {
        assert!(
            seen.iter().any(|word| word == expected),
            "{expected}: {seen:?}"
        );
    }
}

/// Two answers in a row: an error for the offer, then a handshake of version 1.
#[tokio::test]
async fn an_agent_that_cannot_answer_the_offer_is_asked_for_version_1() {
    let (ours, theirs) = tokio::io::duplex(1 << 16);
    tokio::spawn(async move {
        let (reader, mut writer) = tokio::io::split(theirs);
        let mut lines = BufReader::new(reader).lines();
        while let Ok(Some(line)) = lines.next_line().await {
            let asked: Value = serde_json::from_str(&line).expect("JSON");
            let mut answer = serde_json::json!({ "jsonrpc": "2.0", "id": asked["id"] });
            match asked["params"]["protocolVersion"].as_u64() {
                Some(1) => answer["result"] = serde_json::json!({ "protocolVersion": 1 }),
                _ => {
                    answer["error"] =
                        serde_json::json!({ "code": -32022, "message": "not that one" })
                }
            }
            let line = format!("{answer}\n");
            writer
                .write_all(line.as_bytes())
                .await
                .expect("somebody reads");
        }
    });
    let wire = Wire::new(Exchange::new(PermissionPolicy::read_only()));
    wire.state().dialect.offer();
    let (reader, writer) = tokio::io::split(ours);
    let client = Connection::open(reader, writer, wire).await.expect("open");
    client.initialize(PATIENCE).await.expect("a handshake");
    assert!(!client.wire.state().dialect.is_second());
}
