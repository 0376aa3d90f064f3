//! What an agent may do without a human: the answer to each request for permission.
//!
//! Pure. An option is chosen by its kind, never by its place (one agent puts "always" first) nor by its id (each agent
//! has its own).

use std::collections::BTreeMap;

use agent_client_protocol::v1::schema::{
    PermissionOption, PermissionOptionKind, RequestPermissionOutcome, SelectedPermissionOutcome,
};

use crate::core::agent::Decision;

/// The answer of a policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// Granted, once.
    Allow,
    /// Refused, once.
    Reject,
}

/// Answers by the protocol's kind of tool: `read`, `edit`, `delete`, `move`, `search`, `execute`, `think`, `fetch`,
/// `switch_mode`, `other`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PermissionPolicy {
    /// The answers for the kinds named.
    pub kinds: BTreeMap<String, Answer>,
    /// The answer for all others.
    pub otherwise: Answer,
}

impl PermissionPolicy {
    /// Only what changes nothing is allowed.
    pub fn read_only() -> Self {
        let harmless = ["read", "search", "think", "fetch"];
        let kinds = harmless
            .into_iter()
            .map(|kind| (kind.to_owned(), Answer::Allow))
            .collect();
        Self {
            kinds,
            otherwise: Answer::Reject,
        }
    }

    /// The answer for one kind of tool.
    pub fn answer(&self, kind: &str) -> Answer {
        self.kinds.get(kind).copied().unwrap_or(self.otherwise)
    }
}

/// The wire's outcome for an answer among the options offered; without a fitting option the request is cancelled.
pub(super) fn choose(
    allow: bool,
    options: &[PermissionOption],
) -> (RequestPermissionOutcome, Decision) {
    use PermissionOptionKind::{AllowAlways, AllowOnce, RejectAlways, RejectOnce};
    let (kinds, decision) = if allow {
        ([AllowOnce, AllowAlways], Decision::Allowed)
    } else {
        ([RejectOnce, RejectAlways], Decision::Rejected)
    };
    let chosen = kinds
        .iter()
        .find_map(|kind| options.iter().find(|option| option.kind == *kind));
    match chosen {
        Some(option) => {
            let selected = SelectedPermissionOutcome::new(option.option_id.clone());
            (RequestPermissionOutcome::Selected(selected), decision)
        }
        None => (RequestPermissionOutcome::Cancelled, Decision::Cancelled),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(list: &[(&'static str, PermissionOptionKind)]) -> Vec<PermissionOption> {
        list.iter()
            .map(|(id, kind)| PermissionOption::new(*id, *id, *kind))
            .collect()
    }

    fn chosen(allow: bool, list: &[(&'static str, PermissionOptionKind)]) -> String {
        match choose(allow, &options(list)).0 {
            RequestPermissionOutcome::Selected(option) => option.option_id.to_string(),
            _ => "cancelled".to_owned(),
        }
    }

    #[test]
    fn options_are_chosen_by_kind() {
        use PermissionOptionKind::{AllowAlways, AllowOnce, RejectOnce};
        let gemini = [
            ("proceed_always", AllowAlways),
            ("proceed_once", AllowOnce),
            ("cancel", RejectOnce),
        ];
        assert_eq!(chosen(true, &gemini), "proceed_once");
        assert_eq!(chosen(false, &gemini), "cancel");
        let opencode = [
            ("once", AllowOnce),
            ("always", AllowAlways),
            ("reject", RejectOnce),
        ];
        assert_eq!(chosen(true, &opencode), "once");
        let only_always = [("a", AllowAlways), ("b", AllowAlways)];
        assert_eq!(chosen(true, &only_always), "a");
        assert_eq!(chosen(false, &only_always), "cancelled");
        assert_eq!(chosen(true, &[]), "cancelled");
    }

    #[test]
    fn policies_know_their_kinds() {
        assert_eq!(PermissionPolicy::read_only().answer("read"), Answer::Allow);
        assert_eq!(PermissionPolicy::read_only().answer("edit"), Answer::Reject);
        assert_eq!(
            PermissionPolicy::read_only().answer("unheard of"),
            Answer::Reject
        );
    }
}
