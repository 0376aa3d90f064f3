//! Which requests go on to a provider, and which nowhere.

use std::collections::BTreeMap;

use super::*;
use crate::gateway::served;

fn serving() -> Serving {
    let environment = [
        ("ANTHROPIC_API_KEY", "real-a"),
        ("OPENAI_API_KEY", "real-o"),
        ("OPENAI_BASE_URL", "https://llm.corp.example/openai/v1"),
        ("GEMINI_API_KEY", "real-g"),
        ("OPENROUTER_API_KEY", "real-r"),
    ];
    let environment: BTreeMap<String, String> = environment
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    Serving {
        all: served(&environment).expect("addresses"),
        word: "word".into(),
        port: 6,
    }
}

const HOST: (&str, &str) = ("host", "127.0.0.1:6");
const WORD: (&str, &str) = ("x-api-key", "word");

/// Where it goes, and whether it costs; or why not.
fn judged(
    method: &str,
    target: &str,
    headers: &[(&str, &str)],
) -> Result<(String, bool), NotServed> {
    let serving = serving();
    let asked = Ours {
        method,
        target,
        headers,
    };
    admit(&serving, &asked).map(|way| match way {
        Way::On {
            served,
            target,
            costs,
        } => (format!("{}{target}", served.address()), costs),
        Way::Here => ("here".to_owned(), false),
        Way::NoSocket => ("no socket".to_owned(), false),
    })
}

#[test]
fn what_asks_for_a_models_words_goes_to_its_provider() {
    let cases = [
        (
            "POST",
            "/anthropic/v1/messages?beta=true",
            "https://api.anthropic.com/v1/messages?beta=true",
            true,
        ),
        (
            "POST",
            "/anthropic/v1/messages/count_tokens",
            "https://api.anthropic.com/v1/messages/count_tokens",
            false,
        ),
        (
            "POST",
            "/openai/v1/responses",
            "https://llm.corp.example/openai/v1/responses",
            true,
        ),
        (
            "GET",
            "/openai/v1/models/gpt-5",
            "https://llm.corp.example/openai/v1/models/gpt-5",
            false,
        ),
        (
            "POST",
            "/google/v1beta/models/gemini-2.5-pro:streamGenerateContent?alt=sse&key=word",
            "https://generativelanguage.googleapis.com/v1beta/models/gemini-2.5-pro:streamGenerateContent?alt=sse",
            true,
        ),
        (
            "POST",
            "/openrouter/api/v1/chat/completions",
            "https://openrouter.ai/api/v1/chat/completions",
            true,
        ),
    ];
    for (method, target, expected, costs) in cases {
        assert_eq!(
            judged(method, target, &[HOST, WORD]),
            Ok((expected.to_owned(), costs)),
            "{target}"
        );
    }
    let bearer = ("authorization", "Bearer word");
    assert!(judged("GET", "/anthropic/v1/models", &[HOST, bearer]).is_ok());
    let local = ("host", "localhost:6");
    assert!(judged("GET", "/anthropic/v1/models", &[local, WORD]).is_ok());
    assert_eq!(
        judged("HEAD", "/anthropic", &[HOST]),
        Ok(("here".into(), false))
    );
}

/// Codex asks for its model's words so first, and by a POST after that.
#[test]
fn a_socket_for_a_models_words_is_not_there_and_no_attempt() {
    let judged = judged("GET", "/openai/v1/responses", &[HOST, WORD]);
    assert_eq!(judged, Ok(("no socket".into(), false)));
}

#[test]
fn nothing_else_goes_through() {
    for (method, target) in [
        ("POST", "/anthropic/v1/messages/batches"),
        ("GET", "/anthropic/v1/files"),
        ("POST", "/anthropic/v1/files"),
        ("GET", "/anthropic/v1/organizations/me"),
        ("POST", "/anthropic/v1/messages/"),
        ("POST", "/openai/v1/files"),
        ("GET", "/openai/v1/responses/resp_1"),
        ("DELETE", "/openai/v1/models/ft-1"),
        ("POST", "/openai/v1/organization/admin_api_keys"),
        ("POST", "/openai/responses"),
        ("POST", "/google/v1beta/files"),
        ("POST", "/google/upload/v1beta/files"),
        ("POST", "/google/v1beta/models/gemini:batchGenerateContent"),
        ("POST", "/google/v1beta/models/gemini"),
        ("POST", "/copilot/v1/chat/completions"),
        ("POST", "/v1/messages"),
        ("GET", "/"),
    ] {
        let odd = target.ends_with("messages/");
        let why = judged(method, target, &[HOST, WORD]).expect_err(target);
        assert_eq!(why, NotServed::Path, "{method} {target} {odd}");
    }
}

