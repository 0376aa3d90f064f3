//! Suggestions and issue types as JSON. Confidence is small in what is sent, and in capitals in the list.

use serde_json::{Map, Value, json};

use crate::time::iso;
use crate::world::facts::World;
use crate::world::issue::Issue;
use crate::world::repository::Repository;
use crate::world::suggestion::{Suggested, Suggestion, Wish};

impl World {
    /// An `issue-suggestion`. A label is named by its number alone.
    pub fn suggestion_json(&self, issue: &Issue, suggestion: &Suggestion) -> Value {
        let id = |login: &String| self.user(login).map(|user| user.id);
        let value = match &suggestion.change {
            Suggested::Label(_) => None,
            Suggested::Type(name) => Some(name),
        };
        json!({
            "id": suggestion.id,
            "issue_id": issue.id,
            "action": suggestion.change.action(),
            "state": suggestion.state,
            "target_id": suggestion.target,
            "target_value": value,
            "rationale": suggestion.rationale,
            "confidence": suggestion.confidence.as_ref().map(|word| word.to_uppercase()),
            "actor_id": id(&suggestion.actor),
            "issue_event_id": null,
            "resolved_by": suggestion.resolved_by.as_ref().and_then(id),
            "created_at": iso(suggestion.created_at),
            "updated_at": iso(suggestion.updated_at),
        })
    }

    /// The types of a repository, as a list.
    pub fn kinds_json(&self, home: &Repository) -> Vec<Value> {
        let kinds = home.kinds.iter().zip(1_i64..);
        let shown = |(name, id): (&String, i64)| json!({ "id": id, "node_id": format!("IT_{id}"), "name": name, "description": null, "is_enabled": true });
        kinds.map(shown).collect()
    }
}

/// What a change of an issue answers of the suggestions it came with: those that wait, and those that were left aside.
pub(crate) fn echoed(waiting: &[Suggestion], ignored: &[Wish]) -> Value {
    let mut fields: Map<String, Value> = Map::new();
    let waiting = waiting.iter().filter(|one| one.state == "pending");
    let waiting = waiting.map(|one| (&one.change, &one.rationale, &one.confidence, false));
    let ignored = ignored
        .iter()
        .map(|one| (&one.change, &one.rationale, &one.confidence, true));
    for (change, rationale, confidence, ignored) in waiting.chain(ignored) {
        let (field, key) = match change {
            Suggested::Label(_) => ("labels", "name"),
            Suggested::Type(_) => ("type", "value"),
        };
        let mut shown = json!({ key: change.name(), "suggest": true });
        if let Some(rationale) = rationale {
            shown["rationale"] = json!(rationale);
        }
        if let Some(confidence) = confidence {
            shown["confidence"] = json!(confidence);
        }
        if ignored {
            shown["ignored"] = json!(true);
            shown["ignored_reason"] = json!("already_applied");
        }
        let field = fields.entry(field).or_insert_with(|| json!([]));
        if let Some(all) = field.as_array_mut() {
            all.push(shown);
        }
    }
    Value::Object(fields)
}
