//! Version 2 of the protocol, offered to real agents: those that take it do all they do in version 1, and for the others nothing changes.

use skep::agent::TurnRequest;
use skep::core::agent::{Stop, Update};
use skep::core::text::session_log;

use super::messages;
use super::real::{Real, real};

/// That agent, with the offer.
async fn offered(name: &str) -> Option<Real> {
    let mut real = real(name).await?;
    real.bench.launch.agent.draft_protocol = true;
    Some(real)
}

/// Works, and in that version.
async fn works(name: &str, in_the_second: bool) {
    let Some(real) = offered(name).await else {
        return;
    };
    let request: TurnRequest = real.request("write");
    let (end, updates) = real.bench.turn(request).await;
    let end = end.unwrap_or_else(|error| panic!("{name}: {error}"));
    assert_eq!(end.stop, Stop::EndTurn, "{name}: {end:?}");
    let said = messages(&updates);
    let begun = said.iter().any(|text| text == "I will write the file.");
    assert!(begun, "{name}: {said:?}");
    let note = |update: &Update| matches!(update, Update::Note { text } if text == session_log::SECOND_VERSION);
    let spoken = updates.iter().any(note);
    assert_eq!(spoken, in_the_second, "{name}: {updates:?}");
}

macro_rules! each {
    ($($test:ident: $name:literal, $second:literal;)*) => { $(
        #[tokio::test]
        async fn $test() {
            works($name, $second).await;
        }
    )* };
}

// goose says back any number, and speaks version 1.
each!(
    codex_takes_it: "codex", true;
    claude_takes_it: "claude", true;
    goose_does_not: "goose", false;
    gemini_does_not: "gemini", false;
    opencode_does_not: "opencode", false;
    qwen_does_not: "qwen-code", false;
);

macro_rules! with_each_that_takes_it {
    ($($test:ident)*) => { $(
        mod $test {
            #[tokio::test]
            async fn codex() {
                if let Some(real) = super::offered("codex").await {
                    real.$test().await;
                }
            }

            #[tokio::test]
            async fn claude() {
                if let Some(real) = super::offered("claude").await {
                    real.$test().await;
                }
            }
        }
    )* };
}

with_each_that_takes_it!(writes_a_file goes_on_after_kill_9 asks_and_goes_on_with_the_answer);

#[tokio::test]
async fn a_cancel_of_codex_leaves_nothing() {
    if let Some(real) = offered("codex").await {
        real.a_cancel_leaves_nothing().await;
    }
}

/// Its shell does not run the long command of the other test.
#[tokio::test]
async fn claude_confirms_a_cancel() {
    let Some(real) = offered("claude").await else {
        return;
    };
    let spoke = |update: &Update| matches!(update, Update::Message { .. });
    let (end, _) = real.bench.turn_until(real.request("slow"), spoke).await;
    assert_eq!(end.expect("a cancel is no error").stop, Stop::Cancelled);
    assert!(real.bench.processes().is_empty());
}

#[tokio::test]
async fn codex_is_told_its_role() {
    if let Some(real) = offered("codex").await {
        real.is_told_its_role().await;
    }
}

#[tokio::test]
async fn codex_names_a_failing_model() {
    if let Some(real) = offered("codex").await {
        real.a_failing_model_is_named().await;
    }
}
