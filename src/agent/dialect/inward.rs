//! What an agent says in version 2, as version 1 has it.
//!
//! What has no place in version 1 (terminals, pieces of a tool's output, states) passes as it is: there it is an update that nobody
//! knows, which is a sign of life and nothing else.

use serde_json::{Map, Value, json};

use super::{Asked, Dialect, MODE, SECOND};

const PERMISSIONS: [&str; 4] = ["allow_once", "allow_always", "reject_once", "reject_always"];
const STATUSES: [&str; 4] = ["pending", "in_progress", "completed", "failed"];
const KINDS: [&str; 10] = [
    "read",
    "edit",
    "delete",
    "move",
    "search",
    "execute",
    "think",
    "fetch",
    "switch_mode",
    "other",
];

impl Dialect {
    /// The messages that it stands for; `None`: itself.
    pub(super) fn received(&mut self, message: Value) -> Option<Vec<Value>> {
        match message.get("method").and_then(Value::as_str) {
            None => self.answered(message),
            Some(_) if !self.spoken => None,
            Some("session/update") => self.update(message),
            Some("session/request_permission") => Some(vec![self.permission(message)]),
            Some(_) => None,
        }
    }

    fn answered(&mut self, mut message: Value) -> Option<Vec<Value>> {
        let id = message.get("id")?.clone();
        let asked = self.asked.remove(&id.to_string())?;
        if asked == Asked::Prompt {
            // An answer with a reason is the end, as it is in version 1.
            if message.get("error").is_some() || message["result"]["stopReason"].is_string() {
                self.prompts.forget(&id);
                return None;
            }
            return Some(self.prompts.taken(&id).into_iter().collect());
        }
        let result = message.get_mut("result")?;
        match asked {
            Asked::Hello => {
                let echoed = result["protocolVersion"] == SECOND;
                self.spoken = echoed && result["capabilities"].is_object();
                self.offered = self.spoken;
                match (self.spoken, echoed) {
                    (true, _) => *result = hello(result),
                    // It says back whatever number it hears, and speaks version 1: goose does.
                    (false, true) if result["agentCapabilities"].is_object() => {
                        result["protocolVersion"] = 1.into();
                    }
                    (false, _) => return None,
                }
            }
            Asked::Options => self.options(result),
            Asked::Mode | Asked::Prompt => *result = json!({}),
        }
        Some(vec![message])
    }

    /// Options are called otherwise, and one of them is the mode.
    fn options(&mut self, result: &mut Value) {
        let Some(options) = result["configOptions"].as_array_mut() else {
            return;
        };
        for option in options {
            if option["category"] == MODE {
                self.mode = option["configId"].as_str().map(str::to_owned);
            }
            option["id"] = option["configId"].clone();
            for group in option["options"].as_array_mut().into_iter().flatten() {
                if let Some(name) = group.get("groupId").cloned() {
                    group["group"] = name;
                }
            }
        }
    }

    fn update(&mut self, mut message: Value) -> Option<Vec<Value>> {
        let update = &message["params"]["update"];
        let kind = update["sessionUpdate"].as_str()?.to_owned();
        let told = match kind.as_str() {
            "state_update" => {
                let session = message["params"]["sessionId"].as_str()?;
                let mut answers = self.prompts.state(session, update);
                answers.insert(0, message);
                return Some(answers);
            }
            // It says our own words again. In version 1 that is what an earlier session said.
            "user_message" | "user_message_chunk" => {
                self.prompts.placed();
                return Some(vec![]);
            }
            "agent_message_chunk" | "agent_thought_chunk" => {
                let name = self.messages.piece(update)?;
                let mut told = update.clone();
                told["messageId"] = name.into();
                told
            }
            "agent_message" | "agent_thought" => {
                let Some(piece) = self.messages.whole(update, &format!("{kind}_chunk")) else {
                    return Some(vec![]);
                };
                piece
            }
            "tool_call_update" => {
                let mut call = tool_call(update);
                call["sessionUpdate"] = kind.into();
                call
            }
            "plan_update" => plan(&update["plan"])?,
            "config_option_update" => mode_of(update)?,
            _ => return None,
        };
        message["params"]["update"] = told;
        Some(vec![message])
    }

