//! The demo agent in version 2 of the protocol, a draft (<https://agentclientprotocol.com/protocol/v2/overview>): it works in version 1,
//! and its lines are rewritten at the edge, both ways, once a client has asked for version 2.
//!
//! It must never change a line for any other client.

use std::collections::HashMap;

use serde_json::{Map, Value, json};

/// What was asked of the agent and is not answered yet.
enum Asked {
    Hello,
    Session,
    Mode,
    Options,
    Prompt { session: String },
}

/// The edge of one connection.
#[derive(Default)]
pub(super) struct SecondVersion {
    able: bool,
    on: bool,
    asked: HashMap<String, Asked>,
    /// Prompts that are on, by session.
    at_work: HashMap<String, usize>,
    /// A session is taken up without its history.
    silent: bool,
    number: u64,
}

impl SecondVersion {
    pub(super) fn new(able: bool) -> Self {
        Self {
            able,
            ..Self::default()
        }
    }

    /// A line of the client, for the agent; and lines to send to the client before anything else.
    pub(super) fn heard(&mut self, line: String) -> (String, Vec<String>) {
        let message = serde_json::from_str::<Value>(&line).ok();
        let Some(mut message) = message.filter(|message| self.able && message.is_object()) else {
            return (line, vec![]);
        };
        let answers = self.take(&mut message);
        let answers = answers.iter().map(Value::to_string).collect();
        (format!("{message}\n"), answers)
    }

    fn take(&mut self, message: &mut Value) -> Vec<Value> {
        let method = message["method"].as_str().unwrap_or_default().to_owned();
        let id = message["id"].clone();
        if method == "initialize" {
            self.on = message["params"]["protocolVersion"].as_u64() >= Some(2);
        }
        if !self.on {
            return vec![];
        }
        let params = &mut message["params"];
        let mut answers = vec![];
        let asked = match method.as_str() {
            "initialize" => {
                *params = json!({
                    "protocolVersion": 1, "clientCapabilities": params["capabilities"], "clientInfo": params["info"],
                });
                Asked::Hello
            }
            "session/new" => {
                with_servers(params);
                Asked::Session
            }
            "session/resume" => {
                with_servers(params);
                self.silent = params["replayFrom"].is_null();
                message["method"] = "session/load".into();
                Asked::Session
            }
            "session/set_config_option" if params["configId"] == "mode" => {
                *params = json!({ "sessionId": params["sessionId"], "modeId": params["value"] });
                message["method"] = "session/set_mode".into();
                Asked::Mode
            }
            "session/set_config_option" => {
                if let Some(params) = params.as_object_mut() {
                    params.remove("type");
                }
                Asked::Options
            }
            "session/prompt" => {
                let session = params["sessionId"].as_str().unwrap_or_default().to_owned();
                answers = self.begins(&id, &session, &params["prompt"]);
                Asked::Prompt { session }
            }
            _ => return vec![],
        };
        self.asked.insert(id.to_string(), asked);
        answers
    }

    /// It takes the prompt, says where it stands in the session, and is at work.
    fn begins(&mut self, id: &Value, session: &str, prompt: &Value) -> Vec<Value> {
        let name = self.name();
        let at_work = self.at_work.entry(session.to_owned()).or_default();
        *at_work += 1;
        let first = *at_work == 1;
        let mut answers = vec![
            json!({ "jsonrpc": "2.0", "id": id, "result": { "messageId": name } }),
            update(
                session,
                json!({ "sessionUpdate": "user_message", "messageId": name, "content": prompt }),
            ),
        ];
        if first {
            answers.push(state(session, "running"));
        }
        answers
    }

    /// A line of the agent, for the client.
    pub(super) fn said(&mut self, line: String) -> Vec<String> {
        let message = serde_json::from_str::<Value>(&line).ok();
        let Some(message) = message.filter(|message| self.on && message.is_object()) else {
            return vec![line];
        };
        let told = match message["method"].as_str() {
            Some("session/update") => self.reports(message),
            Some("session/request_permission") => wants_permission(message),
            Some(_) => vec![message],
            None => self.answers(message),
        };
        told.iter().map(Value::to_string).collect()
    }

    fn answers(&mut self, mut message: Value) -> Vec<Value> {
        // What `begins` has answered goes out as it is.
        if message["result"]["messageId"].is_string() {
            return vec![message];
        }
        let Some(asked) = self.asked.remove(&message["id"].to_string()) else {
            return vec![message];
        };
        self.silent = false;
        if let Asked::Prompt { session } = &asked {
            return self.ends(session, &message);
        }
        let Some(result) = message.get_mut("result") else {
            return vec![message];
        };
        *result = match asked {
            Asked::Hello => hello(result),
            Asked::Session => opened(result),
            Asked::Mode => json!({ "configOptions": [] }),
            Asked::Options => json!({ "configOptions": options(&result["configOptions"]) }),
            Asked::Prompt { .. } => return vec![],
        };
        vec![message]
    }

