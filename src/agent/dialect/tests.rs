//! Version 2 of the protocol: every line that is sent in it, by skep and by the demo agent, is read with the published types and has
//! to come out of them as it went in; a talk with an agent that the protocol's own library plays; and the odd cases, one by one.

mod library;
mod talk;
mod types;

use serde_json::{Value, json};

use super::Dialect;
use crate::agent::elicitation;
use crate::agent::tools::AskReply;

/// An agent that has taken the offer, and a prompt `7` is on the wire.
fn spoken() -> Dialect {
    let mut dialect = Dialect::default();
    dialect.offer();
    let hello = json!({ "jsonrpc": "2.0", "id": 1, "method": "initialize", "params": { "protocolVersion": 1,
        "clientInfo": { "name": "skep", "version": "1" } } });
    assert!(dialect.outward(&hello.to_string()).is_some());
    let taken = json!({ "jsonrpc": "2.0", "id": 1, "result": { "protocolVersion": 2, "info": { "name": "a", "version": "1" },
        "capabilities": { "session": { "prompt": { "image": {} } } },
        "authMethods": [{ "methodId": "api-key", "type": "agent", "name": "Key" }, { "methodId": "x", "type": "_new", "name": "X" }] } });
    let told = inward(&mut dialect, &taken);
    let methods = &told[0]["result"]["authMethods"];
    assert_eq!(
        (methods[0]["id"].as_str(), methods.as_array().map(Vec::len)),
        (Some("api-key"), Some(1))
    );
    assert_eq!(told[0]["result"]["protocolVersion"], 1);
    assert_eq!(
        told[0]["result"]["agentCapabilities"]["promptCapabilities"]["image"],
        true
    );
    prompt(&mut dialect, 7);
    dialect
}

fn prompt(dialect: &mut Dialect, id: u64) {
    let prompt = json!({ "jsonrpc": "2.0", "id": id, "method": "session/prompt", "params": { "sessionId": "s", "prompt": [] } });
    assert_eq!(
        dialect.outward(&prompt.to_string()),
        None,
        "it is the same in both"
    );
}

/// What comes of a message; itself where nothing is changed.
fn inward(dialect: &mut Dialect, message: &Value) -> Vec<Value> {
    let lines = dialect.inward(&message.to_string());
    let lines = lines.unwrap_or_else(|| vec![message.to_string()]);
    let read = |line: &String| serde_json::from_str(line).expect("JSON");
    lines.iter().map(read).collect()
}

fn update(dialect: &mut Dialect, told: Value) -> Vec<Value> {
    let message = json!({ "jsonrpc": "2.0", "method": "session/update", "params": { "sessionId": "s", "update": told } });
    inward(dialect, &message)
}

fn state(dialect: &mut Dialect, mut told: Value) -> Vec<Value> {
    told["sessionUpdate"] = "state_update".into();
    let mut answers = update(dialect, told);
    answers.remove(0);
    answers
}

fn taken(dialect: &mut Dialect, id: u64) -> Vec<Value> {
    inward(
        dialect,
        &json!({ "jsonrpc": "2.0", "id": id, "result": { "messageId": "m" } }),
    )
}

#[test]
fn nothing_is_changed_where_nothing_was_offered_or_the_offer_was_not_taken() {
    let hello = r#"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":1}}"#;
    let first = r#"{"jsonrpc":"2.0","id":1,"result":{"protocolVersion":1,"agentCapabilities":{}}}"#;
    let update = r#"{"jsonrpc":"2.0","method":"session/update","params":{"sessionId":"s","update":{"sessionUpdate":"user_message_chunk"}}}"#;
    let load = r#"{"jsonrpc":"2.0","id":2,"method":"session/set_mode","params":{"sessionId":"s","modeId":"x"}}"#;
    let mut dialect = Dialect::default();
    assert_eq!(
        (dialect.outward(hello), dialect.inward(first)),
        (None, None)
    );
    dialect.offer();
    let offer = dialect.outward(hello).expect("an offer");
    let offer: Value = serde_json::from_str(&offer).expect("JSON");
    assert_eq!(offer["params"]["protocolVersion"], 2);
    assert_eq!(dialect.inward(first), None);
    assert_eq!(
        (dialect.outward(load), dialect.inward(update)),
        (None, None)
    );
    assert!(!dialect.is_second() && !dialect.withdraw());
    dialect.offer();
    assert!(
        dialect.withdraw(),
        "an agent that could not answer the offer is asked once more"
    );
    assert_eq!(dialect.outward(hello), None);
}

