//! What of a value is another one than before, part by part. Pure.

use std::collections::BTreeSet;

use serde::Serialize;
use serde_json::Value;

/// A part that is another one.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Change {
    /// Where, such as `stage.job.priority`.
    pub field: String,
    /// Null where there was nothing.
    pub before: Value,
    /// Null where there is nothing any more.
    pub after: Value,
}

/// Every part that is another one; where one of the two has a part as a whole, that whole.
pub(super) fn changes(before: &Value, after: &Value) -> Vec<Change> {
    let mut found = Vec::new();
    // Of what nobody knew all is new, and its parts say no more than the whole.
    if !before.is_null() {
        walk("", (before, after), &mut found);
    }
    found
}

fn walk(field: &str, (before, after): (&Value, &Value), found: &mut Vec<Change>) {
    match (before, after) {
        (Value::Object(one), Value::Object(other)) => {
            let names: BTreeSet<&String> = one.keys().chain(other.keys()).collect();
            for name in names {
                let path = match field {
                    "" => name.clone(),
                    field => format!("{field}.{name}"),
                };
                let part = |of: &serde_json::Map<String, Value>| of.get(name).cloned();
                let (one, other) = (
                    part(one).unwrap_or_default(),
                    part(other).unwrap_or_default(),
                );
                walk(&path, (&one, &other), found);
            }
        }
        (before, after) if before == after => {}
        (before, after) => found.push(Change {
            field: field.to_owned(),
            before: before.clone(),
            after: after.clone(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn only_what_differs_is_named() {
        let before = json!({"a": {"b": 1, "c": [1]}, "d": true, "gone": 1});
        let after = json!({"a": {"b": 2, "c": [1]}, "d": true, "new": {"x": 1}});
        let all = changes(&before, &after);
        let named: Vec<&str> = all.iter().map(|one| one.field.as_str()).collect();
        assert_eq!(named, ["a.b", "gone", "new"]);
        assert_eq!((&all[0].before, &all[0].after), (&json!(1), &json!(2)));
        assert_eq!(changes(&before, &before), []);
        assert_eq!(changes(&Value::Null, &after), []);
    }
}
