//! Which of an agent's tool calls are calls of the session's own tools: those need no permission, whatever the role may
//! do, for they are how the agent speaks to people.
//!
//! Pure. It trusts only what the agent's program says of a call; a title or an argument alone may be a model's words.

use agent_client_protocol::v1::schema::{Meta, ToolCall, ToolCallUpdate};
use serde_json::Value;

use super::tools::{SERVER_NAME, TOOLS};

/// Whether an announced call is one.
pub(super) fn called(call: &ToolCall) -> bool {
    named(call.name.as_deref())
        || goose(call.meta.as_ref())
        || codex(&call.title, call.raw_input.as_ref())
}

/// The same for what an update or a request for permission says of a call.
pub(super) fn updated(update: &ToolCallUpdate) -> bool {
    let fields = &update.fields;
    named(fields.name.as_deref())
        || goose(update.meta.as_ref())
        || codex(
            fields.title.as_deref().unwrap_or_default(),
            fields.raw_input.as_ref(),
        )
}

/// The programmatic name of a tool of a server, as the agents make it.
fn named(name: Option<&str>) -> bool {
    let Some(name) = name else { return false };
    let bare = name.strip_prefix("mcp__").unwrap_or(name);
    bare.strip_prefix(SERVER_NAME)
        .and_then(|rest| rest.strip_prefix("__"))
        .is_some_and(|tool| TOOLS.contains(&tool))
}

/// goose tells the name in an extension of its own.
fn goose(meta: Option<&Meta>) -> bool {
    let name = meta
        .and_then(|meta| meta.get("goose"))
        .and_then(|goose| goose["toolCall"]["toolName"].as_str());
    named(name)
}

/// codex tells server and tool in the title and again in the input, which for calls of other kinds is made otherwise.
fn codex(title: &str, input: Option<&Value>) -> bool {
    let Some((input, tool)) = input.and_then(|input| Some((input, input["tool"].as_str()?))) else {
        return false;
    };
    input["server"] == SERVER_NAME
        && TOOLS.contains(&tool)
        && title == format!("mcp.{SERVER_NAME}.{tool}")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn own(call: Value) -> bool {
        let call: ToolCall = serde_json::from_value(call).expect("a call");
        called(&call)
    }

    #[test]
    fn calls_are_known_by_what_the_program_says() {
        let goose = |name: &str| json!({ "toolCallId": "1", "title": "skep: ask human", "_meta": { "goose": { "toolCall": { "toolName": name } } } });
        assert!(own(goose("skep__ask_human")));
        assert!(!own(goose("developer__shell")));
        let codex = |title: &str, server: &str| json!({ "toolCallId": "1", "title": title, "kind": "execute", "rawInput": { "server": server, "tool": "finish" } });
        assert!(own(codex("mcp.skep.finish", "skep")));
        assert!(!own(codex("mcp.skep.finish", "other")));
        // A model may put anything into the arguments of a shell, and a command into its title.
        assert!(!own(codex("shell · rm -r .", "skep")));
        assert!(!own(
            json!({ "toolCallId": "1", "title": "mcp.skep.finish", "rawInput": { "command": "x" } })
        ));
        assert!(own(
            json!({ "toolCallId": "1", "title": "", "name": "mcp__skep__report_progress" })
        ));
        assert!(!own(
            json!({ "toolCallId": "1", "title": "skep__ask_human", "name": "skep__rm" })
        ));
    }
}
