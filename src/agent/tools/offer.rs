//! What the server of tools offers, in words that a model which has never heard of skep understands, and how a call
//! reaches the handler.

use std::borrow::Cow;
use std::sync::{Arc, OnceLock};

use rmcp::ServerHandler;
use rmcp::model::{
    CallToolRequestParams, CallToolResponse, CallToolResult, ContentBlock, Implementation,
    ListToolsResult, MetaObject, PaginatedRequestParams, ServerCapabilities, ServerConfig, Tool,
};
use rmcp::service::{RequestContext, RoleServer};
use serde_json::{Value, json};

use crate::core::suggestion::LABELS;
use crate::core::text::tools;

use super::tool_gate::ToolGate;
use super::{ANSWERED, AskReply, DISCOVER, HAND_IN, SERVER_NAME, SUGGEST, input, suggest_input};

/// The offer to one session.
#[derive(Clone)]
pub(super) struct Offer {
    pub(super) gate: Arc<ToolGate>,
}

impl ServerHandler for Offer {
    fn get_info(&self) -> ServerConfig {
        ServerConfig::new(ServerCapabilities::builder().enable_tools().build())
            .with_server_info(Implementation::new(SERVER_NAME, env!("CARGO_PKG_VERSION")))
            .with_instructions(tools::INSTRUCTIONS)
    }

    async fn list_tools(
        &self,
        _request: Option<PaginatedRequestParams>,
        _context: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, rmcp::ErrorData> {
        let tools = offered().iter().filter(|tool| self.has(&tool.name));
        Ok(ListToolsResult::with_all_items(tools.cloned().collect()))
    }

    fn get_tool(&self, name: &str) -> Option<Tool> {
        let mut tools = offered().iter().filter(|tool| self.has(&tool.name));
        tools.find(|tool| tool.name == name).cloned()
    }

    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        _context: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, rmcp::ErrorData> {
        let result = match self.call(request).await {
            Ok(said) => {
                let mut result = CallToolResult::success(vec![ContentBlock::text(said.text)]);
                result.meta = said.answered.map(answered);
                result
            }
            Err(why) => CallToolResult::error(vec![ContentBlock::text(why)]),
        };
        Ok(result.into())
    }
}

impl Offer {
    /// Whether the session has the tool of that name.
    fn has(&self, name: &str) -> bool {
        match name {
            HAND_IN => self.gate.hands_in(),
            DISCOVER => self.gate.discovers(),
            SUGGEST => self.gate.suggests(),
            _ => true,
        }
    }