    /// What permission is asked for, as a tool call.
    fn permission(&mut self, mut message: Value) -> Value {
        let params = &message["params"];
        let subject = &params["subject"];
        let mut call = match subject["type"].as_str() {
            Some("tool_call") => tool_call(&subject["toolCall"]),
            Some("command") => json!({
                "toolCallId": subject["toolCallId"], "title": subject["command"], "kind": "execute",
                "rawInput": { "command": subject["command"], "cwd": subject["cwd"] },
            }),
            _ => json!({}),
        };
        if !call["toolCallId"].is_string() {
            self.nameless += 1;
            call["toolCallId"] = format!("permission-{}", self.nameless).into();
        }
        if !call["title"].is_string() {
            call["title"] = params["title"].clone();
        }
        let options = params["options"].as_array().into_iter().flatten();
        let known = |option: &&Value| {
            let kind = option["kind"].as_str().unwrap_or_default();
            PERMISSIONS.contains(&kind)
        };
        let options: Vec<Value> = options.filter(known).cloned().collect();
        message["params"] =
            json!({ "sessionId": params["sessionId"], "toolCall": call, "options": options });
        message
    }
}

/// The answer to the handshake. Every agent with sessions can take them up again, which in version 1 is said.
fn hello(told: &Value) -> Value {
    let capabilities = &told["capabilities"];
    let session = &capabilities["session"];
    let has = |at: &Value, key: &str| at.get(key).is_some_and(|marker| !marker.is_null());
    let (prompt, mcp) = (&session["prompt"], &session["mcp"]);
    let mut sessions = Map::new();
    if session.is_object() {
        sessions.insert("resume".to_owned(), json!({}));
    }
    if has(session, "systemPrompt") {
        sessions.insert("systemPrompt".to_owned(), session["systemPrompt"].clone());
    }
    let mut agent = json!({
        "loadSession": false,
        "promptCapabilities": {
            "image": has(prompt, "image"), "audio": has(prompt, "audio"), "embeddedContext": has(prompt, "embeddedContext"),
        },
        "mcpCapabilities": { "http": has(mcp, "http"), "sse": false },
        "sessionCapabilities": sessions,
    });
    if has(capabilities, "_meta") {
        agent["_meta"] = capabilities["_meta"].clone();
    }
    let methods = told["authMethods"].as_array().into_iter().flatten();
    let methods: Vec<Value> = methods.filter_map(auth_method).collect();
    json!({ "protocolVersion": 1, "agentCapabilities": agent, "agentInfo": told["info"], "authMethods": methods })
}

fn auth_method(told: &Value) -> Option<Value> {
    let mut method = told.clone();
    method["id"] = told["methodId"].clone();
    match told["type"].as_str() {
        Some("agent") => drop(method.as_object_mut()?.remove("type")),
        Some("terminal") => {}
        _ => return None,
    }
    Some(method)
}

/// A tool call without what has another shape in version 1 and no reader here: its output, its places.
fn tool_call(told: &Value) -> Value {
    let mut call = Map::new();
    let as_is = [
        "toolCallId",
        "name",
        "title",
        "rawInput",
        "rawOutput",
        "_meta",
    ];
    for key in as_is {
        if let Some(value) = told.get(key).filter(|value| !value.is_null()) {
            call.insert(key.to_owned(), value.clone());
        }
    }
    if let Some(kind) = told["kind"].as_str() {
        let kind = if KINDS.contains(&kind) { kind } else { "other" };
        call.insert("kind".to_owned(), kind.into());
    }
    let status = told["status"].as_str();
    let status = status.map(|word| if word == "cancelled" { "failed" } else { word });
    if let Some(status) = status.filter(|word| STATUSES.contains(word)) {
        call.insert("status".to_owned(), status.into());
    }
    call.into()
}

/// A plan of steps; `None` for other kinds. Steps that were called off are none.
fn plan(told: &Value) -> Option<Value> {
    let entries = told["entries"]
        .as_array()
        .filter(|_| told["type"] == "items")?;
    let on = entries
        .iter()
        .filter(|entry| entry["status"] != "cancelled");
    Some(json!({ "sessionUpdate": "plan", "entries": on.collect::<Vec<_>>() }))
}

/// The mode, where it is among the options.
fn mode_of(update: &Value) -> Option<Value> {
    let mut options = update["configOptions"].as_array()?.iter();
    let mode = options.find(|option| option["category"] == MODE)?;
    Some(json!({ "sessionUpdate": "current_mode_update", "currentModeId": mode["currentValue"] }))
}
