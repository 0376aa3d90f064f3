//! The wish for a model: found among the options a session offers, or not, and then it is said.
//! (<https://agentclientprotocol.com/protocol/session-config-options>)
//!
//! Pure. It never invents a name: a wish that the agent does not offer changes nothing.

use agent_client_protocol::v1::schema::{
    SessionConfigId, SessionConfigKind, SessionConfigOption, SessionConfigOptionCategory,
    SessionConfigSelect, SessionConfigSelectOption, SessionConfigSelectOptions,
    SessionConfigValueId,
};

use crate::core::text::session_log;

/// How many models are named when none fits.
const NAMED: usize = 10;

/// What a wish comes to.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Choice {
    /// It is the session's model already.
    Current,
    /// The option to set, and to what.
    Set {
        option: SessionConfigId,
        value: SessionConfigValueId,
    },
    /// It cannot be had; a sentence for the log.
    Not(String),
}

/// Looks for the model `wanted`, by its id or else by its name.
pub(super) fn choose(options: &[SessionConfigOption], wanted: &str) -> Choice {
    let Some((option, select)) = find(options) else {
        return Choice::Not(session_log::no_choice_of_model(wanted));
    };
    let offered = offered(select);
    let by_id = offered.iter().find(|one| &*one.value.0 == wanted);
    match by_id.or_else(|| offered.iter().find(|one| one.name == wanted)) {
        Some(found) if found.value == select.current_value => Choice::Current,
        Some(found) => Choice::Set {
            option: option.id.clone(),
            value: found.value.clone(),
        },
        None => {
            let names: Vec<&str> = offered
                .iter()
                .take(NAMED)
                .map(|one| &*one.value.0)
                .collect();
            Choice::Not(session_log::no_such_model(
                wanted,
                &select.current_value.0,
                &names,
            ))
        }
    }
}

/// By its category, or, where agents give none, by its id.
fn find(options: &[SessionConfigOption]) -> Option<(&SessionConfigOption, &SessionConfigSelect)> {
    let selects = || {
        options.iter().filter_map(|option| match &option.kind {
            SessionConfigKind::Select(select) => Some((option, select)),
            _ => None,
        })
    };
    let by_category =
        selects().find(|(option, _)| option.category == Some(SessionConfigOptionCategory::Model));
    by_category.or_else(|| selects().find(|(option, _)| &*option.id.0 == "model"))
}

fn offered(select: &SessionConfigSelect) -> Vec<&SessionConfigSelectOption> {
    match &select.options {
        SessionConfigSelectOptions::Ungrouped(all) => all.iter().collect(),
        SessionConfigSelectOptions::Grouped(groups) => {
            groups.iter().flat_map(|group| &group.options).collect()
        }
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(json: serde_json::Value) -> Vec<SessionConfigOption> {
        serde_json::from_value(json).expect("options as on the wire")
    }

    fn set(option: &'static str, value: &'static str) -> Choice {
        Choice::Set {
            option: option.into(),
            value: value.into(),
        }
    }

    #[test]
    fn a_model_is_found_by_category_id_or_name() {
        let models = serde_json::json!([{ "value": "m-1", "name": "One" }, { "value": "m-2", "name": "Two" }]);
        let option = |id: &str, category: Option<&str>| {
            serde_json::json!({
                "id": id, "name": "x", "type": "select", "category": category, "currentValue": "m-1", "options": models
            })
        };
        let by_category = options(serde_json::json!([
            option("model", None),
            option("llm", Some("model"))
        ]));
        assert_eq!(choose(&by_category, "m-2"), set("llm", "m-2"));
        let by_id = options(serde_json::json!([
            option("mode", Some("mode")),
            option("model", None)
        ]));
        assert_eq!(choose(&by_id, "Two"), set("model", "m-2"));
        assert_eq!(choose(&by_id, "m-1"), Choice::Current);
        let none = "This agent offers no model m-3, so it keeps m-1. It offers: m-1, m-2.";
        assert_eq!(choose(&by_id, "m-3"), Choice::Not(none.into()));
    }

    #[test]
    fn groups_are_looked_through_and_switches_are_no_models() {
        let grouped = options(serde_json::json!([
            { "id": "model", "name": "x", "type": "boolean", "currentValue": true },
            { "id": "model", "name": "x", "type": "select", "currentValue": "a", "options": [
                { "group": "g", "name": "G", "options": [{ "value": "a", "name": "A" }] },
                { "group": "h", "name": "H", "options": [{ "value": "b", "name": "B" }] },
            ] },
        ]));
        assert_eq!(choose(&grouped, "b"), set("model", "b"));
        let none = "This agent offers no choice of model: the role's wish for b has no effect.";
        assert_eq!(choose(&grouped[..1], "b"), Choice::Not(none.into()));
        assert_eq!(choose(&[], "b"), Choice::Not(none.into()));
    }
}