    /// The work is over when the last prompt is answered.
    fn ends(&mut self, session: &str, answer: &Value) -> Vec<Value> {
        let left = self.at_work.entry(session.to_owned()).or_default();
        *left = left.saturating_sub(1);
        if *left > 0 {
            return vec![];
        }
        let mut end = match answer.get("result") {
            Some(Value::Object(result)) => result.clone(),
            _ => Map::from_iter([
                ("stopReason".to_owned(), "error".into()),
                ("error".to_owned(), answer["error"].clone()),
            ]),
        };
        end.insert("sessionUpdate".to_owned(), "state_update".into());
        end.insert("state".to_owned(), "idle".into());
        vec![update(session, end.into())]
    }

    fn reports(&mut self, mut message: Value) -> Vec<Value> {
        if self.silent {
            return vec![];
        }
        let told = &mut message["params"]["update"];
        match told["sessionUpdate"].as_str() {
            Some("agent_message_chunk" | "agent_thought_chunk" | "user_message_chunk")
                if told["messageId"].is_null() =>
            {
                told["messageId"] = self.name().into();
            }
            Some("tool_call") => told["sessionUpdate"] = "tool_call_update".into(),
            Some("plan") => {
                let entries = told["entries"].clone();
                let plan = json!({ "type": "items", "planId": "plan", "entries": entries });
                *told = json!({ "sessionUpdate": "plan_update", "plan": plan });
            }
            _ => {}
        }
        vec![message]
    }

    fn name(&mut self) -> String {
        self.number += 1;
        format!("m-{}", self.number)
    }
}

/// Version 1 wants the list of servers.
fn with_servers(params: &mut Value) {
    if params["mcpServers"].is_null() {
        params["mcpServers"] = json!([]);
    }
}

fn update(session: &str, update: Value) -> Value {
    json!({ "jsonrpc": "2.0", "method": "session/update", "params": { "sessionId": session, "update": update } })
}

fn state(session: &str, state: &str) -> Value {
    update(
        session,
        json!({ "sessionUpdate": "state_update", "state": state }),
    )
}

/// While it waits for the answer it says that somebody has to do something. What it goes on with says that it is at work again.
fn wants_permission(mut message: Value) -> Vec<Value> {
    let params = message["params"].clone();
    message["params"] = json!({
        "sessionId": params["sessionId"], "title": params["toolCall"]["title"],
        "subject": { "type": "tool_call", "toolCall": params["toolCall"] }, "options": params["options"],
    });
    let session = params["sessionId"].as_str().unwrap_or_default();
    vec![state(session, "requires_action"), message]
}

fn hello(told: &Value) -> Value {
    let agent = &told["agentCapabilities"];
    let mut session = json!({ "prompt": { "image": {} }, "mcp": { "http": {} } });
    let instructions = &agent["sessionCapabilities"]["systemPrompt"];
    if !instructions.is_null() {
        session["systemPrompt"] = instructions.clone();
    }
    let mut capabilities = json!({ "session": session });
    if !agent["_meta"].is_null() {
        capabilities["_meta"] = agent["_meta"].clone();
    }
    json!({ "protocolVersion": 2, "info": told["agentInfo"], "capabilities": capabilities })
}

/// Modes are an option like others.
fn opened(told: &Value) -> Value {
    let mut all = options(&told["configOptions"]);
    let modes = told["modes"]["availableModes"].as_array();
    let values: Vec<Value> = modes
        .into_iter()
        .flatten()
        .map(|mode| json!({ "value": mode["id"], "name": mode["name"] }))
        .collect();
    all.push(json!({
        "configId": "mode", "name": "Mode", "category": "mode", "type": "select",
        "currentValue": told["modes"]["currentModeId"], "options": values,
    }));
    let mut opened = json!({ "configOptions": all });
    if !told["sessionId"].is_null() {
        opened["sessionId"] = told["sessionId"].clone();
    }
    opened
}

fn options(told: &Value) -> Vec<Value> {
    let renamed = |option: &Value| {
        let mut option = option.clone();
        let fields = option.as_object_mut()?;
        let id = fields.remove("id")?;
        fields.insert("configId".to_owned(), id);
        Some(option)
    };
    let all = told.as_array().into_iter().flatten();
    all.filter_map(renamed).collect()
}
