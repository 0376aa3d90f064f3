//! Forms as questions, and answers as what the forms want.

use agent_client_protocol::v1::schema::CreateElicitationRequest;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

fn form(properties: Value, required: Value) -> Form {
    let schema = json!({ "type": "object", "properties": properties, "required": required });
    let request = json!({ "mode": "form", "sessionId": "s1", "message": "Before I go on:", "requestedSchema": schema });
    let request: CreateElicitationRequest = serde_json::from_value(request).expect("a request");
    read(request).expect("a form")
}

fn answer(form: &Form, words: &str) -> Value {
    serde_json::to_value(form.answer(&AskReply::Answered(words.to_owned()))).expect("plain data")
}

#[test]
fn a_choice_is_a_question_with_options() {
    let form = form(
        json!({ "colour": { "type": "string", "title": "Which colour?", "enum": ["red", "dark red"], "default": "red" } }),
        json!(["colour"]),
    );
    let expected = Asked {
        text: "Before I go on:\n\nWhich colour?".into(),
        options: vec!["red".into(), "dark red".into()],
        default: Some("red".into()),
        deadline_ms: None,
    };
    assert_eq!(
        (form.session.as_deref(), &form.asked[..]),
        (Some("s1"), &[expected][..])
    );
    assert_eq!(
        answer(&form, "ana: Dark red, please"),
        json!({ "action": "accept", "content": { "colour": "dark red" } })
    );
    assert_eq!(
        answer(&form, "<<<n\nred\nn>>>"),
        json!({ "action": "accept", "content": { "colour": "red" } })
    );
    assert_eq!(answer(&form, "redder"), json!({ "action": "cancel" }));
    let own = AskReply::Answered(
        "<<<n\nredder\n\n(The answer to your question: Which colour?)\nn>>>".into(),
    );
    assert_eq!(
        form.unfitting(&own).as_deref(),
        Some("redder\n\n(The answer to your question: Which colour?)")
    );
    assert_eq!(form.unfitting(&AskReply::Answered("red".into())), None);
    let later =
        serde_json::to_value(form.answer(&AskReply::Later("asked".into()))).expect("plain data");
    assert_eq!(later, json!({ "action": "cancel" }));
}

#[test]
fn values_have_the_type_the_form_wants() {
    let form = form(
        json!({
            "a_sure": { "type": "boolean", "description": "Are you sure?" },
            "b_count": { "type": "integer" },
            "c_share": { "type": "number" },
            "d_where": { "type": "string", "oneOf": [{ "const": "eu", "title": "Europe" }, { "const": "us", "title": "America" }] },
            "e_kinds": { "type": "array", "items": { "type": "string", "enum": ["x", "y", "z"] } },
            "f_name": { "type": "string" }
        }),
        json!(["a_sure", "b_count"]),
    );
    let options: Vec<Vec<String>> = form
        .asked
        .iter()
        .map(|asked| asked.options.clone())
        .collect();
    assert_eq!(options[0], ["yes", "no"]);
    assert_eq!(options[3], ["Europe", "America"]);
    let all = json!({ "action": "accept", "content": { "a_sure": true, "b_count": 3, "c_share": 0.5, "d_where": "eu",
        "e_kinds": ["x", "z"], "f_name": "skep" } });
    assert_eq!(
        answer(&form, "1. yes\n2. 3\n3. 0.5\n4. Europe\n5. x, z\n6. skep"),
        all
    );
    assert_eq!(
        answer(&form, "Yes!\n3 of them\n0.5\neurope\nx, z\nskep"),
        all
    );
    let few = json!({ "action": "accept", "content": { "a_sure": false, "b_count": 7 } });
    assert_eq!(answer(&form, "b_count: 7\n1) no"), few);
    assert_eq!(answer(&form, "1. yes"), json!({ "action": "cancel" }));
}

/// Each answer comes in an envelope of its own, with what was asked.
#[test]
fn several_answers_fill_their_own_fields() {
    let form = form(
        json!({ "a": { "type": "string", "title": "Host? red or blue" }, "b": { "type": "string", "title": "Colour?", "enum": ["red", "blue"] } }),
        json!(["a", "b"]),
    );
    let words = "The answer to your question, by ana:\n\n<<<n\nblue\n\n(The answer to your question: Colour?)\nn>>>\n\n\
                 The answer to your question, by ana:\n\n<<<n\ndb.internal\n\n(The answer to your question: Before I go on:\n\nHost? red or blue)\nn>>>";
    let filled = json!({ "action": "accept", "content": { "a": "db.internal", "b": "blue" } });
    assert_eq!(answer(&form, words), filled);
}

#[test]
fn what_people_cannot_fill_in_is_no_form() {
    let read_from = |value: Value| read(serde_json::from_value(value).expect("a request"));
    let url = json!({ "mode": "url", "sessionId": "s", "elicitationId": "e", "url": "https://x", "message": "m" });
    assert!(read_from(url).is_none());
    let empty = json!({ "mode": "form", "sessionId": "s", "message": "m", "requestedSchema": { "type": "object" } });
    assert!(read_from(empty).is_none());
}

proptest! {
    #[test]
    fn any_words_are_read(words in "(yes|no|1\\.|red|\n|<<<n|n>>>|\\PC)*") {
        let form = form(json!({ "a": { "type": "boolean" }, "b": { "type": "string", "enum": ["red"] } }), json!(["a"]));
        answer(&form, &words);
    }
}
