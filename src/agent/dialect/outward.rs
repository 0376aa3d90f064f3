//! What skep says, as version 2 of the protocol has it.
//!
//! Answers to an agent's requests (permissions, forms) are the same in both versions and pass as they are.

use serde_json::{Map, Value, json};

use super::{Asked, Dialect, MODE, SECOND};

impl Dialect {
    /// The message to send; `None`: as it is.
    pub(super) fn sent(&mut self, mut message: Value) -> Option<Value> {
        let method = message.get("method")?.as_str()?.to_owned();
        let id = message.get("id").cloned();
        let (asked, changed) = match method.as_str() {
            "initialize" => (Some(Asked::Hello), hello(&mut message)),
            _ if !self.spoken => (None, false),
            "session/new" | "session/resume" => (Some(Asked::Options), false),
            "session/set_config_option" => (Some(Asked::Options), typed(&mut message)),
            "session/set_mode" => (Some(Asked::Mode), self.mode_as_option(&mut message)),
            "session/prompt" => {
                let session = message["params"]["sessionId"].as_str().unwrap_or_default();
                if let Some(id) = &id {
                    self.prompts.sent(id.clone(), session);
                }
                (Some(Asked::Prompt), false)
            }
            "authenticate" => (None, named(&mut message, "auth/login")),
            _ => (None, false),
        };
        if let (Some(asked), Some(id)) = (asked, id) {
            self.asked.insert(id.to_string(), asked);
        }
        changed.then_some(message)
    }

    /// Modes are options like others.
    fn mode_as_option(&self, message: &mut Value) -> bool {
        let params = &message["params"];
        let option = self.mode.as_deref().unwrap_or(MODE);
        message["params"] = json!({
            "sessionId": params["sessionId"], "configId": option, "type": "id", "value": params["modeId"],
        });
        named(message, "session/set_config_option")
    }
}

/// The offer. It holds what version 1 wants as well: an agent that knows that one alone reads its own fields.
fn hello(message: &mut Value) -> bool {
    let params = &mut message["params"];
    params["protocolVersion"] = SECOND.into();
    params["info"] = params["clientInfo"].clone();
    let forms = params["clientCapabilities"].get("elicitation").cloned();
    let capabilities = forms.map(|forms| Map::from_iter([("elicitation".to_owned(), forms)]));
    params["capabilities"] = Value::Object(capabilities.unwrap_or_default());
    true
}

fn named(message: &mut Value, method: &str) -> bool {
    message["method"] = method.into();
    true
}

/// Values of options say what they are.
fn typed(message: &mut Value) -> bool {
    let Some(params) = message["params"].as_object_mut() else {
        return false;
    };
    let kind = params.entry("type");
    kind.or_insert_with(|| "id".into());
    true
}
