//! What answers tell of tokens, piece by piece.

use super::*;
use crate::gateway::provider::ALL;

fn provider(name: &str) -> &'static Provider {
    ALL.iter().find(|one| one.name == name).expect("known")
}

/// Fed in pieces of that many bytes.
fn counted(name: &str, stream: &str, by: usize) -> Counted {
    let streams = stream.contains("data:");
    let mut reader = AnswerReader::new(provider(name), 4_000);
    reader.begins(streams);
    for piece in stream.as_bytes().chunks(by) {
        reader.read(piece);
    }
    reader.counted(true)
}

fn tokens(input: u64, cached_read: u64, cached_write: u64, output: u64) -> Tokens {
    Tokens {
        input,
        cached_read,
        cached_write,
        output,
    }
}

/// As in <https://docs.claude.com/en/docs/build-with-claude/streaming>.
const ANTHROPIC: &str = r#"event: message_start
data: {"type":"message_start","message":{"id":"msg_1","type":"message","role":"assistant","content":[],"model":"claude-opus-4","stop_reason":null,"usage":{"input_tokens":472,"cache_creation_input_tokens":100,"cache_read_input_tokens":30,"output_tokens":2}}}

event: content_block_delta
data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"the \"usage\" of words"}}

event: message_delta
data: {"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":89}}

event: message_stop
data: {"type":"message_stop"}

"#;

/// As in <https://platform.openai.com/docs/api-reference/chat-streaming> with `stream_options.include_usage`.
const CHAT: &str = r#"data: {"id":"c","object":"chat.completion.chunk","model":"gpt-5","choices":[{"index":0,"delta":{"content":"Hi"}}],"usage":null}

data: {"id":"c","object":"chat.completion.chunk","model":"gpt-5","choices":[],"usage":{"prompt_tokens":1000,"completion_tokens":50,"total_tokens":1050,"prompt_tokens_details":{"cached_tokens":300}}}

data: [DONE]

"#;

/// As in <https://platform.openai.com/docs/api-reference/responses-streaming/response/completed>.
const RESPONSES: &str = "event: response.created\r\ndata: {\"type\":\"response.created\",\"response\":{\"id\":\"r\",\"model\":\"gpt-5-codex\",\"usage\":null,\"error\":null}}\r\n\r\nevent: response.completed\r\ndata: {\"type\":\"response.completed\",\"response\":{\"id\":\"r\",\"model\":\"gpt-5-codex\",\"error\":null,\"usage\":{\"input_tokens\":700,\"input_tokens_details\":{\"cached_tokens\":200},\"output_tokens\":60,\"output_tokens_details\":{\"reasoning_tokens\":40},\"total_tokens\":760}}}\r\n\r\n";

/// As in <https://ai.google.dev/api/generate-content#UsageMetadata>.
const GOOGLE: &str = r#"data: {"candidates":[{"content":{"parts":[{"text":"Hi"}]}}],"usageMetadata":{"promptTokenCount":1000,"candidatesTokenCount":1},"modelVersion":"gemini-2.5-pro"}

data: {"candidates":[{"content":{"parts":[{"text":"!"}]},"finishReason":"STOP"}],"usageMetadata":{"promptTokenCount":1000,"cachedContentTokenCount":400,"candidatesTokenCount":10,"thoughtsTokenCount":5,"totalTokenCount":1015},"modelVersion":"gemini-2.5-pro"}

"#;

#[test]
fn tokens_are_read_as_each_provider_words_them() {
    for by in [1, 7, 64, 1 << 20] {
        for (name, stream, expected, model) in [
            (
                "anthropic",
                ANTHROPIC,
                tokens(472, 30, 100, 89),
                "claude-opus-4",
            ),
            ("openai", CHAT, tokens(700, 300, 0, 50), "gpt-5"),
            ("openai", RESPONSES, tokens(500, 200, 0, 60), "gpt-5-codex"),
            ("openrouter", CHAT, tokens(700, 300, 0, 50), "gpt-5"),
            ("google", GOOGLE, tokens(600, 400, 0, 15), "gemini-2.5-pro"),
        ] {
            let counted = counted(name, stream, by);
            assert_eq!(
                (counted.tokens, &*counted.model, counted.guessed),
                (expected, model, false),
                "{name} by {by}"
            );
        }
    }
}