#[test]
fn a_prompt_is_answered_when_the_work_is_over_and_not_when_it_is_taken() {
    let mut dialect = spoken();
    // That it is ready for the first prompt may come late.
    assert_eq!(
        state(&mut dialect, json!({ "state": "idle" })),
        [Value::Null; 0]
    );
    assert_eq!(taken(&mut dialect, 7), [Value::Null; 0]);
    assert_eq!(
        state(&mut dialect, json!({ "state": "running" })),
        [Value::Null; 0]
    );
    prompt(&mut dialect, 8);
    prompt(&mut dialect, 9);
    assert_eq!(taken(&mut dialect, 8), [Value::Null; 0]);
    let answers = state(
        &mut dialect,
        json!({ "state": "idle", "stopReason": "end_turn", "usage": { "totalTokens": 3 } }),
    );
    let ids: Vec<&Value> = answers.iter().map(|answer| &answer["id"]).collect();
    assert_eq!(
        ids,
        [7, 8],
        "the one that was not taken yet has its own end"
    );
    assert_eq!(
        answers[0]["result"],
        json!({ "stopReason": "end_turn", "usage": { "totalTokens": 3 } })
    );
    assert_eq!(taken(&mut dialect, 9), [Value::Null; 0]);
    let answers = state(
        &mut dialect,
        json!({ "state": "idle", "stopReason": "cancelled" }),
    );
    assert_eq!(answers[0]["result"]["stopReason"], "cancelled");
}

#[test]
fn work_that_was_over_before_its_prompt_was_taken_is_over() {
    let mut dialect = spoken();
    let placed = json!({ "sessionUpdate": "user_message", "messageId": "u" });
    assert!(update(&mut dialect, placed).is_empty());
    assert!(state(&mut dialect, json!({ "state": "running" })).is_empty());
    assert!(
        state(
            &mut dialect,
            json!({ "state": "idle", "stopReason": "refusal" })
        )
        .is_empty()
    );
    let answers = taken(&mut dialect, 7);
    assert_eq!(answers[0]["result"]["stopReason"], "refusal");
}

#[test]
fn an_error_ends_the_work_with_the_agents_words() {
    for (told, code) in [
        (
            json!({ "state": "idle", "stopReason": "error", "error": { "code": -32000, "message": "no key" } }),
            -32_000,
        ),
        (json!({ "state": "idle", "stopReason": "error" }), -32_603),
    ] {
        let mut dialect = spoken();
        assert!(taken(&mut dialect, 7).is_empty());
        assert_eq!(state(&mut dialect, told)[0]["error"]["code"], code);
    }
    // Another session's end is not ours, and a refused prompt is none.
    let mut dialect = spoken();
    assert!(taken(&mut dialect, 7).is_empty());
    let other = json!({ "jsonrpc": "2.0", "method": "session/update", "params": { "sessionId": "child", "update": {
        "sessionUpdate": "state_update", "state": "idle", "stopReason": "end_turn" } } });
    assert_eq!(inward(&mut dialect, &other).len(), 1);
    prompt(&mut dialect, 8);
    let refused =
        json!({ "jsonrpc": "2.0", "id": 8, "error": { "code": -32602, "message": "no" } });
    assert_eq!(
        inward(&mut dialect, &refused),
        std::slice::from_ref(&refused)
    );
    assert_eq!(
        state(
            &mut dialect,
            json!({ "state": "idle", "stopReason": "end_turn" })
        )
        .len(),
        1
    );
}

#[test]
fn whole_messages_become_pieces() {
    let mut dialect = spoken();
    let piece = |id: &str, text: &str| json!({ "sessionUpdate": "agent_message_chunk", "messageId": id, "content": { "type": "text", "text": text } });
    let whole = |id: &str, text: &str| json!({ "sessionUpdate": "agent_message", "messageId": id, "content": [{ "type": "text", "text": text }] });
    let seen = |told: Vec<Value>| -> Vec<String> {
        let word = |message: &Value| {
            let update = &message["params"]["update"];
            let word = |key: &str| update[key].as_str().unwrap_or_default().to_owned();
            format!(
                "{} {}: {}",
                word("sessionUpdate"),
                word("messageId"),
                update["content"]["text"].as_str().unwrap_or_default()
            )
        };
        told.iter().map(word).collect()
    };
    assert_eq!(
        seen(update(&mut dialect, piece("a", "Hel"))),
        ["agent_message_chunk a: Hel"]
    );
    assert_eq!(
        seen(update(&mut dialect, whole("a", "Hello"))),
        ["agent_message_chunk a: lo"]
    );
    assert_eq!(
        seen(update(&mut dialect, whole("a", "Hello"))),
        [""; 0],
        "it is there already"
    );
    assert_eq!(
        seen(update(&mut dialect, whole("a", "No."))),
        ["agent_message_chunk a~1: No."]
    );
    assert_eq!(
        seen(update(&mut dialect, piece("a", " Yes"))),
        ["agent_message_chunk a~1:  Yes"]
    );
    assert_eq!(
        seen(update(&mut dialect, whole("b", "One"))),
        ["agent_message_chunk b: One"]
    );
    let cleared = json!({ "sessionUpdate": "agent_thought", "messageId": "b", "content": null });
    assert_eq!(seen(update(&mut dialect, cleared)), [""; 0]);
    let ours = json!({ "sessionUpdate": "user_message_chunk", "messageId": "u", "content": { "type": "text", "text": "x" } });
    assert_eq!(update(&mut dialect, ours), [Value::Null; 0]);
}

