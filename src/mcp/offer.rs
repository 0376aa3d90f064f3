//! The six tools, in words that a model understands which has never heard of skep, and how a call reaches the running skep.

use std::borrow::Cow;
use std::sync::{Arc, OnceLock};

use rmcp::ServerHandler;
use rmcp::model::{
    CallToolRequestParams, CallToolResponse, CallToolResult, ContentBlock, Implementation,
    ListToolsResult, PaginatedRequestParams, ServerCapabilities, ServerConfig, Tool,
    ToolAnnotations,
};
use rmcp::service::{RequestContext, RoleServer};
use serde_json::{Value, json};

use super::SERVER_NAME;
use super::ask::{ANSWER, Ask, DAYS, ISSUES, SESSIONS};
use super::result::marked;
use super::swarm::Swarm;
use crate::core::session::SessionState;
use crate::core::text::mcp as text;

/// The tools over one running skep.
#[derive(Clone)]
pub(super) struct Offer {
    pub(super) swarm: Arc<dyn Swarm>,
}

impl ServerHandler for Offer {
    fn get_info(&self) -> ServerConfig {
        ServerConfig::new(ServerCapabilities::builder().enable_tools().build())
            .with_server_info(Implementation::new(SERVER_NAME, env!("CARGO_PKG_VERSION")))
            .with_instructions(text::INSTRUCTIONS)
    }

    async fn list_tools(
        &self,
        _request: Option<PaginatedRequestParams>,
        _context: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, rmcp::ErrorData> {
        Ok(ListToolsResult::with_all_items(offered().to_vec()))
    }

    fn get_tool(&self, name: &str) -> Option<Tool> {
        offered().iter().find(|tool| tool.name == name).cloned()
    }

    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        _context: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, rmcp::ErrorData> {
        let arguments = request.arguments.unwrap_or_default();
        let asked = match Ask::read(&request.name, arguments) {
            Ok(ask) => self.swarm.ask(ask).await,
            Err(wrong) => Err(wrong),
        };
        let result = match asked {
            Ok(answer) => CallToolResult::success(vec![
                ContentBlock::text(text::DATA_FOLLOWS),
                ContentBlock::text(marked(answer).to_string()),
            ]),
            Err(why) => CallToolResult::error(vec![ContentBlock::text(why)]),
        };
        Ok(result.into())
    }
}

fn offered() -> &'static [Tool] {
    static TOOLS: OnceLock<Vec<Tool>> = OnceLock::new();
    TOOLS.get_or_init(|| {
        vec![
            tool("swarm_status", text::STATUS, status()).with_annotations(reads()),
            tool("list_sessions", text::SESSIONS, sessions()).with_annotations(reads()),
            tool("dispatch", text::DISPATCH, dispatch()).with_annotations(orders(false)),
            tool("answer", text::ANSWER, answer()).with_annotations(orders(false)),
            tool("stop", text::STOP, stop()).with_annotations(orders(true)),
            tool("outcomes", text::OUTCOMES, outcomes()).with_annotations(reads()),
        ]
    })
}

fn reads() -> ToolAnnotations {
    ToolAnnotations::new().read_only(true).open_world(true)
}

fn orders(destructive: bool) -> ToolAnnotations {
    ToolAnnotations::new()
        .read_only(false)
        .destructive(destructive)
        .idempotent(true)
        .open_world(true)
}

fn tool(name: &'static str, description: &'static str, schema: Value) -> Tool {
    let Value::Object(schema) = schema else {
        unreachable!("every schema below is an object")
    };
    Tool::new(
        Cow::Borrowed(name),
        Cow::Borrowed(description),
        Arc::new(schema),
    )
}

fn schema(properties: Value, required: &[&str]) -> Value {
    json!({
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": false,
    })
}

fn repository() -> Value {
    json!({ "type": "string", "description": text::REPOSITORY })
}

fn status() -> Value {
    schema(json!({ "repository": repository() }), &[])
}

fn sessions() -> Value {
    let states = SessionState::ALL.map(SessionState::name);
    schema(
        json!({
            "session": { "type": "string", "description": text::ONE_SESSION },
            "state": { "type": "string", "enum": states, "description": text::STATE },
            "live": { "type": "boolean", "description": text::LIVE },
            "repository": repository(),
            "limit": { "type": "integer", "minimum": 1, "maximum": SESSIONS, "description": text::LIMIT },
        }),
        &[],
    )
}

fn dispatch() -> Value {
    schema(
        json!({
            "repository": repository(),
            "issues": {
                "type": "array",
                "minItems": 1,
                "maxItems": ISSUES,
                "items": { "type": "integer", "minimum": 1 },
                "description": text::ISSUES,
            },
        }),
        &["repository", "issues"],
    )
}

fn answer() -> Value {
    schema(
        json!({
            "repository": repository(),
            "issue": { "type": "integer", "minimum": 1, "description": text::ISSUE },
            "answer": { "type": "string", "maxLength": ANSWER, "description": text::WORDS },
        }),
        &["repository", "issue", "answer"],
    )
}

fn stop() -> Value {
    schema(
        json!({ "session": { "type": "string", "description": text::STOPPED_SESSION } }),
        &["session"],
    )
}

fn outcomes() -> Value {
    schema(
        json!({
            "days": { "type": "integer", "minimum": 1, "maximum": DAYS, "description": text::DAYS },
            "repository": repository(),
        }),
        &[],
    )
}
