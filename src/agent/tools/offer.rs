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

use super::tool_gate::ToolGate;
use super::{ANSWERED, AskReply, SERVER_NAME, input};

const INSTRUCTIONS: &str = "You work on a GitHub issue; people follow it there and not in a terminal. `ask_human` is the only \
way to ask them something, `report_progress` tells them how it goes, `finish` says what was done before your last message.";

const ASK: &str = "Ask the people on the GitHub issue you work on. Use it when a requirement is ambiguous, a decision is \
not yours to make, or something you need is missing, and a wrong guess would cost more than waiting; do not use it for \
what the repository, its documentation or a quick experiment can tell you. Look first, then ask everything that stops you \
in one call. Make each question short and self-contained (the reader has not seen your work), with two or three concrete \
options where there are some. People answer in minutes or hours: unless the result already holds the answer, END YOUR \
TURN right after this call, with what you have done left as it is. The answer arrives as your next message, and you go on \
from there. Do not poll, sleep or ask again.";

const REPORT: &str = "Tell the people on the issue in one or two sentences how the work goes: what was found, what is being done, what \
changed about the plan. For milestones, not for every step. Nobody answers it.";

const FINISH: &str = "Say that the work is complete, right before your last message. `summary`: what was changed and why, in a few \
sentences for the reviewer. `verified`: what you really ran or checked and how it came out, one entry each; leave out what \
you did not do. `threads`: if you were given review threads with ids, what was done about each. Only claim what the working \
copy shows: it is compared with what you say.";

/// The offer to one session.
#[derive(Clone)]
pub(super) struct Offer {
    pub(super) gate: Arc<ToolGate>,
}

impl ServerHandler for Offer {
    fn get_info(&self) -> ServerConfig {
        ServerConfig::new(ServerCapabilities::builder().enable_tools().build())
            .with_server_info(Implementation::new(SERVER_NAME, env!("CARGO_PKG_VERSION")))
            .with_instructions(INSTRUCTIONS)
    }

    async fn list_tools(
        &self,
        _request: Option<PaginatedRequestParams>,
        _context: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, rmcp::ErrorData> {
        Ok(ListToolsResult::with_all_items(tools().to_vec()))
    }

    fn get_tool(&self, name: &str) -> Option<Tool> {
        tools().iter().find(|tool| tool.name == name).cloned()
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
            _ => Err(
                "There is no such tool; there are ask_human, report_progress and finish."
                    .to_owned(),
            ),
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

fn tools() -> &'static [Tool] {
    static TOOLS: OnceLock<Vec<Tool>> = OnceLock::new();
    TOOLS.get_or_init(|| {
        vec![
            tool("ask_human", ASK, asking()),
            tool("report_progress", REPORT, reporting()),
            tool("finish", FINISH, finishing()),
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
                "description": "Everything that stops you now, the most important first.",
                "items": {
                    "type": "object",
                    "properties": {
                        "question": { "type": "string", "description": "One question, understandable by itself." },
                        "options": {
                            "type": "array",
                            "items": { "type": "string" },
                            "description": "Two or three concrete answers to choose from; leave out for free text."
                        },
                        "default": {
                            "type": "string",
                            "description": "What you would do if nobody answers; one of the options if there are some."
                        },
                        "deadline_hours": {
                            "type": "number",
                            "description": "After how many hours the default may be taken; only together with a default."
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
    let text = json!({ "type": "string", "description": "One or two sentences for people." });
    json!({ "type": "object", "properties": { "text": text }, "required": ["text"] })
}

fn finishing() -> Value {
    json!({
        "type": "object",
        "properties": {
            "summary": { "type": "string", "description": "What was changed and why." },
            "verified": {
                "type": "array",
                "items": { "type": "string" },
                "description": "What was run or checked and how it came out, such as `cargo test: 42 passed`."
            },
            "threads": {
                "type": "array",
                "description": "Answers to review threads, if you were given any.",
                "items": {
                    "type": "object",
                    "properties": {
                        "id": { "type": "string", "description": "The thread's id as it was given to you." },
                        "reply": { "type": "string", "description": "What was done about it, or why nothing was." }
                    },
                    "required": ["id", "reply"]
                }
            }
        },
        "required": ["summary"]
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tools_say_when_to_use_them() {
        let names: Vec<&str> = tools().iter().map(|tool| tool.name.as_ref()).collect();
        assert_eq!(names, super::super::TOOLS);
        let ask = tools()[0].description.as_deref().unwrap_or_default();
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