#[test]
fn an_answer_in_one_piece_is_read_as_well() {
    for (name, answer, expected) in [
        (
            "anthropic",
            r#"{"type":"message","model":"m","usage":{"input_tokens":3,"output_tokens":4}}"#,
            tokens(3, 0, 0, 4),
        ),
        (
            "openai",
            r#"{"model":"m","usage":{"prompt_tokens":3,"completion_tokens":4}}"#,
            tokens(3, 0, 0, 4),
        ),
        (
            "google",
            r#"[{"modelVersion":"m","usageMetadata":{"promptTokenCount":3}},{"usageMetadata":{"promptTokenCount":3,"candidatesTokenCount":4}}]"#,
            tokens(3, 0, 0, 4),
        ),
    ] {
        let counted = counted(name, answer, 5);
        assert_eq!(
            (counted.tokens, counted.guessed),
            (expected, false),
            "{name}"
        );
        assert_eq!(counted.model, "m");
    }
}

#[test]
fn what_nobody_tells_is_guessed_and_never_nothing() {
    let silent: String = (0..50)
        .map(|n| format!("data: {{\"choices\":[{{\"delta\":{{\"content\":\"word{n}\"}}}}]}}\n\n"))
        .collect();
    let guess = counted("openai", &silent, 100);
    assert!(guess.guessed);
    assert_eq!(guess.tokens, tokens(1_000, 0, 0, 50));
    // Cut short after what was sent was told.
    let cut = &ANTHROPIC[..ANTHROPIC.find("event: message_delta").expect("there")];
    let mut reader = AnswerReader::new(provider("anthropic"), 4_000);
    reader.begins(true);
    reader.read(cut.as_bytes());
    let counted = reader.counted(false);
    assert!(counted.guessed);
    assert_eq!(counted.tokens, tokens(472, 30, 100, 2));
}

#[test]
fn a_line_without_end_takes_no_memory() {
    let mut reader = AnswerReader::new(provider("openai"), 0);
    reader.begins(true);
    let page = vec![b'x'; 1 << 20];
    for _ in 0..64 {
        reader.read(&page);
        assert!(reader.line.capacity() <= 2 * LONGEST);
    }
    reader.read(format!("\n{CHAT}").as_bytes());
    assert_eq!(reader.counted(true).tokens, tokens(700, 300, 0, 50));
}

#[test]
fn a_failure_in_the_middle_is_seen() {
    for (name, line, code) in [
        (
            "anthropic",
            r#"data: {"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}"#,
            "overloaded_error",
        ),
        (
            "openai",
            r#"data: {"type":"response.failed","response":{"error":{"code":"rate_limit_exceeded","message":"x"}}}"#,
            "rate_limit_exceeded",
        ),
        (
            "openai",
            r#"data: {"type":"error","code":"server_error","message":"x"}"#,
            "server_error",
        ),
    ] {
        let mut reader = AnswerReader::new(provider(name), 0);
        reader.begins(true);
        reader.read(format!("{line}\n\n").as_bytes());
        assert_eq!(reader.failed(), Some(code), "{line}");
    }
    let mut fine = AnswerReader::new(provider("anthropic"), 0);
    fine.begins(true);
    fine.read(ANTHROPIC.as_bytes());
    assert_eq!(fine.failed(), None);
}

#[test]
fn the_answers_of_a_turn_are_added_up_by_model() {
    let mut all = super::super::told::Metered::default();
    for (name, stream) in [("anthropic", ANTHROPIC), ("openai", CHAT), ("openai", CHAT)] {
        all.add(&counted(name, stream, 64));
    }
    assert_eq!((all.answers, all.guessed), (3, false));
    assert_eq!(all.tokens, tokens(1_872, 630, 100, 189));
    assert_eq!(all.models["gpt-5"], tokens(1_400, 600, 0, 100));
    for number in 0..100 {
        all.add(&Counted {
            model: format!("m{number}"),
            ..Counted::default()
        });
    }
    assert!(all.models.len() <= 17, "{}", all.models.len());
}
