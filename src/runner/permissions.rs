//! The role's tools as answers to what the agent asks permission for. What a role does not have is refused.

use crate::agent::{Answer, PermissionPolicy};
use crate::core::role::{Tool, Tools};

/// The protocol's kinds of tool calls, and the tool of a role that each needs.
const KINDS: [(&str, Tool); 8] = [
    ("read", Tool::Read),
    ("search", Tool::Search),
    ("edit", Tool::Edit),
    ("delete", Tool::Edit),
    ("move", Tool::Edit),
    ("execute", Tool::Execute),
    ("fetch", Tool::Fetch),
    ("think", Tool::Think),
];

/// The answers for a role with these tools, in a working copy that may be written or not.
pub(super) fn permissions(tools: &Tools, writes: bool) -> PermissionPolicy {
    let answer = |tool: Tool| {
        if tools.contains(tool) && (writes || tool != Tool::Edit) {
            Answer::Allow
        } else {
            Answer::Reject
        }
    };
    PermissionPolicy {
        kinds: KINDS
            .into_iter()
            .map(|(kind, tool)| (kind.to_owned(), answer(tool)))
            .collect(),
        otherwise: answer(Tool::Other),
    }
}