#[test]
fn what_could_be_read_in_two_ways_is_refused_as_such() {
    for target in [
        "/anthropic/v1/../v1/messages",
        "/anthropic//v1/messages",
        "//evil.example/v1/messages",
        "/anthropic/v1/%6dessages",
        "/anthropic/v1/messages%2f..%2ffiles",
        "/anthropic/v1/messages;x",
        "/anthropic\\v1/messages",
        "/anthropic/v1/messages#x",
    ] {
        assert_eq!(
            judged("POST", target, &[HOST, WORD]),
            Err(NotServed::Odd),
            "{target}"
        );
    }
    let long = format!("/anthropic/v1/messages?{}", "x".repeat(3_000));
    assert_eq!(judged("POST", &long, &[HOST, WORD]), Err(NotServed::Odd));
}

#[test]
fn no_other_host_is_asked_by_it() {
    let path = "/anthropic/v1/messages";
    for (method, target, hosts) in [
        (
            "POST",
            "http://evil.example/v1/messages",
            &["127.0.0.1:6"] as &[&str],
        ),
        (
            "POST",
            "http://127.0.0.1:6/anthropic/v1/messages",
            &["127.0.0.1:6"],
        ),
        ("CONNECT", "evil.example:443", &["evil.example:443"]),
        ("POST", path, &["evil.example"]),
        ("POST", path, &["127.0.0.1:7"]),
        ("POST", path, &["127.0.0.1"]),
        ("POST", path, &["127.0.0.1:6", "evil.example"]),
        ("POST", path, &["127.0.0.1:6", "127.0.0.1:6"]),
        ("POST", path, &[]),
        ("OPTIONS", "*", &["127.0.0.1:6"]),
    ] {
        let hosts = hosts.iter().map(|host| ("host", *host));
        let headers: Vec<_> = hosts.chain([WORD]).collect();
        assert_eq!(
            judged(method, target, &headers),
            Err(NotServed::OtherHost),
            "{method} {target} {headers:?}"
        );
    }
}

#[test]
fn only_the_word_of_the_session_opens_it() {
    let path = "/openai/v1/responses";
    let other = NotServed::OtherKey;
    for (headers, why) in [
        (&[] as &[_], NotServed::NoWord),
        (&[("authorization", "Bearer sk-mine")], other),
        (&[("authorization", "Bearer real-o")], other),
        (&[("authorization", "word2")], other),
        (&[("authorization", "")], other),
        (&[("authorization", "Basic d29yZA==")], other),
        (
            &[
                ("authorization", "Bearer word"),
                ("authorization", "Bearer sk-mine"),
            ],
            other,
        ),
        (&[WORD, ("authorization", "Bearer sk-mine")], other),
        (&[WORD, ("api-key", "sk-mine")], other),
        (&[WORD, ("x-goog-api-key", "AIza")], other),
    ] {
        let headers: Vec<_> = [HOST].iter().chain(headers).copied().collect();
        assert_eq!(judged("POST", path, &headers), Err(why), "{headers:?}");
    }
    for query in ["key=AIza", "key=word&KEY=AIza", "k%65y=AIza", "key="] {
        let target = format!("/google/v1beta/models/m:generateContent?{query}");
        assert_eq!(
            judged("POST", &target, &[HOST, WORD]),
            Err(other),
            "{query}"
        );
    }
}

#[test]
fn an_attempt_says_what_was_asked_and_no_key() {
    let asked = Ours {
        method: "POST",
        target: "/openai/v1/files?key=sk-secret",
        headers: &[],
    };
    let attempt = NotServed::Path.attempt(&asked);
    assert_eq!(attempt.what, "its model's gateway: POST /openai/v1/files");
    assert!(!attempt.grave && NotServed::OtherKey.attempt(&asked).grave);
    let long = format!("/{}", "`é".repeat(1_000));
    let asked = Ours {
        target: &long,
        ..asked
    };
    assert!(NotServed::Odd.attempt(&asked).what.chars().count() < 200);
}
