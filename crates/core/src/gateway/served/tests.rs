//! Which keys stay outside, and what an agent is told in their place.

use serde_json::json;

use super::*;
use crate::agent::KeyPlace;

fn agent(variables: &[(&str, &str)]) -> AgentSpec {
    let environment = variables
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    AgentSpec {
        environment: environment.collect(),
        key: KeyPlace::Gateway,
        ..AgentSpec::new("x", vec!["x".into()])
    }
}

fn serving(agent: &AgentSpec) -> Serving {
    Serving {
        all: served(&agent.environment).expect("addresses"),
        word: "word".into(),
        port: 6,
    }
}

#[test]
fn inside_stands_the_word_and_the_gateway_and_no_key() {
    let agent = agent(&[
        ("OPENAI_API_KEY", "sk-canary"),
        ("CODEX_API_KEY", "sk-other"),
        ("MINE", "sk-other"),
        ("ANTHROPIC_API_KEY", "ant-canary"),
        ("ANTHROPIC_BASE_URL", "https://llm.corp.example/a/"),
        ("GOOSE_MODEL", "m"),
    ]);
    let serving = serving(&agent);
    let inside = serving.inside(&agent);
    let expected = [
        ("ANTHROPIC_API_KEY", "word"),
        ("ANTHROPIC_BASE_URL", "http://127.0.0.1:6/anthropic"),
        ("CODEX_API_KEY", "word"),
        ("GOOSE_MODEL", "m"),
        ("MINE", "word"),
        ("OPENAI_API_KEY", "word"),
        ("OPENAI_BASE_URL", "http://127.0.0.1:6/openai/v1"),
        ("OPENAI_HOST", "http://127.0.0.1:6/openai"),
    ];
    let expected = expected.map(|(name, value)| (name.to_owned(), value.to_owned()));
    assert_eq!(inside, BTreeMap::from(expected));
    let credentials: Vec<_> = serving.all.iter().map(Served::credential).collect();
    assert_eq!(
        credentials,
        [
            ("x-api-key", "ant-canary".to_owned()),
            ("authorization", "Bearer sk-other".to_owned())
        ]
    );
    assert_eq!(serving.all[0].address(), "https://llm.corp.example/a");
    assert!(!format!("{serving:?}").contains("canary"));
}

#[test]
fn an_address_is_one_or_the_variable_is_named() {
    for wrong in [
        "",
        " ",
        "secret",
        "ftp://x",
        "https://ana:pw@x",
        "https://x?key=1",
        "file:///x",
    ] {
        let agent = agent(&[("OPENAI_API_KEY", "k"), ("OPENAI_HOST", wrong)]);
        let found = served(&agent.environment);
        match wrong {
            "" => assert_eq!(
                found.expect("none is set")[0].address(),
                "https://api.openai.com"
            ),
            _ => assert_eq!(found, Err("OPENAI_HOST".to_owned()), "{wrong}"),
        }
    }
}

#[test]
fn without_a_key_or_a_place_nothing_is_served() {
    for variables in [
        &[("OPENAI_HOST", "http://127.0.0.1:8000")] as &[_],
        &[("OPENAI_API_KEY", "")],
        &[("COPILOT_PROVIDER_API_KEY", "k")],
        &[("CLAUDE_CODE_OAUTH_TOKEN", "k")],
        &[
            ("GEMINI_API_KEY", "k"),
            ("GOOGLE_GENAI_USE_VERTEXAI", "true"),
        ],
    ] {
        let agent = agent(variables);
        assert_eq!(served(&agent.environment), Ok(vec![]), "{variables:?}");
    }
}

#[test]
fn a_path_of_the_operators_own_is_kept() {
    let agent = agent(&[
        ("OPENAI_API_KEY", "k"),
        ("OPENAI_HOST", "https://x.example"),
        ("OPENAI_BASE_PATH", "deployments/d/chat/completions"),
    ]);
    let found = served(&agent.environment).expect("an address");
    let path = "/deployments/d/chat/completions";
    assert_eq!(found[0].own_path.as_deref(), Some(path));
    assert_eq!(found[0].behind(path).as_deref(), Some(path));
}

#[test]
fn settings_that_are_json_lead_to_the_gateway_too() {
    let mut agent = agent(&[
        ("OPENAI_API_KEY", "k"),
        ("SET", r#"{"a":{"b":1,"d":"mine"}}"#),
    ]);
    let template = |name: &str, text: &str| (name.to_owned(), text.to_owned());
    agent.gateway = vec![
        template("SET", r#"{"a":{"c":"{openai}/v1","d":"ours"}}"#),
        template("SET", r#"{"x":"{anthropic}/v1"}"#),
        template("NEW", r#"{"key":"{openai.key}"}"#),
        template("NEW", r#"{"at":"{openai}"}"#),
    ];
    let inside = serving(&agent).inside(&agent);
    let read = |name: &str| serde_json::from_str::<Value>(&inside[name]).expect("JSON");
    assert_eq!(
        read("SET"),
        json!({"a": {"b": 1, "c": "http://127.0.0.1:6/openai/v1", "d": "mine"}})
    );
    assert_eq!(
        read("NEW"),
        json!({"at": "http://127.0.0.1:6/openai", "key": "OPENAI_API_KEY"})
    );
}