#[test]
fn permission_is_asked_for_whatever_it_is_about() {
    let mut dialect = spoken();
    let mut asked = |subject: Value| {
        let options = json!([{ "optionId": "y", "name": "Yes", "kind": "allow_once" }, { "optionId": "z", "name": "Z", "kind": "_later" }]);
        let params =
            json!({ "sessionId": "s", "title": "May I?", "subject": subject, "options": options });
        let message = json!({ "jsonrpc": "2.0", "id": 3, "method": "session/request_permission", "params": params });
        let told = inward(&mut dialect, &message).remove(0);
        let read: agent_client_protocol::v1::schema::RequestPermissionRequest =
            serde_json::from_value(told["params"].clone()).expect("a request of version 1");
        assert_eq!(read.options.len(), 1, "what nobody knows is not chosen");
        let fields = read.tool_call.fields;
        let kind = fields
            .kind
            .map(|kind| serde_json::to_value(kind).expect("a word"));
        format!(
            "{} {} {}",
            read.tool_call.tool_call_id,
            fields.title.unwrap_or_default(),
            kind.unwrap_or_default()
        )
    };
    let call = json!({ "type": "tool_call", "toolCall": { "toolCallId": "t", "title": "Edit", "kind": "edit", "status": "cancelled",
        "content": [{ "type": "diff", "changes": [] }] } });
    assert_eq!(asked(call), r#"t Edit "edit""#);
    let command = json!({ "type": "command", "command": "cargo test", "cwd": "/w" });
    assert_eq!(asked(command), r#"permission-1 cargo test "execute""#);
    assert_eq!(
        asked(json!({ "type": "_other" })),
        "permission-2 May I? null"
    );
    assert_eq!(asked(Value::Null), "permission-3 May I? null");
}

#[test]
fn plans_calls_and_modes_are_those_of_version_1() {
    let mut dialect = spoken();
    let entry = |status: &str| json!({ "content": status, "priority": "low", "status": status });
    let plan = json!({ "sessionUpdate": "plan_update", "plan": { "type": "items", "planId": "p", "entries": [entry("pending"), entry("cancelled")] } });
    let told = update(&mut dialect, plan).remove(0);
    assert_eq!(
        told["params"]["update"],
        json!({ "sessionUpdate": "plan", "entries": [entry("pending")] })
    );
    let call = json!({ "sessionUpdate": "tool_call_update", "toolCallId": "t", "title": null, "kind": "_odd", "status": "cancelled", "locations": null });
    let told = update(&mut dialect, call).remove(0);
    assert_eq!(
        told["params"]["update"],
        json!({ "sessionUpdate": "tool_call_update", "toolCallId": "t", "kind": "other", "status": "failed" })
    );
    let mode = json!([{ "configId": "how", "category": "mode", "name": "Mode", "type": "select", "currentValue": "auto", "options": [] }]);
    let told = update(
        &mut dialect,
        json!({ "sessionUpdate": "config_option_update", "configOptions": mode }),
    )
    .remove(0);
    assert_eq!(told["params"]["update"]["currentModeId"], "auto");
    let opened = r#"{"jsonrpc":"2.0","id":2,"method":"session/new","params":{"cwd":"/"}}"#;
    assert_eq!(dialect.outward(opened), None);
    inward(
        &mut dialect,
        &json!({ "jsonrpc": "2.0", "id": 2, "result": { "sessionId": "s", "configOptions": mode } }),
    );
    let set = r#"{"jsonrpc":"2.0","id":3,"method":"session/set_mode","params":{"sessionId":"s","modeId":"auto"}}"#;
    let set: Value =
        serde_json::from_str(&dialect.outward(set).expect("another method")).expect("JSON");
    assert_eq!(
        (set["method"].as_str(), set["params"]["configId"].as_str()),
        (Some("session/set_config_option"), Some("how"))
    );
    // What version 1 has no word for is a sign of life.
    let bytes = json!({ "sessionUpdate": "terminal_output_chunk", "terminalId": "t", "data": "cGFzc2VkDQo=" });
    assert_eq!(
        update(&mut dialect, bytes.clone())[0]["params"]["update"],
        bytes
    );
}

proptest::proptest! {
    /// Whatever an agent sends, it is a line or none, never a panic.
    #[test]
    fn any_line_is_read(kind in "[a-z_]{0,24}", id in proptest::option::of(0u64..9), text in ".{0,40}") {
        let mut dialect = spoken();
        for value in [json!(text), json!([text]), json!({ "state": text, "content": [text], "plan": text, "configOptions": [text] })] {
            let update = json!({ "sessionUpdate": kind, "messageId": text, "content": value, "state": value, "plan": value, "configOptions": value });
            let message = json!({ "method": "session/update", "params": { "sessionId": "s", "update": update } });
            dialect.inward(&message.to_string());
            dialect.inward(&json!({ "method": "session/update", "params": value }).to_string());
            dialect.inward(&json!({ "id": id, "result": value }).to_string());
            dialect.inward(&json!({ "id": id, "method": "session/request_permission", "params": value }).to_string());
        }
        dialect.inward(&text);
    }
}

/// It answers in the shape of version 1: that is what it speaks.
#[test]
fn an_agent_that_only_says_the_number_back_is_spoken_to_in_version_1() {
    let mut dialect = Dialect::default();
    dialect.offer();
    let hello = r#"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":1}}"#;
    assert!(dialect.outward(hello).is_some());
    let echo = json!({ "jsonrpc": "2.0", "id": 1, "result": { "protocolVersion": 2, "agentCapabilities": { "loadSession": true } } });
    let told = inward(&mut dialect, &echo).remove(0);
    assert_eq!(told["result"]["protocolVersion"], 1);
    assert_eq!(told["result"]["agentCapabilities"]["loadSession"], true);
    assert!(!dialect.is_second());
    assert_eq!(dialect.outward(hello), None);
}

/// Forms and their answers pass as they are.
#[test]
fn a_form_is_the_same_in_both() {
    let params = json!({ "mode": "form", "sessionId": "s", "message": "Before I go on:", "requestedSchema": { "type": "object",
        "properties": { "colour": { "type": "string", "title": "Which colour?", "enum": ["red", "blue"] } }, "required": ["colour"] } });
    types::sent("elicitation/create", &params);
    let asked =
        json!({ "jsonrpc": "2.0", "id": 4, "method": "elicitation/create", "params": params });
    assert_eq!(inward(&mut spoken(), &asked), std::slice::from_ref(&asked));
    let read = serde_json::from_value(params).expect("a request of version 1");
    let form = elicitation::read(read).expect("a form");
    for words in ["blue", "neither"] {
        let answer = form.answer(&AskReply::Answered(words.to_owned()));
        let answer = serde_json::to_value(answer).expect("plain data");
        types::answer("elicitation/create", &answer);
    }
}

/// The agent may begin by itself while a prompt is on its way, and may have sessions of its own behind it.
#[test]
fn work_of_the_agents_own_is_not_the_end_of_ours() {
    let mut dialect = spoken();
    let running = || json!({ "state": "running" });
    let idle =
        |behind: Value| json!({ "state": "idle", "stopReason": "end_turn", "background": behind });
    assert!(state(&mut dialect, running()).is_empty());
    assert!(state(&mut dialect, idle(json!([]))).is_empty());
    assert!(taken(&mut dialect, 7).is_empty(), "that was not ours");
    assert!(state(&mut dialect, running()).is_empty());
    let child = json!([{ "type": "subagent", "sessionId": "child" }]);
    assert!(state(&mut dialect, idle(child.clone())).is_empty());
    let news = json!({ "state": "idle", "background": [] });
    assert!(
        state(&mut dialect, news).is_empty(),
        "it takes up what came of it"
    );
    assert!(state(&mut dialect, running()).is_empty());
    let left = json!([{ "type": "terminal", "terminalId": "t" }]);
    assert_eq!(
        state(&mut dialect, idle(left)).len(),
        1,
        "a program that runs on is not waited for"
    );
    prompt(&mut dialect, 8);
    assert!(taken(&mut dialect, 8).is_empty());
    let mut cancelled = idle(child);
    cancelled["stopReason"] = "cancelled".into();
    assert_eq!(state(&mut dialect, cancelled).len(), 1);
}
