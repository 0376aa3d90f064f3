//! The demo agent's way to the tools of its session: JSON-RPC by HTTP POST, as
//! <https://modelcontextprotocol.io/specification/2025-06-18/basic/transports> has it.
//!
//! As small as a client can be: one server, one call at a time, an answer as JSON or as a stream of events. It trusts the
//! server no further than the length of an answer.

use std::time::Duration;

use agent_client_protocol::v1::schema::McpServer;
use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::{Request, Response, body::Incoming, header};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use serde_json::{Value, json};

/// What the server of the session's tools is called.
pub const SERVER_NAME: &str = "skep";
/// Among a result's `_meta`: true when its text is the answer of people, false when it is only a receipt.
pub const ANSWERED: &str = "skep/answered";

const VERSION: &str = "2025-06-18";
const ANSWER_MAX: usize = 1 << 20;
/// As the most impatient of the real agents.
const PATIENCE: Duration = Duration::from_secs(60);

/// Where the tools are.
#[derive(Debug, Clone)]
pub(super) struct McpClient {
    url: String,
    headers: Vec<(String, String)>,
}

/// What a tool answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Told {
    pub(super) text: String,
    pub(super) failed: bool,
    /// The text is the answer of people, not only a receipt.
    pub(super) answered: bool,
}

impl McpClient {
    /// skep's server among those offered.
    pub(super) fn among(servers: &[McpServer]) -> Option<Self> {
        servers.iter().find_map(|server| match server {
            McpServer::Http(http) if http.name == SERVER_NAME => {
                let headers = http
                    .headers
                    .iter()
                    .map(|header| (header.name.clone(), header.value.clone()))
                    .collect();
                Some(Self {
                    url: http.url.clone(),
                    headers,
                })
            }
            _ => None,
        })
    }

    /// Calls a tool; the error says why there is no answer.
    pub(super) async fn call(&self, tool: &str, arguments: Value) -> Result<Told, String> {
        let exchange = async {
            let hello = json!({ "protocolVersion": VERSION, "capabilities": {},
                "clientInfo": { "name": "skep-demo", "version": env!("CARGO_PKG_VERSION") } });
            let (_, session) = self.post(&request(1, "initialize", hello), None).await?;
            let ready = json!({ "jsonrpc": "2.0", "method": "notifications/initialized" });
            self.post(&ready, session.as_deref()).await?;
            let call = request(
                2,
                "tools/call",
                json!({ "name": tool, "arguments": arguments }),
            );
            let (answer, _) = self.post(&call, session.as_deref()).await?;
            told(&answer.ok_or("the tool answered nothing")?)
        };
        tokio::time::timeout(PATIENCE, exchange)
            .await
            .map_err(|_| "the tool did not answer in time".to_owned())?
    }

    async fn post(
        &self,
        message: &Value,
        session: Option<&str>,
    ) -> Result<(Option<Value>, Option<String>), String> {
        let mut request = Request::post(&self.url)
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::ACCEPT, "application/json, text/event-stream")
            .header("MCP-Protocol-Version", VERSION);
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        if let Some(session) = session {
            request = request.header("Mcp-Session-Id", session);
        }
        let request = request
            .body(Full::new(Bytes::from(message.to_string())))
            .map_err(|error| error.to_string())?;
        let client = Client::builder(TokioExecutor::new()).build_http::<Full<Bytes>>();
        let response = client
            .request(request)
            .await
            .map_err(|error| error.to_string())?;
        let session = response
            .headers()
            .get("Mcp-Session-Id")
            .and_then(|id| id.to_str().ok())
            .map(str::to_owned);
        Ok((answer(response, &message["id"]).await?, session))
    }
}

fn request(id: u32, method: &str, params: Value) -> Value {
    json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params })
}

async fn answer(response: Response<Incoming>, id: &Value) -> Result<Option<Value>, String> {
    let status = response.status();
    let kind = response
        .headers()
        .get(header::CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok())
        .unwrap_or_default();
    let events = kind.starts_with("text/event-stream");
    let body = Limited::new(response.into_body(), ANSWER_MAX)
        .collect()
        .await
        .map_err(|error| error.to_string())?;
    let text = String::from_utf8_lossy(&body.to_bytes()).into_owned();
    if !status.is_success() {
        return Err(format!("the tools answered {status}"));
    }
    if id.is_null() || text.trim().is_empty() {
        return Ok(None);
    }
    if events {
        return Ok(event(&text, id));
    }
    serde_json::from_str(&text)
        .map(Some)
        .map_err(|error| error.to_string())
}

/// The answer to that id among the events of a stream that has ended.
fn event(text: &str, id: &Value) -> Option<Value> {
    let text = text.replace("\r\n", "\n");
    text.split("\n\n").find_map(|event| {
        let data: Vec<&str> = event
            .lines()
            .filter_map(|line| line.strip_prefix("data:"))
            .map(str::trim_start)
            .collect();
        serde_json::from_str::<Value>(&data.join("\n"))
            .ok()
            .filter(|message| message["id"] == *id)
    })
}

fn told(answer: &Value) -> Result<Told, String> {
    if let Some(error) = answer.get("error") {
        return Err(error["message"]
            .as_str()
            .unwrap_or("an error without words")
            .to_owned());
    }
    let result = &answer["result"];
    let texts = result["content"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|block| block["text"].as_str());
    Ok(Told {
        text: texts.collect::<Vec<_>>().join("\n"),
        failed: result["isError"] == true,
        answered: result["_meta"][ANSWERED] == true,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_found_among_events() {
        let stream = "id: 0\r\n\r\nevent: message\r\ndata: {\"id\":7,\"method\":\"x\"}\r\n\r\ndata: {\"id\":2,\r\ndata: \"result\":1}\r\n\r\n";
        assert_eq!(
            event(stream, &json!(2)),
            Some(json!({ "id": 2, "result": 1 }))
        );
        assert_eq!(event(stream, &json!(3)), None);
    }

    #[test]
    fn results_and_errors_are_told_apart() {
        let result =
            json!({ "result": { "content": [{ "type": "text", "text": "no" }], "isError": true } });
        assert_eq!(
            told(&result),
            Ok(Told {
                text: "no".into(),
                failed: true,
                answered: false
            })
        );
        assert_eq!(
            told(&json!({ "error": { "code": -32601, "message": "what?" } })),
            Err("what?".into())
        );
    }
}
