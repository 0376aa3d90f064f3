//! Agents with bad manners (`fixtures/acp/rude.py`): what is borne, and what of it is noted.

use skep::agent::{AgentError, Resume};
use skep::core::agent::{ErrorClass, Stop, ToolStatus, TurnEnd, Update};

use super::{Bench, Setup, messages};

/// A bench with the rude agent; none where there is no Python.
async fn rude(mode: &str) -> Option<Bench> {
    if !crate::required::installed(&["python3"], "agents written for the tests") {
        return None;
    }
    Some(
        Setup {
            agent: agent(mode),
            ..Setup::demo()
        }
        .without_sandbox()
        .bench()
        .await,
    )
}

/// The rude agent with that manner.
pub(crate) fn agent(mode: &str) -> skep::core::agent::AgentSpec {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/acp/rude.py");
    let script = std::fs::read_to_string(script).expect("a script");
    Setup::command(&["python3", "-c", &script, mode]).agent
}

async fn play(bench: &Bench) -> (TurnEnd, Vec<Update>) {
    let (end, updates) = bench.turn(bench.request("")).await;
    (
        end.unwrap_or_else(|error| panic!("{error}\n{updates:?}")),
        updates,
    )
}

fn notes(updates: &[Update]) -> Vec<&str> {
    let mut notes = vec![];
    for update in updates {
        if let Update::Note { text } = update {
            notes.push(text.as_str());
        }
    }
    notes
}

#[tokio::test]
async fn what_an_agent_prints_ends_nothing() {
    let Some(bench) = rude("noise").await else {
        return;
    };
    let (end, updates) = play(&bench).await;
    assert_eq!(
        (end.stop, end.message.as_str()),
        (Stop::EndTurn, "Done with noise.")
    );
    assert_eq!(bench.file("out.txt").as_deref(), Some("x\n"));
    let note = "The agent printed 31 lines that are no messages of the protocol; the last: {\"level\":\"info\",\"msg\":\"a log line\"}";
    assert_eq!(notes(&updates), [note]);
}

#[tokio::test]
async fn a_mark_before_a_message_and_a_list_of_messages_are_read() {
    for (mode, said) in [("bom", "with a mark"), ("batch", "in a list")] {
        let Some(bench) = rude(mode).await else {
            return;
        };
        let (end, updates) = play(&bench).await;
        assert_eq!((end.message.as_str(), notes(&updates)), (said, vec![]));
    }
}

#[tokio::test]
async fn an_unknown_reason_to_stop_is_noted_and_git_decides() {
    for (mode, reason) in [("reason", "some_new_reason"), ("no-result", "none")] {
        let Some(bench) = rude(mode).await else {
            return;
        };
        let (end, updates) = play(&bench).await;
        assert_eq!(
            (end.stop, end.message.as_str(), end.unfinished()),
            (Stop::Other, "Done.", None)
        );
        assert_eq!(
            notes(&updates),
            [format!(
                "The agent ended its turn for a reason that the protocol does not know: {reason}."
            )]
        );
    }
}

#[tokio::test]
async fn halves_of_characters_are_put_together_or_replaced() {
    let Some(bench) = rude("halves").await else {
        return;
    };
    let (end, updates) = play(&bench).await;
    let whole = "All pass 🚀 and the caveat \u{fffd}…";
    assert_eq!(end.message, whole);
    assert_eq!(messages(&updates), [whole]);
    let thought = updates.iter().rev().find_map(|update| match update {
        Update::Thought { text, .. } => Some(text.as_str()),
        _ => None,
    });
    assert_eq!(thought, Some(whole));
}

#[tokio::test]
async fn a_call_and_a_request_for_permission_with_half_a_character_are_taken() {
    let Some(bench) = rude("half-tool").await else {
        return;
    };
    let (end, updates) = play(&bench).await;
    assert_eq!(end.message, "told: a");
    let shown = |update: &Update| matches!(update, Update::Tool { title, status: ToolStatus::InProgress, .. } if title == "Run \u{fffd}…");
    assert!(updates.iter().any(shown), "{updates:?}");
}

#[tokio::test]
async fn what_an_agent_prints_before_it_goes_is_told() {
    let Some(bench) = rude("gone").await else {
        return;
    };
    let (end, _) = bench.turn(bench.request("")).await;
    let error = end.expect_err("it went");
    let said = "(exit status: 0); it said: this tool is no longer maintained, use another";
    assert!(
        matches!(error, AgentError::Crash { .. }) && error.to_string().ends_with(said),
        "{error}"
    );
}

/// It answers every load with success and has nothing: a person's request must not be swallowed.
#[tokio::test]
async fn a_refusal_right_after_a_load_is_a_failed_load() {
    let Some(bench) = rude("forgets").await else {
        return;
    };
    let mut request = bench.request("");
    request.resume = Some(Resume {
        session: "lost".into(),
        prompt: "Add the second file.".into(),
    });
    request.prompt = format!("Add the second file.\n\n{}", request.prompt);
    let (end, updates) = bench.turn(request).await;
    let end = end.expect("it goes on");
    assert_eq!(
        (end.stop, end.message.as_str(), end.resumed),
        (Stop::EndTurn, "Added the second.", false)
    );
    assert_ne!(end.agent_session, "lost");
    assert_eq!(bench.file("second.txt").as_deref(), Some("2\n"));
    assert!(
        notes(&updates)
            .iter()
            .any(|note| note.starts_with("The agent had lost the earlier session")),
        "{updates:?}"
    );
    let started = updates
        .iter()
        .filter(|update| matches!(update, Update::Started { .. }))
        .count();
    assert_eq!(started, 2, "{updates:?}");
}

/// With a key in its environment alone, and no login.
#[tokio::test]
async fn an_agent_that_wants_a_login_is_logged_in_by_its_key() {
    for (key, said) in [("sesame", Some("Open.")), ("wrong", None), ("", None)] {
        let Some(mut bench) = rude("locked").await else {
            return;
        };
        bench
            .launch
            .agent
            .environment
            .insert("OPENAI_API_KEY".into(), key.into());
        let (end, _) = bench.turn(bench.request("")).await;
        match said {
            Some(said) => assert_eq!(end.expect("it is in").message, said),
            None => assert_eq!(
                end.expect_err("it is not").class(),
                ErrorClass::Auth,
                "with {key:?}"
            ),
        }
    }
}