    /// What the agent is told, as a result or as an error it can do something about.
    async fn call(&self, request: CallToolRequestParams) -> Result<Said, String> {
        let arguments = request.arguments.unwrap_or_default();
        let plain = |text| Said {
            text,
            answered: None,
        };
        match request.name.as_ref() {
            "ask_human" => match self.gate.ask(input::questions(arguments)?).await {
                AskReply::Answered(text) => Ok(Said {
                    text,
                    answered: Some(true),
                }),
                AskReply::Later(text) => Ok(Said {
                    text,
                    answered: Some(false),
                }),
                AskReply::Refused(why) => Err(why),
            },
            "report_progress" => Ok(plain(self.gate.report(input::report(arguments)?).await?)),
            "finish" => Ok(plain(self.gate.finish(input::finished(arguments)?).await?)),
            HAND_IN if self.has(HAND_IN) => {
                let (path, caption) = input::evidence(arguments)?;
                Ok(plain(self.gate.hand_in(path, caption).await?))
            }
            DISCOVER if self.has(DISCOVER) => {
                let tasks = input::proposals(arguments)?;
                Ok(plain(self.gate.discover(tasks).await?))
            }
            SUGGEST if self.has(SUGGEST) => {
                let proposal = suggest_input::read_proposal(arguments)?;
                Ok(plain(self.gate.suggest(proposal).await?))
            }
            _ => Err(tools::NO_SUCH_TOOL.to_owned()),
        }
    }
}

/// What the agent is told, and whether people said it (for a question).
struct Said {
    text: String,
    answered: Option<bool>,
}

fn answered(answered: bool) -> MetaObject {
    MetaObject(serde_json::Map::from_iter([(
        ANSWERED.to_owned(),
        Value::Bool(answered),
    )]))
}

fn offered() -> &'static [Tool] {
    static TOOLS: OnceLock<Vec<Tool>> = OnceLock::new();
    TOOLS.get_or_init(|| {
        vec![
            tool("ask_human", tools::ASK, asking()),
            tool("report_progress", tools::REPORT, reporting()),
            tool("finish", tools::FINISH, finishing()),
            tool(HAND_IN, tools::HAND_IN, handing_in()),
            tool(DISCOVER, tools::DISCOVER, discovering()),
            tool(SUGGEST, tools::SUGGEST, suggesting()),
        ]
    })
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

fn asking() -> Value {
    json!({
        "type": "object",
        "properties": {
            "questions": {
                "type": "array",
                "minItems": 1,
                "maxItems": input::QUESTIONS_MAX,
                "description": tools::QUESTIONS,
                "items": {
                    "type": "object",
                    "properties": {
                        "question": { "type": "string", "description": tools::QUESTION },
                        "options": {
                            "type": "array",
                            "items": { "type": "string" },
                            "description": tools::OPTIONS
                        },
                        "default": {
                            "type": "string",
                            "description": tools::DEFAULT
                        },
                        "deadline_hours": {
                            "type": "number",
                            "description": tools::DEADLINE_HOURS
                        }
                    },
                    "required": ["question"]
                }
            }
        },
        "required": ["questions"]
    })
}

fn reporting() -> Value {
    let text = json!({ "type": "string", "description": tools::REPORT_TEXT });
    json!({ "type": "object", "properties": { "text": text }, "required": ["text"] })
}

fn finishing() -> Value {
    json!({
        "type": "object",
        "properties": {
            "summary": { "type": "string", "description": tools::SUMMARY },
            "verified": {
                "type": "array",
                "items": { "type": "string" },
                "description": tools::VERIFIED
            },
            "threads": {
                "type": "array",
                "description": tools::THREADS,
                "items": {
                    "type": "object",
                    "properties": {
                        "id": { "type": "string", "description": tools::THREAD_ID },
                        "reply": { "type": "string", "description": tools::THREAD_REPLY }
                    },
                    "required": ["id", "reply"]
                }
            }
        },
        "required": ["summary"]
    })
}

fn handing_in() -> Value {
    json!({
        "type": "object",
        "properties": {
            "path": { "type": "string", "description": tools::HAND_IN_PATH },
            "caption": { "type": "string", "description": tools::HAND_IN_CAPTION }
        },
        "required": ["path", "caption"]
    })
}

fn discovering() -> Value {
    let texts = |description: &str| json!({ "type": "array", "items": { "type": "string" }, "description": description });
    let text = |description: &str| json!({ "type": "string", "description": description });
    json!({
        "type": "object",
        "properties": {
            "tasks": {
                "type": "array",
                "minItems": 1,
                "description": tools::TASKS,
                "items": {
                    "type": "object",
                    "properties": {
                        "title": text(tools::TASK_TITLE),
                        "body": text(tools::TASK_BODY),
                        "role": text(tools::TASK_ROLE),
                        "priority": { "type": "string", "enum": ["high", "medium", "low"] },
                        "labels": texts(tools::TASK_LABELS),
                        "waits_for": texts(tools::TASK_WAITS_FOR)
                    },
                    "required": ["title", "body"]
                }
            }
        },
        "required": ["tasks"]
    })
}

fn suggesting() -> Value {
    let text = |description: &str| json!({ "type": "string", "description": description });
    let part = |key: &str, named: &str, about: &str| {
        json!({
            "type": "object",
            "description": about,
            "properties": {
                key: text(named),
                "rationale": text(tools::SUGGEST_RATIONALE),
                "confidence": {
                    "type": "string",
                    "enum": ["low", "medium", "high"],
                    "description": tools::SUGGEST_CONFIDENCE
                }
            },
            "required": [key, "rationale", "confidence"]
        })
    };
    json!({
        "type": "object",
        "properties": {
            "labels": {
                "type": "array",
                "maxItems": LABELS,
                "description": tools::SUGGEST_LABELS,
                "items": part("name", tools::SUGGEST_NAME, tools::SUGGEST_NAME)
            },
            "type": part("name", tools::SUGGEST_TYPE_NAME, tools::SUGGEST_TYPE),
            "duplicate_of": part("issue", tools::SUGGEST_ISSUE, tools::SUGGEST_DUPLICATE)
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tools_say_when_to_use_them() {
        let names: Vec<&str> = offered().iter().map(|tool| tool.name.as_ref()).collect();
        assert_eq!(names, super::super::TOOLS);
        let ask = offered()[0].description.as_deref().unwrap_or_default();
        for word in [
            "ambiguous",
            "two or three concrete options",
            "END YOUR TURN",
            "next message",
        ] {
            assert!(ask.contains(word), "{word:?} is not in {ask}");
        }
    }
}
