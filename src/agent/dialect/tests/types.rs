//! Lines held against the types that the protocol's makers publish for version 2: read with them and written again, a message has to
//! hold all that it held before. What they do not know is lost on the way, and so found.

use std::collections::HashMap;

use agent_client_protocol::v2::schema as v2;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// Fields of version 1 that the offer holds besides.
const OF_VERSION_1: [&str; 2] = ["clientCapabilities", "clientInfo"];

/// What was asked, by whom and id, so that answers are read as what they answer.
#[derive(Default)]
pub(super) struct Reader {
    asked: HashMap<(bool, String), String>,
    /// The methods and kinds of updates that were seen.
    pub(super) seen: Vec<String>,
}

impl Reader {
    /// Reads one line, of the client or of the agent.
    pub(super) fn read(&mut self, line: &str, of_client: bool) {
        let message: Value = serde_json::from_str(line).expect("a line is JSON");
        let id = message["id"].to_string();
        let Some(method) = message["method"].as_str() else {
            let asked = self.asked.remove(&(!of_client, id));
            let asked = asked.unwrap_or_else(|| panic!("nobody asked: {line}"));
            match message.get("result") {
                Some(result) => answer(&asked, result),
                None => same::<v2::Error>(&message["error"]),
            }
            return;
        };
        self.seen.push(method.to_owned());
        if message.get("id").is_some() {
            self.asked.insert((of_client, id), method.to_owned());
        }
        if method == "session/update" {
            let update = &message["params"]["update"];
            let kind = ["sessionUpdate", "state", "stopReason"]
                .map(|key| update[key].as_str().unwrap_or_default());
            self.seen.push(kind.join(" ").trim().to_owned());
        }
        sent(method, &message["params"]);
    }
}

pub(super) fn sent(method: &str, params: &Value) {
    match method {
        "initialize" => {
            let mut params = params.clone();
            let fields = params.as_object_mut().expect("an object");
            fields.retain(|key, _| !OF_VERSION_1.contains(&key.as_str()));
            same::<v2::InitializeRequest>(&params);
        }
        "session/new" => same::<v2::NewSessionRequest>(params),
        "session/resume" => same::<v2::ResumeSessionRequest>(params),
        "session/set_config_option" => same::<v2::SetSessionConfigOptionRequest>(params),
        "session/prompt" => same::<v2::PromptRequest>(params),
        "session/cancel" => same::<v2::CancelSessionNotification>(params),
        "session/request_permission" => {
            same::<v2::RequestPermissionRequest>(params);
            let read: v2::RequestPermissionRequest =
                serde_json::from_value(params.clone()).expect("read before");
            assert!(
                !matches!(read.subject, Some(v2::RequestPermissionSubject::Other(_))),
                "{params}"
            );
        }
        "elicitation/create" => same::<v2::CreateElicitationRequest>(params),
        "session/update" => {
            same::<v2::UpdateSessionNotification>(params);
            let read: v2::UpdateSessionNotification =
                serde_json::from_value(params.clone()).expect("read before");
            assert!(
                !matches!(read.update, v2::SessionUpdate::Other(_)),
                "{params}"
            );
        }
        other => panic!("{other} is no method that is spoken: {params}"),
    }
}

pub(super) fn answer(asked: &str, result: &Value) {
    match asked {
        "initialize" => same::<v2::InitializeResponse>(result),
        "session/new" => same::<v2::NewSessionResponse>(result),
        "session/resume" => same::<v2::ResumeSessionResponse>(result),
        "session/set_config_option" => same::<v2::SetSessionConfigOptionResponse>(result),
        "session/prompt" => same::<v2::PromptResponse>(result),
        "session/request_permission" => same::<v2::RequestPermissionResponse>(result),
        "elicitation/create" => same::<v2::CreateElicitationResponse>(result),
        other => panic!("{other} is no method that is spoken: {result}"),
    }
}

fn same<T: DeserializeOwned + Serialize>(value: &Value) {
    let what = std::any::type_name::<T>();
    let read: T = serde_json::from_value(value.clone())
        .unwrap_or_else(|error| panic!("no {what}: {error}: {value}"));
    let again = serde_json::to_value(read).expect("plain data");
    assert!(
        holds(&again, value),
        "{what} has no place for all of\n{value}\nonly for\n{again}"
    );
}

/// Whether all of `part` stands in `whole`; what is empty may be left out.
fn holds(whole: &Value, part: &Value) -> bool {
    match (whole, part) {
        (Value::Object(whole), Value::Object(part)) => part.iter().all(|(key, part)| {
            part.is_null()
                || *part == Value::Array(vec![])
                || whole.get(key).is_some_and(|whole| holds(whole, part))
        }),
        (Value::Array(whole), Value::Array(part)) => {
            whole.len() == part.len()
                && whole
                    .iter()
                    .zip(part)
                    .all(|(whole, part)| holds(whole, part))
        }
        _ => whole == part,
    }
}
