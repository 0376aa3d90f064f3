//! The last look at what is about to be written on GitHub: none of the secrets this process holds may stand in it, in no disguise.
//!
//! Whoever wrote the text has taken them out already. What is found here is a mistake or an attack: it is taken out all the same, and
//! the operator is told, for what people are to know must still be said. It must never say the secret.

use serde_json::Value;

use super::request::ApiRequest;
use crate::core::sanitise::HeldSecrets;

/// The request without secrets, if there is one in it.
pub(super) fn clean(ask: &ApiRequest, held: &HeldSecrets) -> Option<ApiRequest> {
    let mut body: Value = serde_json::from_str(ask.body.as_deref()?).ok()?;
    if !clean_value(&mut body, held) {
        return None;
    }
    tracing::error!(call = %ask, "a secret of this service was about to be written on GitHub; it was taken out");
    Some(ask.clone().with(&body))
}

/// Whether something was taken out.
fn clean_value(value: &mut Value, held: &HeldSecrets) -> bool {
    match value {
        Value::String(text) => match held.stop(text) {
            Some(clean) => {
                *text = clean;
                true
            }
            None => false,
        },
        Value::Array(all) => clean_all(all.iter_mut(), held),
        Value::Object(all) => clean_all(all.values_mut(), held),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

/// Each of them, whatever came of those before.
fn clean_all<'a>(values: impl Iterator<Item = &'a mut Value>, held: &HeldSecrets) -> bool {
    let mut found = false;
    for value in values {
        found |= clean_value(value, held);
    }
    found
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_secret_is_taken_out_wherever_it_stands_and_nothing_else_changes() {
        let held = HeldSecrets::default();
        held.hold(["Zx9-kQ4_vB7mN2pL8rT5wY1c".to_owned()]);
        let ask = |body: &Value| ApiRequest::post("post", "/repos/o/r/issues", body);
        let fine = ask(&json!({"title": "fine", "labels": ["a"], "n": 1}));
        assert!(clean(&fine, &held).is_none());
        let bad = ask(
            &json!({"title": "c1Yw5Tr8Lp2Nm7Bv_4Qk-9xZ", "in": {"x": ["Zx9-kQ4_vB7mN2pL8rT5wY1c"]}}),
        );
        let good = clean(&bad, &held).expect("it holds one").body;
        let good: Value = serde_json::from_str(&good.expect("a body")).expect("JSON");
        let gone = "[redacted: live secret]";
        assert_eq!(good, json!({"title": gone, "in": {"x": [gone]}}));
    }
}
